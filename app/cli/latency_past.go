package cli

import (
	"fmt"
	"strings"

	"tacklebox/platform/latency/transfer"
)

// pastText writes the account of an imported history.
func pastText(a *transfer.Past, b *strings.Builder) {
	fmt.Fprintf(b, "history of %s: %d roll-ups stored, %d there already or joined with others\n", counted(len(a.Targets), "target"), a.Stored, a.Known)
	const day = "2006-01-02"
	for _, t := range a.Targets {
		name := t.Path
		if t.Node != "" {
			name += ", as " + t.Node + " saw it"
		}
		fmt.Fprintf(b, "  %s  %s to %s  %d rounds (%d of raw logs), %d averages", name, t.From.Format(day), t.To.Format(day), t.Rounds, t.RawRounds, t.Averages)
		for _, c := range []struct {
			n    int
			what string
		}{{t.Gaps, "gaps"}, {t.Lent, "without round trips of their own"}, {t.Odd, "that cannot be true, left out"}} {
			if c.n > 0 {
				fmt.Fprintf(b, ", %d %s", c.n, c.what)
			}
		}
		b.WriteByte('\n')
	}
	if len(a.Left) > 0 {
		b.WriteString("history that is not taken over:\n")
		for _, text := range a.Left {
			fmt.Fprintf(b, "  %s\n", text)
		}
		if a.More > 0 {
			fmt.Fprintf(b, "  and %d more like these\n", a.More)
		}
	}
	if a.Other > 0 {
		fmt.Fprintf(b, "%s in that folder that are no history\n", counted(a.Other, "file"))
	}
}
