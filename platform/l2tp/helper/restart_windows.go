package helper

import (
	"fmt"
	"path/filepath"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// golang.org/x/sys has no AbortSystemShutdown.
var abortSystemShutdown = windows.NewLazySystemDLL("advapi32.dll").NewProc("AbortSystemShutdownW")

const (
	onceKey  = `Software\Microsoft\Windows\CurrentVersion\RunOnce`
	onceName = "TackleboxL2TP"
	// What Windows starts from there has at most 260 characters.
	onceMost = 260
)

// rememberResume has this person's Windows start the wizard once. It is theirs, so
// an administrator whose password was used elsewhere never sees it.
func rememberResume(resume []string) error {
	if len(resume) == 0 {
		return nil
	}
	if !filepath.IsAbs(resume[0]) {
		return fmt.Errorf("%q is no full path", resume[0])
	}
	line := windows.ComposeCommandLine(resume)
	if len(line) > onceMost {
		return fmt.Errorf("the path of %q is longer than Windows takes: move the program", resume[0])
	}
	k, _, err := registry.CreateKey(registry.CURRENT_USER, onceKey, registry.SET_VALUE)
	if err != nil {
		return err
	}
	defer k.Close()
	return k.SetStringValue(onceName, line)
}

func forgetResume() {
	k, err := registry.OpenKey(registry.CURRENT_USER, onceKey, registry.SET_VALUE)
	if err != nil {
		return
	}
	defer k.Close()
	_ = k.DeleteValue(onceName) // what is not there is gone
}

func scheduleRestart() error {
	text, err := windows.UTF16PtrFromString("Tacklebox: L2TP settings take effect after this restart.")
	if err != nil {
		return err
	}
	return privileged(func() error {
		const reason = windows.SHTDN_REASON_MAJOR_OPERATINGSYSTEM | windows.SHTDN_REASON_MINOR_RECONFIG | windows.SHTDN_REASON_FLAG_PLANNED
		return windows.InitiateSystemShutdownEx(nil, text, RestartDelay, false, true, reason)
	})
}

func abortRestart() error {
	return privileged(func() error {
		if ok, _, err := abortSystemShutdown.Call(0); ok == 0 {
			return err
		}
		return nil
	})
}

// privileged runs f with the privilege to restart the machine, which everybody at a
// PC has and nobody has switched on. Without it, f says so.
func privileged(f func() error) error {
	var token windows.Token
	if err := windows.OpenProcessToken(windows.CurrentProcess(), windows.TOKEN_ADJUST_PRIVILEGES|windows.TOKEN_QUERY, &token); err != nil {
		return err
	}
	defer token.Close()
	name, err := windows.UTF16PtrFromString("SeShutdownPrivilege")
	if err != nil {
		return err
	}
	wanted := windows.Tokenprivileges{PrivilegeCount: 1}
	wanted.Privileges[0].Attributes = windows.SE_PRIVILEGE_ENABLED
	if err := windows.LookupPrivilegeValue(nil, name, &wanted.Privileges[0].Luid); err != nil {
		return err
	}
	if err := windows.AdjustTokenPrivileges(token, false, &wanted, 0, nil, nil); err != nil {
		return err
	}
	defer func() {
		wanted.Privileges[0].Attributes = 0
		_ = windows.AdjustTokenPrivileges(token, false, &wanted, 0, nil, nil)
	}()
	return f()
}
