package pc

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"

	"tacklebox/platform/l2tp/wine"
)

func here() error { return nil }

// system asks Windows about itself; nothing of it needs rights.
func system() about {
	v := windows.RtlGetVersion()
	a := about{name: "Windows", build: fmt.Sprintf("%d.%d.%d", v.MajorVersion, v.MinorVersion, v.BuildNumber), boot: time.Now().Add(-windows.DurationSinceBoot())}
	if user, err := windows.GetCurrentProcessToken().GetTokenUser(); err == nil {
		a.user = user.User.Sid.String()
	}
	if err := a.product(v.BuildNumber); err != nil {
		a.unread = append(a.unread, Unread{Part: PartBuild, Err: err.Error()})
	}
	a.pending = thereKey(`SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired`) ||
		thereKey(`SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending`) ||
		filled(`SYSTEM\CurrentControlSet\Control\Session Manager`, "PendingFileRenameOperations")
	// A policy of the domain, and one that was assigned on this PC. Where they stand is
	// expected, not yet seen.
	a.policy = filled(`SOFTWARE\Policies\Microsoft\Windows\IPSec\GPTIPSECPolicy`, "DSIPSECPolicyPath") ||
		filled(`SOFTWARE\Policies\Microsoft\Windows\IPSec\Policy\Local`, "ActivePolicy")
	return a
}

// product reads the name and the update level.
func (a *about) product(build uint32) error {
	if wine.Here() {
		a.name = "Wine"
	}
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, `SOFTWARE\Microsoft\Windows NT\CurrentVersion`, registry.QUERY_VALUE|registry.WOW64_64KEY)
	if err != nil {
		return fmt.Errorf("read the product's name: %w", err)
	}
	defer k.Close()
	if level, _, err := k.GetIntegerValue("UBR"); err == nil {
		a.build += fmt.Sprintf(".%d", level)
	}
	if wine.Here() {
		return nil
	}
	name, _, err := k.GetStringValue("ProductName")
	if err != nil {
		return fmt.Errorf("read the product's name: %w", err)
	}
	// Windows 11 calls itself 10 there.
	if build >= 22000 {
		name = strings.Replace(name, "Windows 10", "Windows 11", 1)
	}
	if version, _, err := k.GetStringValue("DisplayVersion"); err == nil {
		name += " " + version
	}
	a.name = name
	return nil
}

// thereKey says that a key below HKEY_LOCAL_MACHINE is there.
func thereKey(path string) bool {
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, path, registry.QUERY_VALUE|registry.WOW64_64KEY)
	if err != nil {
		return false
	}
	_ = k.Close()
	return true
}

// filled says that a value is there and not empty.
func filled(path, name string) bool {
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, path, registry.QUERY_VALUE|registry.WOW64_64KEY)
	if err != nil {
		return false
	}
	defer k.Close()
	n, _, err := k.GetValue(name, nil)
	return (err == nil || errors.Is(err, registry.ErrShortBuffer)) && n > 2
}
