// Package containers finds container engines and debug-launches images on them:
// a container starts with its entrypoint replaced by a shell, is kept up, can be
// entered, left and entered again, and is removed with all that came with it.
package containers

import (
	"time"

	"tacklebox/platform/containers/launch"
)

// Origin tells why an endpoint is in the list, in the order of the Docker CLI.
type Origin string

const (
	OriginExplicit      Origin = "explicit"       // chosen by the person
	OriginDockerHost    Origin = "DOCKER_HOST"    // environment
	OriginDockerContext Origin = "DOCKER_CONTEXT" // environment
	OriginCurrent       Origin = "currentContext" // config.json
	OriginDefault       Origin = "default"        // the CLI's built-in default
	OriginContext       Origin = "context"        // any other stored context
	OriginProbed        Origin = "probed"         // a known socket or pipe
)

// Endpoint is a place where an engine may answer.
type Endpoint struct {
	// ID is stable across runs ("context:lab", "unix:///var/run/docker.sock").
	ID string
	// Name is short and for people ("local", "colima", "context lab").
	Name    string
	Host    string // unix://, npipe://, tcp://, ssh://
	Context string // the docker context's name, or ""
	Origin  Origin
	// SkipTLSVerify is set by a context that does without checking certificates.
	SkipTLSVerify bool
	// Err says why the endpoint cannot even be tried: a context or a config.json
	// that cannot be read. Asking it answers with ProblemConfig.
	Err error
}

// Problem classifies why an endpoint does not answer.
type Problem string

const (
	ProblemNone       Problem = ""
	ProblemPermission Problem = "permission"  // socket exists, not ours to open
	ProblemNoSocket   Problem = "no-socket"   // the path does not exist
	ProblemRefused    Problem = "refused"     // nothing listens
	ProblemTimeout    Problem = "timeout"     // no answer in time
	ProblemTLS        Problem = "tls"         // certificate, name or plain text on a TLS port
	ProblemNotEngine  Problem = "not-engine"  // something else answered
	ProblemAPI        Problem = "api-version" // too old or too new, or pinned by DOCKER_API_VERSION
	ProblemSSH        Problem = "ssh"
	ProblemConfig     Problem = "config" // context or config.json broken
	ProblemOther      Problem = "other"
)

// Answer is what came back from an endpoint when it was asked.
type Answer struct {
	Endpoint Endpoint
	Product  string // "Docker", "Podman", ...
	Version  string
	API      string // negotiated
	OS, Arch string
	Rootless bool
	Latency  time.Duration
	// Pinned is DOCKER_API_VERSION where it is set. It is not followed, since it
	// would switch negotiation off, but a person should see it.
	Pinned  string
	Problem Problem
	Err     error // nil when Problem is ProblemNone
}

// Image is one row of the image list.
type Image struct {
	ID       string
	Tags     []string // empty for dangling images
	Digests  []string
	Size     int64 // bytes
	Created  time.Time
	Platform string // "" where the list does not say
}

// ImageDetail is what an image would run and bring with it.
type ImageDetail struct {
	Image
	Command     launch.Command
	Env         []launch.EnvVar
	Volumes     []string
	Ports       []string
	Healthcheck []string
	StopSignal  string
	Labels      map[string]string
	OS, Arch    string
	Layers      int
	Author      string
}

// Container is one row of the container list.
type Container struct {
	ID       string
	Name     string
	Image    string
	ImageID  string
	State    string // created, running, paused, restarting, exited, dead
	Status   string // the engine's own words
	ExitCode int    // meaningful when State is exited or dead
	Created  time.Time
	Command  string
	Session  *SessionInfo // not nil when Tacklebox made it
}

// SessionInfo is what the labels of a debug container say.
type SessionInfo struct {
	Session string
	User    string
	Host    string
	DataDir string
	Source  string
	Created time.Time
	// Mine is true when user, host and data folder are ours.
	Mine bool
}

// PullProgress is one step of a pull. Total is 0 while unknown.
type PullProgress struct {
	Layers  []LayerProgress
	Current int64 // bytes, all layers
	Total   int64
	Message string // the engine's last line without a layer
	// Warnings did not stop the pull: a credential helper that is missing.
	Warnings []string
}

// LayerProgress is the state of one layer of a pull.
type LayerProgress struct {
	ID      string
	Status  string
	Current int64
	Total   int64
	Done    bool
}

// LogOptions selects log lines.
type LogOptions struct {
	Follow     bool
	Timestamps bool
	Tail       int // lines; 0 is all
	Since      time.Time
	// MaxBytes ends the log after so many bytes; 0 is no limit.
	MaxBytes int64
}

// EventKind is the kind of an Event.
type EventKind string

const (
	EventLost       EventKind = "lost"       // the engine stopped answering; Err says why
	EventReturned   EventKind = "returned"   // it answers again
	EventContainers EventKind = "containers" // the container list changed
	EventImages     EventKind = "images"     // the image list changed
)

// Event is something that happened at an engine.
type Event struct {
	Kind EventKind
	// ContainerID and Action are set for a single container's event
	// ("start", "die", "destroy").
	ContainerID string
	Action      string
	Err         error
}
