package wine

import "golang.org/x/sys/windows"

// here asks for what only Wine's ntdll exports.
func here() bool {
	return windows.NewLazySystemDLL("ntdll.dll").NewProc("wine_get_version").Find() == nil
}

func lacks() string {
	if here() {
		return "under Wine"
	}
	return ""
}
