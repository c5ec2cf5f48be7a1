package containers

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"

	"tacklebox/platform/containers/launch"
)

// CloneAction is what became of a field of the container that was copied.
type CloneAction string

// The actions.
const (
	CloneCopied  CloneAction = "copied"
	CloneChanged CloneAction = "changed"
	CloneDropped CloneAction = "dropped"
)

// CloneReason is why a field was changed or dropped, from a closed set.
type CloneReason string

// The reasons. CloneAsIs belongs to copied fields.
const (
	CloneAsIs         CloneReason = ""
	CloneDebug        CloneReason = "debug"         // a debug container wants it otherwise
	CloneWouldClash   CloneReason = "would-clash"   // it belongs to the original: ports, addresses, names
	CloneAutomatic    CloneReason = "automatic"     // the engine made it up
	CloneManaged      CloneReason = "managed"       // a mark of Compose, Swarm, Kubernetes or ours
	CloneTargetGone   CloneReason = "target-gone"   // it points to something that does not exist any more
	CloneImageGone    CloneReason = "image-gone"    // the image's own part could not be told apart
	CloneImageMoved   CloneReason = "image-moved"   // the name means another image by now
	CloneShared       CloneReason = "shared"        // both containers write to it
	CloneNotSupported CloneReason = "not-supported" // a launch has no such field
)

// CloneNote tells what became of one field of the container that was copied.
type CloneNote struct {
	Field  CloneField
	Action CloneAction
	Value  string // what it is about; never a variable's value
	Reason CloneReason
}

// CloneField names what a CloneNote is about, from a closed set.
type CloneField string

// The fields.
const (
	CloneImage      CloneField = "image"
	CloneCommand    CloneField = "command"
	CloneEnv        CloneField = "env"
	CloneUser       CloneField = "user"
	CloneWorkDir    CloneField = "workdir"
	CloneHostname   CloneField = "hostname"
	CloneDomain     CloneField = "domainname"
	CloneLabel      CloneField = "label"
	CloneMount      CloneField = "mount"
	CloneNetwork    CloneField = "network"
	CloneAddress    CloneField = "address"
	ClonePort       CloneField = "port"
	CloneRestart    CloneField = "restart-policy"
	CloneAutoRemove CloneField = "auto-remove"
	CloneHealth     CloneField = "healthcheck"
	CloneStop       CloneField = "stop-signal"
	CloneCaps       CloneField = "capabilities"
	CloneSecurity   CloneField = "security-opt"
	ClonePrivileged CloneField = "privileged"
	CloneReadOnly   CloneField = "read-only"
	CloneDevice     CloneField = "device"
	CloneGPU        CloneField = "device-request"
	CloneUlimit     CloneField = "ulimit"
	CloneExtraHost  CloneField = "extra-host"
	CloneDNS        CloneField = "dns"
	CloneGroup      CloneField = "group"
	CloneIPC        CloneField = "ipc"
	ClonePID        CloneField = "pid"
	CloneUTS        CloneField = "uts"
	CloneUserNS     CloneField = "userns"
	CloneCgroup     CloneField = "cgroup"
	CloneMemory     CloneField = "memory"
	CloneCPU        CloneField = "cpu"
	ClonePids       CloneField = "pids-limit"
	CloneShm        CloneField = "shm-size"
	CloneSysctl     CloneField = "sysctl"
	CloneRuntime    CloneField = "runtime"
	CloneLog        CloneField = "log"
	CloneStorage    CloneField = "storage-opt"
	CloneLink       CloneField = "link"
	CloneOther      CloneField = "other"
)

// Clone describes a debug launch of what a container runs on: its image, what of
// its environment differs from the image, mounts, networks, user, folder and
// limits; without its ports, name, restart policy and health check. The container
// is only looked at.
func (e *Engine) Clone(ctx context.Context, id string) (launch.Spec, []CloneNote, error) {
	const op = "copy container"
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	in, err := e.api.ContainerInspect(ctx, id)
	if err != nil {
		return launch.Spec{}, nil, wrap(op, id, err)
	}
	if in.ContainerJSONBase == nil || in.Config == nil || in.HostConfig == nil {
		return launch.Spec{}, nil, &Error{Op: op, Object: id, Cause: CauseTruncated, Err: errors.New("the engine does not tell the container's configuration")}
	}
	from := cloneSource{in: in}
	// The image under its ID is the one the container has; its name may belong to
	// a newer one by now.
	if own, err := e.api.ImageInspect(ctx, in.Image); err == nil {
		from.image = &own
	}
	if named, err := e.api.ImageInspect(ctx, in.Config.Image); err == nil {
		from.nameIs = named.ID
	}
	from.gone = e.goneTargets(ctx, in)
	spec, notes := cloneSpec(from)
	return spec, notes, nil
}

// cloneSource is all that a copy is made of.
type cloneSource struct {
	in     container.InspectResponse
	image  *image.InspectResponse // nil when it is gone
	nameIs string                 // the ID that the image's name has now
	gone   map[string]bool        // networks and container:ID modes whose target is gone
}

// goneTargets finds what the container points to and does not exist any more.
func (e *Engine) goneTargets(ctx context.Context, in container.InspectResponse) map[string]bool {
	gone := map[string]bool{}
	for _, mode := range []string{string(in.HostConfig.NetworkMode), string(in.HostConfig.IpcMode), string(in.HostConfig.PidMode)} {
		target, ok := strings.CutPrefix(mode, "container:")
		if !ok {
			continue
		}
		other, err := e.api.ContainerInspect(ctx, target)
		if err != nil || other.State == nil || !other.State.Running {
			gone[mode] = true
		}
	}
	if in.NetworkSettings == nil || len(in.NetworkSettings.Networks) == 0 {
		return gone
	}
	networks, err := e.api.NetworkList(ctx, network.ListOptions{})
	if err != nil {
		return gone
	}
	for name := range in.NetworkSettings.Networks {
		if !slices.ContainsFunc(networks, func(n network.Summary) bool { return n.Name == name }) {
			gone[name] = true
		}
	}
	return gone
}
