package harbor

import (
	"bytes"
	"hash/maphash"

	"tacklebox/platform/registry"
)

// Follower turns a log that is fetched whole each time into what was added.
type Follower struct {
	seed maphash.Seed
	seen int
	sum  uint64
	some bool
}

// Next gives the text that came since the last call. fresh is true when the log
// is another one than before, so that what is shown begins anew; it is at the
// first call. Half a line at
// the end waits for its other half, unless ended says that no more comes.
func (f *Follower) Next(l Log, ended bool) (added []byte, fresh bool) {
	text := l.Text
	if !f.some {
		f.seed, f.some = maphash.MakeSeed(), true
	}
	if f.seen > len(text) || maphash.Bytes(f.seed, text[:f.seen]) != f.sum {
		f.seen, fresh = 0, true
	}
	end := len(text)
	if !ended {
		// -1 becomes 0: no whole line yet.
		end = f.seen + bytes.LastIndexByte(text[f.seen:], '\n') + 1
	}
	added = text[f.seen:end]
	f.seen = end
	f.sum = maphash.Bytes(f.seed, text[:end])
	return added, fresh
}

// FirstError is the first line of a log that tells of an error, "" for none.
func FirstError(l Log) string {
	for line := range bytes.Lines(l.Text) {
		if len(line) > 64<<10 {
			line = line[:64<<10]
		}
		upper := bytes.ToUpper(line[:min(len(line), 200)])
		if bytes.Contains(upper, []byte("[ERROR]")) || bytes.Contains(upper, []byte("[FATAL]")) || bytes.Contains(upper, []byte("LEVEL=ERROR")) {
			return registry.Clean(string(line), 500)
		}
	}
	return ""
}
