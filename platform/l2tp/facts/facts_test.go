package facts

import (
	"encoding/binary"
	"errors"
	"slices"
	"testing"
	"unicode/utf16"

	"tacklebox/platform/l2tp/plan"
)

// rows makes a table as GetExtendedUdpTable does.
func rows(row int, list ...bound) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(list)))
	for _, x := range list {
		r := make([]byte, row)
		binary.BigEndian.PutUint16(r[row-8:], x.port)
		binary.LittleEndian.PutUint32(r[row-4:], x.pid)
		b = append(b, r...)
	}
	return b
}

func TestTable(t *testing.T) {
	want := []bound{{500, 1204}, {4500, 1204}, {1701, 4}, {65535, 1 << 31}}
	for _, row := range []int{rowIPv4, rowIPv6} {
		// Windows leaves room behind the rows.
		got, err := table(append(rows(row, want...), make([]byte, 100)...), row)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("rows of %d bytes: %v, %v", row, got, err)
		}
		if got, err := table(rows(row), row); err != nil || len(got) != 0 {
			t.Errorf("an empty table: %v, %v", got, err)
		}
		whole := rows(row, want...)
		for _, bad := range [][]byte{nil, {1, 0, 0}, whole[:len(whole)-1], {255, 255, 255, 255}} {
			if got, err := table(bad, row); err == nil {
				t.Errorf("%d bytes were read as %v", len(bad), got)
			}
		}
	}
}

func FuzzTable(f *testing.F) {
	f.Add(rows(rowIPv4, bound{500, 4}), true)
	f.Add(rows(rowIPv6, bound{500, 4}, bound{4500, 9}), false)
	f.Add([]byte{255, 255, 255, 127}, true)
	f.Fuzz(func(t *testing.T, b []byte, four bool) {
		row := rowIPv6
		if four {
			row = rowIPv4
		}
		if got, err := table(b, row); err == nil && 4+len(got)*row > len(b) {
			t.Errorf("%d rows from %d bytes", len(got), len(b))
		}
	})
}

func TestOwners(t *testing.T) {
	all := []bound{{137, 4}, {500, 1204}, {500, 1204}, {4500, 3312}, {1701, 4}, {1701, 900}, {4500, 77}}
	services := map[uint32][]string{1204: {"BITS", plan.IKEEXT, "Winmgmt"}, 900: {"Dnscache", plan.RasMan}, 77: {"VendorVPN"}}
	names := map[uint32]string{1204: "svchost.exe", 900: "svchost.exe", 3312: "client.exe", 4: "System"}
	got := owners(all, ofIPsec, services, func(pid uint32) string { return names[pid] })
	want := []Port{
		{Port: 500, PID: 1204, Process: "svchost.exe", Service: plan.IKEEXT, Own: true},
		{Port: 4500, PID: 3312, Process: "client.exe"},
		{Port: 4500, PID: 77, Service: "VendorVPN"},
		{Port: 1701, PID: 4, Process: "System", Own: true},
		{Port: 1701, PID: 900, Process: "svchost.exe", Service: plan.RasMan, Own: true},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	// The kernel's socket on IKE's port is none of Windows' IPsec.
	if got := owners([]bound{{500, 4}}, ofIPsec, nil, func(uint32) string { return "System" }); len(got) != 1 || got[0].Own {
		t.Errorf("%+v", got)
	}
}

func TestNeeds(t *testing.T) {
	on := map[string][]string{plan.RasMan: {"SstpSvc", "+TDI", "dnscache"}, plan.IKEEXT: {"BFE"}, "SstpSvc": {"RpcSs", "rasman"}, "dnscache": {"RpcSs", "SSTPSVC"}}
	broken := errors.New("access is denied")
	ask := func(name string) (plan.Service, []string, error) {
		if name == "RpcSs" {
			return plan.Service{}, nil, broken
		}
		return plan.Service{Name: name, Installed: true, Start: plan.StartManual}, on[name], nil
	}
	got, err := needs([]string{plan.RasMan, plan.IKEEXT, plan.BFE}, ask)
	if !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	var names []string
	for _, n := range got {
		names = append(names, n.Of+" needs "+n.Name)
	}
	if want := []string{"RasMan needs SstpSvc", "RasMan needs dnscache"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
	// A chain without an end is left at some point.
	n := 0
	if got, _ := needs([]string{plan.RasMan}, func(name string) (plan.Service, []string, error) {
		n++
		return plan.Service{Name: name}, []string{name + "x"}, nil
	}); len(got) != maxNeeds-1 || n != maxNeeds {
		t.Errorf("%d services after %d questions", len(got), n)
	}
}

func TestList(t *testing.T) {
	text := utf16.Encode([]rune("RpcSs\x00+TDI\x00Sstp\x00\x00behind\x00"))
	if got := list(text); !slices.Equal(got, []string{"RpcSs", "+TDI", "Sstp"}) {
		t.Errorf("%q", got)
	}
	for _, end := range []string{"", "\x00", "cut"} {
		if got := list(utf16.Encode([]rune(end))); len(got) > 1 {
			t.Errorf("%q is %q", end, got)
		}
	}
}
