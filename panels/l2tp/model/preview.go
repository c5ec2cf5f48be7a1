package model

import (
	"fmt"
	"strings"

	"tacklebox/panels/i18n"
	"tacklebox/platform/l2tp/plan"
)

// Change is a row of the preview.
type Change struct {
	Op     plan.Op
	Level  string
	Title  string
	Before string // in words
	After  string
	// Where and Raw are the registry's path and the values as .reg files write them,
	// or what a service or connection is exactly.
	Where, Raw string
	Why        string
	// Consequence is what it means for all connections; "" for nothing to fear.
	Consequence string
	// Tick is the value that wants its own tick; "" for none.
	Tick string
}

// Preview are the rows, the restart left out.
func (w *Wizard) Preview() []Change {
	var out []Change
	for _, o := range w.ops() {
		c := Change{Op: o, Level: LevelOf(o.Level), Title: OpTitle(o), Why: w.why(o), Consequence: Consequence(o)}
		switch o.Op {
		case plan.SetValue, plan.DeleteValue:
			c.Before, c.After = valueWords(o, o.Old), valueWords(o, o.New)
			c.Where, c.Raw = o.Key, o.Name+":  "+short(o.Old)+"  →  "+short(o.New)
		case plan.StartService, plan.DefaultType:
			c.Before, c.After = stateWord(o.Old), stateWord(o.New)
			c.Raw = o.Name + ":  " + o.Old + "  →  " + o.New
		case plan.WriteProfile:
			c.Before, c.After = w.profileBefore(o), ProfileWords(*o.Profile)
			c.Raw = profileRaw(*o.Profile)
		}
		if o.Level == plan.Red {
			c.Tick = o.Name
		}
		out = append(out, c)
	}
	return out
}

// why is the finding that asks for a change, as a sentence.
func (w *Wizard) why(o plan.Op) string {
	switch {
	case o.Op == plan.WriteProfile && o.Why == "":
		return i18n.T("l2tp.why_secrets")
	case o.Why == plan.FindClassic:
		return i18n.T("l2tp.why_classic")
	}
	for _, f := range w.made.Findings {
		if f.ID == o.Why && (len(f.Args) == 0 || f.Args[0] == o.Name || f.ID == plan.FindProhibitPSK) {
			return FindingText(f)
		}
	}
	for _, f := range w.made.Findings {
		if w.sameThing(o, f) {
			return FindingText(f)
		}
	}
	return ""
}

// Consequence is what a change means for all connections; "" for nothing.
func Consequence(o plan.Op) string {
	if key, ok := effectKeys[o.Effect()]; ok {
		return i18n.T(key)
	}
	return ""
}

// OpTitle is a change in a few words.
func OpTitle(o plan.Op) string {
	name := map[string]any{"Name": o.Name}
	switch o.Op {
	case plan.SetValue:
		return i18n.T("l2tp.op_set", map[string]any{"Name": o.Name, "N": number(o.New)})
	case plan.DeleteValue:
		return i18n.T("l2tp.op_delete", name)
	case plan.StartService:
		return i18n.T("l2tp.op_start", map[string]any{"Name": ServiceName(o.Name)})
	case plan.DefaultType:
		return i18n.T("l2tp.op_default", map[string]any{"Name": ServiceName(o.Name)})
	case plan.WriteProfile:
		if o.New == "created" {
			return i18n.T("l2tp.op_create", name)
		}
		return i18n.T("l2tp.op_repair", name)
	case plan.Restart:
		return i18n.T("l2tp.op_restart")
	}
	return string(o.Op)
}

// number is the number in "dword:00000002".
func number(spelled string) string {
	typ, data, err := plan.ReadSpelled(spelled)
	if err != nil || typ != plan.TypeDWORD || len(data) != 4 {
		return spelled
	}
	return fmt.Sprint(uint32(data[0]) | uint32(data[1])<<8 | uint32(data[2])<<16 | uint32(data[3])<<24)
}

// short keeps a long value to one line.
func short(s string) string {
	if len(s) > 48 {
		return s[:48] + "…"
	}
	return s
}

// meaningKeys say what Windows makes of a value.
var meaningKeys = map[string]map[string]string{
	plan.ProhibitIPsec: {"0": "l2tp.means_ipsec", "1": "l2tp.means_no_ipsec"},
	plan.WeakCrypto:    {"0": "l2tp.means_strong", "1": "l2tp.means_weak"},
	plan.AssumeUDP:     {"0": "l2tp.means_nat0", "1": "l2tp.means_nat1", "2": "l2tp.means_nat2"},
}

// valueWords is a registry value in words.
func valueWords(o plan.Op, spelled string) string {
	home, _ := plan.Home(o.Name)
	here := home.Key == o.Key
	switch spelled {
	case plan.Unknown:
		return i18n.T("l2tp.value_unread")
	case plan.Absent:
		if !here {
			return i18n.T("l2tp.value_absent")
		}
		return i18n.T("l2tp.value_absent_means", map[string]any{"Means": i18n.T(meaningKeys[o.Name]["0"])})
	}
	if !here {
		return i18n.T("l2tp.value_misplaced")
	}
	n := number(spelled)
	if n == spelled {
		return i18n.T("l2tp.value_mistyped")
	}
	if key, ok := meaningKeys[o.Name][n]; ok {
		return i18n.T("l2tp.value_means", map[string]any{"N": n, "Means": i18n.T(key)})
	}
	return n
}

var stateKeys = map[string]string{
	"stopped": "l2tp.state_stopped", "running": "l2tp.state_running", plan.Unknown: "l2tp.value_unread",
	string(plan.StartAutomatic): "l2tp.start_automatic", string(plan.StartManual): "l2tp.start_manual", string(plan.StartDisabled): "l2tp.start_disabled",
}

func stateWord(s string) string {
	if key, ok := stateKeys[s]; ok {
		return i18n.T(key)
	}
	return s
}

var serviceKeys = map[string]string{
	plan.BFE: "l2tp.service_bfe", plan.IKEEXT: "l2tp.service_ikeext", plan.RasMan: "l2tp.service_rasman", plan.PolicyAgent: "l2tp.service_policyagent",
}

// ServiceName is a service as Windows shows it, with its short name.
func ServiceName(name string) string {
	if key, ok := serviceKeys[name]; ok {
		return i18n.T(key)
	}
	return name
}

func (w *Wizard) profileBefore(o plan.Op) string {
	if p, ok := w.profile(o.Name); ok && o.Old == "there" {
		return ProfileWords(p)
	}
	if o.Old == plan.Absent {
		return i18n.T("l2tp.profile_absent")
	}
	return i18n.T("l2tp.value_unread")
}

var ipsecKeys = map[string]string{
	"":            "l2tp.ipsec_auto",
	plan.IPsecPSK: "l2tp.ipsec_psk", plan.IPsecCertificate: "l2tp.ipsec_certificate", plan.IPsecNone: "l2tp.ipsec_none", plan.IPsecUnknown: "l2tp.ipsec_unknown",
}

var encryptionKeys = map[string]string{
	plan.EncryptNone: "l2tp.encrypt_none", plan.EncryptAsked: "l2tp.encrypt_optional", plan.EncryptNeeded: "l2tp.encrypt_required", plan.EncryptMost: "l2tp.encrypt_maximum",
}

// IPsecName and EncryptionName are settings of a connection in words.
func IPsecName(kind string) string { return named(ipsecKeys, kind) }

// EncryptionName is a level of encryption in words.
func EncryptionName(level string) string { return named(encryptionKeys, level) }

func named(keys map[string]string, value string) string {
	if key, ok := keys[value]; ok {
		return i18n.T(key)
	}
	return value
}

// AuthName is a way to log in by its usual name.
func AuthName(a string) string {
	switch a {
	case plan.AuthPAP:
		return "PAP"
	case plan.AuthCHAP:
		return "CHAP"
	case plan.AuthMSCHAPv2:
		return "MS-CHAPv2"
	}
	return a
}

// ProfileWords is a connection in words.
func ProfileWords(p plan.Profile) string {
	var auth []string
	for _, a := range p.Auth {
		auth = append(auth, AuthName(a))
	}
	kind := p.Tunnel
	if kind == "" || kind == plan.TunnelL2TP {
		kind = "L2TP"
	}
	parts := []string{kind, IPsecName(p.IPsec), strings.Join(auth, " + "), i18n.T("l2tp.encryption_is", map[string]any{"Level": EncryptionName(p.Encryption)})}
	if p.Split {
		parts = append(parts, i18n.T("l2tp.split_short"))
	}
	return strings.Join(parts, i18n.T("l2tp.comma"))
}
