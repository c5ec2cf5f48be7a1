package terminal

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"time"
)

func TestRecorder(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	var b bytes.Buffer
	r, err := NewRecorder(&b, 80, 24, "kelu", func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(1500 * time.Millisecond)
	r.Write([]byte("a\xe4\xb8"))
	now = now.Add(time.Millisecond)
	r.Write([]byte("\xad\x1b[1m\xff"))
	r.Resize(100, 30)
	r.Write([]byte("\xe4"))
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	lines := bytes.Split(bytes.TrimSpace(b.Bytes()), []byte("\n"))
	want := []string{
		`{"version":2,"width":80,"height":24,"timestamp":1700000000,"title":"kelu","env":{"TERM":"xterm-256color"}}`,
		`[1.5,"o","a"]`, `[1.501,"o","中\u001b[1m` + "\ufffd" + `"]`, `[1.501,"r","100x30"]`, `[1.501,"o","` + "\ufffd" + `"]`,
	}
	if len(lines) != len(want) {
		t.Fatalf("recorded\n%s", b.String())
	}
	for i := range want {
		var got, exp any
		if err := json.Unmarshal(lines[i], &got); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(want[i]), &exp); err != nil {
			t.Fatal(err)
		}
		g, _ := json.Marshal(got)
		e, _ := json.Marshal(exp)
		if !bytes.Equal(g, e) {
			t.Errorf("line %d is %s, want %s", i, g, e)
		}
	}
}

func TestRecorderTellsTheFirstError(t *testing.T) {
	full := errors.New("disk full")
	if _, err := NewRecorder(failing{full}, 80, 24, "", nil); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}
