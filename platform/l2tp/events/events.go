// Package events reads what Windows' event log says of VPN connections, from
// RasClient's events as XML, and tells how far each attempt came. It looks at
// numbers only, so the display language does not matter.
package events

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"tacklebox/platform/l2tp/codes"
)

// Bounds of what is read: wevtutil is asked for 60 events.
const (
	MaxSize   = 4 << 20
	MaxEvents = 1000
	maxData   = 64   // values of one event
	maxText   = 4096 // of one value
)

// Provider is the source of the events.
const Provider = "RasClient"

// Event IDs of RasClient.
const (
	Ended      = 20220 // a connection that stood ended
	Started    = 20221 // a dial began
	Connecting = 20222 // the device connects: IPsec and L2TP
	TunnelUp   = 20223
	LinkUp     = 20224 // PPP's link is there
	Connected  = 20225
	EndedBy    = 20226
	Failed     = 20227 // the last value is the error code
)

// Event is one event.
type Event struct {
	ID   int
	Time time.Time
	// Correlation is the same for all events of one attempt.
	Correlation string
	Data        []string
}

// Attempt is one connection attempt.
type Attempt struct {
	Correlation string
	Start, End  time.Time
	Connection  string // its name; empty when no event says
	Connected   bool
	Code        int64 // of the failure; 0 when there is none
	// Stage is the last one that was begun; empty once it connected.
	Stage codes.Stage
	last  int
}

// ErrTooLarge: there is more than anyone asked for.
var ErrTooLarge = errors.New("more events than are read: ask for fewer")

// rendered is an event as wevtutil and EvtRender give it.
type rendered struct {
	System struct {
		Provider struct {
			Name string `xml:"Name,attr"`
		} `xml:"Provider"`
		EventID     string `xml:"EventID"`
		TimeCreated struct {
			SystemTime string `xml:"SystemTime,attr"`
		} `xml:"TimeCreated"`
	} `xml:"System"`
	EventData struct {
		Data []string `xml:"Data"`
	} `xml:"EventData"`
}

// Parse reads events, one after another or within <Events>, and leaves out those
// of others. A cut-off end costs only what is cut off.
func Parse(data []byte) ([]Event, error) {
	if len(data) > MaxSize {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, len(data))
	}
	dec := xml.NewDecoder(bytes.NewReader(data))
	dec.Strict = true
	// The declaration may name UTF-16: what comes here was made UTF-8 already.
	dec.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var out []Event
	for depth := 0; ; {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, fmt.Errorf("read the events: %w", err)
		}
		switch x := tok.(type) {
		case xml.EndElement:
			depth--
		case xml.StartElement:
			if x.Name.Local != "Event" {
				if depth++; depth > 8 {
					return out, errors.New("read the events: nested too deep")
				}
				continue
			}
			if len(out) == MaxEvents {
				return out, ErrTooLarge
			}
			var r rendered
			if err := dec.DecodeElement(&r, &x); err != nil {
				return out, fmt.Errorf("read the events: %w", err)
			}
			if e, ok := r.event(); ok {
				out = append(out, e)
			}
		}
	}
}

func (r rendered) event() (Event, bool) {
	id, err := strconv.Atoi(strings.TrimSpace(r.System.EventID))
	if err != nil || r.System.Provider.Name != Provider {
		return Event{}, false
	}
	e := Event{ID: id}
	e.Time, _ = time.Parse(time.RFC3339Nano, r.System.TimeCreated.SystemTime)
	for i, d := range r.EventData.Data {
		if i == maxData {
			break
		}
		d = strings.TrimSpace(d)
		e.Data = append(e.Data, d[:min(len(d), maxText)])
	}
	if len(e.Data) > 0 {
		e.Correlation = correlation(e.Data[0])
	}
	return e, true
}

// correlation is the first value without what the language puts before it:
// "CoId={A36F...}" on all systems that were reported.
func correlation(text string) string {
	a, b := strings.IndexByte(text, '{'), strings.LastIndexByte(text, '}')
	if a < 0 || b < a {
		return strings.ToLower(text)
	}
	return strings.ToLower(text[a : b+1])
}

// Attempts puts events together, the latest attempt first. Events may come in any
// order: wevtutil gives the newest first when asked to.
func Attempts(events []Event) []Attempt {
	ordered := slices.Clone(events)
	slices.SortStableFunc(ordered, func(a, b Event) int {
		if c := a.Time.Compare(b.Time); c != 0 {
			return c
		}
		return rank(a.ID) - rank(b.ID)
	})
	var out []Attempt
	byID := map[string]int{}
	for _, e := range ordered {
		i, ok := byID[e.Correlation]
		if !ok {
			i = len(out)
			byID[e.Correlation] = i
			out = append(out, Attempt{Correlation: e.Correlation, Start: e.Time})
		}
		out[i].add(e)
	}
	slices.SortStableFunc(out, func(a, b Attempt) int { return b.Start.Compare(a.Start) })
	return out
}

// rank orders events of the same moment as they happen.
func rank(id int) int {
	switch id {
	case Started, Connecting, TunnelUp, LinkUp, Connected:
		return id
	}
	return id + 100 // ends come last
}

func (a *Attempt) add(e Event) {
	a.End = e.Time
	if name := e.connection(); name != "" {
		a.Connection = name
	}
	switch e.ID {
	case Started, Connecting, TunnelUp, LinkUp:
		a.last = max(a.last, e.ID)
	case Connected:
		a.Connected, a.last = true, e.ID
	case Failed:
		if n := len(e.Data); n > 0 {
			a.Code, _ = codes.Parse(e.Data[n-1])
		}
	}
	a.Stage = a.stage()
}

// connection is the name in an event, by its place in Microsoft's texts: the
// attempt and the user come first, and where a dial begins also the kind of the
// connection and whose it is.
func (e Event) connection() string {
	at := 2
	switch e.ID {
	case Started:
		at = 4
	case Connecting, Connected, Failed:
	default:
		return ""
	}
	if at < len(e.Data) {
		return e.Data[at]
	}
	return ""
}

// stage is how far it came: the last event before the end says the least, and
// the code may say more.
func (a *Attempt) stage() codes.Stage {
	if a.Connected {
		return ""
	}
	known, ok := codes.Find(a.Code)
	switch a.last {
	case LinkUp, TunnelUp:
		if ok && known.Stage == codes.StageIP {
			return codes.StageIP
		}
		return codes.StagePPP
	}
	if ok {
		return known.Stage
	}
	if a.last == Connecting {
		return codes.StageUDP
	}
	return codes.StagePC
}
