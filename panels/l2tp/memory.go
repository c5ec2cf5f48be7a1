package l2tp

import (
	"encoding/json"
	"log/slog"
	"slices"
	"time"

	"tacklebox/panels/i18n"
	"tacklebox/panels/l2tp/model"
	"tacklebox/panels/widgets"
	"tacklebox/platform/l2tp/plan"
	"tacklebox/platform/settings"
)

// memory is what the tab keeps from one start to the next. No secret is in it.
type memory struct {
	Server     string `json:"server,omitempty"`
	Connection string `json:"connection,omitempty"`
	// Resume is set while a restart is wanted to go on after it.
	Resume *resume `json:"resume,omitempty"`
	// Told are lost values that the person does not want to hear of again, with the
	// build of Windows that they were told about.
	Told []string `json:"told,omitempty"`
}

// resume is where to go on after a restart.
type resume struct {
	Entry      string    `json:"entry"`
	Connection string    `json:"connection"`
	Server     string    `json:"server"`
	Asked      time.Time `json:"asked"` // when the restart was asked for
}

func (p *Panel) remembered() memory {
	var m memory
	if st := p.host.Settings(); st != nil {
		_ = json.Unmarshal(st.Get().Panel[ID], &m) // what cannot be read is forgotten
	}
	m.Told = m.Told[:min(len(m.Told), 20)]
	if plan.CheckServer(m.Server) != nil {
		m.Server = ""
	}
	return m
}

// remember keeps the memory. It changes seldom, so it is written at once.
func (p *Panel) remember() {
	if !p.closed {
		p.writeMemory()
	}
}

func (p *Panel) writeMemory() {
	st := p.host.Settings()
	if st == nil {
		return
	}
	raw, err := json.Marshal(p.memory)
	if err != nil {
		slog.Warn("remember the L2TP tab", "error", err)
		return
	}
	st.Later(func(s *settings.Settings) { s.Panel[ID] = raw })
}

// resume goes on where a restart of the PC was asked for.
func (p *Panel) resume() {
	if r := p.memory.Resume; r != nil {
		p.w.At = model.StepTest
		p.w.Server = r.Server
	} else if p.w.Server == "" {
		p.w.Server = p.memory.Server
	}
}

// adopt finds the entry that a restart was asked for.
func (p *Panel) adopt() {
	if p.memory.Resume == nil || p.w.Entry != nil {
		return
	}
	for _, e := range p.history {
		if e.ID == p.memory.Resume.Entry {
			p.w.Entry = &e
		}
	}
}

// restarted says that the PC started after the restart was asked for.
func (p *Panel) restarted() bool {
	r := p.memory.Resume
	return r != nil && p.w.Reading != nil && p.w.Reading.BootTime.After(r.Asked)
}

// comeBack brings the tab to the front once after the restart that it asked for.
func (p *Panel) comeBack() {
	if p.restarted() && !p.restart.back {
		p.restart.back = true
		p.host.Select(ID)
	}
}

// lostNow are the values that went missing, as far as the person wants to hear.
func (p *Panel) lostNow() []string {
	if p.w.Reading == nil {
		return nil
	}
	var out []string
	for _, at := range p.w.Reading.Lost {
		if !slices.Contains(p.memory.Told, at.Name+" "+p.w.Reading.Build) {
			out = append(out, at.Name)
		}
	}
	return out
}

// lost tells once a start that Windows dropped a value.
func (p *Panel) lost() {
	names := p.lostNow()
	if len(names) == 0 || p.restart.told {
		return
	}
	p.restart.told = true
	p.host.Notify(i18n.T("l2tp.title"), i18n.T("l2tp.lost", map[string]any{"Names": joined(names)}))
}

// status is the tab's part of the status line.
func (p *Panel) status() {
	if p.host == nil || p.closed {
		return
	}
	switch names := p.lostNow(); {
	case len(names) > 0:
		p.host.SetStatus(ID, string(widgets.LevelDegraded), i18n.T("l2tp.lost_short"))
	case p.w.Applying:
		p.host.SetStatus(ID, string(widgets.LevelUnknown), i18n.T("l2tp.status_applying"))
	case p.w.Dial.Running:
		p.host.SetStatus(ID, string(widgets.LevelUnknown), i18n.T("l2tp.status_dialing"))
	default:
		p.host.SetStatus(ID, "", "")
	}
}

// dismissLost has the same values not told again for this build of Windows.
func (p *Panel) dismissLost() {
	for _, name := range p.lostNow() {
		p.memory.Told = append(p.memory.Told, name+" "+p.w.Reading.Build)
	}
	p.memory.Told = p.memory.Told[max(0, len(p.memory.Told)-20):]
	p.remember()
	p.apply()
}
