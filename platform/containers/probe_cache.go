package containers

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

const (
	// probeFile in the data folder keeps what was seen in images, so that the next
	// process need not look again.
	probeFile = "shells.json"
	// maxProbes bounds the file's entries, maxProbeFile its bytes.
	maxProbes    = 500
	maxProbeFile = 1 << 20
)

// probeCache keeps probes by image ID: an image never changes. A file that
// cannot be read or written costs another look, nothing else.
type probeCache struct {
	mu     sync.Mutex
	loaded bool
	by     map[string]*probe
}

func (c *probeCache) get(dir, id string) *probe {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.load(dir)
	return c.by[id]
}

func (c *probeCache) put(dir, id string, p *probe) {
	c.mu.Lock()
	defer c.mu.Unlock()
	// Another process may have written since.
	c.loaded = false
	c.load(dir)
	for old := range c.by {
		if len(c.by) < maxProbes {
			break
		}
		delete(c.by, old)
	}
	c.by[id] = p
	c.save(dir)
}

// load adds what the file has to what is known.
func (c *probeCache) load(dir string) {
	if c.by == nil {
		c.by = map[string]*probe{}
	}
	if c.loaded {
		return
	}
	c.loaded = true
	if dir == "" {
		return
	}
	file, err := os.Open(filepath.Join(dir, probeFile))
	if err != nil {
		return
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxProbeFile))
	if err != nil {
		return
	}
	var stored map[string]*probe
	if json.Unmarshal(data, &stored) != nil || len(stored) > maxProbes {
		return
	}
	for id, p := range stored {
		if _, known := c.by[id]; !known && strings.Contains(id, ":") && p.sane() {
			c.by[id] = p
		}
	}
}

// sane is false for an entry that no look into an image gives.
func (p *probe) sane() bool {
	if p == nil || len(p.Shells) > len(shellNames()) || len(p.Shells) == 0 && !p.All {
		return false
	}
	for _, s := range p.Shells {
		if s.Name == "" || len(s.Argv) == 0 || !strings.HasPrefix(s.Argv[0], "/") && !strings.HasPrefix(s.Argv[0], `C:\`) {
			return false
		}
	}
	return true
}

// save writes the file in one step, so that no reader sees half of it.
func (c *probeCache) save(dir string) {
	if dir == "" {
		return
	}
	data, err := json.Marshal(c.by)
	if err != nil {
		return
	}
	temp, err := os.CreateTemp(dir, probeFile+".*")
	if err != nil {
		return
	}
	_, err = temp.Write(data)
	if closed := temp.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(temp.Name(), filepath.Join(dir, probeFile))
	}
	if err != nil {
		_ = os.Remove(temp.Name())
	}
}
