package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/pc"
	"tacklebox/platform/l2tp/plan"
)

const applyHelp = `Does a plan on this Windows PC: values and services in a helper that Windows asks consent for, once,
the connection as yourself. Each change is written down before it is made, and undo takes it back. A
PC that is no longer as the plan says is refused. Nothing restarts.

The changes are shown first, and asked about on a terminal; --yes answers that. What weakens all L2TP
of this PC has to be agreed to by its own name, typed or with --accept: prohibit-ipsec, weak-crypto.
A connection that breaks has to be named, typed or with --breaking.

A pre-shared key comes on standard input with --psk-stdin, and is kept by Windows alone.`

// redWords are the red values by the words that a person types.
var redWords = []struct{ word, name string }{{"prohibit-ipsec", plan.ProhibitIPsec}, {"weak-crypto", plan.WeakCrypto}}

// applyFlags are those of apply.
type applyFlags struct {
	from             string
	yes, key         bool
	accept, breaking []string
}

// l2tpApplyCommand does a plan on this PC.
func (p *program) l2tpApplyCommand() *cobra.Command {
	f := &applyFlags{}
	c := &cobra.Command{
		Use:     "apply --plan FILE",
		Short:   "Do a plan on this Windows PC",
		Long:    applyHelp + "\n\n" + l2tpExitCodes,
		Example: "  tacklebox l2tp apply --plan plan.json\n  tacklebox l2tp apply --plan plan.json --yes --psk-stdin <key.txt",
		Args:    exactly(0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			if f.from == "" {
				return misusedL2TP(c, errors.New("name a plan with --plan"))
			}
			if f.from == "-" && f.key {
				return misusedL2TP(c, errors.New("plan and key cannot both come on standard input: write the plan to a file"))
			}
			return p.apply(c, f)
		},
	}
	c.Flags().StringVar(&f.from, "plan", "", "the plan: a `FILE` that l2tp plan --json wrote, - for standard input")
	c.Flags().BoolVar(&f.yes, "yes", false, "do not ask; what weakens the PC still needs --accept")
	c.Flags().StringSliceVar(&f.accept, "accept", nil, "agree to what weakens all L2TP of this PC: prohibit-ipsec, weak-crypto")
	c.Flags().StringArrayVar(&f.breaking, "breaking", nil, "agree that the connection of this `NAME` breaks")
	c.Flags().BoolVar(&f.key, "psk-stdin", false, "store the pre-shared key that stands on standard input with the connection")
	c.Flags().BoolVar(&p.json, "json", false, "answer in JSON")
	return c
}

func (p *program) apply(c *cobra.Command, f *applyFlags) error {
	order := pc.Order{}
	for _, word := range f.accept {
		i := slices.IndexFunc(redWords, func(r struct{ word, name string }) bool { return r.word == word })
		if i < 0 {
			return misusedL2TP(c, fmt.Errorf("--accept %.40q: choose prohibit-ipsec, weak-crypto", word))
		}
		order.Accept = append(order.Accept, redWords[i].name)
	}
	order.Breaking = f.breaking
	text, err := p.readPlan(f.from)
	if err != nil {
		return err
	}
	made, err := plan.Parse(text)
	if err != nil {
		return &exit{code: exitL2TPUsage, err: fmt.Errorf("%q is no plan of l2tp plan --json: %w", f.from, err)}
	}
	machine, err := p.thisPC("apply")
	if err != nil {
		return err
	}
	reading, err := machine.Read(c.Context())
	if err != nil {
		return err
	}
	if order.Plan, err = ready(made, reading); err != nil {
		return err
	}
	if len(order.Plan.Ops) == 0 {
		p.say("nothing is to be changed: this PC is as the plan wants it")
		return p.printEntry(journal.Entry{State: journal.StateSkipped, Changes: []journal.Change{}})
	}
	p.preview(order.Plan)
	if err := p.consent(c, f, &order, reading.PC); err != nil {
		return err
	}
	if f.key {
		if order.PSK, err = p.readUnseen(c, "pre-shared key"); err != nil {
			return err
		}
		defer clear(order.PSK)
	}
	order.Step = func(ch journal.Change) {
		p.say("%-7s %s", ch.State, plainText(change(ch.Op)))
	}
	entry, err := machine.Apply(c.Context(), order)
	if entry.ID != "" {
		if printing := p.printEntry(entry); err == nil {
			err = printing
		}
	}
	if err == nil && slices.ContainsFunc(order.Plan.Ops, func(o plan.Op) bool { return o.Op == plan.Restart }) {
		p.say(restartIsYours)
	}
	return err
}

const restartIsYours = "registry values take effect when the PC has restarted, which is yours to do"

// thisPC is this Windows PC, or what to do where it is none.
func (p *program) thisPC(verb string) (pc.Machine, error) {
	if p.services.l2tp.machine == nil {
		return nil, fmt.Errorf("l2tp %s is for the Windows PC itself, and this is none: make the files that do it there with l2tp export: %w", verb, errors.ErrUnsupported)
	}
	return p.services.l2tp.machine(p.dataDir, p.config.Version)
}

// preview says what would be changed, on stderr: stdout is for what was.
func (p *program) preview(made plan.Plan) {
	p.say("to change:")
	for _, o := range made.Ops {
		p.say("%-6s %s", o.Level, plainText(change(o)))
		if why := o.Consequence(); why != "" {
			p.say("       %s", why)
		}
	}
	if len(made.Breaks) > 0 {
		p.say("breaks the connections: %s", plainText(strings.Join(made.Breaks, ", ")))
	}
}

// consent asks for what was not agreed to on the command line, where there is a
// person to ask.
func (p *program) consent(c *cobra.Command, f *applyFlags, o *pc.Order, is plan.PC) error {
	ask := p.asker(f)
	for _, op := range o.Plan.Ops {
		if op.Level != plan.Red || slices.Contains(o.Accept, op.Name) {
			continue
		}
		word := op.Name
		for _, r := range redWords {
			if r.name == op.Name {
				word = r.word
			}
		}
		if ask == nil {
			return misusedL2TP(c, fmt.Errorf("%s weakens all L2TP of this PC, which --yes does not cover: say --accept %s", op.Name, word))
		}
		if !ask(fmt.Sprintf("type %s to agree: ", word), word) {
			return errNoConsent
		}
		o.Accept = append(o.Accept, op.Name)
	}
	for _, name := range o.Plan.Breaks {
		if slices.Contains(o.Breaking, name) {
			continue
		}
		if ask == nil {
			return misusedL2TP(c, fmt.Errorf("the connection %q breaks, which --yes does not cover: say --breaking with its name", plainText(name)))
		}
		if !ask("type the name of the connection that breaks ("+plainText(name)+"): ", name) {
			return errNoConsent
		}
		o.Breaking = append(o.Breaking, name)
	}
	if needsKey(o.Plan, is) && !f.key {
		return misusedL2TP(c, errors.New("the connection needs its pre-shared key: say --psk-stdin"))
	}
	if f.yes {
		return nil
	}
	if ask == nil {
		return misusedL2TP(c, errors.New("nobody is here to ask: say --yes"))
	}
	if !ask("make these changes? type yes: ", "yes") {
		return errNoConsent
	}
	return nil
}

var errNoConsent = errors.New("nothing was changed: you did not agree")

// needsKey says that a connection gets a key that it has not: Windows asks for none
// when it connects. A repaired one that has one keeps it.
func needsKey(made plan.Plan, is plan.PC) bool {
	return slices.ContainsFunc(made.Ops, func(o plan.Op) bool {
		return o.Op == plan.WriteProfile && o.Profile.IPsec == plan.IPsecPSK && !slices.ContainsFunc(is.Profiles, func(p plan.Profile) bool {
			return plan.SameName(p.Name, o.Name) && !p.AllUsers && (p.IPsec == plan.IPsecPSK || p.IPsec == plan.IPsecUnknown)
		})
	})
}

// asker puts a question to whoever sits at the terminal; nil when nobody does.
func (p *program) asker(f *applyFlags) func(question, want string) bool {
	in := p.services.l2tp.terminal
	if in == nil {
		file, ok := p.in.(*os.File)
		if !ok || f.from == "-" || !term.IsTerminal(int(file.Fd())) {
			return nil
		}
		in = file
	}
	lines := bufio.NewReader(io.LimitReader(in, 64<<10))
	return func(question, want string) bool {
		fmt.Fprint(p.err, question)
		line, err := lines.ReadString('\n')
		return (err == nil || err == io.EOF) && strings.TrimSpace(line) == want
	}
}

// printEntry says what was done, for a person or in JSON.
func (p *program) printEntry(e journal.Entry) error {
	if p.json {
		return p.answer(e)
	}
	if e.ID == "" {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", e.ID, e.State)
	for _, ch := range e.Changes {
		fmt.Fprintf(&b, "  %-7s %s\n", ch.State, plainText(change(ch.Op)))
		if ch.Reason != "" {
			fmt.Fprintf(&b, "          %s\n", plainText(ch.Reason))
		}
	}
	if _, err := io.WriteString(p.out, b.String()); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return nil
}

// readPC reads this PC for a plan; nil where it is no Windows.
func (s l2tpServices) readPC(ctx context.Context, dataDir, version string) (*plan.PC, error) {
	if s.machine == nil {
		return nil, nil
	}
	m, err := s.machine(dataDir, version)
	if err != nil {
		return nil, err
	}
	r, err := m.Read(ctx)
	if err != nil {
		return nil, err
	}
	return &r.PC, nil
}
