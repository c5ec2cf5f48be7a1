package cli

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/alert/channel"
	"tacklebox/platform/latency/engines"
	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/service"
	"tacklebox/platform/notify"
)

// exitUsage is what the verbs of latency give for a command line that cannot be
// understood: 1 and 2 are answers of watch, so that a script needs a code apart.
const exitUsage = 64

// latencyServices is what the verbs of latency use of the machine.
type latencyServices struct {
	engines func(engines.Options) engineSet
	// resolve is the system's resolver when nil.
	resolve func(ctx context.Context, host string, family latency.Family) ([]netip.Addr, error)
	now     func() time.Time
	// secrets is the keychain of a data folder; nil where there is none.
	secrets func(dataDir string) secretSetter
	// sender delivers alerts while latency run measures.
	sender channel.Sender
	// executable is this program's own path.
	executable func() (string, error)
}

// secretSetter is what import uses of a keychain.
type secretSetter interface {
	Set(ctx context.Context, name, secret string) (lasting bool, why error, err error)
}

// desktop shows alerts as notifications.
type desktop struct{}

// appID is the program's desktop entry.
const appID = "io.github.tacklebox.Tacklebox"

// Notify shows one.
func (desktop) Notify(ctx context.Context, title, text string) error {
	return notify.Send(ctx, notify.Notification{AppID: appID, Title: title, Text: text})
}

// engineSet is what the verbs use of *engines.Set.
type engineSet interface {
	Open(latency.Kind) (probe.Engine, error)
	ICMP() engines.Choice
}

func realLatency() latencyServices {
	return latencyServices{
		engines:    func(o engines.Options) engineSet { return engines.New(o) },
		secrets:    func(dir string) secretSetter { return service.Keychain(dir) },
		now:        time.Now,
		sender:     channel.Sender{Desktop: desktop{}, Now: time.Now},
		executable: os.Executable,
	}
}

// latencyCommand has everything about latency below it.
func (p *program) latencyCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "latency",
		Short: "Measure how long hosts take to answer, and keep it",
		Long: "Measures how long hosts take to answer, how much that varies and what is lost: in this terminal\n" +
			"(watch), or into the history that the window draws (run).\n\n" + latencyExitCodes,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return misused(c, fmt.Errorf("there is no verb %q", "latency "+plainText(args[0])))
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.SetFlagErrorFunc(misused)
	c.AddCommand(p.watchCommand(), p.runCommand(), p.listTargetsCommand(), p.addCommand(), p.removeCommand(), p.importCommand(), p.exportCommand(), p.reportCommand())
	return c
}

const latencyExitCodes = `Exit codes of the verbs of latency: 0 done; 64 the command line cannot be understood;
125 Tacklebox could not do it; 130 Ctrl-C; 143 terminated. Those of watch are its own.`

// misused is a command line of a verb of latency that cannot be understood.
func misused(c *cobra.Command, err error) error {
	return &exit{code: exitUsage, err: &usage{err: err, help: c.CommandPath() + " --help"}}
}

// misusing is misused with a text.
func misusing(c *cobra.Command, format string, args ...any) error {
	return misused(c, fmt.Errorf(format, args...))
}

func nothingMore(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return misusing(c, "%q is too much", plainText(args[0]))
	}
	return nil
}

// period is a flag with a duration: "200ms", "1.5s", or seconds as ping has them.
type period struct {
	time.Duration
	low, high time.Duration
}

// String is the value as help shows it.
func (d *period) String() string {
	if d.Duration == 0 {
		return ""
	}
	return d.Duration.String()
}

// Type names the value in help.
func (d *period) Type() string { return "duration" }

// Set reads the value.
func (d *period) Set(text string) error {
	v, err := time.ParseDuration(text)
	if err != nil {
		seconds, bad := strconv.ParseFloat(text, 64)
		if bad != nil || !(seconds > 0 && seconds < 1e9) {
			return errors.New("write a time such as 1s or 200ms, or seconds")
		}
		v = time.Duration(seconds * float64(time.Second))
	}
	if v < d.low || v > d.high {
		return fmt.Errorf("from %s to %s", d.low, d.high)
	}
	d.Duration = v
	return nil
}

// choiceFlag is a flag with few values.
type choiceFlag struct {
	value string
	of    []string
}

// String is the value.
func (f *choiceFlag) String() string { return f.value }

// Type names the value in help.
func (f *choiceFlag) Type() string { return strings.Join(f.of, "|") }

// Set takes one of the values.
func (f *choiceFlag) Set(text string) error {
	for _, v := range f.of {
		if v == text {
			f.value = text
			return nil
		}
	}
	return errors.New("one of " + strings.Join(f.of, ", "))
}

// choice adds such a flag, with its values for the shell's completion; the first
// is the default.
func choice(c *cobra.Command, f *choiceFlag, name, text string, of ...string) {
	f.value, f.of = of[0], of
	c.Flags().Var(f, name, text)
	// The flag was just added: there is nothing that could go wrong.
	_ = c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(of, cobra.ShellCompDirectiveNoFileComp))
}
