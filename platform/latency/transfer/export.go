package transfer

import (
	"net/url"
	"slices"
	"strings"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/said"
	"tacklebox/platform/latency/targets"
)

// Write gives targets in one of the kinds, and what that kind has no place for.
// Passwords in URLs, which no target should have, are left out, which is told too.
func Write(list []latency.Target, kind string) (text string, lost []targets.Lost, err error) {
	list = slices.Clone(list)
	var left []targets.Lost
	for i := range list {
		t := &list[i]
		if t.Kind != latency.KindHTTP || !strings.Contains(t.URL, "@") {
			continue
		}
		u, err := url.Parse(t.URL)
		if err != nil {
			// The error of url.Parse repeats the address, with its password.
			return "", nil, said.New("export %q: its URL cannot be read", FullName(*t))
		}
		if u.User != nil {
			u.User = nil
			t.URL = u.String()
			left = append(left, targets.Lost{Target: FullName(*t), What: "the user name and password of its URL: they are left out"})
		}
	}
	switch kind {
	case JSON:
		var body []byte
		body, err = targets.JSON(list)
		text = string(body)
	case SmokePing:
		text, lost = targets.SmokePing(list)
	case Prober:
		text, lost, err = targets.Prober(list)
	case Lines:
		text, lost = targets.Lines(list)
	case CSV:
		text = targets.CSV(list)
	default:
		err = said.New("nothing is written as %q", kind)
	}
	if err != nil {
		return "", nil, said.New("export targets: %v", err)
	}
	return text, append(left, lost...), nil
}
