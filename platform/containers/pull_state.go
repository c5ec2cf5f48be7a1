package containers

import "slices"

// maxLayers bounds how many layers are kept; images have at most 127.
const maxLayers = 1000

// pullMessage is one message of a pull's stream.
type pullMessage struct {
	Status   string `json:"status"`
	ID       string `json:"id"`
	Progress struct {
		Current int64 `json:"current"`
		Total   int64 `json:"total"`
	} `json:"progressDetail"`
	// Engines send both; newer ones only the second.
	Error       string `json:"error"`
	ErrorDetail struct {
		Message string `json:"message"`
	} `json:"errorDetail"`
}

func (m pullMessage) failure() string {
	if m.ErrorDetail.Message != "" {
		return m.ErrorDetail.Message
	}
	return m.Error
}

// pullState adds messages up.
type pullState struct {
	p     PullProgress
	index map[string]int
	// size is what each layer weighs once known: extracting counts the same
	// bytes again, from zero.
	size []int64
	got  []int64
}

// take adds one message.
func (s *pullState) take(m pullMessage) {
	status := printable(m.Status, 200)
	phase, known := pullPhases[m.Status]
	if m.ID == "" || !known && m.Progress.Total == 0 && m.Progress.Current == 0 {
		// "Pulling from library/x" carries the tag as its ID.
		if status != "" {
			s.p.Message = status
		}
		return
	}
	i, ok := s.index[m.ID]
	if !ok {
		if len(s.p.Layers) >= maxLayers {
			return
		}
		if s.index == nil {
			s.index = map[string]int{}
		}
		i = len(s.p.Layers)
		s.index[m.ID] = i
		s.p.Layers = append(s.p.Layers, LayerProgress{ID: printable(m.ID, 80)})
		s.size = append(s.size, 0)
		s.got = append(s.got, 0)
	}
	l := &s.p.Layers[i]
	l.Status = status
	l.Done = phase == phaseDone
	l.Current, l.Total = max(m.Progress.Current, 0), max(m.Progress.Total, 0)
	switch phase {
	case phaseLoad:
		s.size[i] = max(s.size[i], l.Total, l.Current)
		s.got[i] = max(s.got[i], l.Current)
	case phaseExtract:
		s.got[i] = s.size[i]
	case phaseLoaded, phaseDone:
		s.got[i] = s.size[i]
		l.Current, l.Total = s.size[i], s.size[i]
	}
	s.p.Current, s.p.Total = 0, 0
	for i := range s.p.Layers {
		s.p.Current += s.got[i]
		s.p.Total += s.size[i]
	}
}

// finish marks everything done: podman says no more of a layer than that it was
// downloaded.
func (s *pullState) finish() {
	for i := range s.p.Layers {
		l := &s.p.Layers[i]
		l.Done, l.Current, l.Total = true, s.size[i], s.size[i]
	}
	s.p.Current = s.p.Total
}

// snapshot is a copy that the caller may keep.
func (s *pullState) snapshot() PullProgress {
	p := s.p
	p.Layers = slices.Clone(p.Layers)
	p.Warnings = slices.Clone(p.Warnings)
	return p
}

type pullPhase int

const (
	phaseOther pullPhase = iota
	phaseWait
	phaseLoad
	phaseLoaded
	phaseExtract
	phaseDone
)

// pullPhases are the engine's words for what a layer does.
var pullPhases = map[string]pullPhase{
	"Pulling fs layer":   phaseWait,
	"Waiting":            phaseWait,
	"Downloading":        phaseLoad,
	"Verifying Checksum": phaseLoaded,
	"Download complete":  phaseLoaded,
	"Extracting":         phaseExtract,
	"Pull complete":      phaseDone,
	"Already exists":     phaseDone,
}
