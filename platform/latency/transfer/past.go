package transfer

import (
	"context"
	"encoding/json"
	"os"
	"strconv"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/histogram"
	"tacklebox/platform/latency/said"
	"tacklebox/platform/latency/smokeping"
)

// nodeSetting is where the names of the measuring nodes are kept: JSON, by number.
const nodeSetting = "nodes"

// Past is the account of an imported history.
type Past struct {
	Targets  []PastRow `json:"targets"`
	Stored   int       `json:"roll_ups_stored"`
	Known    int       `json:"roll_ups_there_already"`
	Left     []string  `json:"not_taken_over,omitempty"`
	More     int       `json:"not_listed,omitempty"`
	Other    int       `json:"other_files"`
	Complete bool      `json:"complete"`
}

// PastRow is the history of one target as one node saw it.
type PastRow struct {
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
func (in *Account) past(ctx context.Context, p Place, c *smokeping.Config, o *Options) error {
	root, err := os.OpenRoot(o.History)
	if err != nil {
		return said.New("read SmokePing's history: %v", err)
	}
	defer root.Close()
	in.Past = &Past{}
	nodes, err := readNodes(ctx, p)
	if err != nil {
		return err
	}
	begun := map[string]bool{}
	o.Progress(Progress{StageHistory, 0, len(c.Targets)})
	account, err := smokeping.ImportHistory(ctx, c, root.FS(), o.Now, func(part smokeping.Part) error {
		if !begun[part.Path] {
			begun[part.Path] = true
			o.Progress(Progress{StageHistory, len(begun), len(c.Targets)})
		}
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
		if o.DryRun {
			for range rows {
			}
			in.Past.Stored += offered
			return ctx.Err()
		}
		node, err := nodes.of(p, part.Slave)
		if err != nil {
			return err
		}
		n, err := p.ImportRollups(ctx, id, node, part.Period, rows)
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

func (a *Past) fill(account *smokeping.Account) {
	for _, t := range account.Imported {
		a.Targets = append(a.Targets, PastRow{Path: plain(t.Path), Node: plain(t.Slave), From: t.From, To: t.To, Rounds: t.Rounds,
			RawRounds: t.RawRounds, Averages: t.Averages, Gaps: t.Gaps, Lent: t.Lent, Odd: t.Odd})
	}
	for _, s := range account.Skipped {
		text := s.File
		if s.Line > 0 {
			text += ", line " + strconv.Itoa(s.Line)
		}
		a.Left = append(a.Left, plain(text+": "+s.Reason))
	}
	a.More, a.Other = account.More, account.Other
}

// nodes are the measuring nodes by name; "" is this machine, which takes the
// place of SmokePing's master.
type nodes map[string]latency.NodeID

func readNodes(ctx context.Context, p Place) (nodes, error) {
	out := nodes{"": latency.LocalNode}
	if p == nil {
		return out, nil
	}
	body, err := p.Setting(ctx, nodeSetting)
	if err != nil || len(body) == 0 {
		return out, err
	}
	byID := map[latency.NodeID]string{}
	if err := json.Unmarshal(body, &byID); err != nil {
		return nil, said.New("read the names of the nodes: %v", err)
	}
	for id, name := range byID {
		out[name] = id
	}
	return out, nil
}

// maxNodes bounds the nodes of a store.
const maxNodes = 10_000

// of is the node of that name, which is new when it was not there.
func (n nodes) of(p Place, name string) (latency.NodeID, error) {
	if id, ok := n[name]; ok {
		return id, nil
	}
	if len(n) >= maxNodes {
		return 0, said.New("keep a node: there are 10000 already")
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
	if err := p.SaveSetting(nodeSetting, body); err != nil {
		return 0, err
	}
	n[name] = next
	return next, nil
}
