package smokeping

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"tacklebox/platform/latency/said"
)

// place is one target as one node saw it.
type place struct{ path, slave string }

// found are its files.
type found struct {
	rrd  string
	logs []string
}

// files are the folder's, by whose they are.
func (m *historian) files() (map[place]*found, error) {
	out := map[place]*found{}
	n := 0
	err := fs.WalkDir(m.data, ".", func(name string, d fs.DirEntry, err error) error {
		if e := m.ctx.Err(); e != nil {
			return e
		}
		if n++; n > maxEntries {
			return said.New("more than %d files in a folder: %v", maxEntries, ErrTooLarge)
		}
		if err != nil {
			if name == "." {
				return err
			}
			m.account.skip(name, 0, cause(err).Error())
			return nil
		}
		if d.IsDir() {
			return nil
		}
		p, kind := whose(name)
		if kind == "" {
			m.account.Other++
			return nil
		}
		if out[p] == nil {
			out[p] = &found{}
		}
		if kind == ".rrd" {
			out[p].rrd = name
		} else {
			out[p].logs = append(out[p].logs, name)
		}
		return nil
	})
	return out, err
}

// whose takes Europe/Paris~moon.rrd and Europe/Paris~moon.2024-05-03.csv apart.
// The names of targets have no dots.
func whose(name string) (place, string) {
	dir, base := path.Split(name)
	stem, rest, _ := strings.Cut(base, ".")
	kind := ""
	switch {
	case rest == "rrd":
		kind = ".rrd"
	case strings.HasSuffix(rest, ".csv"):
		kind = ".csv"
	}
	stem, slave, _ := strings.Cut(stem, "~")
	if stem == "" {
		kind = ""
	}
	return place{dir + stem, slave}, kind
}

// order are the places to import, in the order of the configuration, and lists
// what has no counterpart on the other side.
func (m *historian) order(c *Config, files map[place]*found) []place {
	all := slices.SortedFunc(maps.Keys(files), func(a, b place) int {
		return strings.Compare(a.path+"~"+a.slave, b.path+"~"+b.slave)
	})
	if c == nil {
		return all
	}
	of := map[string][]place{}
	for _, p := range all {
		of[p.path] = append(of[p.path], p)
	}
	var out []place
	for _, t := range c.Targets {
		out = append(out, of[t.Path]...)
		for _, p := range append([]place{{path: t.Path}}, slaves(t)...) {
			if files[p] == nil && !(p.slave == "" && t.Paused) {
				m.account.skip(p.file()+".rrd", 0, "is not there: this target has no history")
			}
		}
		delete(of, t.Path)
	}
	for _, p := range all {
		if of[p.path] == nil {
			continue
		}
		f := files[p]
		for _, name := range append(f.logs, f.rrd) {
			if name != "" {
				m.account.skip(name, 0, "belongs to no target that was taken over")
			}
		}
	}
	return out
}

func slaves(t Target) (out []place) {
	for _, s := range t.Slaves {
		out = append(out, place{t.Path, s})
	}
	return out
}

func (p place) file() string {
	if p.slave == "" {
		return p.path
	}
	return p.path + "~" + p.slave
}
