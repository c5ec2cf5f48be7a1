package model

import (
	"slices"

	"tacklebox/platform/latency"
)

// Arrangement is another order of the targets, and those that changed their
// group by it.
type Arrangement struct {
	IDs     []latency.TargetID
	Changed []latency.Target
}

// Place puts a target into a group: before another target, or at the group's end
// when before is 0. It is nil when nothing changes.
func Place(list []latency.Target, id latency.TargetID, group []string, before latency.TargetID) *Arrangement {
	order := Order(list)
	from := slices.IndexFunc(order, func(t latency.Target) bool { return t.ID == id })
	if from < 0 || before == id {
		return nil
	}
	was := ids(order)
	t := order[from]
	order = slices.Delete(order, from, from+1)
	to := len(order)
	if before != 0 {
		if to = slices.IndexFunc(order, func(o latency.Target) bool { return o.ID == before }); to < 0 {
			return nil
		}
	} else if last := lastIn(order, group); last >= 0 {
		to = last + 1
	}
	return put(order, was, t, to, group)
}

// put is the arrangement of an order with a target at a place and in a group.
func put(order []latency.Target, was []latency.TargetID, t latency.Target, to int, group []string) *Arrangement {
	a := &Arrangement{}
	if !slices.Equal(t.Group, group) {
		t.Group = slices.Clone(group)
		a.Changed = []latency.Target{t}
	}
	order = slices.Insert(slices.Clone(order), to, t)
	// The order is the tree's again: a target of another group in between stays
	// with its own.
	if a.IDs = ids(Order(order)); slices.Equal(a.IDs, was) && len(a.Changed) == 0 {
		return nil
	}
	return a
}

// lastIn is the place of the last target in a group or below it, -1 without one.
func lastIn(order []latency.Target, group []string) int {
	for i := len(order) - 1; i >= 0; i-- {
		if under(order[i].Group, group) {
			return i
		}
	}
	return -1
}

// Step moves a target one line up (-1) or down (1) as the tree shows it: past its
// neighbour in the group, or into the group beyond its own. It is nil at the end
// of the list.
func Step(list []latency.Target, id latency.TargetID, delta int) *Arrangement {
	order := Order(list)
	i := slices.IndexFunc(order, func(t latency.Target) bool { return t.ID == id })
	if i < 0 || i+delta < 0 || i+delta >= len(order) {
		return nil
	}
	t, next := order[i], order[i+delta]
	switch {
	case slices.Equal(t.Group, next.Group) && delta < 0:
		return Place(list, id, t.Group, next.ID)
	case slices.Equal(t.Group, next.Group):
		return placeAfter(order, id, next)
	case delta < 0:
		return placeAfter(order, id, next) // at the end of the group above
	}
	return Place(list, id, next.Group, next.ID) // at the front of the group below
}

// placeAfter puts a target right behind another one, into its group.
func placeAfter(order []latency.Target, id latency.TargetID, after latency.Target) *Arrangement {
	from := slices.IndexFunc(order, func(t latency.Target) bool { return t.ID == id })
	rest := slices.Delete(slices.Clone(order), from, from+1)
	to := slices.IndexFunc(rest, func(t latency.Target) bool { return t.ID == after.ID }) + 1
	return put(rest, ids(order), order[from], to, after.Group)
}

// StepGroup moves a whole group past the row before or after it on its level.
// It is nil when there is none.
func StepGroup(list []latency.Target, path []string, delta int) *Arrangement {
	order := Order(list)
	parent, depth := path[:len(path)-1], len(path)
	// The blocks on the group's level: groups, and targets of the parent itself.
	var blocks [][]latency.Target
	at := -1
	var keys []string
	for _, t := range order {
		if !under(t.Group, parent) {
			continue
		}
		key := TargetKey(t.ID)
		if len(t.Group) >= depth {
			key = GroupKey(t.Group[:depth])
		}
		if len(keys) == 0 || keys[len(keys)-1] != key {
			keys, blocks = append(keys, key), append(blocks, nil)
		}
		if key == GroupKey(path) {
			at = len(blocks) - 1
		}
		blocks[len(blocks)-1] = append(blocks[len(blocks)-1], t)
	}
	if at < 0 || at+delta < 0 || at+delta >= len(blocks) {
		return nil
	}
	blocks[at], blocks[at+delta] = blocks[at+delta], blocks[at]
	inner := slices.Concat(blocks...)
	out := make([]latency.TargetID, 0, len(order))
	n := 0
	for _, t := range order {
		if under(t.Group, parent) {
			t = inner[n]
			n++
		}
		out = append(out, t.ID)
	}
	return &Arrangement{IDs: out}
}

func ids(list []latency.Target) []latency.TargetID {
	out := make([]latency.TargetID, len(list))
	for i, t := range list {
		out[i] = t.ID
	}
	return out
}

// Fresh splits pasted targets into those that are not measured yet and those
// that are: asked the same at the same place, whatever they are called.
func Fresh(list, there []latency.Target) (fresh, known []latency.Target) {
	seen := map[string]bool{}
	for _, t := range there {
		seen[question(t)] = true
	}
	for _, t := range list {
		if q := question(t); seen[q] {
			known = append(known, t)
		} else {
			seen[q] = true
			fresh = append(fresh, t)
		}
	}
	return fresh, known
}
