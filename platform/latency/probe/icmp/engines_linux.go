package icmp

import (
	"errors"
	"os"

	"tacklebox/platform/latency/probe"
	"tacklebox/platform/latency/probe/kernel"
	"tacklebox/platform/latency/probe/probing"
)

func engines() []Candidate {
	return []Candidate{
		{kernel.Name, func() (probe.Engine, error) { return kernel.Open(kernel.Options{}) }},
		{"pro-bing", func() (probe.Engine, error) { return probing.Open(probing.Options{}) }},
	}
}

func denied(err error) bool { return errors.Is(err, probing.ErrPermission) }

func advice() (string, []string) {
	setting, err := os.ReadFile("/proc/sys/net/ipv4/ping_group_range")
	groups, _ := os.Getgroups()
	program, failed := os.Executable()
	if failed != nil {
		program = "tacklebox"
	}
	return commands(err == nil && allowed(string(setting), append(groups, os.Getegid())), program)
}
