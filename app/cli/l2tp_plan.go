package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tacklebox/platform/l2tp/codes"
	"tacklebox/platform/l2tp/kit"
	"tacklebox/platform/l2tp/plan"
	"tacklebox/platform/l2tp/probe"
	"tacklebox/platform/l2tp/report"
	"tacklebox/platform/latency/transfer"
)

const planHelp = `Plans what a Windows PC needs for a server, and nothing else: what the server does not answer changes
nothing. With --json the plan is what l2tp export reads.

--classic is the recipe that circulates: ProhibitIpSec, AllowL2TPWeakCrypto and
AssumeUDPEncapsulationContextOnSendRule, without looking. It is right only for servers that speak
L2TP without IPsec, and breaks every connection with a pre-shared key or a certificate.`

// planFlags are those of plan.
type planFlags struct {
	classic, noIPsec, laptop, split bool
	server, connection              string
	ipsec                           choiceFlag
	auth                            []string
	// said tells which flags are on the command line; nil for none.
	said func(name string) bool
}

// l2tpPlanCommand plans.
func (p *program) l2tpPlanCommand() *cobra.Command {
	f := &planFlags{}
	c := &cobra.Command{
		Use:   "plan",
		Short: "Plan what a Windows PC needs for a server",
		Long:  planHelp + "\n\n" + l2tpExitCodes,
		Example: "  tacklebox l2tp plan --server vpn.example.com --connection office --json >plan.json\n" +
			"  tacklebox l2tp plan --classic --server 192.0.2.1 --connection office",
		Args: exactly(0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			f.said = c.Flags().Changed
			if f.classic && !c.Flags().Changed("ipsec") {
				f.ipsec.value = plan.IPsecNone // what the recipe is right for
			}
			if err := f.check(p.services.l2tp.machine != nil); err != nil {
				return misusedL2TP(c, err)
			}
			made, err := p.makePlan(c, f)
			if err != nil {
				return err
			}
			if !p.json {
				return p.printPlan(made)
			}
			data, err := made.Encode()
			if err != nil {
				return err
			}
			if _, err := p.out.Write(data); err != nil {
				return fmt.Errorf("write the answer: %w", err)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&f.classic, "classic", false, "the recipe that circulates, without evidence")
	c.Flags().StringVar(&f.server, "server", "", "ask this `SERVER` first")
	c.Flags().BoolVar(&f.noIPsec, "no-ipsec", false, "state that the server has no IPsec")
	c.Flags().BoolVar(&f.laptop, "laptop", false, "the PC will be used behind other routers too")
	c.Flags().StringVar(&f.connection, "connection", "", "create or repair the connection of this `NAME`")
	choice(c, &f.ipsec, "ipsec", "what the connection proves itself with; auto is as the server needs it, and none with --classic", ipsecAuto, plan.IPsecPSK, plan.IPsecCertificate, plan.IPsecNone)
	c.Flags().StringSliceVar(&f.auth, "auth", []string{plan.AuthCHAP, plan.AuthMSCHAPv2}, "how the connection logs in: Pap, Chap, MSChapv2")
	c.Flags().BoolVar(&f.split, "split", false, "only what is for the other network goes through the connection")
	c.Flags().BoolVar(&p.json, "json", false, "answer in JSON, for l2tp export")
	return c
}

// check says what is missing; a PC that can be read is worth a plan by itself.
func (f *planFlags) check(pc bool) error {
	switch {
	case f.server == "" && !f.classic && !f.noIPsec && !pc:
		return fmt.Errorf("name a server with --server, or say --classic")
	case f.connection != "" && f.server == "":
		return fmt.Errorf("--connection goes with --server")
	}
	if f.server != "" {
		if err := plan.CheckServer(f.server); err != nil {
			return err
		}
	}
	if w := f.wanted(nil); w != nil {
		w.Encryption = plan.EncryptAsked // Make chooses
		if w.IPsec == "" {
			w.IPsec = plan.IPsecPSK // as well
		}
		return w.Check()
	}
	return nil
}

// ipsecAuto leaves it to what the server turns out to need.
const ipsecAuto = "auto"

// wanted is the connection that was asked for. One that is there keeps what the
// command line does not say: its kind, since nobody but a person takes its key away,
// its ways to log in, its encryption and what goes through it.
func (f *planFlags) wanted(is *plan.PC) *plan.Profile {
	if f.connection == "" {
		return nil
	}
	w := &plan.Profile{Name: f.connection, Server: f.server, Auth: f.auth, Split: f.split}
	if is != nil {
		for _, c := range is.Profiles {
			if plan.SameName(c.Name, w.Name) && !c.AllUsers {
				f.keep(w, c)
			}
		}
	}
	if f.ipsec.value != ipsecAuto {
		w.IPsec = f.ipsec.value
	}
	return w
}

// keep takes over what a connection is already.
func (f *planFlags) keep(w *plan.Profile, is plan.Profile) {
	said := func(name string) bool { return f.said != nil && f.said(name) }
	is = is.Kept()
	w.Name, w.IPsec, w.Encryption = is.Name, is.IPsec, is.Encryption
	if !said("auth") && len(is.Auth) > 0 {
		w.Auth = is.Auth
	}
	if !said("split") {
		w.Split = is.Split
	}
}

// makePlan asks the server where there is evidence to be had. The classic recipe
// asks nobody.
func (p *program) makePlan(c *cobra.Command, f *planFlags) (plan.Plan, error) {
	facts := plan.Facts{NoIPsec: f.noIPsec, Laptop: f.laptop}
	var err error
	if facts.PC, err = p.services.l2tp.readPC(c.Context(), p.dataDir, p.config.Version); err != nil {
		return plan.Plan{}, err
	}
	facts.Wanted = f.wanted(facts.PC)
	if f.classic {
		return plan.Classic(facts), nil
	}
	if f.server != "" {
		r, err := p.services.l2tp.ask(c.Context(), f.server, probe.Options{})
		if err != nil {
			return plan.Plan{}, err
		}
		facts.Server = &r
	}
	return plan.Make(facts), nil
}

// findingText is a finding, with what of it nobody saw yet.
func findingText(x plan.Finding) string {
	if x.ID.Expected() {
		return x.Text() + " " + report.English(report.Expected)
	}
	return x.Text()
}

// printPlan says what was found and what would be changed.
func (p *program) printPlan(made plan.Plan) error {
	var b bytes.Buffer
	for _, x := range made.Findings {
		fmt.Fprintf(&b, "%-6s %s\n", x.Level, plainText(findingText(x)))
	}
	if len(made.Ops) == 0 {
		b.WriteString("nothing is changed\n")
	} else {
		b.WriteString("to change:\n")
	}
	for _, o := range made.Ops {
		fmt.Fprintf(&b, "%-6s %s\n", o.Level, plainText(change(o)))
		if why := o.Consequence(); why != "" {
			fmt.Fprintf(&b, "       %s\n", why)
		}
	}
	if len(made.Breaks) > 0 {
		fmt.Fprintf(&b, "breaks the connections: %s\n", plainText(strings.Join(made.Breaks, ", ")))
	}
	if _, err := p.out.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return nil
}

// change is an operation in words.
func change(o plan.Op) string {
	switch o.Op {
	case plan.SetValue, plan.DeleteValue:
		return fmt.Sprintf(`%s\%s: %s -> %s`, o.Key, o.Name, o.Old, o.New)
	case plan.StartService:
		return fmt.Sprintf("service %s: %s -> running", o.Name, o.Old)
	case plan.DefaultType:
		return fmt.Sprintf("service %s: start type %s -> %s", o.Name, o.Old, o.New)
	case plan.WriteProfile:
		c := o.Profile
		through := "everything goes through it"
		if c.Split {
			through = "only what is for the other network goes through it"
		}
		return fmt.Sprintf("connection %q %s: server %s, L2TP, IPsec by %s, login by %s, encryption %s, %s", o.Name, o.New, c.Server, c.IPsec, strings.Join(c.Auth, " or "), c.Encryption, through)
	}
	return "restart the PC, when you choose to"
}

const fixKitHelp = `Makes the files that do a plan on a Windows PC: a .reg file with the registry values, or a PowerShell
script that saves what it finds, does services and the connection too, asks for the pre-shared key
when it runs, and puts back. With --output the script gets a .cmd file beside it that starts it.

--undo makes the file that takes it back: a .reg file deletes what was not read before.
That the script runs is expected, and not yet seen on each build of Windows.`

// l2tpExportCommand writes the fix kit.
func (p *program) l2tpExportCommand() *cobra.Command {
	var from string
	var format choiceFlag
	var out outFlags
	undo := false
	c := &cobra.Command{
		Use:     "export --plan FILE",
		Short:   "Make the files that do a plan on a Windows PC, and take it back",
		Long:    fixKitHelp + "\n\n" + l2tpExitCodes,
		Example: "  tacklebox l2tp export --plan plan.json --format ps1 --output fix-l2tp.ps1",
		Args:    exactly(0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			if from == "" {
				return misusedL2TP(c, fmt.Errorf("name a plan with --plan"))
			}
			text, err := p.readPlan(from)
			if err != nil {
				return err
			}
			made, err := plan.Parse(text)
			if err != nil {
				return &exit{code: exitL2TPUsage, err: fmt.Errorf("%q is no plan of l2tp plan --json: %w", from, err)}
			}
			data, err := kit.Export(made, kit.Format(format.value), undo)
			if err != nil {
				return err
			}
			if err := p.write(out, func(w io.Writer) error { _, err := w.Write(data); return err }); err != nil {
				return err
			}
			if kit.Format(format.value) == kit.FormatScript && out.file != "" && out.file != "-" {
				return p.starters(out, undo)
			}
			return nil
		},
	}
	c.Flags().StringVar(&from, "plan", "", "the plan: a `FILE` that l2tp plan --json wrote, - for standard input")
	choice(c, &format, "format", "which file", string(kit.FormatReg), string(kit.FormatScript))
	c.Flags().BoolVar(&undo, "undo", false, "make the file that takes it back")
	out.add(c)
	return c
}

// readPlan reads no more than a plan has.
func (p *program) readPlan(name string) ([]byte, error) {
	in := p.in
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("read the plan: %w", err)
		}
		defer file.Close()
		in = file
	}
	text, err := io.ReadAll(io.LimitReader(in, plan.MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read the plan %q: %w", name, err)
	}
	return text, nil
}

// starters writes the .cmd files beside a script.
func (p *program) starters(out outFlags, undo bool) error {
	script := filepath.Base(out.file)
	base := strings.TrimSuffix(out.file, filepath.Ext(out.file))
	files := map[string]bool{base + ".cmd": undo}
	if !undo {
		files[base+"-undo.cmd"] = true
	}
	for name, back := range files {
		data, err := kit.Starter(script, back)
		if err != nil {
			return err
		}
		write := func(w io.Writer) error { _, err := w.Write(data); return err }
		if err := overwriting(transfer.File(name, out.force, write)); err != nil {
			return err
		}
	}
	return nil
}

// l2tpExplainCommand explains an error code.
func (p *program) l2tpExplainCommand() *cobra.Command {
	c := &cobra.Command{
		Use:     "explain CODE",
		Short:   "Explain an error code that a VPN connection of Windows ended in",
		Example: "  tacklebox l2tp explain 789\n  tacklebox l2tp explain 0x800B0101",
		Long:    "Says what the code means, what causes it with L2TP, the likeliest first, and what to look at.\n\n" + l2tpExitCodes,
		Args:    exactly(1, "a code, such as 789"),
		RunE: func(c *cobra.Command, args []string) error {
			n, err := codes.Parse(args[0])
			if err != nil {
				return misusedL2TP(c, err)
			}
			code, ok := codes.Find(n)
			if !ok {
				return &exit{code: exitL2TPUnknown, err: fmt.Errorf("nothing is known here of error %s: look for it at the stage that RasClient's last event names", codeText(n))}
			}
			if p.json {
				return p.answer(code)
			}
			var b bytes.Buffer
			fmt.Fprintf(&b, "error %s: %s (stage %s)\n", codeText(n), code.Meaning, code.Stage)
			for i, cause := range code.Causes[:min(3, len(code.Causes))] {
				fmt.Fprintf(&b, "  %d. %s\n     %s\n", i+1, cause.Text, lookAt(cause.Check))
			}
			if _, err := p.out.Write(b.Bytes()); err != nil {
				return fmt.Errorf("write the answer: %w", err)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&p.json, "json", false, "answer in JSON, with all causes")
	return c
}

// codeText is a code as Windows shows it.
func codeText(n int64) string {
	if n < 0 || n > 0xffff {
		return fmt.Sprintf("0x%08X", uint32(n))
	}
	return fmt.Sprint(n)
}

// unsigned has `l2tp explain` take a negative code, as the event log writes some,
// for what it is and not for a flag.
func unsigned(args []string) []string {
	at := slices.Index(args, "explain")
	if at < 1 || args[at-1] != "l2tp" {
		return args
	}
	out := slices.Clone(args)
	for i, arg := range out[at+1:] {
		if n, err := strconv.ParseInt(arg, 10, 32); err == nil && n < 0 {
			out[at+1+i] = fmt.Sprintf("0x%08X", uint32(n))
		}
	}
	return out
}

// lookAt is a step as something to do.
func lookAt(s codes.Step) string {
	switch s {
	case codes.StepServer:
		return "check: tacklebox l2tp probe SERVER"
	case codes.StepKey:
		return "check: tacklebox l2tp probe SERVER --psk-stdin"
	case codes.StepProfile:
		return "check: the connection's settings"
	case codes.StepServices:
		return "check: the services BFE, IKEEXT, PolicyAgent and RasMan"
	case codes.StepRegistry:
		return "check: tacklebox l2tp plan --server SERVER, on the PC"
	case codes.StepAdmin:
		return "ask: the server's administrator"
	case codes.StepTest:
		return "check: dial again and see how far it comes"
	}
	return "check: other VPN programs, drivers and updates of the PC"
}
