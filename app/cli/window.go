package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"tacklebox/platform/containers/launch"
	"tacklebox/platform/instance"
)

// errNoWindow is what a build without a window says when one is asked for.
var errNoWindow = errors.New("this build has no window: use a verb, for example debug IMAGE")

// openWindow opens the window, or says that there is none in this build.
func (p *program) openWindow(o WindowOptions) error {
	if p.config.Window == nil {
		return &exit{code: exitFailed, err: &usage{err: errNoWindow, help: p.name + " --help"}}
	}
	// The window has signal handling of its own.
	p.signal.stop()
	if code := p.config.Window(o); code != 0 {
		return &exit{code: code}
	}
	return nil
}

// showCommand raises the running window, or opens one.
func (p *program) showCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "show [debug IMAGE]",
		Short: "Bring the window to the front",
		Long: "Brings the running window to the front, or opens one. With \"debug IMAGE\" the image is put\n" +
			"into the form; nothing is launched.",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 || len(args) == 2 && args[0] == "debug" {
				return nil
			}
			return usageError(c, errors.New("show takes nothing, or debug and an image"))
		},
		RunE: func(_ *cobra.Command, args []string) error { return p.show(args) },
	}
}

func (p *program) show(args []string) error {
	o := WindowOptions{DataDir: p.dataDir, Show: true}
	if len(args) == 2 {
		ref, err := launch.ParseReference(args[1])
		if err != nil {
			return err
		}
		o.Image = ref.Familiar
	}
	dir, err := p.services.dataDir(p.dataDir)
	if err != nil {
		return err
	}
	m := instance.Message{Verb: "show"}
	if o.Image != "" {
		m.Args = []string{"debug", o.Image}
	}
	err = p.services.send(dir, m)
	if !errors.Is(err, instance.ErrNotRunning) {
		return err
	}
	if p.config.Window == nil {
		return &exit{code: exitFailed, err: errors.New("no window runs with this data folder, and this build has none to open")}
	}
	return p.openWindow(o)
}
