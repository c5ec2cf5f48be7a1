package registry

import (
	"encoding/json"
	"time"

	"tacklebox/platform/settings"
)

// memory is what the tab keeps of how a person arranged it. The connections
// themselves are kept by the store, under another name.
type memory struct {
	Chosen string  `json:"chosen,omitempty"` // connection
	Place  string  `json:"place,omitempty"`
	Lower  string  `json:"lower,omitempty"`
	Split  float64 `json:"split,omitempty"`
	// Tables are those that the person sorted or whose columns were widened.
	Tables map[string]tableMemory `json:"tables,omitempty"`
}

func (p *Panel) remembered() memory {
	var m memory
	if st := p.host.Settings(); st != nil {
		_ = json.Unmarshal(st.Get().Panel[ID], &m) // what cannot be read is forgotten
	}
	if !(m.Split > 0.05 && m.Split < 0.95) {
		m.Split = 0.3
	}
	return m
}

// memoryPause is how long a change rests before it is written.
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
