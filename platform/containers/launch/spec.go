// Package launch describes one debug launch of a container image: what will
// run instead of the image's own entrypoint, and how the same launch is written
// as docker commands and as a Kubernetes Pod. It talks to no engine.
package launch

// Spec is a complete description of a debug container. The zero value of a
// field means "what the engine does by default". A Spec is plain data: copy it
// with Clone before changing it from another goroutine.
type Spec struct {
	// Image is the reference or ID given to the engine.
	Image string
	// Name is the container's name; empty asks the engine package to make one.
	Name string

	// Entrypoint and Cmd are sent to the engine exactly as they are, both
	// explicit, so that nothing of the image's own command is mixed in.
	Entrypoint []string
	Cmd        []string
	// KeepAlive says how the first process stays up; it decides Entrypoint and
	// Cmd unless KeepAlive is KeepCustom.
	KeepAlive KeepAlive
	// Shell is the argument list of the shell opened inside ("/bin/bash").
	Shell []string

	User    string
	WorkDir string
	Env     []EnvVar
	Mounts  []Mount
	Ports   []Port
	// Networks lists network names; the first becomes the network mode, the
	// others are joined before the start.
	Networks []string
	Hostname string
	// Platform is "os/arch[/variant]"; empty means the engine's own.
	Platform string

	CapAdd      []string
	CapDrop     []string
	SecurityOpt []string
	Devices     []string // "/dev/x[:/dev/y[:rwm]]"
	ExtraHosts  []string // "name:ip"
	DNS         []string
	Ulimits     []string // "name=soft[:hard]"
	GroupAdd    []string
	Privileged  bool
	ReadOnly    bool
	// NoInit leaves the engine's small init out; by default it is used where
	// the engine has it and the image is a Linux one.
	NoInit bool
	IPC    string
	PID    string

	Memory    int64 // bytes; 0 is no limit
	NanoCPUs  int64 // 1e-9 CPUs; 0 is no limit
	PidsLimit int64 // 0 is no limit
	ShmSize   int64 // bytes; 0 is the engine's default

	Labels map[string]string
	// Source tells where the launch came from: an image reference, or the name
	// of the container it was copied from.
	Source string
	// Original is what the image (or the copied container) would have run.
	Original Command
}

// Command is what an image or a container runs: ENTRYPOINT and CMD.
type Command struct {
	Entrypoint []string
	Cmd        []string
	User       string
	WorkDir    string
}

// Argv is the full argument list of c.
func (c Command) Argv() []string {
	argv := make([]string, 0, len(c.Entrypoint)+len(c.Cmd))
	return append(append(argv, c.Entrypoint...), c.Cmd...)
}

// KeepAlive is the way a debug container's first process stays up.
type KeepAlive string

const (
	// KeepShell runs the chosen shell on a TTY with its input held open.
	KeepShell KeepAlive = "shell"
	// KeepSleep runs "sleep infinity" (or 2147483647 where sleep takes no words).
	KeepSleep KeepAlive = "sleep"
	// KeepTail runs "tail -f /dev/null".
	KeepTail KeepAlive = "tail"
	// KeepCustom runs Entrypoint and Cmd as they were typed.
	KeepCustom KeepAlive = "custom"
)

// EnvVar is one environment variable. Secret ones appear in printed commands
// by name only ("-e NAME"), with the value taken from the caller's environment.
type EnvVar struct {
	Name   string
	Value  string
	Secret bool
}

// MountKind is the kind of a mount.
type MountKind string

const (
	MountBind   MountKind = "bind"
	MountVolume MountKind = "volume"
	MountTmpfs  MountKind = "tmpfs"
)

// Mount is one mount of the debug container. An empty Source with MountVolume
// is an anonymous volume.
type Mount struct {
	Kind     MountKind
	Source   string
	Target   string
	ReadOnly bool
	// TmpfsSize is in bytes; 0 is no limit.
	TmpfsSize int64
}

// Port publishes a container port on the host.
type Port struct {
	HostIP    string
	HostPort  uint16 // 0 lets the engine choose
	Container uint16
	Proto     string // "tcp" (also when empty), "udp", "sctp"
}
