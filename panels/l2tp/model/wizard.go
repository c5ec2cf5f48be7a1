// Package model is the wizard of the L2TP tab without its widgets: what is known,
// what a person chose, what follows from it, and all of that in words.
package model

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/pc"
	"tacklebox/platform/l2tp/plan"
)

// Step is a step of the wizard.
type Step int

// The steps, in their order.
const (
	StepServer Step = iota
	StepConnection
	StepFindings
	StepPreview
	StepApply
	StepTest
	StepDone
)

// Steps are all steps.
func Steps() []Step {
	return []Step{StepServer, StepConnection, StepFindings, StepPreview, StepApply, StepTest, StepDone}
}

// Mode is what becomes of connections.
type Mode string

// The modes.
const (
	ModeLeave  Mode = "leave"  // all connections stay as they are
	ModeNew    Mode = "new"    // one is created
	ModeRepair Mode = "repair" // one that is there is set right
)

// Wizard is one run. It is used on one goroutine.
type Wizard struct {
	At Step

	Server string
	// Asked is the server that Report is about.
	Asked   string
	Report  *l2tp.Report
	AskErr  error
	Reading *pc.Reading
	ReadErr error

	Mode   Mode
	Wanted plan.Profile
	// Secrets: a key or login was typed, to be stored with the connection.
	Secrets bool
	// Key: a pre-shared key is among what was typed.
	Key bool
	// NoIPsec and Laptop are what the person states.
	NoIPsec, Laptop bool
	// Classic asks for the recipe that circulates.
	Classic bool

	// Accepted are the red values that were ticked, Breaking the tick for the
	// connections that stop working.
	Accepted map[string]bool
	Breaking bool

	Progress []Progress // of applying
	Applying bool
	Entry    *journal.Entry
	ApplyErr error

	Dial Dial

	made plan.Plan
}

// New is a run in which nothing is known.
func New() *Wizard {
	w := &Wizard{Mode: ModeNew, Accepted: map[string]bool{}}
	w.Wanted = Draft("")
	w.Replan()
	return w
}

// Draft is a new connection to a server, as most servers want it. Its kind of IPsec
// is left to what the server turns out to need.
func Draft(server string) plan.Profile {
	return plan.Profile{Name: strings.ReplaceAll(server, ":", "."), Server: server, Auth: []string{plan.AuthCHAP, plan.AuthMSCHAPv2}, Encryption: plan.EncryptNeeded}
}

// Profiles are the connections of this PC that could be L2TP.
func (w *Wizard) Profiles() []plan.Profile {
	if w.Reading == nil {
		return nil
	}
	var out []plan.Profile
	for _, p := range w.Reading.PC.Profiles {
		if p.Tunnel == plan.TunnelL2TP || p.Tunnel == plan.TunnelAutomatic || p.Tunnel == "" {
			out = append(out, p)
		}
	}
	return out
}

// profile is the connection with this name.
func (w *Wizard) profile(name string) (plan.Profile, bool) {
	for _, p := range w.Profiles() {
		if plan.SameName(p.Name, name) {
			return p, true
		}
	}
	return plan.Profile{}, false
}

// Pick goes by a connection that is there: its server is asked, and it is the one
// to set right. Those of all users are only looked at.
func (w *Wizard) Pick(name string) {
	p, ok := w.profile(name)
	if !ok {
		return
	}
	w.Server = p.Server
	w.Repair(p)
	w.Replan()
}

// Repair makes the draft from a connection that is there.
func (w *Wizard) Repair(p plan.Profile) {
	d := Draft(p.Server)
	d.Name, d.Split, d.AllUsers = p.Name, p.Split, p.AllUsers
	// Somebody chose its kind: a key is taken away by a person only.
	d.IPsec = p.IPsec
	if d.IPsec == "" || d.IPsec == plan.IPsecUnknown {
		d.IPsec = plan.IPsecPSK
	}
	kept := p.Kept()
	if len(kept.Auth) > 0 {
		d.Auth = kept.Auth
	}
	d.Encryption = cmp.Or(kept.Encryption, d.Encryption)
	w.Mode, w.Wanted = ModeRepair, d
	if p.AllUsers {
		w.Mode = ModeLeave
	}
}

// Ask begins with a server by its name: a connection to it that is there is the
// one to set right, else a new one is drafted.
func (w *Wizard) Ask(server string) {
	w.Server = server
	if w.Wanted.Server == server && server != "" {
		return
	}
	for _, p := range w.Profiles() {
		if p.Server == server {
			w.Repair(p)
			return
		}
	}
	w.Mode, w.Wanted = ModeNew, Draft(server)
}

// Answered takes what the server said, or why it was not asked.
func (w *Wizard) Answered(server string, r *l2tp.Report, err error) {
	w.Asked, w.Report, w.AskErr = server, r, err
	w.Replan()
}

// Read takes what was read of the PC.
func (w *Wizard) Read(r *pc.Reading, err error) {
	w.ReadErr = err
	if err == nil {
		w.Reading = r
	}
	w.Replan()
}

// Wine says that this is no Windows: connections, events and restarts are missing.
func (w *Wizard) Wine() bool { return w.Reading != nil && w.Reading.Wine }

// Facts are what the planner gets to know.
func (w *Wizard) Facts() plan.Facts {
	f := plan.Facts{NoIPsec: w.NoIPsec, Laptop: w.Laptop}
	if w.Report != nil && w.Asked == w.Server {
		f.Server = w.Report
	}
	if w.Reading != nil {
		f.PC = &w.Reading.PC
	}
	if w.Mode != ModeLeave && !w.Wine() {
		p := w.Wanted
		f.Wanted = &p
	}
	return f
}

// Replan makes the plan anew. Ticks are for the changes that a person saw: others
// ask again.
func (w *Wizard) Replan() {
	f := w.Facts()
	made := plan.Make(f)
	if w.Classic {
		made = plan.Classic(f)
	}
	made = w.store(made)
	if !slices.EqualFunc(made.Ops, w.made.Ops, func(a, b plan.Op) bool { return reflect.DeepEqual(a, b) }) || !slices.Equal(made.Breaks, w.made.Breaks) {
		w.Accepted, w.Breaking = map[string]bool{}, false
	}
	w.made = made
}

// Kind is the kind of IPsec that the connection gets, as far as it is known.
func (w *Wizard) Kind() string {
	switch {
	case w.Wanted.IPsec != "" && w.Wanted.IPsec != plan.IPsecUnknown:
		return w.Wanted.IPsec
	case w.Classic, w.class() == l2tp.ClassPlain, w.NoIPsec && !w.answersIKE():
		return plan.IPsecNone
	}
	return plan.IPsecPSK
}

func (w *Wizard) class() l2tp.Class {
	if w.Report == nil || w.Asked != w.Server {
		return l2tp.ClassUnknown
	}
	return w.Report.Class
}

func (w *Wizard) answersIKE() bool {
	return slices.Contains([]l2tp.Class{l2tp.ClassIPsec, l2tp.ClassWeak, l2tp.ClassRefuses}, w.class())
}

// store adds a connection that needs nothing but the key or login that was typed.
func (w *Wizard) store(made plan.Plan) plan.Plan {
	was, there := w.profile(w.Wanted.Name)
	known := w.class() == l2tp.ClassIPsec || w.class() == l2tp.ClassWeak || w.Kind() == plan.IPsecNone
	if !w.Secrets || w.Mode != ModeRepair || !there || was.AllUsers || w.Wine() || !known {
		return made
	}
	for _, o := range made.Ops {
		if o.Op == plan.WriteProfile {
			return made
		}
	}
	to := was
	to.Tunnel, to.IPsec = plan.TunnelL2TP, w.Kind()
	if to.Check() != nil {
		return made
	}
	op := plan.Op{Op: plan.WriteProfile, Key: plan.KeyProfile, Name: to.Name, Old: "there", New: "repaired", Level: plan.Amber, Profile: &to}
	at := len(made.Ops)
	if at > 0 && made.Ops[at-1].Op == plan.Restart {
		at--
	}
	made.Ops = slices.Insert(made.Ops, at, op)
	return made
}

// Plan is what was found and what is to be done.
func (w *Wizard) Plan() plan.Plan { return w.made }

// Changes counts what the plan does, the restart left out.
func (w *Wizard) Changes() int { return len(w.ops()) }

func (w *Wizard) ops() []plan.Op {
	return slices.DeleteFunc(slices.Clone(w.made.Ops), func(o plan.Op) bool { return o.Op == plan.Restart })
}

// OwnOnly says that the plan changes nothing but this person's connection, which
// needs no consent of Windows.
func (w *Wizard) OwnOnly() bool {
	ops := w.ops()
	return len(ops) == 1 && ops[0].Op == plan.WriteProfile
}

// NeedsRestart says that the plan takes full effect with the next start only.
func (w *Wizard) NeedsRestart() bool { return len(w.made.Ops) > w.Changes() }

// Reds are the values that want a tick of their own.
func (w *Wizard) Reds() []string {
	var out []string
	for _, o := range w.made.Ops {
		if o.Level == plan.Red {
			out = append(out, o.Name)
		}
	}
	return out
}

// Missing says what keeps the plan from being applied: a key's name, or "".
type Missing string

// What can be missing.
const (
	MissingNothing Missing = ""
	MissingChanges Missing = "changes" // there is nothing to do
	MissingPC      Missing = "pc"      // it was not read
	MissingTicks   Missing = "ticks"
	MissingKey     Missing = "key" // the connection has none, and none was typed
)

// Missing says why the plan cannot be applied yet.
func (w *Wizard) Missing() Missing {
	switch {
	case w.Changes() == 0:
		return MissingChanges
	case w.Reading == nil:
		return MissingPC
	case w.lacksKey():
		return MissingKey
	}
	for _, name := range w.Reds() {
		if !w.Accepted[name] {
			return MissingTicks
		}
	}
	if len(w.made.Breaks) > 0 && !w.Breaking {
		return MissingTicks
	}
	return MissingNothing
}

// lacksKey says that the plan writes a connection with a pre-shared key that has none
// yet: Windows asks for a login when it connects, and for no key.
func (w *Wizard) lacksKey() bool {
	to := w.Writes()
	if to == nil || to.IPsec != plan.IPsecPSK || w.Key {
		return false
	}
	is, there := w.profile(to.Name)
	return !there || is.AllUsers || is.IPsec != plan.IPsecPSK && is.IPsec != plan.IPsecUnknown
}

// Order is the plan with what the person agreed to, without secrets.
func (w *Wizard) Order() pc.Order {
	o := pc.Order{Plan: w.made}
	for _, name := range w.Reds() {
		if w.Accepted[name] {
			o.Accept = append(o.Accept, name)
		}
	}
	if w.Breaking {
		o.Breaking = slices.Clone(w.made.Breaks)
	}
	return o
}

// Writes is the connection that the plan creates or repairs; nil for none.
func (w *Wizard) Writes() *plan.Profile {
	for _, o := range w.made.Ops {
		if o.Op == plan.WriteProfile {
			return o.Profile
		}
	}
	return nil
}

// Pending says that a value of this entry is newer than the PC's last start.
func (w *Wizard) Pending(e *journal.Entry) bool {
	return e != nil && w.Reading != nil && e.Waits(w.Reading.BootTime)
}
