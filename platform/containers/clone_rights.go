package containers

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/container"

	"tacklebox/platform/containers/launch"
)

func (m *cloner) rights() {
	h := m.h
	m.spec.CapAdd = m.list(CloneCaps, h.CapAdd)
	for _, drop := range h.CapDrop {
		m.copied(CloneCaps, "-"+drop)
	}
	m.spec.CapDrop = slices.Clone(h.CapDrop)
	m.spec.Privileged, m.spec.ReadOnly = h.Privileged, h.ReadonlyRootfs
	for _, option := range h.SecurityOpt {
		// Privileged containers carry this by themselves.
		if h.Privileged && option == "label=disable" {
			continue
		}
		m.spec.SecurityOpt = append(m.spec.SecurityOpt, option)
		name, _, _ := strings.Cut(option, "=")
		m.copied(CloneSecurity, name)
	}
	if h.Privileged {
		m.copied(ClonePrivileged, "true")
	}
	if h.ReadonlyRootfs {
		m.copied(CloneReadOnly, "true")
	}
	for _, d := range h.Devices {
		m.spec.Devices = append(m.spec.Devices, d.PathOnHost+":"+d.PathInContainer+":"+d.CgroupPermissions)
		m.copied(CloneDevice, d.PathOnHost)
	}
	m.spec.ExtraHosts = m.list(CloneExtraHost, h.ExtraHosts)
	m.spec.DNS = m.list(CloneDNS, h.DNS)
	m.spec.GroupAdd = m.list(CloneGroup, h.GroupAdd)
	m.spec.IPC = m.namespace(CloneIPC, string(h.IpcMode))
	m.spec.PID = m.namespace(ClonePID, string(h.PidMode))
}

// namespace copies a namespace that is shared with somebody.
func (m *cloner) namespace(field CloneField, mode string) string {
	switch {
	case mode == "" || mode == "private" || mode == "shareable":
		return ""
	case m.from.gone[mode]:
		m.dropped(field, CloneTargetGone, mode)
		return ""
	}
	m.copied(field, mode)
	return mode
}

func (m *cloner) limits() {
	h := m.h
	for _, u := range h.Ulimits {
		if u != nil {
			// Podman writes the kernel's names.
			name := strings.TrimPrefix(strings.ToLower(u.Name), "rlimit_")
			text := fmt.Sprintf("%s=%d:%d", name, u.Soft, u.Hard)
			m.spec.Ulimits = append(m.spec.Ulimits, text)
			m.copied(CloneUlimit, text)
		}
	}
	if h.Memory > 0 {
		m.spec.Memory = h.Memory
		m.copied(CloneMemory, byteSize(h.Memory))
	}
	switch {
	case h.NanoCPUs > 0:
		m.spec.NanoCPUs = h.NanoCPUs
	case h.CPUQuota > 0:
		period := h.CPUPeriod
		if period <= 0 {
			period = 100_000 // microseconds, the kernel's default
		}
		m.spec.NanoCPUs = int64(float64(h.CPUQuota) / float64(period) * 1e9)
	}
	if m.spec.NanoCPUs > 0 {
		m.copied(CloneCPU, launch.FormatCPUs(m.spec.NanoCPUs))
	}
	if h.PidsLimit != nil && *h.PidsLimit > 0 {
		m.spec.PidsLimit = *h.PidsLimit
		m.copied(ClonePids, strconv.FormatInt(*h.PidsLimit, 10))
	}
	if h.ShmSize != 0 && h.ShmSize != defaultShm {
		m.spec.ShmSize = h.ShmSize
		m.copied(CloneShm, byteSize(h.ShmSize))
	}
}

// unsupported notes what a launch cannot say, and what a copy must not have.
func (m *cloner) unsupported() {
	h := m.h
	if name := h.RestartPolicy.Name; name != "" && name != container.RestartPolicyDisabled {
		m.note(CloneRestart, CloneChanged, CloneDebug, string(name))
	}
	if h.AutoRemove {
		m.note(CloneAutoRemove, CloneChanged, CloneDebug, "true")
	}
	m.dropped(CloneLink, CloneNotSupported, h.Links...)
	m.dropped(CloneDNS, CloneNotSupported, append(slices.Clone(h.DNSOptions), h.DNSSearch...)...)
	for _, name := range slices.Sorted(maps.Keys(h.Sysctls)) {
		m.dropped(CloneSysctl, CloneNotSupported, name)
	}
	for _, name := range slices.Sorted(maps.Keys(h.StorageOpt)) {
		m.dropped(CloneStorage, CloneNotSupported, name)
	}
	if h.Runtime != "" && h.Runtime != "runc" && h.Runtime != "oci" && h.Runtime != "crun" {
		m.dropped(CloneRuntime, CloneNotSupported, h.Runtime)
	}
	if h.LogConfig.Type != "" && h.LogConfig.Type != "json-file" && h.LogConfig.Type != "journald" {
		m.dropped(CloneLog, CloneNotSupported, h.LogConfig.Type)
	}
	m.dropped(CloneUTS, CloneNotSupported, string(h.UTSMode))
	m.dropped(CloneUserNS, CloneNotSupported, string(h.UsernsMode))
	m.dropped(CloneCgroup, CloneNotSupported, h.CgroupParent)
	if len(h.DeviceRequests) > 0 {
		m.dropped(CloneGPU, CloneNotSupported, strconv.Itoa(len(h.DeviceRequests)))
	}
	if h.CPUShares != 0 || h.CpusetCpus != "" || h.CpusetMems != "" || h.CPURealtimeRuntime != 0 {
		m.dropped(CloneCPU, CloneNotSupported, "shares and sets")
	}
	if h.MemoryReservation != 0 || h.MemorySwap != 0 && h.MemorySwap != 2*h.Memory || h.OomKillDisable != nil && *h.OomKillDisable {
		m.dropped(CloneMemory, CloneNotSupported, "reservation and swap")
	}
	if h.OomScoreAdj != 0 {
		m.dropped(CloneOther, CloneNotSupported, "oom-score-adj")
	}
	if h.BlkioWeight != 0 || len(h.BlkioWeightDevice)+len(h.BlkioDeviceReadBps)+len(h.BlkioDeviceWriteBps) > 0 {
		m.dropped(CloneOther, CloneNotSupported, "blkio")
	}
}
