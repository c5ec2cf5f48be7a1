package cli

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/plan"
)

const undoHelp = `Takes back what l2tp apply, or the wizard, changed on this Windows PC: value, type, bytes and absence
as they were, start types, and the connection. Without an ID it is the latest that still stands; --list
shows all of them.

What somebody else changed since is left alone and named; --overwrite takes that back as well.`

// l2tpUndoCommand takes an entry of the journal back.
func (p *program) l2tpUndoCommand() *cobra.Command {
	overwrite, list := false, false
	c := &cobra.Command{
		Use:     "undo [ID]",
		Short:   "Take back what was changed on this Windows PC",
		Long:    undoHelp + "\n\n" + l2tpExitCodes,
		Example: "  tacklebox l2tp undo\n  tacklebox l2tp undo --list",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 || list && len(args) > 0 {
				return misusedL2TP(c, fmt.Errorf("%q is too much", plainText(args[len(args)-1])))
			}
			if len(args) == 1 {
				if err := journal.CheckID(args[0]); err != nil {
					return misusedL2TP(c, err)
				}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			machine, err := p.thisPC("undo")
			if err != nil {
				return err
			}
			if list || len(args) == 0 {
				entries, err := machine.History(c.Context())
				if list {
					return errors.Join(p.printHistory(entries), err)
				}
				e, ok := standing(entries)
				if !ok && err != nil {
					return err
				}
				if !ok {
					return errors.New("nothing that was changed here still stands: undo --list shows what was")
				}
				args = []string{e.ID}
			}
			e, err := machine.Undo(c.Context(), args[0], overwrite)
			if e.ID != "" {
				if printing := p.printEntry(e); err == nil {
					err = printing
				}
			}
			if slices.ContainsFunc(e.Changes, func(ch journal.Change) bool {
				return ch.State == journal.StateUndone && (ch.Op.Op == plan.SetValue || ch.Op.Op == plan.DeleteValue)
			}) {
				p.say(restartIsYours)
			}
			var conflict *journal.ConflictError
			if errors.As(err, &conflict) {
				err = fmt.Errorf("%w (--overwrite)", err)
			}
			return err
		},
	}
	c.Flags().BoolVar(&overwrite, "overwrite", false, "also take back what somebody else changed since")
	c.Flags().BoolVar(&list, "list", false, "show what was changed, the latest first")
	c.Flags().BoolVar(&p.json, "json", false, "answer in JSON")
	return c
}

// standing is the latest entry with something to take back.
func standing(entries []journal.Entry) (journal.Entry, bool) {
	for _, e := range entries {
		for _, ch := range e.Changes {
			if ch.State == journal.StateDone || ch.State == journal.StateBegun || ch.State == journal.StateFailed {
				return e, true
			}
		}
	}
	return journal.Entry{}, false
}

func (p *program) printHistory(entries []journal.Entry) error {
	if p.json {
		if entries == nil {
			entries = []journal.Entry{}
		}
		return p.answer(entries)
	}
	if len(entries) == 0 {
		p.say("nothing was changed here yet")
	}
	for _, e := range entries {
		if err := p.printEntry(e); err != nil {
			return err
		}
	}
	return nil
}
