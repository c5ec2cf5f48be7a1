package pctest

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/codes"
	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/pc"
	"tacklebox/platform/l2tp/plan"
)

func order(p plan.Plan) pc.Order {
	o := pc.Order{Plan: p, Breaking: p.Breaks}
	for _, op := range p.Ops {
		if op.Level == plan.Red {
			o.Accept = append(o.Accept, op.Name)
		}
	}
	return o
}

// What a plan does to the recorded facts leaves nothing to plan, and undo leaves
// them as they were.
func TestApplyUndo(t *testing.T) {
	report := Strong(true, true)
	wanted := &plan.Profile{Name: "Corp", Server: Server, IPsec: plan.IPsecPSK, Auth: []string{plan.AuthCHAP, plan.AuthMSCHAPv2}}
	m := &Machine{Reading: Leftovers()}
	facts := func() plan.Facts {
		r, err := m.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return plan.Facts{Server: &report, PC: &r.PC, Wanted: wanted}
	}
	before := facts()
	made := plan.Make(before)
	if len(made.Ops) < 7 {
		t.Fatalf("the recorded PC asks for %d changes only", len(made.Ops))
	}
	var told []journal.State
	o := order(made)
	o.Step = func(c journal.Change) { told = append(told, c.State) }
	e, err := m.Apply(t.Context(), o)
	if err != nil || e.State != journal.StateDone || len(told) != 2*len(e.Changes) {
		t.Fatalf("%v, %+v, told %v", err, e, told)
	}
	if left := plan.Make(facts()).Ops; len(left) != 0 {
		t.Errorf("still to do: %+v", left)
	}
	if e, err = m.Undo(t.Context(), e.ID, false); err != nil || e.State != journal.StateUndone {
		t.Fatalf("%v, %+v", err, e)
	}
	after := facts()
	if !reflect.DeepEqual(before.PC.Values, after.PC.Values) || !reflect.DeepEqual(before.PC.Services, after.PC.Services) || len(before.PC.Profiles) != len(after.PC.Profiles) {
		t.Errorf("undone:\n%+v\nbefore:\n%+v", after.PC, before.PC)
	}
}

func TestRefusals(t *testing.T) {
	report := Plain()
	r := Clean()
	red := plan.Make(plan.Facts{Server: &report, PC: &r.PC})
	m := &Machine{Reading: r}
	if _, err := m.Apply(t.Context(), pc.Order{Plan: red}); err == nil {
		t.Error("a red change without its consent was made")
	}
	classic := plan.Classic(plan.Facts{PC: &plan.PC{Profiles: Leftovers().PC.Profiles}})
	o := order(classic)
	o.Breaking = nil
	if _, err := m.Apply(t.Context(), o); err == nil {
		t.Error("a connection was broken without consent")
	}
	m.ApplyErr = pc.ErrDeclined
	if _, err := m.Apply(t.Context(), order(red)); !errors.Is(err, pc.ErrDeclined) || len(m.Entries) != 0 {
		t.Errorf("%v, %d entries", err, len(m.Entries))
	}
	m.ApplyErr, m.FailAt = nil, 2
	e, err := m.Apply(t.Context(), order(classic))
	if err == nil || e.State != journal.StatePartly || e.Changes[0].State != journal.StateDone || e.Changes[1].State != journal.StateFailed || len(e.Changes) != 2 {
		t.Errorf("%v, %+v", err, e)
	}
	m.Conflict = []plan.Place{{Key: e.Changes[0].Op.Key, Name: e.Changes[0].Op.Name}}
	var conflict *journal.ConflictError
	if _, err := m.Undo(t.Context(), e.ID, false); !errors.As(err, &conflict) {
		t.Errorf("no conflict: %v", err)
	}
	if e, err := m.Undo(t.Context(), e.ID, true); err != nil || e.State != journal.StateUndone {
		t.Errorf("%v, %s", err, e.State)
	}
	if _, err := m.Undo(t.Context(), "none", false); !errors.Is(err, ErrNoEntry) {
		t.Error(err)
	}
}

func TestDial(t *testing.T) {
	m := &Machine{Script: Fails(codes.StageIKE, 789)}
	var last pc.Progress
	n := 0
	ch, err := m.Dial(t.Context(), pc.Dial{Connection: "Corp"})
	if err != nil {
		t.Fatal(err)
	}
	for last = range ch {
		n++
	}
	if !last.Done || last.Code != 789 || last.Stage != codes.StageIKE || n != 6 {
		t.Errorf("%d steps, last %+v", n, last)
	}
	// Cancelled while it waits.
	ctx, cancel := context.WithCancel(t.Context())
	m.Script = Connects()
	m.Gate = func(ctx context.Context, step string) error {
		if step == "dial 3" {
			cancel()
			<-ctx.Done()
		}
		return nil
	}
	if ch, err = m.Dial(ctx, pc.Dial{Connection: "Corp"}); err != nil {
		t.Fatal(err)
	}
	for last = range ch {
	}
	if !errors.Is(last.Err, context.Canceled) || !last.Done || last.Connected {
		t.Errorf("%+v", last)
	}
}

// The recorded reports are of the class that their answers allow.
func TestReports(t *testing.T) {
	for _, r := range []l2tp.Report{Strong(false, false), Strong(true, true), Weak(), Plain(), Silent(), Keyed(Strong(false, false), l2tp.PSKWrong)} {
		if got := l2tp.ClassOf(r.IKE, r.L2TP); got != r.Class {
			t.Errorf("%s: its answers say %s", r.Class, got)
		}
	}
}
