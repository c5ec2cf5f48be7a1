package app

import "golang.org/x/sys/windows"

// showTrouble shows text in a box: a window program has no stderr here.
func showTrouble(text string) {
	body, err := windows.UTF16PtrFromString(text)
	if err != nil {
		return
	}
	title, _ := windows.UTF16PtrFromString(Name)
	_, _ = windows.MessageBox(0, body, title, windows.MB_OK|windows.MB_ICONERROR)
}
