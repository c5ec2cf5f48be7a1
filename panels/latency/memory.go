package latency

import (
	"encoding/json"
	"slices"
	"time"

	"tacklebox/platform/settings"
)

// memory is what the tab keeps of how a person arranged it.
type memory struct {
	Closed    []string `json:"closed,omitempty"` // keys of closed groups
	View      string   `json:"view,omitempty"`
	Range     string   `json:"range,omitempty"`
	Log       bool     `json:"log,omitempty"`
	SmokePing bool     `json:"smokeping,omitempty"`
	Old27     bool     `json:"smokeping27,omitempty"` // its look has the loss colours of 2.7
	OneAxis   bool     `json:"one_axis,omitempty"`    // for all graphs of the grid
	Lower     string   `json:"lower,omitempty"`       // the tab below the graph
	Split     float64  `json:"split,omitempty"`
	Below     float64  `json:"below,omitempty"`
}

// The views of the list.
const (
	viewTree  = "tree"
	viewWorst = "worst"
	viewGrid  = "grid"
)

func (p *Panel) remembered() memory {
	var m memory
	if st := p.host.Settings(); st != nil {
		_ = json.Unmarshal(st.Get().Panel[ID], &m) // what cannot be read is forgotten
	}
	return m.sane()
}

// sane replaces what cannot be meant.
func (m memory) sane() memory {
	if !slices.Contains([]string{viewTree, viewWorst, viewGrid}, m.View) {
		m.View = viewTree
	}
	if findRange(m.Range) < 0 {
		m.Range = "10m"
	}
	if !(m.Split > 0.05 && m.Split < 0.95) {
		m.Split = 0.32
	}
	if !(m.Below > 0.05 && m.Below < 0.98) {
		m.Below = 0.66
	}
	m.Closed = m.Closed[:min(len(m.Closed), 1000)]
	return m
}

// memoryPause is how long a change rests before it is written: a drag of the
// divider has sixty a second.
const memoryPause = 800 * time.Millisecond

// remember keeps the memory.
func (p *Panel) remember() {
	if p.host.Settings() == nil || p.closed {
		return
	}
	if p.writing != nil {
		p.writing.Stop()
	}
	p.writing = time.AfterFunc(memoryPause, func() {
		p.deps.Do(func() {
			if !p.closed {
				p.flushMemory()
			}
		})
	})
}

// flushMemory writes what was to be remembered.
func (p *Panel) flushMemory() {
	if p.writing == nil {
		return
	}
	p.writing.Stop()
	p.writing = nil
	if raw, err := json.Marshal(p.memory); err == nil {
		p.host.Settings().Later(func(s *settings.Settings) { s.Panel[ID] = raw })
	}
}
