// Package helper is the elevated half of the changes: it takes a plan as plain
// words of a closed vocabulary, looks at the PC again, and does exactly that with a
// journal. Its other half starts it behind one consent and reads what became of it.
package helper

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/plan"
)

// Verb is the hidden verb of tacklebox-cli that the helper is started with.
const Verb = "l2tp-helper"

// What is asked of the helper.
const (
	doApply    = "apply"
	doUndo     = "undo"
	doServices = "restart-services"
)

const maxWords = 40

// request is what the helper was asked for.
type request struct {
	do        string
	id        string
	steps     []step
	accept    []string // names of red values
	overwrite bool
	wait      bool // until the caller says go: it may have given up while the consent was open
}

// step is one operation. Its old side is what the preview showed, in a form that
// fits a command line: for a long or odd value its hash.
type step struct {
	op   plan.Op // without Old
	seen string
}

// The keys by the words that stand for them.
var keys = []struct{ word, key string }{
	{"rasman", plan.RasManKey}, {"policyagent", plan.PolicyAgentKey}, {"ipsec", plan.OldIPsecKey},
}

// applying is the request for a plan. The connection and the restart are not the
// helper's.
func applying(id string, p plan.Plan, accept []string) (request, error) {
	r := request{do: doApply, id: id}
	if err := p.Check(); err != nil {
		return r, err
	}
	for _, op := range p.Ops {
		if op.Op == plan.WriteProfile || op.Op == plan.Restart {
			continue
		}
		seen, err := seenOf(op)
		if err != nil {
			return r, err
		}
		op.Old, op.Why, op.Profile = "", "", nil
		r.steps = append(r.steps, step{op, seen})
		if op.Level == plan.Red {
			if !slices.Contains(accept, op.Name) {
				return r, fmt.Errorf("%s was not agreed to by itself: it weakens all L2TP of this PC", op.Name)
			}
			r.accept = append(r.accept, op.Name)
		}
	}
	return r, nil
}

// seenOf is the old side of an operation as a word.
func seenOf(op plan.Op) (string, error) {
	switch op.Op {
	case plan.StartService, plan.DefaultType:
		return op.Old, nil // the vocabulary's words already
	}
	if op.Old == plan.Absent || op.Old == plan.Unknown {
		return op.Old, nil
	}
	typ, data, err := plan.ReadSpelled(op.Old)
	if err != nil {
		return "", err
	}
	return wordOf(typ, data), nil
}

// wordOf is a value as a word.
func wordOf(typ uint32, data []byte) string {
	text := plan.Spell(typ, data)
	if n, ok := strings.CutPrefix(text, "dword:"); ok {
		return "d" + n
	}
	sum := sha256.Sum256([]byte(text))
	return "h" + hex.EncodeToString(sum[:16])
}

// words are the request as the helper's arguments.
func (r request) words() []string {
	out := []string{r.do}
	if r.id != "" {
		out = append(out, r.id)
	}
	for _, s := range r.steps {
		word := string(s.op.Op)
		switch s.op.Op {
		case plan.SetValue:
			word = "set." + s.op.Name + "." + s.op.New[len(s.op.New)-1:]
		case plan.DeleteValue:
			for _, k := range keys {
				if k.key == s.op.Key {
					word = "delete." + k.word + "." + s.op.Name
				}
			}
		case plan.StartService:
			word = "start." + s.op.Name
		case plan.DefaultType:
			word = "default." + s.op.Name
		}
		out = append(out, word+"."+s.seen)
	}
	for _, name := range r.accept {
		out = append(out, "accept."+name)
	}
	if r.overwrite {
		out = append(out, "overwrite")
	}
	if r.wait {
		out = append(out, "wait")
	}
	return out
}

// errWords: the arguments are not ones that we make.
var errWords = errors.New("this is for Tacklebox itself to call: use tacklebox-cli l2tp apply, or undo")

// parse reads the arguments again, and takes only what words makes.
func parse(args []string) (request, error) {
	var r request
	if len(args) == 0 || len(args) > maxWords {
		return r, errWords
	}
	r.do = args[0]
	rest := args[1:]
	switch {
	case r.do == doServices && len(rest) == 0:
		return r, nil
	case (r.do == doApply || r.do == doUndo) && len(rest) > 0:
		if err := journal.CheckID(rest[0]); err != nil {
			return r, errWords
		}
		r.id, rest = rest[0], rest[1:]
	default:
		return r, errWords
	}
	if r.do == doUndo {
		r.overwrite, r.wait = slices.Contains(rest, "overwrite"), slices.Contains(rest, "wait")
		if !slices.Equal(r.words(), args) {
			return r, errWords
		}
		return r, nil
	}
	for _, w := range rest {
		if err := r.word(w); err != nil {
			return r, err
		}
	}
	// One spelling each: what is not said as we say it is refused.
	if len(r.steps) == 0 || !slices.Equal(r.words(), args) {
		return r, errWords
	}
	return r, r.consent()
}

// word reads one word of a plan.
func (r *request) word(w string) error {
	if len(w) > 120 {
		return errWords
	}
	if w == "wait" {
		r.wait = true
		return nil
	}
	parts := strings.Split(w, ".")
	op := plan.Op{Key: plan.KeyService, Level: plan.Green}
	switch {
	case len(parts) == 2 && parts[0] == "accept":
		r.accept = append(r.accept, parts[1])
		return nil
	case len(parts) == 4 && parts[0] == "set" && len(parts[2]) == 1 && parts[2] >= "0" && parts[2] <= "2":
		at, ok := plan.Home(parts[1])
		if !ok {
			return errWords
		}
		n := uint32(parts[2][0] - '0')
		op.Op, op.Key, op.Name, op.New, op.Level = plan.SetValue, at.Key, at.Name, plan.DWORD(n), levelOf(at.Name, n)
	case len(parts) == 4 && parts[0] == "delete":
		op.Op, op.Key, op.Name, op.New = plan.DeleteValue, "", parts[2], plan.Absent
		for _, k := range keys {
			if k.word == parts[1] {
				op.Key = k.key
			}
		}
	case len(parts) == 3 && parts[0] == "start":
		op.Op, op.Name, op.New = plan.StartService, parts[1], "running"
	case len(parts) == 3 && parts[0] == "default":
		usual, ok := plan.DefaultStart(parts[1])
		if !ok {
			return errWords
		}
		op.Op, op.Name, op.New = plan.DefaultType, parts[1], string(usual)
	default:
		return errWords
	}
	seen := parts[len(parts)-1]
	if !sensible(op.Op, seen) {
		return errWords
	}
	r.steps = append(r.steps, step{op, seen})
	return nil
}

// levelOf is what the vocabulary says; a check of the plan compares.
func levelOf(name string, n uint32) plan.Level {
	switch {
	case n == 0:
		return plan.Green
	case name == plan.AssumeUDP:
		return plan.Amber
	}
	return plan.Red
}

// sensible says that a word can be what a preview showed.
func sensible(kind plan.Kind, seen string) bool {
	switch seen {
	case plan.Unknown:
		return true
	case plan.Absent:
		return kind == plan.SetValue || kind == plan.DeleteValue
	case "stopped":
		return kind == plan.StartService
	case string(plan.StartAutomatic), string(plan.StartManual), string(plan.StartDisabled):
		return kind == plan.DefaultType
	}
	if kind != plan.SetValue && kind != plan.DeleteValue {
		return false
	}
	hash := strings.Trim(seen[min(1, len(seen)):], "0123456789abcdef") == ""
	return hash && (len(seen) == 9 && seen[0] == 'd' || len(seen) == 33 && seen[0] == 'h')
}

// consent says that each red change was agreed to by itself, and that the whole is
// a plan of the vocabulary.
func (r *request) consent() error {
	var red []string
	p := plan.Plan{}
	for _, s := range r.steps {
		op := s.op
		op.Old = plan.Unknown
		p.Ops = append(p.Ops, op)
		if op.Level == plan.Red {
			red = append(red, op.Name)
		}
	}
	if err := p.Check(); err != nil {
		return fmt.Errorf("%w: %w", errWords, err)
	}
	if !slices.Equal(red, r.accept) {
		return errWords
	}
	return nil
}

// ops puts in what is there now, where it is what the preview showed.
func (r *request) ops(m journal.Machine) ([]plan.Op, error) {
	var changed []plan.Place
	p := plan.Plan{}
	for _, s := range r.steps {
		op := s.op
		op.Old = s.seen
		if op.Op == plan.SetValue || op.Op == plan.DeleteValue {
			at := plan.Place{Key: op.Key, Name: op.Name}
			v, err := m.Value(at)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", op.Name, err)
			}
			is := plan.Absent
			op.Old = plan.Absent
			if v.Exists {
				is, op.Old = wordOf(v.Type, v.Data), plan.Spell(v.Type, v.Data)
			}
			if s.seen != plan.Unknown && s.seen != is {
				changed = append(changed, at)
			}
		}
		p.Ops = append(p.Ops, op)
	}
	if changed != nil {
		return nil, &journal.ChangedError{Places: changed}
	}
	if err := p.Check(); err != nil {
		return nil, err
	}
	return p.Ops, nil
}
