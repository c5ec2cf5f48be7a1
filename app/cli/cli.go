// Package cli is the command line: the same jobs as the window, as verbs for
// terminals and scripts. It draws in no window toolkit and builds without cgo.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"tacklebox/platform/containers"
)

// WindowOptions is what the command line says about the window.
type WindowOptions struct {
	// DataDir is the value of --data-dir; empty for the person's own folder.
	DataDir string
	// Show brings up the running window if there is one.
	Show bool
	// Image goes into the debug form; nothing is launched.
	Image string
	// Minimized starts in the tray, as autostart does.
	Minimized bool
}

// Config is what a build of the program brings along.
type Config struct {
	// Version and Commit say which build this is; Commit may be empty.
	Version string
	Commit  string
	// Window opens the window and returns the exit code; nil in a build without one.
	Window func(WindowOptions) int
	// Program is how the program calls itself in hints; empty is the name it was
	// started by.
	Program string
}

// The exit codes of the program itself, as Docker's command line has them. A
// command run with --exec, or a shell that was left, gives its own.
const (
	exitOK          = 0
	exitFailed      = 125 // Tacklebox or the engine could not do it
	exitCannotRun   = 126 // the program is there but cannot be run
	exitNotFound    = 127 // the program is not in the image
	exitInterrupted = 130 // Ctrl-C
	exitTerminated  = 143 // SIGTERM
)

// Main runs the program with these arguments (without its own name) and returns
// its exit code. No verb opens the window.
func Main(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, c Config) int {
	return run(ctx, args, streams{stdin, stdout, stderr}, c, realServices())
}

// streams are the three of a process.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// program is one run of the command line.
type program struct {
	streams
	config   Config
	services services
	name     string
	dataDir  string // --data-dir
	json     bool   // the verb's answers and errors are JSON
	signal   *caught
}

func run(ctx context.Context, args []string, s streams, c Config, sv services) int {
	p := &program{streams: s, config: c, services: sv, name: c.Program}
	if p.name == "" {
		p.name = strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe")
	}
	ctx, p.signal = catch(ctx)
	defer p.signal.stop()
	root := p.root()
	p.json = wantsJSON(args) // also for a command line that cannot be read
	root.SetArgs(unsigned(args))
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	err := root.ExecuteContext(ctx)
	return p.finish(err)
}

// wantsJSON is true when --json stands among the program's own arguments.
func wantsJSON(args []string) bool {
	for _, arg := range args {
		if arg == "--" || arg == "--json" {
			return arg == "--json"
		}
	}
	return false
}

// errInterrupted is said when a signal ended a verb.
var errInterrupted = fmt.Errorf("interrupted: %w", context.Canceled)

// exit is an error that stands for an exit code; err may be nil when everything
// was said already.
type exit struct {
	code int
	err  error
}

func (e *exit) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exit) Unwrap() error { return e.err }

// finish reports what went wrong and gives the exit code.
func (p *program) finish(err error) int {
	if err == nil {
		return exitOK
	}
	code := exitCodeOf(err)
	var e *exit
	if errors.As(err, &e) && e.err == nil {
		return code // the command's own, or all was said already
	}
	if sig := p.signal.code(); sig != 0 {
		code = sig
		if containers.CauseOf(err) == containers.CauseCancelled {
			err = errInterrupted
		}
	}
	p.reportError(err, code)
	return code
}

// caught remembers the signal that ended the context.
type caught struct {
	stop func()

	mu    sync.Mutex
	first os.Signal
}

// code is the exit code for the signal that came; 0 when none did.
func (c *caught) code() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return signalCode(c.first)
}

// catch ends the context with the first signal that asks the program to leave. A
// second one ends the process at once, as without us.
func catch(ctx context.Context) (context.Context, *caught) {
	ctx, cancel := context.WithCancel(ctx)
	arrived := make(chan os.Signal, 1)
	signal.Notify(arrived, leaveSignals()...)
	c := &caught{}
	done := make(chan struct{})
	go func() {
		select {
		case s := <-arrived:
			signal.Stop(arrived)
			c.mu.Lock()
			c.first = s
			c.mu.Unlock()
			cancel()
		case <-done:
		}
	}()
	c.stop = sync.OnceFunc(func() {
		signal.Stop(arrived)
		close(done)
		cancel()
	})
	return ctx, c
}

// root is the command with all verbs below it.
func (p *program) root() *cobra.Command {
	minimized := false
	root := &cobra.Command{
		Use:   p.name,
		Short: "A toolbox for people who run things",
		Long: "A toolbox for people who run things. Without a verb it opens the window; every verb\n" +
			"works alone in its own terminal.\n\n" + exitCodesHelp,
		Args:          noArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       p.version(),
		RunE: func(*cobra.Command, []string) error {
			return p.openWindow(WindowOptions{DataDir: p.dataDir, Minimized: minimized})
		},
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.PersistentFlags().StringVar(&p.dataDir, "data-dir", "", "keep all files in this `DIR` instead of the person's own")
	root.Flags().BoolVar(&minimized, "minimized", false, "start in the tray, without the window")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return usageError(c, err) })
	root.AddCommand(p.showCommand(), p.debugCommand(), p.enginesCommand(), p.latencyCommand())
	root.AddCommand(p.l2tpCommand(), p.registryCommand())
	return root
}

const exitCodesHelp = `Exit codes: 0 done; the command's own code with --exec and for a shell that was left;
125 Tacklebox or the engine could not do it; 126 the program cannot be run;
127 the program is not in the image; 130 Ctrl-C; 143 terminated.`

func (p *program) version() string {
	v := "tacklebox " + p.config.Version
	if p.config.Commit != "" {
		v += " (" + p.config.Commit + ")"
	}
	return v
}

// usageError is a command line that cannot be understood.
func usageError(c *cobra.Command, err error) error {
	return &exit{code: exitFailed, err: &usage{err: err, help: c.CommandPath() + " --help"}}
}

// usage names the help of the verb beside what is wrong.
type usage struct {
	err  error
	help string
}

func (u *usage) Error() string { return u.err.Error() + ": see " + u.help }
func (u *usage) Unwrap() error { return u.err }

func noArgs(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError(c, errors.New("there is no verb \""+plainText(args[0])+"\""))
	}
	return nil
}
