package cli

import (
	"fmt"
	"slices"
	"strings"

	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/pc"
	"tacklebox/platform/l2tp/plan"
)

// ready is a plan as this PC is now: what was not read when it was made is put in,
// what is so already is left out, and connections that it breaks are named. A plan
// that was made for a PC as it no longer is, or for another one, is refused.
func ready(p plan.Plan, r pc.Reading) (plan.Plan, error) {
	var ops []plan.Op
	var changed []plan.Place
	clear := false
	for _, op := range p.Ops {
		is := now(op, r.PC)
		switch {
		case is == plan.Unknown || op.Op == plan.Restart:
		case op.Old == plan.Unknown:
			op.Old = is
		case op.Old != is && is != op.New:
			changed = append(changed, plan.Place{Key: op.Key, Name: op.Name})
		}
		if op.Op != plan.WriteProfile && op.Op != plan.Restart && is == op.New {
			continue
		}
		if op.Op == plan.WriteProfile && op.Old != plan.Unknown {
			op.New = map[bool]string{true: "created", false: "repaired"}[op.Old == plan.Absent]
		}
		clear = clear || op.Effect() == plan.EffectClear
		ops = append(ops, op)
	}
	if changed != nil {
		return p, &journal.ChangedError{Places: changed}
	}
	if len(ops) == 1 && ops[0].Op == plan.Restart {
		ops = nil // nothing to restart for
	}
	p.Ops = ops
	if !clear {
		p.Breaks = nil
		return p, p.Check()
	}
	// Who made the plan may not have seen this PC.
	for _, name := range needIPsec(p, r.PC) {
		if !slices.Contains(p.Breaks, name) {
			p.Breaks = append(p.Breaks, name)
		}
	}
	switch {
	case len(p.Breaks) > 0 && !p.Classic:
		return p, fmt.Errorf("this plan would break the connections %s, which need IPsec: plan again on this PC", strings.Join(p.Breaks, ", "))
	case r.PC.ProfilesUnread && !p.Classic:
		return p, fmt.Errorf("the connections of this PC could not be read, and this plan breaks each that needs IPsec: nothing was changed")
	case r.PC.PolicyUnread && !p.Classic:
		return p, fmt.Errorf("whether an IPsec policy is assigned to this PC could not be read: nothing was changed")
	case r.PC.IPsecPolicy && !p.Classic:
		return p, fmt.Errorf("an IPsec policy is assigned to this PC: the administrator who assigned it decides")
	}
	return p, p.Check()
}

// now is how the place of an operation is.
func now(op plan.Op, is plan.PC) string {
	switch op.Op {
	case plan.SetValue, plan.DeleteValue:
		for _, v := range is.Values {
			if v.Key == op.Key && v.Name == op.Name {
				if !v.Exists {
					return plan.Absent
				}
				return plan.Spell(v.Type, v.Data)
			}
		}
	case plan.StartService, plan.DefaultType:
		for _, s := range is.Services {
			switch {
			case s.Name != op.Name || !s.Installed:
			case op.Op == plan.DefaultType:
				return string(s.Start)
			case s.Running:
				return "running"
			default:
				return "stopped"
			}
		}
	case plan.WriteProfile:
		if is.ProfilesUnread {
			return plan.Unknown
		}
		for _, c := range is.Profiles {
			if plan.SameName(c.Name, op.Name) && !c.AllUsers {
				return "there"
			}
		}
		return plan.Absent
	}
	return plan.Unknown
}

// needIPsec are the connections that L2TP without IPsec breaks, as the plan leaves
// them.
func needIPsec(p plan.Plan, is plan.PC) []string {
	all := slices.Clone(is.Profiles)
	for _, op := range p.Ops {
		if op.Op == plan.WriteProfile {
			all = slices.DeleteFunc(all, func(c plan.Profile) bool { return plan.SameName(c.Name, op.Name) && !c.AllUsers })
			all = append(all, *op.Profile)
		}
	}
	var names []string
	for _, c := range all {
		l2tp := c.Tunnel == plan.TunnelL2TP || c.Tunnel == plan.TunnelAutomatic || c.Tunnel == ""
		if l2tp && c.IPsec != plan.IPsecNone {
			names = append(names, c.Name)
		}
	}
	return names
}
