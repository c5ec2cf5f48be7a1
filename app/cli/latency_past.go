package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/histogram"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/smokeping"
)

// nodeSetting is where the names of the measuring nodes are kept: JSON, by number.
const nodeSetting = "nodes"

// pastImport is the account of an imported history.
type pastImport struct {
	Targets  []pastRow `json:"targets"`
	Stored   int       `json:"roll_ups_stored"`
	Known    int       `json:"roll_ups_there_already"`
	Left     []string  `json:"not_taken_over,omitempty"`
	More     int       `json:"not_listed,omitempty"`
	Other    int       `json:"other_files"`
	Complete bool      `json:"complete"`
}

type pastRow struct {
	Path      string    `json:"path"`
	Node      string    `json:"node,omitempty"`
	From      time.Time `json:"from"`
	To        time.Time `json:"to"`
	Rounds    int       `json:"rounds"`
	RawRounds int       `json:"raw_rounds"`
	Averages  int       `json:"averages"`
	Gaps      int       `json:"gaps"`
	Lent      int       `json:"lent"`
	Odd       int       `json:"odd"`
}

// past reads SmokePing's data folder into the history.
func (in *intake) past(ctx context.Context, store *history.Store, c *smokeping.Config, dir string, now time.Time) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("read SmokePing's history: %w", err)
	}
	defer root.Close()
	in.Past = &pastImport{}
	nodes, err := readNodes(ctx, store)
	if err != nil {
		return err
	}
	account, err := smokeping.ImportHistory(ctx, c, root.FS(), now, func(part smokeping.Part) error {
		id, ok := in.ids[part.Path]
		if !ok {
			return nil // its target is listed as not taken over
		}
		offered := 0
		rows := func(yield func(time.Time, *histogram.Histogram) bool) {
			for at, h := range part.Rows {
				offered++
				if !yield(at, h) {
					return
				}
			}
		}
		if in.DryRun {
			for range rows {
			}
			in.Past.Stored += offered
			return ctx.Err()
		}
		node, err := nodes.of(store, part.Slave)
		if err != nil {
			return err
		}
		n, err := store.ImportRollups(ctx, id, node, part.Period, rows)
		in.Past.Stored += n
		in.Past.Known += max(0, offered-n)
		return err
	})
	if account != nil {
		in.Past.fill(account)
	}
	in.Past.Complete = err == nil
	return err
}

func (a *pastImport) fill(account *smokeping.Account) {
	for _, t := range account.Imported {
		a.Targets = append(a.Targets, pastRow{Path: plainText(t.Path), Node: plainText(t.Slave), From: t.From, To: t.To, Rounds: t.Rounds,
			RawRounds: t.RawRounds, Averages: t.Averages, Gaps: t.Gaps, Lent: t.Lent, Odd: t.Odd})
	}
	for _, s := range account.Skipped {
		text := s.File
		if s.Line > 0 {
			text += ", line " + strconv.Itoa(s.Line)
		}
		a.Left = append(a.Left, plainText(text+": "+s.Reason))
	}
	a.More, a.Other = account.More, account.Other
}

func (a *pastImport) text(b *strings.Builder) {
	fmt.Fprintf(b, "history of %s: %d roll-ups stored, %d there already or joined with others\n", counted(len(a.Targets), "target"), a.Stored, a.Known)
	const day = "2006-01-02"
	for _, t := range a.Targets {
		name := t.Path
		if t.Node != "" {
			name += ", as " + t.Node + " saw it"
		}
		fmt.Fprintf(b, "  %s  %s to %s  %d rounds (%d of raw logs), %d averages", name, t.From.Format(day), t.To.Format(day), t.Rounds, t.RawRounds, t.Averages)
		for _, c := range []struct {
			n    int
			what string
		}{{t.Gaps, "gaps"}, {t.Lent, "without round trips of their own"}, {t.Odd, "that cannot be true, left out"}} {
			if c.n > 0 {
				fmt.Fprintf(b, ", %d %s", c.n, c.what)
			}
		}
		b.WriteByte('\n')
	}
	if len(a.Left) > 0 {
		b.WriteString("history that is not taken over:\n")
		for _, text := range a.Left {
			fmt.Fprintf(b, "  %s\n", text)
		}
		if a.More > 0 {
			fmt.Fprintf(b, "  and %d more like these\n", a.More)
		}
	}
	if a.Other > 0 {
		fmt.Fprintf(b, "%s in that folder that are no history\n", counted(a.Other, "file"))
	}
}

// nodes are the measuring nodes by name; "" is this machine, which takes the
// place of SmokePing's master.
type nodes map[string]latency.NodeID

func readNodes(ctx context.Context, store *history.Store) (nodes, error) {
	out := nodes{"": latency.LocalNode}
	if store == nil {
		return out, nil
	}
	body, err := store.Setting(ctx, nodeSetting)
	if err != nil || len(body) == 0 {
		return out, err
	}
	byID := map[latency.NodeID]string{}
	if err := json.Unmarshal(body, &byID); err != nil {
		return nil, fmt.Errorf("read the names of the nodes: %w", err)
	}
	for id, name := range byID {
		out[name] = id
	}
	return out, nil
}

// maxNodes bounds the nodes of a store.
const maxNodes = 10_000

// of is the node of that name, which is new when it was not there.
func (n nodes) of(store *history.Store, name string) (latency.NodeID, error) {
	if id, ok := n[name]; ok {
		return id, nil
	}
	if len(n) >= maxNodes {
		return 0, errors.New("keep a node: there are 10000 already")
	}
	next := latency.LocalNode + 1
	byID := map[latency.NodeID]string{}
	for known, id := range n {
		next = max(next, id+1)
		if known != "" {
			byID[id] = known
		}
	}
	byID[next] = name
	body, err := json.Marshal(byID)
	if err != nil {
		return 0, err
	}
	if err := store.SaveSetting(nodeSetting, body); err != nil {
		return 0, err
	}
	n[name] = next
	return next, nil
}
