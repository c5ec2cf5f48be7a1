package terminal

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"sync"
	"time"
	"unicode/utf8"
)

// Recorder writes what a program showed as an asciicast, version 2. What was
// typed is not recorded: passwords are.
type Recorder struct {
	mu      sync.Mutex
	w       io.Writer
	now     func() time.Time
	start   time.Time
	partial []byte
	err     error
}

// NewRecorder begins a recording of a terminal of this size; now may be nil.
func NewRecorder(w io.Writer, cols, rows int, title string, now func() time.Time) (*Recorder, error) {
	if now == nil {
		now = time.Now
	}
	r := &Recorder{w: w, now: now, start: now()}
	header := struct {
		Version   int               `json:"version"`
		Width     int               `json:"width"`
		Height    int               `json:"height"`
		Timestamp int64             `json:"timestamp"`
		Title     string            `json:"title,omitempty"`
		Env       map[string]string `json:"env"`
	}{2, cols, rows, r.start.Unix(), title, map[string]string{"TERM": "xterm-256color"}}
	r.put(header)
	return r, r.err
}

// Write records output. Characters cut between writes are kept whole. It fails
// with the first error of the file, and then records nothing more.
func (r *Recorder) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	data := append(r.partial, b...)
	end := len(data)
	for i := 1; i <= min(utf8.UTFMax, len(data)); i++ {
		if utf8.RuneStart(data[len(data)-i]) {
			if !utf8.FullRune(data[len(data)-i:]) {
				end = len(data) - i
			}
			break
		}
	}
	if end > 0 {
		r.event("o", string(data[:end]))
	}
	r.partial = append([]byte(nil), data[end:]...)
	return len(b), r.err
}

// Resize records a new size.
func (r *Recorder) Resize(cols, rows int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.event("r", fmt.Sprintf("%dx%d", cols, rows))
}

// Close ends the recording and tells the first error there was. It does not
// close the writer.
func (r *Recorder) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.partial) > 0 {
		r.event("o", string(r.partial))
		r.partial = nil
	}
	return r.err
}

func (r *Recorder) event(kind, data string) {
	seconds := math.Round(r.now().Sub(r.start).Seconds()*1e6) / 1e6
	r.put([]any{seconds, kind, data})
}

func (r *Recorder) put(v any) {
	if r.err != nil {
		return
	}
	b, err := json.Marshal(v)
	if err == nil {
		_, err = r.w.Write(append(b, '\n'))
	}
	if err != nil {
		r.err = fmt.Errorf("record the terminal: %w", err)
	}
}
