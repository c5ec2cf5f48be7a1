package icmp

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// allowed reads net.ipv4.ping_group_range: two numbers, the groups between which,
// both included, may open ping sockets. "1 0" is none.
func allowed(setting string, groups []int) bool {
	fields := strings.Fields(setting)
	if len(fields) != 2 {
		return false
	}
	low, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		return false
	}
	high, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(groups, func(g int) bool { return int64(g) >= low && int64(g) <= high })
}

// commands are what makes ping sockets work on Linux, the first of them the
// simplest. With inRange the groups' setting is none of the trouble.
func commands(inRange bool, program string) (string, []string) {
	capability := "sudo setcap cap_net_raw+ep " + quoted(program)
	if inRange {
		return capability, nil
	}
	return "sudo sysctl -w net.ipv4.ping_group_range='0 2147483647'", []string{
		"echo 'net.ipv4.ping_group_range = 0 2147483647' | sudo tee /etc/sysctl.d/60-ping-sockets.conf && sudo sysctl --system",
		capability,
	}
}

// quoted is a file's path as a shell reads it.
func quoted(path string) string {
	path = filepath.Clean(path)
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+", r)
	}
	if strings.IndexFunc(path, func(r rune) bool { return !plain(r) }) < 0 {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
