package facts

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf16"

	"tacklebox/platform/l2tp/plan"
)

// maxNeeds bounds how many services are looked at: Windows' own chains have some ten.
const maxNeeds = 64

// needs are the services that these cannot start without, and what those need, each
// once; ask reads one with the names that it depends on. What could be read is
// returned beside an error.
func needs(of []string, ask func(name string) (plan.Service, []string, error)) ([]Need, error) {
	type wanted struct{ name, of string }
	var (
		out   []Need
		errs  []error
		seen  []string
		queue []wanted
	)
	same := func(name string) func(string) bool {
		return func(s string) bool { return strings.EqualFold(s, name) }
	}
	for _, name := range of {
		seen, queue = append(seen, name), append(queue, wanted{name: name})
	}
	for len(queue) > 0 {
		w := queue[0]
		queue = queue[1:]
		s, on, err := ask(w.name)
		switch {
		case err != nil:
			errs = append(errs, err)
			continue
		case w.of != "":
			s.Name = w.name
			out = append(out, Need{Service: s, Of: w.of})
		}
		for _, name := range on {
			// A group of drivers, such as "+TDI", is no service.
			if strings.HasPrefix(name, "+") || slices.ContainsFunc(seen, same(name)) || len(seen) == maxNeeds {
				continue
			}
			seen, queue = append(seen, name), append(queue, wanted{name: name, of: w.name})
		}
	}
	return out, errors.Join(errs...)
}

// list reads names that each end in a zero.
func list(text []uint16) (names []string) {
	for len(text) > 0 && text[0] != 0 {
		n := slices.Index(text, 0)
		if n < 0 {
			n = len(text)
		}
		names = append(names, string(utf16.Decode(text[:n])))
		text = text[min(n+1, len(text)):]
	}
	return names
}
