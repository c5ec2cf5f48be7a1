package containers

import (
	"maps"
	"time"

	"fyne.io/fyne/v2/container"

	"tacklebox/panels/widgets"
	"tacklebox/platform/settings"
)

// splitPause is how long a divider rests before its place is written down.
const splitPause = 800 * time.Millisecond

// splits are the places of dividers that are not written down yet.
type splits struct {
	moved map[string]float64
	timer *time.Timer
}

// split is the remembered position of a divider.
func (p *Panel) split(name string, otherwise float64) float64 {
	if at, ok := p.splits.moved[name]; ok {
		return at
	}
	if at, ok := p.settings().Splits[name]; ok && at > 0.02 && at < 0.98 {
		return at
	}
	return otherwise
}

// rememberSplit keeps the position of a divider once it was moved.
func (p *Panel) rememberSplit(name string, s *container.Split) {
	widgets.WatchSplit(s, func(at float64) { p.keepSplit(name, at) })
}

// keepSplit writes a place down after a while, since a drag has sixty a second.
func (p *Panel) keepSplit(name string, at float64) {
	if p.splits.moved == nil {
		p.splits.moved = map[string]float64{}
	}
	p.splits.moved[name] = at
	if p.splits.timer != nil {
		p.splits.timer.Stop()
	}
	p.splits.timer = time.AfterFunc(splitPause, func() { p.deps.Do(p.flushSplits) })
}

func (p *Panel) flushSplits() {
	if p.splits.timer != nil {
		p.splits.timer.Stop()
	}
	if len(p.splits.moved) == 0 {
		return
	}
	moved := maps.Clone(p.splits.moved)
	p.update(func(c *settings.Settings) {
		if c.Splits == nil {
			c.Splits = map[string]float64{}
		}
		maps.Copy(c.Splits, moved)
	})
}
