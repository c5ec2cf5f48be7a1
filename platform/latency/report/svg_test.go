package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/latency/smoke"
)

// wellFormed fails unless text is XML, and gives all its character data.
func wellFormed(t testing.TB, text []byte) string {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(text))
	var words strings.Builder
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return words.String()
		}
		if err != nil {
			t.Fatalf("%v in\n%.2000s", err, text)
		}
		if c, ok := token.(xml.CharData); ok {
			words.Write(c)
		}
	}
}

func TestSVGGolden(t *testing.T) {
	for name, change := range map[string]func(*Graph){
		"light.svg": func(g *Graph) {},
		"smokeping.svg": func(g *Graph) {
			for _, c := range g.Columns {
				g.Rounds = append(g.Rounds, smoke.RoundOf(c.Hist, 20))
			}
		},
	} {
		g := sampleGraph(t, 400)
		g.Columns = g.Columns[:len(g.Columns)/4*4]
		for i := range len(g.Columns) / 4 {
			g.Columns[i] = g.Columns[4*i]
		}
		g.Columns = g.Columns[:len(g.Columns)/4]
		change(g)
		var out bytes.Buffer
		if err := g.SVG(&out); err != nil {
			t.Fatal(err)
		}
		words := wellFormed(t, out.Bytes())
		for _, want := range []string{"Google / DNS1", "Europe/Berlin, CET (UTC+01:00)", "median", "ms"} {
			if !strings.Contains(words, want) {
				t.Errorf("%s does not say %q", name, want)
			}
		}
		goldenText(t, name, out.Bytes())
	}
}

// goldenText compares with a golden file of text.
func goldenText(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		goldenWrite(t, path, got)
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test -update makes it)", err)
	}
	if !bytes.Equal(got, want) {
		a, b := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
		for i := range min(len(a), len(b)) {
			if a[i] != b[i] {
				t.Fatalf("%s, line %d:\n%.300s\nwant\n%.300s", name, i+1, a[i], b[i])
			}
		}
		t.Fatalf("%s: %d lines, want %d", name, len(a), len(b))
	}
}

// hostile are names that want to be more than names.
var hostile = []string{`</text><script>alert(1)</script>`, `"onload="x`, "a\x00b\x1b[2J\u202egnp.exe", "\xff\xfe", `{{.}}`, `=cmd|' /C calc'!A0`, `]]>`, "&lt;", strings.Repeat("长", 500)}

func TestHostileNames(t *testing.T) {
	f := testFont(t)
	for _, name := range hostile {
		g := sampleGraph(t, 320)
		g.Title, g.Subtitle = name, name
		var out bytes.Buffer
		if err := g.SVG(&out); err != nil {
			t.Fatal(err)
		}
		words := wellFormed(t, out.Bytes())
		if strings.Contains(out.String(), "<script") || strings.ContainsAny(words, "\x00\x1b\u202e") {
			t.Errorf("%q goes through", name)
		}
		if _, err := g.Image(f); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestOddGraphs(t *testing.T) {
	f := testFont(t)
	for name, g := range map[string]*Graph{
		"empty":     {From: begin, To: begin.Add(time.Minute)},
		"one":       {From: begin, To: begin.Add(time.Nanosecond), Columns: evening(1), Width: 1, Height: 1, Zoom: 99},
		"no rounds": {From: begin, To: begin.Add(time.Hour), Rounds: make([]*smoke.Round, 10)},
		"far":       {From: time.Unix(0, 0), To: begin.AddDate(200, 0, 0), Columns: evening(50), Log: true},
	} {
		img, err := g.Image(f)
		if name == "one" && img != nil && img.Rect.Dx() != MinWidth*MaxZoom {
			t.Errorf("%s: %v", name, img.Rect)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var out bytes.Buffer
		if err := g.SVG(&out); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		wellFormed(t, out.Bytes())
	}
	wrong := &Graph{From: begin, To: begin}
	if _, err := wrong.Image(f); err == nil || wrong.SVG(io.Discard) == nil {
		t.Error("a graph of no time")
	}
	if _, err := (&Graph{From: begin, To: begin.Add(1), Width: 8000, Height: 4000, Zoom: 4}).Image(f); err == nil {
		t.Error("a graph of 512 million pixels")
	}
	if _, err := ParseFont([]byte("no font")); err == nil {
		t.Error("no font")
	}
}
