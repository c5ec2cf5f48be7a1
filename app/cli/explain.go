package cli

import (
	"fmt"
	"strings"

	"tacklebox/platform/containers"
)

// earlyExit is a launch whose container ended before anybody got in.
type earlyExit struct {
	name        string
	explanation *containers.Explanation // nil when the engine does not tell
	err         error                   // what going in came to; may be nil
}

// Error is the explanation with its evidence, one fact after another.
func (e *earlyExit) Error() string {
	x := e.explanation
	if x == nil {
		if e.err != nil {
			return e.err.Error()
		}
		return fmt.Sprintf("%s ended at once", e.name)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s ended at once: %s", e.name, strings.TrimSuffix(x.Sentence, "."))
	var log []string
	for _, fact := range x.Evidence {
		if fact.Name == containers.EvidenceLog {
			log = append(log, strings.TrimSpace(fact.Value))
		}
	}
	if len(log) > 0 {
		fmt.Fprintf(&b, ": it wrote %q", strings.Join(log[max(0, len(log)-3):], " | "))
	}
	var tries []string
	for _, fix := range x.Fixes {
		if try := fixFlag(fix); try != "" {
			tries = append(tries, try)
		}
	}
	if len(tries) > 0 {
		b.WriteString(": try " + strings.Join(tries, ", or "))
	}
	return b.String()
}

func (e *earlyExit) Unwrap() error { return e.err }

// fixFlag is a fix as a flag of debug.
func fixFlag(fix containers.Fix) string {
	switch fix.Kind {
	case containers.FixAsRoot:
		return "--user 0"
	case containers.FixChangeUser:
		return "another --user"
	case containers.FixKeepAlive:
		return "--keep-alive sleep"
	case containers.FixReplaceEntrypoint:
		return "it without --entrypoint"
	case containers.FixOtherPlatform:
		return "--platform " + fix.Platform
	case containers.FixMoreMemory:
		return fmt.Sprintf("--memory %dm", fix.Memory>>20)
	case containers.FixChangeMount:
		return "another --mount"
	case containers.FixChangePort:
		return "another --publish"
	case containers.FixChangeWorkDir:
		return "another --workdir"
	}
	return ""
}

// noteText says what a copy does not take over and why it matters; empty for
// what nobody would miss.
func noteText(n containers.CloneNote) string {
	switch n.Reason {
	case containers.CloneAsIs, containers.CloneDebug, containers.CloneAutomatic, containers.CloneManaged:
		return ""
	}
	return fmt.Sprintf("%s %s: %s (%s)", n.Action, n.Field, n.Value, n.Reason)
}
