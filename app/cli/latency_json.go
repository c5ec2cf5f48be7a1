package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"tacklebox/platform/latency"
)

// outcomeRow is one outcome as JSON.
type outcomeRow struct {
	Target  string             `json:"target"`
	Address string             `json:"address,omitempty"`
	Seq     uint64             `json:"seq"`
	Sent    string             `json:"sent"` // RFC 3339 with nanoseconds
	Outcome string             `json:"outcome"`
	RTT     *float64           `json:"rtt_ms,omitempty"`
	Engine  string             `json:"engine"`
	Reason  string             `json:"reason,omitempty"`
	From    string             `json:"from,omitempty"`
	Phases  map[string]float64 `json:"phases,omitempty"` // milliseconds
}

// nanoseconds is RFC 3339 with all nine digits, so that lines sort as text.
const nanoseconds = "2006-01-02T15:04:05.000000000Z07:00"

func ms(d time.Duration) float64 { return float64(d) / 1e6 }

func msPointer(d time.Duration) *float64 {
	v := ms(d)
	return &v
}

func outcomeOf(label string, r *latency.Result) outcomeRow {
	row := outcomeRow{Target: label, Seq: r.Seq, Sent: r.Sent.Format(nanoseconds), Outcome: r.Outcome.String(), Engine: r.Engine, Reason: string(r.Reason)}
	if r.Address.IsValid() {
		row.Address = r.Address.String()
	}
	if r.From.IsValid() {
		row.From = r.From.String()
	}
	switch r.Outcome {
	case latency.Reply, latency.Late, latency.Duplicate:
		row.RTT = msPointer(r.RTT)
	}
	if len(r.Phases) > 0 {
		row.Phases = map[string]float64{}
		for _, ph := range r.Phases {
			row.Phases[ph.Name] += ms(ph.Took)
		}
	}
	return row
}

// compact writes v as one line of JSON, in one call, so that a reader of a pipe
// has it at once and whole.
func (p *program) compact(v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := p.out.Write(b.Bytes())
	return err
}

// jsonLines writes rows as JSON; notices are in the rows already.
func (p *program) jsonLines(w *watch) func(*figures, line) error {
	told := p.unresolved(w)
	return func(g *figures, l line) error {
		if g == nil || l.notice != nil {
			return nil
		}
		told(g, &l.row)
		return p.compact(outcomeOf(g.label, &l.row))
	}
}

// summaryRow is a target's summary as JSON. Loss is 0 to 1, of the probes that
// were sent and decided, and absent when there are none.
type summaryRow struct {
	Target      string   `json:"target"`
	Engine      string   `json:"engine,omitempty"`
	Sent        uint64   `json:"sent"`
	Replies     uint64   `json:"replies"`
	Lost        uint64   `json:"lost"`
	Loss        *float64 `json:"loss,omitempty"`
	Late        uint64   `json:"late"`
	Duplicates  uint64   `json:"duplicates"`
	SendErrors  uint64   `json:"send_errors"`
	NotMeasured uint64   `json:"not_measured"`
	Unfinished  uint64   `json:"unfinished"` // in flight at the end
	Min         *float64 `json:"min_ms,omitempty"`
	Median      *float64 `json:"median_ms,omitempty"`
	P95         *float64 `json:"p95_ms,omitempty"`
	Max         *float64 `json:"max_ms,omitempty"`
	Jitter      *float64 `json:"jitter_ms,omitempty"`
}

func summaryOf(g *figures) summaryRow {
	h := &g.all
	r := summaryRow{Target: g.label, Engine: g.engine, Sent: h.Decided(), Replies: h.Replies, Lost: h.Lost, Late: h.Late, Duplicates: h.Duplicates,
		SendErrors: h.SendErrors, NotMeasured: h.Unmeasured, Unfinished: g.given}
	if h.Decided() > 0 {
		loss := h.Loss()
		r.Loss = &loss
	}
	if h.Replies > 0 {
		r.Min, r.Median, r.P95, r.Max = msPointer(h.Min), msPointer(g.quantile(0.5)), msPointer(g.quantile(0.95)), msPointer(h.Max)
	}
	if j, ok := g.jitter(); ok {
		r.Jitter = msPointer(j)
	}
	return r
}

// summary writes the end of what was watched.
func (p *program) summary(w *watch) error {
	var err error
	if p.json {
		rows := make([]summaryRow, len(w.order))
		for i, g := range w.order {
			rows[i] = summaryOf(g)
		}
		body := map[string]any{"began": w.began.Format(nanoseconds), "ended": w.now().Format(nanoseconds), "targets": rows}
		if n := w.leftOut(); n > 0 {
			body["lines_left_out"] = n
		}
		err = p.compact(map[string]any{"summary": body})
	} else {
		err = p.textSummary(w)
	}
	if err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	return nil
}
