package smokeping

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"slices"
	"time"

	"tacklebox/platform/latency/histogram"
	"tacklebox/platform/latency/said"
	"tacklebox/platform/latency/targets"
)

// Bounds of a data folder.
const (
	maxEntries = 200_000   // files and folders
	maxRawLog  = 256 << 20 // bytes of one raw log
	maxPings   = 200_000   // probes that one row of an archive may stand for
)

// Part is a stretch of one target's history whose rows are equally long.
type Part struct {
	Path string // of the target
	// Slave is who measured it, "" for SmokePing's master. Whoever stores it gives
	// each a node of its own.
	Slave string
	// Period is the length of the roll-ups that the rows go into: a minute, five
	// minutes, an hour or a day. Several rows may go into one.
	Period time.Duration
	// Averaged is true where rows are averages of several rounds' order statistics.
	Averaged bool
	// Rows are when each row begins and what it counted, by time. They can be read
	// once, before the function that the part was given to returns. Coarser parts of
	// the same target come later, and older.
	Rows iter.Seq2[time.Time, *histogram.Histogram]
}

// Imported is the account of one target as one node saw it.
type Imported struct {
	Path, Slave string
	Files       []string
	Step        time.Duration
	Pings       int // of a round
	// Rounds are single rounds, RawRounds those among them that come from raw logs
	// and so are exact; Averages are rows of longer periods.
	Rounds, RawRounds, Averages int
	// Gaps are rows without anything between two that have something.
	Gaps int
	// Lent are rows that say how many probes were answered, but no longer how fast:
	// they have the round trips of the row before.
	Lent int
	// Odd are values that cannot be true, such as a negative round trip, and rows
	// of the future: left out.
	Odd int
	// From and To are where the first row begins and the last one ends.
	From, To time.Time
}

// Skipped is a file, or a part of one, that was not taken over.
type Skipped struct {
	File   string
	Line   int // of a raw log; 0 is the file as a whole
	Reason string
}

// Account is what became of all files of a data folder.
type Account struct {
	Imported []Imported
	Skipped  []Skipped
	More     int // skipped beyond MaxIssues
	Other    int // files that are no history: neither .rrd nor .csv
}

func (a *Account) skip(file string, line int, reason string) {
	if len(a.Skipped) >= MaxIssues {
		a.More++
		return
	}
	a.Skipped = append(a.Skipped, Skipped{File: targets.Printable(file, 200), Line: line, Reason: reason})
}

// ImportHistory reads the history of a configuration's targets out of SmokePing's
// data folder, the finest that is there for each time: raw logs, then the rounds of
// the RRD files, then their averages. With a nil configuration it reads what the
// folder has. Nothing is written there.
//
// Each part is handed to take; its error ends the import. Files that cannot be read
// are listed, and the rest goes on. Now bounds what the files may claim to know.
func ImportHistory(ctx context.Context, c *Config, data fs.FS, now time.Time, take func(Part) error) (*Account, error) {
	m := &historian{ctx: ctx, data: data, now: now, take: take, account: &Account{}}
	files, err := m.files()
	if err != nil {
		return m.account, said.New("import SmokePing's history: %v", err)
	}
	order := m.order(c, files)
	for _, p := range order {
		if err := m.target(p, files[p], step(c, p.path)); err != nil {
			return m.account, said.New("import SmokePing's history of %q: %v", p.path, err)
		}
	}
	return m.account, nil
}

type historian struct {
	ctx     context.Context
	data    fs.FS
	now     time.Time
	take    func(Part) error
	account *Account
}

// step is how often a target was measured, for raw logs without an RRD file.
func step(c *Config, path string) time.Duration {
	if c != nil {
		for _, t := range c.Targets {
			if t.Path == path {
				return t.Step
			}
		}
	}
	return 300 * time.Second
}

func (m *historian) target(p place, files *found, step time.Duration) error {
	item := &Imported{Path: p.path, Slave: p.slave, Step: step}
	var rrd *RRD
	var sh shape
	if files.rrd != "" {
		f, size, closing, err := m.open(files.rrd, MaxRRD)
		if err == nil {
			defer closing()
			if rrd, err = OpenRRD(f, size); err == nil {
				sh, err = rrd.shape()
			}
		}
		if err != nil {
			m.account.skip(files.rrd, 0, err.Error())
			rrd = nil
		} else {
			item.Step, item.Pings = rrd.Step, len(sh.pings)
			item.Files = append(item.Files, files.rrd)
		}
	}
	raw := m.rawLogs(files.logs, item)
	defer func() {
		if len(item.Files) > 0 {
			m.account.Imported = append(m.account.Imported, *item)
		}
	}()
	var sections []section
	if rrd != nil {
		sections = rrd.sections()
	}
	if len(sections) == 0 || rrd.Archives[sections[0].archive].per > 1 {
		// No rounds of its own that those of the raw logs could stand among.
		if err := m.part(item, item.Step, nil, raw); err != nil {
			return err
		}
		raw = nil
	}
	for _, s := range sections {
		a := rrd.Archives[s.archive]
		if a.per*int64(len(sh.pings)) > maxPings {
			m.account.skip(files.rrd, 0, fmt.Sprintf("the averages over %v: too many probes in one row", a.Period))
			continue
		}
		r, err := rrd.reader(s, sh)
		if err != nil {
			m.account.skip(files.rrd, 0, err.Error())
			continue
		}
		if err := m.part(item, a.Period, &source{rrd, s, r}, raw); err != nil {
			return err
		}
		raw = nil
	}
	return nil
}

// open opens a file of the folder for reading at any place.
func (m *historian) open(name string, limit int64) (io.ReaderAt, int64, func(), error) {
	f, err := m.data.Open(name)
	if err != nil {
		return nil, 0, nil, cause(err)
	}
	closing := func() { f.Close() }
	info, err := f.Stat()
	switch {
	case err != nil:
	case !info.Mode().IsRegular():
		err = said.New("neither a file nor a link to one")
	case info.Size() > limit:
		err = said.New("%d MB: %v", info.Size()>>20, ErrTooLarge)
	}
	if err != nil {
		closing()
		return nil, 0, nil, cause(err)
	}
	if at, ok := f.(io.ReaderAt); ok {
		return at, info.Size(), closing, nil
	}
	data, err := io.ReadAll(io.LimitReader(f, limit))
	closing()
	return bytes.NewReader(data), int64(len(data)), func() {}, err
}

// rawLogs reads a target's raw logs, by time.
func (m *historian) rawLogs(names []string, item *Imported) []RawRound {
	var all []RawRound
	for _, name := range names {
		f, size, closing, err := m.open(name, maxRawLog)
		if err != nil {
			m.account.skip(name, 0, err.Error())
			continue
		}
		rounds, problems, err := ReadRawLog(io.NewSectionReader(f, 0, size))
		closing()
		for _, p := range problems {
			m.account.skip(name, p.Line, p.Reason)
		}
		if err != nil {
			m.account.skip(name, 0, err.Error())
		}
		if len(all)+len(rounds) > MaxRounds {
			m.account.skip(name, 0, fmt.Sprintf("more than %d rounds of one target", MaxRounds))
			continue
		}
		for _, r := range rounds {
			if r.Noted.After(m.now.Add(24 * time.Hour)) {
				item.Odd++
				continue
			}
			item.Pings = max(item.Pings, r.Lost+len(r.RTTs))
			all = append(all, r)
		}
		if len(rounds) > 0 {
			item.Files = append(item.Files, name)
		}
	}
	slices.SortStableFunc(all, func(a, b RawRound) int { return a.Noted.Compare(b.Noted) })
	return all
}
