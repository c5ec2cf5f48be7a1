package facts

import (
	"errors"
	"fmt"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/windows"

	"tacklebox/platform/l2tp/plan"
)

var getExtendedUDPTable = windows.NewLazySystemDLL("iphlpapi.dll").NewProc("GetExtendedUdpTable")

// udpTableOwnerPID is UDP_TABLE_OWNER_PID of iprtrmib.h.
const udpTableOwnerPID = 1

// maxTable bounds what a table may weigh.
const maxTable = 4 << 20

// udp is the table of a family, as [table] reads it. It grows between two calls.
func udp(family uintptr) ([]byte, error) {
	for size := uint32(16 << 10); size <= maxTable; size *= 2 {
		buf := make([]byte, size)
		need := size
		code, _, _ := getExtendedUDPTable.Call(uintptr(unsafe.Pointer(&buf[0])), uintptr(unsafe.Pointer(&need)), 0, family, udpTableOwnerPID, 0)
		switch windows.Errno(code) {
		case 0:
			return buf, nil
		case windows.ERROR_INSUFFICIENT_BUFFER:
			continue
		}
		return nil, fmt.Errorf("list the UDP ports: %w", windows.Errno(code))
	}
	return nil, fmt.Errorf("list the UDP ports: they are more than %d bytes", maxTable)
}

// Ports are who has the ports of IPsec and L2TP. Nothing of it needs rights. Under
// Wine no process is told; all else is expected, not yet seen on real Windows.
func Ports() ([]Port, error) { return portsOf(ofIPsec) }

func portsOf(wanted []uint16) ([]Port, error) {
	var all []bound
	for _, f := range []struct {
		family uintptr
		row    int
	}{{windows.AF_INET, rowIPv4}, {windows.AF_INET6, rowIPv6}} {
		b, err := udp(f.family)
		if err != nil {
			return nil, err
		}
		rows, err := table(b, f.row)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	// Without it Windows' own services could not be told from others.
	services, err := running()
	if err != nil {
		return nil, err
	}
	return owners(all, wanted, services, programOf), nil
}

// programOf is the file name of a process' program, empty where it is not told.
func programOf(pid uint32) string {
	if pid == kernel {
		return "System"
	}
	h, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, pid)
	if err != nil {
		return ""
	}
	defer func() { _ = windows.CloseHandle(h) }()
	buf := make([]uint16, windows.MAX_LONG_PATH)
	n := uint32(len(buf))
	if err := windows.QueryFullProcessImageName(h, 0, &buf[0], &n); err != nil {
		return ""
	}
	return filepath.Base(windows.UTF16ToString(buf[:n]))
}

// manager is the service manager with these rights and no more.
func manager(rights uint32) (windows.Handle, error) {
	h, err := windows.OpenSCManager(nil, nil, rights)
	if err != nil {
		return 0, fmt.Errorf("ask the service manager: %w", err)
	}
	return h, nil
}

// maxServices bounds the list of services: a PC has some 300, of 200 bytes each.
const maxServices = 4 << 20

// running are the names of the services that run, by their process.
func running() (map[uint32][]string, error) {
	m, err := manager(windows.SC_MANAGER_CONNECT | windows.SC_MANAGER_ENUMERATE_SERVICE)
	if err != nil {
		return nil, err
	}
	defer func() { _ = windows.CloseServiceHandle(m) }()
	for size := uint32(64 << 10); size <= maxServices; size *= 2 {
		buf := make([]uint64, size/8)
		var need, n uint32
		err := windows.EnumServicesStatusEx(m, windows.SC_ENUM_PROCESS_INFO, windows.SERVICE_WIN32, windows.SERVICE_ACTIVE, (*byte)(unsafe.Pointer(&buf[0])), size, &need, &n, nil, nil)
		if errors.Is(err, windows.ERROR_MORE_DATA) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("list the services: %w", err)
		}
		out := map[uint32][]string{}
		for _, s := range unsafe.Slice((*windows.ENUM_SERVICE_STATUS_PROCESS)(unsafe.Pointer(&buf[0])), n) {
			pid := s.ServiceStatusProcess.ProcessId
			out[pid] = append(out[pid], windows.UTF16PtrToString(s.ServiceName))
		}
		return out, nil
	}
	return nil, fmt.Errorf("list the services: they are more than %d bytes", maxServices)
}

// Needs are the services that the four cannot start without, as the service manager
// names them. What could be read is returned beside an error.
func Needs() ([]Need, error) {
	m, err := manager(windows.SC_MANAGER_CONNECT)
	if err != nil {
		return nil, err
	}
	defer func() { _ = windows.CloseServiceHandle(m) }()
	return needs(plan.ServiceNames(), func(name string) (plan.Service, []string, error) { return service(m, name) })
}

// service is how a service is, and the names of what it depends on.
func service(m windows.Handle, name string) (plan.Service, []string, error) {
	s := plan.Service{Name: name}
	text, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return s, nil, err
	}
	h, err := windows.OpenService(m, text, windows.SERVICE_QUERY_CONFIG|windows.SERVICE_QUERY_STATUS)
	if errors.Is(err, windows.ERROR_SERVICE_DOES_NOT_EXIST) {
		return s, nil, nil
	}
	if err != nil {
		return s, nil, fmt.Errorf("open the service %s: %w", name, err)
	}
	defer func() { _ = windows.CloseServiceHandle(h) }()
	// More is never given out: 8 KiB is what the service manager allows.
	buf := make([]uint64, 1024)
	var need uint32
	config := (*windows.QUERY_SERVICE_CONFIG)(unsafe.Pointer(&buf[0]))
	if err := windows.QueryServiceConfig(h, config, uint32(8*len(buf)), &need); err != nil {
		return s, nil, fmt.Errorf("read the service %s: %w", name, err)
	}
	var status windows.SERVICE_STATUS
	if err := windows.QueryServiceStatus(h, &status); err != nil {
		return s, nil, fmt.Errorf("read the service %s: %w", name, err)
	}
	s.Installed, s.Running, s.Start = true, status.CurrentState == windows.SERVICE_RUNNING, startType(config.StartType)
	return s, dependencies(buf, config.Dependencies), nil
}

func startType(n uint32) plan.StartType {
	switch n {
	case windows.SERVICE_AUTO_START:
		return plan.StartAutomatic
	case windows.SERVICE_DEMAND_START:
		return plan.StartManual
	case windows.SERVICE_DISABLED:
		return plan.StartDisabled
	}
	return plan.StartUnknown // a driver that the boot loader starts
}

// dependencies reads the names that stand at a place of the buffer.
func dependencies(buf []uint64, at *uint16) []string {
	if at == nil {
		return nil
	}
	whole := unsafe.Slice((*uint16)(unsafe.Pointer(&buf[0])), 4*len(buf))
	from := (uintptr(unsafe.Pointer(at)) - uintptr(unsafe.Pointer(&buf[0]))) / 2
	if from >= uintptr(len(whole)) {
		return nil
	}
	return list(whole[from:])
}
