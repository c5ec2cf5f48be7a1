package containers

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/versions"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"tacklebox/platform/containers/launch"
)

// The engine API versions at which a field of a launch appeared.
const (
	apiMounts     = "1.25" // HostConfig.Mounts, Init, StopTimeout, exec Env
	apiPlatform   = "1.41" // platform of a create
	apiConsole    = "1.42" // ConsoleSize of an exec
	apiEndpoints  = "1.44" // several networks in one create
	apiVariants   = "1.48" // an image may be here for several platforms at once
	debugStopTime = 1      // seconds; a shell as first process ignores TERM
)

// plan is everything that one launch sends to the engine.
type plan struct {
	name     string
	object   string // how messages name it
	config   *container.Config
	host     *container.HostConfig
	networks *network.NetworkingConfig
	platform *ocispec.Platform
	// later are the networks to join between the create and the start, for
	// engines that take only one with the create.
	later []string
}

// target is what a plan has to know of the engine and the image.
type target struct {
	api      string // the API version spoken
	imageOS  string
	init     bool // the engine has a small init
	platform string
}

// newPlan turns a resolved spec into what the engine is asked for. extraEnv
// ("NAME=value") comes before the spec's own variables.
func newPlan(spec launch.Spec, to target, extraEnv []string, labels map[string]string) (*plan, error) {
	ports, bindings, err := portMap(spec.Ports)
	if err != nil {
		return nil, err
	}
	devices, err := deviceMappings(spec.Devices)
	if err != nil {
		return nil, err
	}
	ulimits, err := parseUlimits(spec.Ulimits)
	if err != nil {
		return nil, err
	}
	p := &plan{name: spec.Name, object: spec.Name}
	p.config = &container.Config{
		Hostname: spec.Hostname,
		User:     spec.User,
		// Never attached by the create itself; input stays open so that the
		// first process can be attached to as well.
		Tty: true, OpenStdin: true, StdinOnce: false,
		ExposedPorts: ports,
		Env:          environment(extraEnv, spec.Env),
		Cmd:          explicit(spec.Cmd),
		Entrypoint:   explicit(spec.Entrypoint),
		// The image's check would run against a command that is not there, and
		// programs that watch health would kill the container for it.
		Healthcheck: &container.HealthConfig{Test: []string{"NONE"}},
		Image:       spec.Image,
		WorkingDir:  spec.WorkDir,
		Labels:      maps.Clone(spec.Labels),
	}
	if p.config.Labels == nil {
		p.config.Labels = map[string]string{}
	}
	maps.Copy(p.config.Labels, labels)
	p.host = &container.HostConfig{
		PortBindings: bindings,
		// Removed by us: an engine that removes by itself takes the reason of a
		// failed start with it.
		AutoRemove:     false,
		RestartPolicy:  container.RestartPolicy{Name: container.RestartPolicyDisabled},
		CapAdd:         spec.CapAdd,
		CapDrop:        spec.CapDrop,
		SecurityOpt:    spec.SecurityOpt,
		ExtraHosts:     spec.ExtraHosts,
		DNS:            spec.DNS,
		GroupAdd:       spec.GroupAdd,
		Privileged:     spec.Privileged,
		ReadonlyRootfs: spec.ReadOnly,
		IpcMode:        container.IpcMode(spec.IPC),
		PidMode:        container.PidMode(spec.PID),
		ShmSize:        spec.ShmSize,
		Resources: container.Resources{
			Memory: spec.Memory, NanoCPUs: spec.NanoCPUs, Devices: devices, Ulimits: ulimits,
		},
	}
	if spec.PidsLimit != 0 {
		p.host.PidsLimit = &spec.PidsLimit
	}
	if err := p.mount(spec.Mounts, to.api); err != nil {
		return nil, err
	}
	if !versions.LessThan(to.api, apiMounts) {
		stop := debugStopTime
		p.config.StopTimeout = &stop
		if useInit(spec, to) {
			yes := true
			p.host.Init = &yes
		}
	}
	if p.platform, err = platformFor(spec.Platform, to); err != nil {
		return nil, err
	}
	p.join(spec.Networks, to.api)
	return p, nil
}

// explicit sends an empty list as null, as the command line does, so that an
// inspect of both is equal. It is no less explicit: an entrypoint of our own
// already keeps the engine from taking the image's CMD.
func explicit(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return slices.Clone(list)
}

// environment joins variables as the engine wants them; the later one of a name
// wins there.
func environment(extra []string, vars []launch.EnvVar) []string {
	env := slices.Clone(extra)
	for _, v := range vars {
		env = slices.DeleteFunc(env, func(entry string) bool {
			name, _, _ := strings.Cut(entry, "=")
			return name == v.Name
		})
		env = append(env, v.Name+"="+v.Value)
	}
	return env
}

// useInit is true where the engine's small init may be the first process. In a
// foreign process namespace it would not be the first one and only complain.
func useInit(spec launch.Spec, to target) bool {
	if spec.NoInit || !to.init || spec.PID != "" && spec.PID != "private" {
		return false
	}
	return to.imageOS == "" || to.imageOS == "linux"
}

// join sets the network mode and what else is joined.
func (p *plan) join(networks []string, api string) {
	if len(networks) == 0 {
		p.host.NetworkMode = network.NetworkDefault
		return
	}
	p.host.NetworkMode = container.NetworkMode(networks[0])
	if len(networks) == 1 {
		return
	}
	if versions.LessThan(api, apiEndpoints) {
		p.later = slices.Clone(networks[1:])
		return
	}
	p.networks = &network.NetworkingConfig{EndpointsConfig: map[string]*network.EndpointSettings{}}
	for _, name := range networks {
		p.networks.EndpointsConfig[name] = &network.EndpointSettings{}
	}
}

// mount adds the mounts; engines before API 1.25 know only binds.
func (p *plan) mount(mounts []launch.Mount, api string) error {
	for _, m := range mounts {
		if versions.LessThan(api, apiMounts) {
			if err := p.bind(m); err != nil {
				return err
			}
			continue
		}
		entry := mount.Mount{Type: mount.Type(m.Kind), Source: m.Source, Target: m.Target, ReadOnly: m.ReadOnly}
		if m.Kind == launch.MountTmpfs && m.TmpfsSize != 0 {
			entry.TmpfsOptions = &mount.TmpfsOptions{SizeBytes: m.TmpfsSize}
		}
		p.host.Mounts = append(p.host.Mounts, entry)
	}
	return nil
}

func (p *plan) bind(m launch.Mount) error {
	switch {
	case m.Kind == launch.MountTmpfs:
		if p.host.Tmpfs == nil {
			p.host.Tmpfs = map[string]string{}
		}
		options := ""
		if m.TmpfsSize != 0 {
			options = "size=" + strconv.FormatInt(m.TmpfsSize, 10)
		}
		p.host.Tmpfs[m.Target] = options
	case m.Source == "":
		if p.config.Volumes == nil {
			p.config.Volumes = map[string]struct{}{}
		}
		p.config.Volumes[m.Target] = struct{}{}
	default:
		spec := m.Source + ":" + m.Target
		if m.ReadOnly {
			spec += ":ro"
		}
		p.host.Binds = append(p.host.Binds, spec)
	}
	return nil
}
