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
