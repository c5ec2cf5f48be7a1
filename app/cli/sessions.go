package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/docker/go-units"
	"github.com/spf13/cobra"

	"tacklebox/platform/containers"
	"tacklebox/platform/containers/launch"
)

// sessionRow is one debug container as JSON.
type sessionRow struct {
	Name     string    `json:"name"`
	ID       string    `json:"id"`
	Image    string    `json:"image"`
	Source   string    `json:"source"`
	State    string    `json:"state"`
	ExitCode *int      `json:"exit_code,omitempty"`
	Created  time.Time `json:"created"`
	Mine     bool      `json:"mine"`
	User     string    `json:"user"`
	Host     string    `json:"host"`
	DataDir  string    `json:"data_dir,omitempty"`
}

func rowOf(c containers.Container) sessionRow {
	r := sessionRow{Name: c.Name, ID: c.ID, Image: c.Image, State: c.State, Created: c.Created}
	if c.State == "exited" || c.State == "dead" {
		code := c.ExitCode
		r.ExitCode = &code
	}
	if s := c.Session; s != nil {
		r.Source, r.Mine, r.User, r.Host, r.DataDir = s.Source, s.Mine, s.User, s.Host, s.DataDir
		if !s.Created.IsZero() {
			r.Created = s.Created
		}
	}
	return r
}

// listCommand lists the debug containers.
func (p *program) listCommand() *cobra.Command {
	var f engineFlags
	c := &cobra.Command{
		Use:   "list",
		Short: "List the debug containers, your own and others'",
		Args:  noArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return p.list(c.Context(), f) },
	}
	f.add(c)
	p.jsonFlag(c)
	return c
}

func (p *program) list(ctx context.Context, f engineFlags) error {
	e, err := p.connect(ctx, f)
	if err != nil {
		return err
	}
	defer e.Close()
	list, err := e.Sessions(ctx)
	if err != nil {
		return err
	}
	rows := make([]sessionRow, len(list))
	for i, c := range list {
		rows[i] = rowOf(c)
	}
	if p.json {
		return p.answer(rows)
	}
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tSTATE\tAGE\tSOURCE\tOWNER")
	for _, r := range rows {
		state := r.State
		if r.ExitCode != nil {
			state = fmt.Sprintf("%s (%d)", state, *r.ExitCode)
		}
		owner := "you"
		if !r.Mine {
			owner = r.User + "@" + r.Host
		}
		age := units.HumanDuration(time.Since(r.Created))
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", plainText(r.Name), plainText(state), age, plainText(r.Source), plainText(owner))
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write the list: %w", err)
	}
	return nil
}

// session finds one debug container by name or ID.
func (p *program) session(ctx context.Context, e engine, op, name string) (containers.Container, error) {
	list, err := e.Sessions(ctx)
	if err != nil {
		return containers.Container{}, err
	}
	c, found, err := pick(list, name)
	if err != nil || found {
		return c, err
	}
	if _, foreign, err := findContainer(ctx, e, name); err == nil && foreign {
		return c, &containers.Error{Op: op, Object: name, Cause: containers.CauseNotOurs,
			Err: errors.New("this container was not made by Tacklebox"), Hint: "debug " + plainText(name) + " starts a copy of it"}
	}
	return c, &containers.Error{Op: op, Object: name, Cause: containers.CauseGone,
		Err: errors.New("there is no such debug container"), Hint: "debug list shows which there are"}
}

// attachCommand goes into a debug container again.
func (p *program) attachCommand() *cobra.Command {
	var f struct {
		engineFlags
		shell, user, workdir, exec string
		interactive                bool
	}
	c := &cobra.Command{
		Use:   "attach NAME",
		Short: "Go into a debug container again",
		Long:  "Opens a new shell in a debug container, or runs one command there with --exec.\n\n" + exitCodesHelp,
		Args:  oneName,

		ValidArgsFunction: p.completeSession,
		RunE: func(c *cobra.Command, args []string) error {
			if f.interactive && f.exec == "" {
				return usageError(c, errors.New("--interactive goes with --exec"))
			}
			e, err := p.connect(c.Context(), f.engineFlags)
			if err != nil {
				return err
			}
			defer e.Close()
			r := containers.ShellRequest{User: f.user, WorkDir: f.workdir}
			if r.Argv, err = launch.SplitArgv(f.shell); err != nil {
				return err
			}
			return p.reenter(c.Context(), e, args[0], r, f.exec, f.interactive)
		},
	}
	f.engineFlags.add(c)
	c.Flags().StringVar(&f.exec, "exec", "", "run this one `COMMAND` in the shell and give its exit code")
	c.Flags().BoolVarP(&f.interactive, "interactive", "i", false, "pass stdin on to the command of --exec")
	c.Flags().StringVar(&f.shell, "shell", "", "the `SHELL`; without it the best that the image has")
	c.Flags().StringVarP(&f.user, "user", "u", "", "go in as this `USER`; 0 is root")
	c.Flags().StringVarP(&f.workdir, "workdir", "w", "", "begin in this `DIR`")
	p.jsonFlag(c)
	return c
}

// completeTimeout bounds what a person waits for after pressing Tab.
const completeTimeout = 2 * time.Second

// completeSession offers the names of debug containers to the shell.
func (p *program) completeSession(c *cobra.Command, typed []string, _ string) ([]string, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(c.Context(), completeTimeout)
	defer cancel()
	f := engineFlags{}
	f.engine, _ = c.Flags().GetString("engine")
	f.context, _ = c.Flags().GetString("context")
	e, err := p.connect(ctx, f)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	defer e.Close()
	list, err := e.Sessions(ctx)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, s := range list {
		if !slices.Contains(typed, s.Name) {
			names = append(names, plainText(s.Name)+"\t"+plainText(rowOf(s).Source))
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func oneName(c *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usageError(c, errors.New("one name of a debug container is needed"))
	}
	return nil
}

func (p *program) reenter(ctx context.Context, e engine, name string, r containers.ShellRequest, command string, interactive bool) error {
	c, err := p.session(ctx, e, "attach to", name)
	if err != nil {
		return err
	}
	r.Container = c.ID
	if len(r.Argv) == 0 {
		shells, err := e.ProbeShells(ctx, c.ImageID, "")
		if err != nil {
			return err
		}
		r.Argv = shells[0].Argv
	}
	if command != "" {
		r.Argv = commandArgv(r.Argv, command)
		code, out, err := p.exec(ctx, e, r, command, interactive)
		if err != nil {
			return err
		}
		if p.json {
			if err := p.answer(map[string]any{"name": c.Name, "container_id": c.ID, "exec": out}); err != nil {
				return err
			}
		}
		if code != 0 {
			return &exit{code: code}
		}
		return nil
	}
	term := p.services.terminal(p.streams)
	if term == nil {
		return &exit{code: exitFailed, err: errors.New("this is no terminal to attach: use --exec")}
	}
	_, err = p.attach(ctx, e, term, r)
	return err
}

// endCommand removes debug containers.
func (p *program) endCommand() *cobra.Command {
	var f engineFlags
	var all, force bool
	c := &cobra.Command{
		Use:   "end NAME... | end --all",
		Short: "Remove debug containers, with their anonymous volumes",
		Long: "Removes debug containers with their anonymous volumes. --all removes those of this user, host\n" +
			"and data folder. One that belongs to somebody else is only removed by name and with --force;\n" +
			"a container that Tacklebox did not make never is.",
		ValidArgsFunction: p.completeSession,
		Args: func(c *cobra.Command, args []string) error {
			if all == (len(args) > 0) {
				return usageError(c, errors.New("either names or --all"))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			e, err := p.connect(c.Context(), f)
			if err != nil {
				return err
			}
			defer e.Close()
			var ended []string
			if all {
				ended, err = e.EndAll(c.Context())
			} else {
				ended, err = p.end(c.Context(), e, args, force)
			}
			return errors.Join(p.ended(ended), err)
		},
	}
	f.add(c)
	c.Flags().BoolVar(&all, "all", false, "remove all of your own")
	c.Flags().BoolVar(&force, "force", false, "remove one that belongs to somebody else too")
	p.jsonFlag(c)
	return c
}

// end removes each of names; one that cannot be does not keep the others.
func (p *program) end(ctx context.Context, e engine, names []string, force bool) ([]string, error) {
	var ended []string
	var errs []error
	for _, name := range names {
		c, err := p.session(ctx, e, "end session", name)
		if err == nil && !force && c.Session != nil && !c.Session.Mine {
			err = &containers.Error{Op: "end session", Object: name, Cause: containers.CauseNotOurs,
				Err:  fmt.Errorf("it belongs to %s@%s", plainText(c.Session.User), plainText(c.Session.Host)),
				Hint: "use --force if you are sure"}
		}
		if err == nil {
			err = e.End(ctx, c.ID)
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		ended = append(ended, c.Name)
	}
	return ended, errors.Join(errs...)
}

// ended is the answer of end.
func (p *program) ended(names []string) error {
	slices.Sort(names)
	if p.json {
		return p.answer(map[string][]string{"ended": append([]string{}, names...)})
	}
	for _, name := range names {
		fmt.Fprintln(p.out, plainText(name))
	}
	return nil
}
