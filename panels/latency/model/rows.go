// Package model is what the Latency tab shows, without a window: targets as rows
// of a tree, their figures as text, and the order in which trouble comes first.
package model

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/service"
	"tacklebox/platform/latency/targets"
)

// Row is one line of the list: a group, or a target in it.
type Row struct {
	Key   string
	Depth int
	// Group is the path of a group, or of the group a target is in.
	Group []string
	Name  string
	// Target is nil for a group.
	Target *service.Live
	// Level is the target's, or the worst one in the group.
	Level service.Level
	// Open tells whether a group shows what is in it; Count is how many targets
	// that are, and Bad how many of them are degraded or failed.
	Open       bool
	Count, Bad int
}

// ID is the row's target, 0 for a group.
func (r Row) ID() latency.TargetID {
	if r.Target == nil {
		return 0
	}
	return r.Target.ID
}

// Shape is how the list is shown.
type Shape struct {
	// Filter keeps the targets that have all of its words in name, host or group.
	Filter string
	// Closed are the closed groups by their keys. While there is a filter all
	// groups are open.
	Closed map[string]bool
	// Worst makes a flat list with the trouble on top.
	Worst bool
}

// TargetKey is the key of a target's row.
func TargetKey(id latency.TargetID) string { return "t:" + strconv.FormatInt(int64(id), 10) }

// TargetOf is the target of a row's key, and false for a group's.
func TargetOf(key string) (latency.TargetID, bool) {
	n, err := strconv.ParseInt(strings.TrimPrefix(key, "t:"), 10, 64)
	return latency.TargetID(n), err == nil && strings.HasPrefix(key, "t:")
}

// GroupKey is the key of a group's row.
func GroupKey(path []string) string { return "g:" + strings.Join(path, "\x00") }

// GroupOf is the path of a group's key, nil for a target's.
func GroupOf(key string) []string {
	if rest, ok := strings.CutPrefix(key, "g:"); ok {
		return strings.Split(rest, "\x00")
	}
	return nil
}

// Rows are the lines of the list.
func Rows(list []service.Live, s Shape) []Row {
	words := strings.Fields(strings.ToLower(s.Filter))
	root := &node{}
	for i := range list {
		if t := &list[i]; matches(t, words) {
			root.at(t.Group).add(t)
		}
	}
	if s.Worst {
		var flat []Row
		root.each(func(t *service.Live) {
			flat = append(flat, Row{Key: TargetKey(t.ID), Group: t.Group, Name: t.Name, Target: t, Level: t.Level})
		})
		slices.SortStableFunc(flat, func(a, b Row) int { return worse(a.Target, b.Target) })
		return flat
	}
	var out []Row
	root.rows(&out, s.Closed, len(words) > 0)
	return out
}

// Order are the targets as the tree shows them when all of it is open.
func Order(list []latency.Target) []latency.Target {
	live := make([]service.Live, len(list))
	for i := range list {
		live[i].Target = list[i]
	}
	root := &node{}
	for i := range live {
		root.at(live[i].Group).add(&live[i])
	}
	out := make([]latency.Target, 0, len(list))
	root.each(func(t *service.Live) { out = append(out, t.Target) })
	return out
}

// Inside are the targets in a group and in the groups below it, in the order of
// the tree.
func Inside(list []latency.Target, path []string) []latency.Target {
	return slices.DeleteFunc(Order(list), func(t latency.Target) bool { return !under(t.Group, path) })
}

func under(group, path []string) bool {
	return len(group) >= len(path) && slices.Equal(group[:len(path)], path)
}

func matches(t *service.Live, words []string) bool {
	if len(words) == 0 {
		return true
	}
	text := strings.ToLower(t.Name + " " + targets.Spec(t.Target) + " " + t.Host + " " + strings.Join(t.Group, " "))
	if t.Address.IsValid() {
		text += " " + t.Address.String()
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// node is a group of the tree. What is in it keeps the order of the targets; a
// group stands where its first target does.
type node struct {
	path  []string
	items []item
}

type item struct {
	target *service.Live
	group  *node
}

func (n *node) at(path []string) *node {
	for i, part := range path {
		next := (*node)(nil)
		for _, it := range n.items {
			if it.group != nil && it.group.path[i] == part {
				next = it.group
			}
		}
		if next == nil {
			next = &node{path: slices.Clone(path[:i+1])}
			n.items = append(n.items, item{group: next})
		}
		n = next
	}
	return n
}

func (n *node) add(t *service.Live) { n.items = append(n.items, item{target: t}) }

func (n *node) each(f func(*service.Live)) {
	for _, it := range n.items {
		if it.target != nil {
			f(it.target)
		} else {
			it.group.each(f)
		}
	}
}

func (n *node) rows(out *[]Row, closed map[string]bool, all bool) {
	for _, it := range n.items {
		if t := it.target; t != nil {
			*out = append(*out, Row{Key: TargetKey(t.ID), Depth: len(n.path), Group: t.Group, Name: t.Name, Target: t, Level: t.Level})
			continue
		}
		g := it.group
		key := GroupKey(g.path)
		r := Row{Key: key, Depth: len(n.path), Group: g.path, Name: g.path[len(g.path)-1], Level: service.LevelUnknown, Open: all || !closed[key]}
		first := true
		g.each(func(t *service.Live) {
			r.Count++
			if rank(t.Level) < rank(service.LevelGood) {
				r.Bad++
			}
			if first || rank(t.Level) < rank(r.Level) {
				r.Level = t.Level
			}
			first = false
		})
		*out = append(*out, r)
		if r.Open {
			g.rows(out, closed, all)
		}
	}
}

// rank puts levels into the order in which somebody wants to hear of them.
func rank(l service.Level) int {
	switch l {
	case service.LevelFailed:
		return 0
	case service.LevelDegraded:
		return 1
	case service.LevelGood:
		return 2
	}
	return 3
}

// worse compares two targets, the worse one first: by level, loss and how long
// they take. Loss counts by whole percents and time by steps of a fifth, so that
// rows change places only when something changed.
func worse(a, b *service.Live) int {
	return cmp.Or(
		cmp.Compare(rank(a.Level), rank(b.Level)),
		-cmp.Compare(lossStep(a.Loss), lossStep(b.Loss)),
		-cmp.Compare(timeStep(a), timeStep(b)),
	)
}

func lossStep(loss float64) int {
	if math.IsNaN(loss) {
		return -1
	}
	return int(math.Ceil(loss * 100))
}

func timeStep(l *service.Live) int {
	if l.Median <= 0 {
		return math.MinInt32
	}
	return int(math.Log(float64(l.Median)) / math.Log(1.2))
}

// Worst are the targets that are not well, the worst first, and how many of all
// are measured at this moment.
func Worst(list []service.Live) (bad []service.Live, measured int) {
	for _, t := range list {
		switch t.Level {
		case service.LevelFailed, service.LevelDegraded:
			bad = append(bad, t)
			measured++
		case service.LevelGood:
			measured++
		}
	}
	slices.SortStableFunc(bad, func(a, b service.Live) int { return worse(&a, &b) })
	return bad, measured
}
