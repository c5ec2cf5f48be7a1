package containers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/versions"
	"github.com/docker/go-connections/nat"
	"github.com/docker/go-units"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"tacklebox/platform/containers/launch"
)

// platformFor asks for a platform only where one was chosen. An engine too old
// for the question serves the image it has.
func platformFor(chosen string, to target) (*ocispec.Platform, error) {
	if chosen == "" {
		return nil, nil
	}
	parts := strings.Split(chosen, "/")
	if len(parts) < 2 || len(parts) > 3 || slices.Contains(parts, "") {
		return nil, &Error{Op: "choose platform", Object: chosen, Cause: CausePlatform,
			Err: fmt.Errorf("not os/arch or os/arch/variant"), Hint: "write it as linux/arm64"}
	}
	if versions.LessThan(to.api, apiPlatform) {
		if strings.HasPrefix(to.platform+"/", chosen+"/") {
			return nil, nil
		}
		return nil, &Error{Op: "choose platform", Object: chosen, Cause: CausePlatform,
			Err: fmt.Errorf("the image here is for %s and the engine is too old to choose", to.platform), Hint: "pull the image for that platform first"}
	}
	platform := &ocispec.Platform{OS: parts[0], Architecture: parts[1]}
	if len(parts) == 3 {
		platform.Variant = parts[2]
	}
	return platform, nil
}

func portMap(ports []launch.Port) (nat.PortSet, nat.PortMap, error) {
	if len(ports) == 0 {
		return nil, nil, nil
	}
	set, bindings := nat.PortSet{}, nat.PortMap{}
	for _, p := range ports {
		proto := p.Proto
		if proto == "" {
			proto = "tcp"
		}
		port, err := nat.NewPort(proto, strconv.Itoa(int(p.Container)))
		if err != nil {
			return nil, nil, badPart("publish port", strconv.Itoa(int(p.Container)), err)
		}
		host := ""
		if p.HostPort != 0 {
			host = strconv.Itoa(int(p.HostPort))
		}
		set[port] = struct{}{}
		bindings[port] = append(bindings[port], nat.PortBinding{HostIP: p.HostIP, HostPort: host})
	}
	return set, bindings, nil
}

func deviceMappings(devices []string) ([]container.DeviceMapping, error) {
	var list []container.DeviceMapping
	for _, text := range devices {
		parts := strings.Split(text, ":")
		if len(parts) > 3 || parts[0] == "" {
			return nil, badPart("add device", text, fmt.Errorf("not /dev/host[:/dev/container[:rwm]]"))
		}
		d := container.DeviceMapping{PathOnHost: parts[0], PathInContainer: parts[0], CgroupPermissions: "rwm"}
		rest := parts[1:]
		if len(rest) > 0 && isDeviceMode(rest[len(rest)-1]) {
			d.CgroupPermissions, rest = rest[len(rest)-1], rest[:len(rest)-1]
		}
		if len(rest) > 0 {
			d.PathInContainer = rest[0]
		}
		list = append(list, d)
	}
	return list, nil
}

func isDeviceMode(s string) bool {
	return s != "" && strings.Trim(s, "rwm") == ""
}

func parseUlimits(limits []string) ([]*container.Ulimit, error) {
	var list []*container.Ulimit
	for _, text := range limits {
		limit, err := units.ParseUlimit(text)
		if err != nil {
			return nil, badPart("set ulimit", text, err)
		}
		list = append(list, limit)
	}
	return list, nil
}

// badPart is the error of a part of a spec that cannot be sent.
func badPart(op, object string, err error) error {
	return &Error{Op: op, Object: printable(object, 200), Cause: CauseBadRequest, Err: err}
}
