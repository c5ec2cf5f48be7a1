package containers

import "tacklebox/panels/containers/model"

// EnginePlatform is the platform of the engine in use, such as "linux/amd64", ""
// while none answers or nobody looked at the tab yet.
func (p *Panel) EnginePlatform() string {
	if p.hub == nil {
		return ""
	}
	a := p.hub.Snapshot()
	if a.Link != model.LinkUp || a.Answer.OS == "" || a.Answer.Arch == "" {
		return ""
	}
	return a.Answer.OS + "/" + arch(a.Answer.Arch)
}

// arch is an architecture as images name it; some engines tell the kernel's word.
func arch(word string) string {
	switch word {
	case "x86_64":
		return "amd64"
	case "aarch64":
		return "arm64"
	}
	return word
}
