package terminal

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// heap is the memory in use after a collection.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestMemoryIsBounded writes what a hostile or broken program might.
func TestMemoryIsBounded(t *testing.T) {
	const limit = 64 << 20
	inputs := map[string]func(w *Screen){
		"10 MB on one line":           func(w *Screen) { w.Write(bytes.Repeat([]byte("x"), 10<<20)) },
		"10 MB of wide characters":    func(w *Screen) { w.Write(bytes.Repeat([]byte("中"), 10<<20/3)) },
		"a title without end":         func(w *Screen) { w.Write([]byte("\x1b]0;")); w.Write(bytes.Repeat([]byte("x"), 20<<20)) },
		"a DCS without end":           func(w *Screen) { w.Write([]byte("\x1bPq")); w.Write(bytes.Repeat([]byte("#"), 20<<20)) },
		"an APC without end":          func(w *Screen) { w.Write([]byte("\x1b_G")); w.Write(bytes.Repeat([]byte("A"), 20<<20)) },
		"parameters without end":      func(w *Screen) { w.Write([]byte("\x1b[")); w.Write(bytes.Repeat([]byte("1;"), 5<<20)) },
		"combining marks without end": func(w *Screen) { w.Write([]byte("a")); w.Write(bytes.Repeat([]byte("\u0301"), 5<<20)) },
		"links without end": func(w *Screen) {
			for i := range 200_000 {
				fmt.Fprintf(w, "\x1b]8;;https://example.org/%d/%s\x1b\\x", i, strings.Repeat("y", 200))
			}
		},
		"underline colours without end": func(w *Screen) {
			for i := range 300_000 {
				fmt.Fprintf(w, "\x1b[58;2;%d;%d;%dmx", i>>16&255, i>>8&255, i&255)
			}
		},
		"clusters without end": func(w *Screen) {
			for i := range 300_000 {
				fmt.Fprintf(w, "%c%c%c", 'a'+i%26, 0x300+i/26%0x70, 0x300+i/26/0x70%0x70)
			}
		},
		"palettes, titles and tabs": func(w *Screen) {
			for i := range 100_000 {
				fmt.Fprintf(w, "\x1b]4;%d;#%06x\x07\x1b[22t\x1b]0;%d\x07\x1bH\x1b7", i%256, i, i)
			}
		},
		"the longest lines there can be": func(w *Screen) {
			w.Resize(maxCols, maxRows)
			w.Write([]byte("\x1b[44m" + strings.Repeat("\x1b[K\n", 2000)))
			w.Resize(80, 24)
		},
	}
	for name, write := range inputs {
		t.Run(name, func(t *testing.T) {
			before := heap()
			s := New(80, 24, Options{})
			write(s)
			if after := heap(); after > before+limit {
				t.Errorf("holds %d MB", (after-before)>>20)
			}
			s.Write([]byte("\x18\x1b\\\x1bc\x1b[Hstill here"))
			if !strings.HasPrefix(s.Text(), "still here") {
				t.Errorf("the screen is\n%s", s.Text())
			}
			runtime.KeepAlive(s)
		})
	}
}

// TestManyAtOnce is for the race detector: what the window does while output comes.
func TestManyAtOnce(t *testing.T) {
	s := New(80, 24, Options{Reply: func([]byte) {}, Title: func(string) {}, Bell: func() {}})
	log := colouredLog(1 << 20)
	var wg sync.WaitGroup
	done := make(chan struct{})
	wg.Add(1)
	go func() {
		defer wg.Done()
		for i := 0; i < len(log); i += 4096 {
			s.Write(log[i:min(i+4096, len(log))])
		}
		close(done)
	}()
	for _, look := range []func(){
		func() { var f Frame; s.Snapshot(&f, Follow); s.Snapshot(&f, 5) },
		func() { s.Resize(40+int(s.Gen()%80), 10+int(s.Gen()%30)) },
		func() { s.SelectAll(); _ = s.SelectedText(); s.Search("warn", false); s.SearchNext(false) },
		func() { s.LinkAt(Pos{5, 5}); s.Modes(); s.SetColors(Colors{}); s.SaveText(&bytes.Buffer{}) },
	} {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				select {
				case <-done:
					return
				default:
					look()
				}
			}
		}()
	}
	wg.Wait()
}
