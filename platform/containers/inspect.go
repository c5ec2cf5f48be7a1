package containers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/docker/docker/api/types/container"

	"tacklebox/platform/containers/launch"
)

// Inspection is all that an engine says of a container.
type Inspection struct {
	// Summary is the part a person reads first, in a fixed order; what is not set
	// is left out.
	Summary []Field
	// JSON is everything, indented, with secret-looking values masked.
	JSON []byte

	raw []byte
	in  container.InspectResponse
}

// Field is one line of a summary. Lists have one Field for each entry.
type Field struct {
	Name   FieldName
	Value  string
	Secret bool // Value is masked; Reveal shows it
}

// FieldName names a Field, from a closed set.
type FieldName string

// The names of a summary's fields, in their order.
const (
	FieldOwnName   FieldName = "name"
	FieldID        FieldName = "id"
	FieldImage     FieldName = "image"
	FieldPlatform  FieldName = "platform"
	FieldState     FieldName = "state"
	FieldExitCode  FieldName = "exit-code"
	FieldOOM       FieldName = "out-of-memory"
	FieldError     FieldName = "error"
	FieldCreated   FieldName = "created"
	FieldStarted   FieldName = "started"
	FieldFinished  FieldName = "finished"
	FieldRestarts  FieldName = "restarts"
	FieldHealth    FieldName = "health"
	FieldEntry     FieldName = "entrypoint"
	FieldCmd       FieldName = "cmd"
	FieldUser      FieldName = "user"
	FieldWorkDir   FieldName = "workdir"
	FieldTTY       FieldName = "tty"
	FieldRestart   FieldName = "restart-policy"
	FieldEnv       FieldName = "env"
	FieldMount     FieldName = "mount"
	FieldPort      FieldName = "port"
	FieldNetwork   FieldName = "network"
	FieldMemory    FieldName = "memory"
	FieldCPUs      FieldName = "cpus"
	FieldPids      FieldName = "pids"
	FieldCapAdd    FieldName = "cap-add"
	FieldCapDrop   FieldName = "cap-drop"
	FieldPrivilege FieldName = "privileged"
	FieldReadOnly  FieldName = "read-only"
	FieldLabel     FieldName = "label"
)

// Masked stands for a value that looks secret.
const Masked = "••••••••"

// Inspect reads all that the engine knows about a container.
func (e *Engine) Inspect(ctx context.Context, id string) (Inspection, error) {
	const op = "inspect container"
	if err := checkContainer(op, id); err != nil {
		return Inspection{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	in, raw, err := e.api.ContainerInspectWithRaw(ctx, id, false)
	if err != nil {
		return Inspection{}, wrap(op, id, err)
	}
	if in.ContainerJSONBase == nil || in.Config == nil {
		return Inspection{}, &Error{Op: op, Object: id, Cause: CauseNotEngine, Err: fmt.Errorf("the engine's answer has no container in it")}
	}
	i := Inspection{raw: raw, in: in}
	return i.render(false)
}

// Reveal gives the same inspection with its secret-looking values readable.
func (i Inspection) Reveal() (Inspection, error) { return i.render(true) }

func (i Inspection) render(reveal bool) (Inspection, error) {
	text, err := prettyJSON(i.raw, reveal)
	if err != nil {
		return Inspection{}, wrap("inspect container", i.in.ID, streamError(err))
	}
	i.JSON = text
	i.Summary = summaryOf(i.in, reveal)
	return i, nil
}

// prettyJSON indents an inspect and masks what looks secret in it. Numbers stay
// as they were written: a byte count does not fit a float.
func prettyJSON(raw []byte, reveal bool) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var doc map[string]any
	if err := d.Decode(&doc); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("more than one JSON document")
	}
	if !reveal {
		if config, ok := doc["Config"].(map[string]any); ok {
			maskDoc(config)
		}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// maskDoc masks variables and labels of an inspect's Config.
func maskDoc(config map[string]any) {
	if env, ok := config["Env"].([]any); ok {
		for i := range env {
			if entry, ok := env[i].(string); ok {
				name, value, has := strings.Cut(entry, "=")
				if has && value != "" && launch.LooksSecret(name, value) {
					env[i] = name + "=" + Masked
				}
			}
		}
	}
	if labels, ok := config["Labels"].(map[string]any); ok {
		for name, value := range labels {
			if text, ok := value.(string); ok && text != "" && launch.LooksSecret(name, text) {
				labels[name] = Masked
			}
		}
	}
}

// containerID matches names and IDs of containers. Anything else would become a
// part of the request's path.
var containerID = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}$`)

// checkContainer refuses what cannot be a container's name or ID.
func checkContainer(op, id string) error {
	if containerID.MatchString(strings.TrimPrefix(id, "/")) {
		return nil
	}
	return &Error{Op: op, Object: printable(id, 200), Cause: CauseGone, Err: fmt.Errorf("no such container"), Hint: "names have letters, digits, and _ . - after the first"}
}
