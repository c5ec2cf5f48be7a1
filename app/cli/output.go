package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"tacklebox/platform/containers"
	"tacklebox/platform/containers/launch"
	"tacklebox/platform/registry"
)

// say writes one line for the person, on stderr: stdout is for the answer.
func (p *program) say(format string, args ...any) {
	fmt.Fprintf(p.err, format+"\n", args...)
}

// answer writes v as JSON on stdout.
func (p *program) answer(v any) error {
	enc := json.NewEncoder(p.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return nil
}

// problem is an error as JSON.
type problem struct {
	Message  string `json:"message"`
	Op       string `json:"op,omitempty"`
	Object   string `json:"object,omitempty"`
	Cause    string `json:"cause,omitempty"`
	Hint     string `json:"hint,omitempty"`
	ExitCode int    `json:"exit_code"`
}

// reportError says on stderr what went wrong, in one sentence or as JSON.
func (p *program) reportError(err error, code int) {
	if !p.json {
		p.say("%s: %s", p.name, plainText(err.Error()))
		return
	}
	out := problem{Message: plainText(err.Error()), Cause: causeOf(err), ExitCode: code}
	var own *containers.Error
	if errors.As(err, &own) {
		out.Op, out.Object, out.Hint = own.Op, plainText(own.Object), own.Hint
	}
	var asked *registry.Error
	if errors.As(err, &asked) {
		out.Op, out.Object, out.Hint = asked.Op, plainText(asked.Object), asked.Hint
	}
	enc := json.NewEncoder(p.err)
	enc.SetEscapeHTML(false)
	// Nobody is left to tell when stderr is gone.
	_ = enc.Encode(map[string]problem{"error": out})
}

// causeOf is the cause of an error for scripts.
func causeOf(err error) string {
	var own *containers.Error
	var input *launch.InputError
	var bad *usage
	var early *earlyExit
	var asked *registry.Error
	switch {
	case errors.As(err, &early):
		return "exited"
	case errors.As(err, &input):
		return "bad-" + strings.ReplaceAll(strings.ToLower(input.Field), " ", "-")
	case errors.As(err, &bad):
		return "usage"
	case errors.As(err, &own):
		return string(own.Cause)
	case errors.As(err, &asked):
		return string(asked.Cause)
	case errors.Is(err, context.Canceled):
		return string(containers.CauseCancelled)
	}
	return string(containers.CauseOther)
}

// exitCodeOf maps an error to the program's exit code.
func exitCodeOf(err error) int {
	var e *exit
	if errors.As(err, &e) {
		return e.code
	}
	var early *earlyExit
	if errors.As(err, &early) {
		if x := early.explanation; x != nil && (x.ExitCode == exitCannotRun || x.ExitCode == exitNotFound) {
			return x.ExitCode
		}
		return exitFailed
	}
	switch containers.CauseOf(err) {
	case containers.CauseNoShell:
		if strings.Contains(strings.ToLower(err.Error()), "permission denied") || strings.Contains(err.Error(), "not executable") {
			return exitCannotRun
		}
		return exitNotFound
	case containers.CauseCancelled:
		return exitInterrupted
	}
	return exitFailed
}

// plainText keeps control characters of foreign texts (labels, file names,
// engines' messages) away from the terminal.
func plainText(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029':
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
}
