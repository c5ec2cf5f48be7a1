package facts

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"

	"tacklebox/platform/l2tp/wine"
)

// currentVersion is where Windows keeps its name and update level.
const currentVersion = `SOFTWARE\Microsoft\Windows NT\CurrentVersion`

// restarts are the places at which Windows notes that it waits for a restart, after
// updates, after a change of its components, and to replace files in use.
var restarts = []func() (bool, error){
	thereKey(`SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired`),
	thereKey(`SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending`),
	filled(`SYSTEM\CurrentControlSet\Control\Session Manager`, "PendingFileRenameOperations"),
}

// policies are the places of an assigned IPsec policy: of the domain, and of this PC.
// That they stand there is expected, not yet seen.
var policies = []func() (bool, error){
	filled(`SOFTWARE\Policies\Microsoft\Windows\IPSec\GPTIPSECPolicy`, "DSIPSECPolicyPath"),
	filled(`SOFTWARE\Policies\Microsoft\Windows\IPSec\Policy\Local`, "ActivePolicy"),
}

// OfSystem asks Windows about itself; nothing of it needs rights.
func OfSystem() System {
	s := System{Boot: time.Now().Add(-windows.DurationSinceBoot())}
	unread := func(p Part, err error) {
		if err != nil {
			s.Unread = append(s.Unread, Unread{Part: p, Err: err.Error()})
		}
	}
	if user, err := windows.GetCurrentProcessToken().GetTokenUser(); err == nil {
		s.User = user.User.Sid.String()
	}
	var err error
	s.Build, err = Build()
	unread(PartBuild, err)
	s.Name, err = product()
	unread(PartBuild, err)
	s.Pending, err = anyOf(restarts...)
	unread(PartPending, err)
	s.Policy, err = anyOf(policies...)
	unread(PartPolicy, err)
	return s
}

// Build is the number of Windows with its update level. Without the level there is
// the number beside an error.
func Build() (string, error) {
	v := windows.RtlGetVersion()
	text := fmt.Sprintf("%d.%d.%d", v.MajorVersion, v.MinorVersion, v.BuildNumber)
	k, err := open(currentVersion)
	if err != nil {
		return text, fmt.Errorf("read the update level: %w", err)
	}
	defer k.Close()
	level, _, err := k.GetIntegerValue("UBR")
	switch {
	case err == nil:
		return fmt.Sprintf("%s.%d", text, level), nil
	case wine.Here() && errors.Is(err, registry.ErrNotExist):
		return text, nil // Wine has none
	}
	return text, fmt.Errorf("read the update level: %w", err)
}

// product is the name, "Windows 10 Pro 22H2".
func product() (string, error) {
	if wine.Here() {
		return "Wine", nil
	}
	k, err := open(currentVersion)
	if err != nil {
		return "Windows", fmt.Errorf("read the product's name: %w", err)
	}
	defer k.Close()
	name, _, err := k.GetStringValue("ProductName")
	if err != nil {
		return "Windows", fmt.Errorf("read the product's name: %w", err)
	}
	// Windows 11 calls itself 10 there.
	if windows.RtlGetVersion().BuildNumber >= 22000 {
		name = strings.Replace(name, "Windows 10", "Windows 11", 1)
	}
	if version, _, err := k.GetStringValue("DisplayVersion"); err == nil { // since 10 20H2
		name += " " + version
	}
	return name, nil
}

func open(path string) (registry.Key, error) {
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, path, registry.QUERY_VALUE|registry.WOW64_64KEY)
	if err != nil {
		return 0, fmt.Errorf(`HKLM\%s: %w`, path, err)
	}
	return k, nil
}

// thereKey asks whether a key below HKEY_LOCAL_MACHINE is there. Only that it is not
// found says that it is not.
func thereKey(path string) func() (bool, error) {
	return func() (bool, error) {
		k, err := open(path)
		switch {
		case errors.Is(err, registry.ErrNotExist):
			return false, nil
		case err != nil:
			return false, err
		}
		return true, k.Close()
	}
}

// filled asks whether a value is there and not empty: a text of nothing has two
// bytes, its closing zero.
func filled(path, name string) func() (bool, error) {
	return func() (bool, error) {
		k, err := open(path)
		if errors.Is(err, registry.ErrNotExist) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		defer k.Close()
		n, _, err := k.GetValue(name, nil)
		switch {
		case errors.Is(err, registry.ErrNotExist):
			return false, nil
		case err != nil && !errors.Is(err, registry.ErrShortBuffer):
			return false, fmt.Errorf(`HKLM\%s\%s: %w`, path, name, err)
		}
		return n > 2, nil
	}
}
