package terminal

import (
	"bytes"
	"fmt"
	"testing"
)

// colouredLog is like what a service writes at level debug.
func colouredLog(size int) []byte {
	var b bytes.Buffer
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "\x1b[90m2026-11-23T%02d:%02d:%02d.%03dZ\x1b[0m \x1b[%dm%-5s\x1b[0m \x1b[1mhttp\x1b[0m request \x1b[36mid=\x1b[0m%08x \x1b[36mpath=\x1b[0m/api/v1/items/%d status=\x1b[32m200\x1b[0m took=%dms\r\n",
			i/3600%24, i/60%60, i%60, i%1000, 31+i%6, []string{"INFO", "WARN", "DEBUG"}[i%3], i*2654435761, i, i%300)
	}
	return b.Bytes()
}

// BenchmarkView is what the window does to a full scrollback.
func BenchmarkView(b *testing.B) {
	s := New(120, 40, Options{})
	s.Write(colouredLog(2 << 20))
	var f Frame
	b.Run("snapshot of everything", func(b *testing.B) {
		for b.Loop() {
			s.SetColors(Colors{Foreground: RGB(b.N & 1)})
			f.Lines = nil
			f.Cols = 0
			s.Snapshot(&f, Follow)
		}
	})
	b.Run("snapshot of nothing new", func(b *testing.B) {
		for b.Loop() {
			s.Snapshot(&f, Follow)
		}
	})
	b.Run("search", func(b *testing.B) {
		for b.Loop() {
			s.Search("items/9", false)
		}
	})
	b.Run("resize", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			s.Resize(100+i%2*20, 40)
		}
	})
}

// BenchmarkHostile is what costs most for its bytes: one slice of it is how long
// the window may have to wait.
func BenchmarkHostile(b *testing.B) {
	for name, in := range map[string]string{
		"repeat": "x\x1b[9999b", "align": "\x1b#8", "reset": "\x1bc", "erase": "\x1b[44m\x1b[2J", "scroll": "\x1b[99S", "insert": "\x1b[99L", "alternate": "\x1b[?1049h\x1b[?1049l", "tabs": "\x1b[9999Z\x1b[9999I",
	} {
		b.Run(name, func(b *testing.B) {
			s := New(200, 60, Options{})
			data := bytes.Repeat([]byte(in), slice/len(in))
			for b.Loop() {
				s.Write(data)
			}
		})
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, c := range []struct {
		name string
		data []byte
	}{
		{"coloured log", colouredLog(1 << 20)},
		{"plain", bytes.Repeat([]byte("The quick brown fox jumps over the lazy dog.\r\n"), 20000)},
		{"yes", bytes.Repeat([]byte("y\r\n"), 300000)},
		{"chinese", bytes.Repeat([]byte("容器已经启动,正在等待输入。\r\n"), 20000)},
		{"one line", bytes.Repeat([]byte("x"), 1<<20)},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := New(120, 40, Options{})
			b.SetBytes(int64(len(c.data)))
			for b.Loop() {
				s.Write(c.data)
			}
		})
	}
}
