package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"tacklebox/platform/containers"
	"tacklebox/platform/containers/launch"
)

// debugCommand launches an image, or a copy of a container, and goes in.
func (p *program) debugCommand() *cobra.Command {
	var f debugFlags
	c := &cobra.Command{
		Use:   "debug [flags] IMAGE|CONTAINER [-- ARGS...]",
		Short: "Start an image with a shell in place of its entrypoint, and go in",
		Long: `Starts an image with its entrypoint replaced by a shell that keeps it up, and goes in. Given a
container instead, it starts a copy of it: same image, variables, mounts, networks, user and
limits; the container itself is not touched. An image of that name goes before a container.

Leaving the shell leaves the container up; "debug attach NAME" goes in again, "debug end NAME"
removes it. Without a terminal and without --exec it only starts the container and prints its name.

` + exitCodesHelp,
		Example: fmt.Sprintf(`  %[1]s debug debian
  %[1]s debug --exec 'echo hi from $0' registry.example/app:1.2
  %[1]s debug -e TOKEN -v ./data:/data:ro --print docker registry.example/app:1.2
  %[1]s debug --user 0 crashed-container`, p.name),
		Args: imageAndArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError(c, errors.New("an image or a container is missing"))
			}
			if err := f.check(c.Flags().Changed); err != nil {
				return usageError(c, err)
			}
			return p.debug(c.Context(), &f, args[0], args[1:])
		},
	}
	f.add(c)
	p.jsonFlag(c)
	c.AddCommand(p.listCommand(), p.attachCommand(), p.endCommand())
	return c
}

// imageAndArgs allows arguments behind "--" only, so that a misplaced flag's
// value is not taken for one.
func imageAndArgs(c *cobra.Command, args []string) error {
	typed := len(args)
	if dash := c.ArgsLenAtDash(); dash >= 0 {
		typed = dash
	}
	if typed > 1 {
		return usageError(c, fmt.Errorf("one image or container, not also %q: put -- before arguments", plainText(args[1])))
	}
	return nil
}

// debug is the verb.
func (p *program) debug(ctx context.Context, f *debugFlags, object string, args []string) error {
	var spec launch.Spec
	if err := f.apply(&spec, p.services.lookup, args); err != nil {
		return err // before anything is asked of an engine
	}
	e, err := p.connect(ctx, f.engineFlags)
	if err != nil {
		return err
	}
	defer e.Close()
	if f.print != "" {
		return p.print(ctx, e, f, object, args)
	}
	session, err := p.launch(ctx, e, f, object, args)
	if err != nil {
		return err
	}
	for _, warning := range session.Warnings {
		p.say("%s: %s", p.name, plainText(warning))
	}
	return p.enter(ctx, e, f, session)
}

// launch starts what object names: an image here, else a container to copy, else
// an image to pull. The image is tried first by launching it, since asking costs
// a round trip that the common case does not need.
func (p *program) launch(ctx context.Context, e engine, f *debugFlags, object string, args []string) (*containers.Session, error) {
	ref, refErr := launch.ParseReference(object)
	if refErr == nil {
		if f.pull == "always" && ref.ID == "" {
			if err := p.pull(ctx, e, ref, f.platform); err != nil {
				return nil, err
			}
		}
		session, err := p.launchImage(ctx, e, f, object, args)
		switch cause := containers.CauseOf(err); {
		case cause == containers.CausePlatform && f.platform != "" && f.pull == "missing" && ref.ID == "":
			// The image is here for another platform only.
			if err := p.pull(ctx, e, ref, f.platform); err != nil {
				return nil, err
			}
			return p.launchImage(ctx, e, f, object, args)
		case cause != containers.CauseNoImage:
			return session, err
		}
	}
	if _, found, err := findContainer(ctx, e, object); err != nil {
		return nil, err
	} else if found {
		spec, err := p.cloned(ctx, e, f, object, args)
		if err != nil {
			return nil, err
		}
		return e.Launch(ctx, spec)
	}
	switch {
	case refErr != nil:
		return nil, refErr
	case f.pull == "never" || ref.ID != "":
		return nil, &containers.Error{Op: "launch", Object: object, Cause: containers.CauseNoImage,
			Err: errors.New("the engine has no such image or container"), Hint: "check the name, or let it be pulled"}
	}
	if err := p.pull(ctx, e, ref, f.platform); err != nil {
		return nil, err
	}
	return p.launchImage(ctx, e, f, object, args)
}

func (p *program) launchImage(ctx context.Context, e engine, f *debugFlags, image string, args []string) (*containers.Session, error) {
	spec := launch.Spec{Image: image}
	if err := f.apply(&spec, p.services.lookup, args); err != nil {
		return nil, err
	}
	if err := p.shellInFront(ctx, e, &spec); err != nil {
		return nil, err
	}
	return e.Launch(ctx, spec)
}

// cloned is the copy of a container with what was typed over it.
func (p *program) cloned(ctx context.Context, e engine, f *debugFlags, name string, args []string) (launch.Spec, error) {
	spec, notes, err := e.Clone(ctx, name)
	if err != nil {
		return spec, err
	}
	if err := f.apply(&spec, p.services.lookup, args); err != nil {
		return spec, err
	}
	if !p.json {
		for _, note := range notes {
			if text := noteText(note); text != "" {
				p.say("%s: %s", p.name, plainText(text))
			}
		}
	}
	return spec, p.shellInFront(ctx, e, &spec)
}

// shellInFront completes arguments that were given without a program: they are
// the shell's.
func (p *program) shellInFront(ctx context.Context, e engine, spec *launch.Spec) error {
	if spec.KeepAlive != launch.KeepCustom || len(spec.Entrypoint) > 0 {
		return nil
	}
	if len(spec.Shell) == 0 {
		shells, err := e.ProbeShells(ctx, spec.Image, spec.Platform)
		if err != nil {
			return err
		}
		spec.Shell = shells[0].Argv
	}
	spec.Entrypoint = spec.Shell[:1]
	spec.Cmd = slices.Concat(spec.Shell[1:], spec.Cmd)
	return nil
}

// print writes the launch down instead of doing it.
func (p *program) print(ctx context.Context, e engine, f *debugFlags, object string, args []string) error {
	spec, err := p.planned(ctx, e, f, object, args)
	if err != nil {
		return err
	}
	o := launch.PrintOptions{Reveal: f.reveal}
	var text string
	switch f.print {
	case "docker":
		text = spec.DockerCommands(o)
	case "powershell":
		o.Shell = launch.PowerShell
		text = spec.DockerCommands(o)
	default:
		text = podForms[f.print](spec, o)
	}
	if p.json {
		return p.answer(map[string]string{"form": f.print, "text": text})
	}
	if _, err := fmt.Fprint(p.out, text); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return nil
}

// planned is what a launch of object would send. An image that is not here is
// not pulled for that: its shell is assumed.
func (p *program) planned(ctx context.Context, e engine, f *debugFlags, object string, args []string) (launch.Spec, error) {
	spec := launch.Spec{Image: object}
	if err := f.apply(&spec, p.services.lookup, args); err != nil {
		return spec, err
	}
	resolve := func() (launch.Spec, error) {
		if err := p.shellInFront(ctx, e, &spec); err != nil {
			return spec, err
		}
		resolved, _, err := e.Resolve(ctx, spec)
		return resolved, err
	}
	_, refErr := launch.ParseReference(object)
	if refErr == nil {
		resolved, err := resolve()
		if containers.CauseOf(err) != containers.CauseNoImage {
			return resolved, err
		}
	}
	_, found, err := findContainer(ctx, e, object)
	switch {
	case err != nil:
		return spec, err
	case found:
		if spec, err = p.cloned(ctx, e, f, object, args); err != nil {
			return spec, err
		}
		return resolve()
	case refErr != nil:
		return spec, refErr
	}
	if len(spec.Shell) == 0 {
		p.say("%s: the engine does not have %s, so its shell is not known: %s is assumed", p.name, plainText(object), launch.DefaultShell)
		spec.Shell = []string{launch.DefaultShell}
	}
	if err := p.shellInFront(ctx, e, &spec); err != nil {
		return spec, err
	}
	if spec.Name == "" {
		spec.Name = launch.SuggestName(object, "")
	}
	return spec.Resolved(), spec.Validate()
}

// findContainer looks for a container by its name or the start of its ID.
func findContainer(ctx context.Context, e engine, name string) (containers.Container, bool, error) {
	if name == "" || len(name) > 255 {
		return containers.Container{}, false, nil
	}
	list, err := e.Containers(ctx)
	if err != nil {
		return containers.Container{}, false, err
	}
	return pick(list, name)
}

// pick finds one container by its name, its ID or the start of its ID.
func pick(list []containers.Container, name string) (containers.Container, bool, error) {
	var matches []containers.Container
	for _, c := range list {
		if c.Name == name || c.ID == name {
			return c, true, nil
		}
		if len(name) >= 4 && len(c.ID) > len(name) && c.ID[:len(name)] == name {
			matches = append(matches, c)
		}
	}
	switch len(matches) {
	case 0:
		return containers.Container{}, false, nil
	case 1:
		return matches[0], true, nil
	}
	return containers.Container{}, false, fmt.Errorf("find container %q: %d containers have an ID that begins so: give more of it", name, len(matches))
}

// cleanupTimeout bounds the removal after a failure or with --rm.
const cleanupTimeout = 30 * time.Second

// endSession removes a container that this run launched, also after ctx ended.
func (p *program) endSession(ctx context.Context, e engine, s *containers.Session) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTimeout)
	defer cancel()
	return e.End(ctx, s.ContainerID)
}
