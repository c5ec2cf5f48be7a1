package ras

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"tacklebox/platform/l2tp/plan"
)

// tunnels are the strategies by the names of Get-VpnConnection, and what names the
// device in every language. Automatic is VS_Default: which tunnel such a connection
// tried first is not kept, nor is its device, which Windows changes by itself.
var tunnels = map[string]struct {
	strategy uint32
	device   string
}{
	plan.TunnelAutomatic: {0, ""},
	plan.TunnelL2TP:      {onlyL2TP, "L2TP"},
	"Pptp":               {onlyPPTP, "PPTP"},
	"Sstp":               {onlySSTP, "SSTP"},
	"Ikev2":              {onlyIKEv2, "IKEV2"},
}

// Restore gives this person's connection back what was read of it, also where that
// is nothing that we would write: another tunnel, or EAP, whose own settings stay
// as they are. Expected, not yet seen.
func (s *System) Restore(p plan.Profile) error {
	if p.AllUsers {
		return errors.New("a connection of all users is changed by an administrator alone")
	}
	if p.Check() == nil {
		return s.Write(p)
	}
	t, known := tunnels[p.Tunnel]
	if !known || plan.CheckName(p.Name) != nil {
		return fmt.Errorf("the connection %.80q was one that cannot be put back: set it in Windows' settings", p.Name)
	}
	ref, err := s.find(p.Name, true)
	if err != nil {
		return err
	}
	e, size, err := s.read(ref.Book, ref.Name)
	if err != nil {
		return err
	}
	dev := text(e[0].deviceName[:])
	if t.device != "" {
		if dev, err = s.deviceFor(t.device); err != nil {
			return err
		}
	}
	level := e[0].encryption
	if err := e[0].apply(p, dev); err != nil {
		return err
	}
	e[0].strategy = t.strategy
	if !slices.Contains(levels, p.Encryption) {
		e[0].encryption = level // it was not read, so it was not ours to change
	}
	if code := s.api.setEntry(ref.Book, ref.Name, e, size); code != ok {
		return failed(code, "put back the connection %q", ref.Name)
	}
	return s.readBack(ref.Book, ref.Name, p)
}

// deviceFor is the device of a tunnel, by what no language translates.
func (s *System) deviceFor(tunnel string) (string, error) {
	devices, code := list(296, func(d *device) { d.size = 296 }, s.api.devices)
	if code != ok {
		return "", failed(code, "list the devices for dialing")
	}
	for _, d := range devices {
		if name := text(d.name[:]); strings.Contains(strings.ToUpper(name), tunnel) && same(text(d.kind[:]), deviceVPN) {
			return name, nil
		}
	}
	return "", fmt.Errorf("this PC has no WAN Miniport (%s): show hidden devices in the device manager and see whether it is disabled", tunnel)
}
