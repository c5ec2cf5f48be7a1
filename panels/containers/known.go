package containers

import (
	"strings"

	"tacklebox/panels/i18n"
	"tacklebox/platform/containers/launch"
)

// Known is what somebody read of an image that is not on the engine yet: a registry
// tells it without a pull.
type Known struct {
	Command  launch.Command
	Platform string
	Size     int64 // bytes
	// Env is how many variables it has: their values may be secrets.
	Env   int
	Ports []string
}

// maxKnown bounds how many of them are remembered.
const maxKnown = 40

// DebugKnown is DebugForm for a reference by digest of which this is known already.
// What a tag names may have changed until it is pulled, so of one nothing is kept.
func (p *Panel) DebugKnown(reference string, k Known) {
	if strings.Contains(reference, "@sha256:") {
		if p.known == nil || len(p.known) >= maxKnown {
			p.known = map[string]Known{}
		}
		p.known[reference] = k
	}
	p.DebugForm(reference)
}

// with is what a known image brings with it.
func (k Known) with() string {
	user, dir := k.Command.User, k.Command.WorkDir
	if user == "" {
		user = "root"
	}
	if dir == "" {
		dir = "/"
	}
	parts := []string{i18n.T("containers.with_user") + " " + user, i18n.T("containers.with_workdir") + " " + dir}
	if k.Env > 0 {
		parts = append(parts, i18n.N("containers.with_env", k.Env))
	}
	if len(k.Ports) > 0 {
		parts = append(parts, i18n.T("containers.with_ports")+" "+strings.Join(k.Ports, " "))
	}
	return strings.Join(parts, " · ")
}
