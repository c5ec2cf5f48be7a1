package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/pc"
	"tacklebox/platform/l2tp/plan"
	"tacklebox/platform/l2tp/probe"
)

// The exit codes of the verbs of l2tp, beside those that all have.
const (
	exitL2TPUsage   = 2
	exitL2TPUnknown = 3
)

// l2tpServices is what the verbs of l2tp use of the machine; nil is the real one.
type l2tpServices struct {
	probe func(context.Context, string, probe.Options) (l2tp.Report, error)
	// machine is this PC; nil where it is no Windows.
	machine func(dataDir, version string) (pc.Machine, error)
	// terminal is where a person answers; nil for standard input, if it is one.
	terminal io.Reader
}

func (s l2tpServices) ask(ctx context.Context, server string, o probe.Options) (l2tp.Report, error) {
	if s.probe != nil {
		return s.probe(ctx, server, o)
	}
	return probe.Run(ctx, server, o)
}

// l2tpCommand has everything about L2TP below it.
func (p *program) l2tpCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "l2tp",
		Short: "Find out why an L2TP connection of Windows fails, and fix exactly that",
		Long: "Asks a server what it speaks, plans what a Windows PC needs for it and nothing else, does it there\n" +
			"and takes it back, or makes the files that do. Nothing here dials; only apply and undo change anything.\n\n" + l2tpExitCodes,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return misusedL2TP(c, fmt.Errorf("there is no verb %q", "l2tp "+plainText(args[0])))
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.SetFlagErrorFunc(misusedL2TP)
	c.AddCommand(p.l2tpProbeCommand(), p.l2tpPlanCommand(), p.l2tpExportCommand(), p.l2tpExplainCommand(),
		p.l2tpApplyCommand(), p.l2tpUndoCommand(), p.l2tpReportCommand())
	return c
}

const l2tpExitCodes = `Exit codes of the verbs of l2tp: 0 done, or the server answered; 2 the command line or the file
cannot be understood; 3 unknown; 125 Tacklebox could not do it; 130 Ctrl-C; 143 terminated.`

func misusedL2TP(c *cobra.Command, err error) error {
	return &exit{code: exitL2TPUsage, err: &usage{err: err, help: c.CommandPath() + " --help"}}
}

// exactly wants so many arguments.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < n:
			return misusedL2TP(c, fmt.Errorf("name %s", what))
		case len(args) > n:
			return misusedL2TP(c, fmt.Errorf("%q is too much", plainText(args[n])))
		}
		return nil
	}
}

const probeHelp = `Asks a server, in at most ten packets and without dialing: does IKE accept the ciphers that Windows
offers, or only weak ones; does the server answer L2TP without IPsec; does it offer IKEv2; and would
Windows treat either side as behind NAT. It takes up to 3 s when the server answers, 10 s when not.

With --psk-stdin it also checks the pre-shared key that comes on standard input. Mind that this may
end the session of a PC with the same local address, and that repeated wrong keys can get this
address banned by the server. Servers also stop answering for half a minute or so when they are
asked again and again.

Classes: ipsec, ipsec-weak (DES or MD5 only), plain (L2TP without IPsec, and IKE is refused by ICMP),
refuses (ciphers, version or address), refused-icmp (nothing listens), unknown (no answer that tells).`

// sessionUp tells whether this PC has a session to a server, which the check of a key
// might end; nil where this is no Windows.
func (p *program) sessionUp() (func(netip.Addr) bool, error) {
	if p.services.l2tp.machine == nil {
		return nil, nil
	}
	m, err := p.thisPC("probe")
	if err != nil {
		return nil, fmt.Errorf("the key was not checked, since that may end a session of this PC and whether there is one cannot be read: %w", err)
	}
	return m.SessionUp, nil
}

// l2tpProbeCommand asks one server.
func (p *program) l2tpProbeCommand() *cobra.Command {
	key := false
	c := &cobra.Command{
		Use:     "probe SERVER",
		Short:   "Ask a server what it speaks, without dialing",
		Long:    probeHelp + "\n\n" + l2tpExitCodes,
		Example: "  tacklebox l2tp probe vpn.example.com\n  tacklebox l2tp probe vpn.example.com --psk-stdin --json <key.txt",
		Args:    exactly(1, "a server"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := plan.CheckServer(args[0]); err != nil {
				return misusedL2TP(c, err)
			}
			o := probe.Options{}
			if key {
				var err error
				if o.PSK, err = p.readKey(c); err != nil {
					return err
				}
				defer clear(o.PSK)
				if o.SessionUp, err = p.sessionUp(); err != nil {
					return err
				}
			}
			r, err := p.services.l2tp.ask(c.Context(), args[0], o)
			if err != nil {
				return err
			}
			if p.json {
				err = p.answer(probedOf(r))
			} else {
				err = p.printReport(r)
			}
			if err == nil && r.Class == l2tp.ClassUnknown {
				err = &exit{code: exitL2TPUnknown}
			}
			return err
		},
	}
	c.Flags().BoolVar(&key, "psk-stdin", false, "check the pre-shared key that stands on standard input")
	c.Flags().BoolVar(&p.json, "json", false, "answer in JSON")
	return c
}

// probed is what probe answers in JSON: these members and no others, which scripts
// can rely on. What each service answered is in the evidence.
type probed struct {
	Server   string     `json:"server"`
	Address  string     `json:"address"`
	Class    l2tp.Class `json:"class"`
	NAT      l2tp.NAT   `json:"nat"`
	PSK      l2tp.PSK   `json:"psk"`
	IKEv2    bool       `json:"ikev2"`
	Packets  int        `json:"packets"`
	MS       int64      `json:"ms"`
	Evidence []string   `json:"evidence"`
}

func probedOf(r l2tp.Report) probed {
	p := probed{Server: r.Server, Address: r.Address, Class: r.Class, NAT: r.NAT, PSK: r.PSK, IKEv2: r.IKEv2, Packets: r.Packets, MS: r.MS, Evidence: r.Evidence}
	if p.Evidence == nil {
		p.Evidence = []string{}
	}
	return p
}

// longestKey is more than any pre-shared key of Windows, which takes 256 characters.
const longestKey = 1024

// readKey reads a key: one line, or what is typed unseen. It is on no command line.
func (p *program) readKey(c *cobra.Command) ([]byte, error) {
	p.say("%s: %s", p.name, probe.Consent)
	return p.readUnseen(c, "pre-shared key")
}

// readUnseen reads one line from standard input, unseen on a terminal.
func (p *program) readUnseen(c *cobra.Command, what string) ([]byte, error) {
	var key []byte
	var err error
	if file, ok := p.in.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		fmt.Fprint(p.err, what+": ")
		key, err = term.ReadPassword(int(file.Fd()))
		p.say("")
	} else {
		key, err = io.ReadAll(io.LimitReader(p.in, longestKey+3))
		key = bytes.TrimSuffix(bytes.TrimSuffix(key, []byte("\n")), []byte("\r"))
	}
	if err != nil {
		return nil, fmt.Errorf("read the %s from standard input: %w", what, err)
	}
	key = bytes.TrimPrefix(key, []byte("\xef\xbb\xbf"))
	if len(key) == 0 || len(key) > longestKey || bytes.ContainsAny(key, "\r\n\x00") {
		clear(key)
		return nil, misusedL2TP(c, fmt.Errorf("standard input is no %s: give it as one line", what))
	}
	return key, nil
}

// printReport says what a server answered, for a person.
func (p *program) printReport(r l2tp.Report) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s (%s): %s\n", r.Server, orElse(r.Address, "no address"), r.Class)
	made := plan.Make(plan.Facts{Server: &r})
	for _, x := range made.Findings {
		if x.ID != plan.FindNoPC {
			fmt.Fprintf(&b, "  %s\n", findingText(x))
		}
	}
	fmt.Fprintf(&b, "evidence, from %d packets in %d ms:\n", r.Packets, r.MS)
	for _, e := range r.Evidence {
		fmt.Fprintf(&b, "  %s\n", plainText(e))
	}
	if _, err := p.out.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return nil
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
