package containers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/image"
)

// progressEvery bounds how often progress is told; an engine sends a line for
// every few kilobytes of every layer.
const progressEvery = 100 * time.Millisecond

// Pull fetches an image with the credentials of config.json and its helpers.
// platform may be empty. Cancelling ctx makes the engine stop, too. progress is
// called from Pull's own goroutine and may be nil.
func (e *Engine) Pull(ctx context.Context, ref, platform string, progress func(PullProgress)) error {
	const op = "pull image"
	named, err := reference.ParseNormalizedNamed(strings.TrimSpace(ref))
	if err != nil {
		return &Error{Op: op, Object: printable(ref, 200), Cause: CauseBadReference, Err: plain(err), Hint: "references look like host/name:tag"}
	}
	full := reference.TagNameOnly(named).String()
	if progress == nil {
		progress = func(PullProgress) {}
	}
	state := &pullState{}
	auth, helperErr := e.credentialsFor(ctx, full)
	if helperErr != nil {
		// Told at once and not in the way: the image may be public.
		state.p.Warnings = append(state.p.Warnings, helperErr.Error())
		progress(state.snapshot())
	}
	fail := func(err error) error {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return explainPull(op, ref, wrap(op, ref, err), helperErr)
	}
	stream, err := e.api.ImagePull(ctx, full, image.PullOptions{RegistryAuth: auth, Platform: platform})
	if err != nil {
		return fail(err)
	}
	defer stream.Close()
	if err := followPull(stream, state, progress); err != nil {
		return fail(err)
	}
	// A stream that was cut at a message's end looks complete; the image is proof.
	if _, err := e.api.ImageInspect(ctx, full); err != nil {
		if CauseOf(wrap(op, ref, err)) == CauseNoImage || CauseOf(err) == CauseGone {
			err = fmt.Errorf("the engine stopped before the image was there: %w", io.ErrUnexpectedEOF)
		}
		return fail(err)
	}
	state.finish()
	progress(state.snapshot())
	return nil
}

// explainPull adds to a refusal that a helper could not be asked, and that a
// registry's "denied" may as well mean "not found".
func explainPull(op, ref string, err, helperErr error) error {
	var own *Error
	if !errors.As(err, &own) {
		return err
	}
	if own.Cause == CauseGone {
		own.Cause, own.Hint = CauseNoImage, "check the name and the tag"
	}
	if helperErr != nil && (own.Cause == CauseAuth || own.Cause == CauseDenied) {
		return &Error{Op: op, Object: ref, Cause: CauseHelper, Err: fmt.Errorf("%w (credentials: %w)", own.Err, helperErr), Hint: "mend the credential helper, then try again"}
	}
	return err
}

// followPull reads the stream to its end, since errors come inside it after
// other messages, and tells progress at a bounded rate.
func followPull(stream io.Reader, state *pullState, progress func(PullProgress)) error {
	var (
		decoder = json.NewDecoder(stream)
		failed  error
		told    time.Time
	)
	for {
		var m pullMessage
		err := decoder.Decode(&m)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return errors.Join(failed, streamError(err))
		}
		if text := m.failure(); text != "" && failed == nil {
			failed = errors.New(text)
		}
		state.take(m)
		if now := time.Now(); now.Sub(told) >= progressEvery {
			told = now
			progress(state.snapshot())
		}
	}
	progress(state.snapshot())
	return failed
}

// streamError says what is wrong with a stream that stops being JSON.
func streamError(err error) error {
	if notJSON(err) {
		return &reachError{problem: ProblemNotEngine, text: "the engine's answer is not what engines send: " + err.Error(), hint: "a proxy in between may have changed it; try again", err: err}
	}
	return err
}
