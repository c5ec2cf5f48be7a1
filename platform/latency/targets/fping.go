package targets

import (
	"io"
	"strings"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/said"
)

// ReadFping reads a host list as fping's -f takes it: the first word of each line
// that is neither empty nor a comment. What follows it fping ignores; here it is
// listed.
func ReadFping(r io.Reader) (List, error) {
	var l List
	text, err := read(r)
	if err != nil {
		return l, err
	}
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		n++
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		host, err := CleanHost(fields[0])
		if err != nil {
			l.problem(n, line, err, false)
			continue
		}
		if rest := fields[1:]; len(rest) > 0 && !strings.HasPrefix(rest[0], "#") {
			l.problem(n, line, said.New("only the first word is the host, as fping reads it"), true)
		}
		name := fields[0]
		if cleanName(name) != nil {
			name = host
		}
		if !l.add(n, line, latency.Target{Kind: latency.KindICMP, Name: name, Host: host}) {
			break
		}
	}
	return l, nil
}
