package smokeping

import (
	"bufio"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestDebian: the configuration that Debian's package installs comes in with a
// full account. It is read where it lies, not copied.
func TestDebian(t *testing.T) {
	root, err := os.OpenRoot("/etc/smokeping")
	if err != nil {
		// The program itself lies outside of a person's PATH.
		if os.Getenv("CI") == "true" {
			t.Fatalf("%v: apt-get install smokeping", err)
		}
		t.Skipf("%v: apt-get install smokeping, or run make test, which does", err)
	}
	defer root.Close()
	c := load(t, root.FS(), "config")
	accountFor(t, c, "/etc/smokeping")
	if len(c.Files) < 8 {
		t.Errorf("read only %v", c.Files)
	}
	if len(c.Targets) != 1 || c.Targets[0].Path != "Local/LocalMachine" || c.Targets[0].Host != "localhost" || c.Targets[0].Name != "Local Machine" ||
		!reflect.DeepEqual(c.Targets[0].Group, []string{"Local Network"}) && !reflect.DeepEqual(c.Targets[0].Group, []string{"Local"}) {
		t.Errorf("targets %+v", c.Targets)
	}
	if c.Step != 300*time.Second || c.Pings != 20 || c.DataDir == "" || len(c.Alerts) == 0 {
		t.Errorf("step %v, pings %d, data in %q, %d alerts", c.Step, c.Pings, c.DataDir, len(c.Alerts))
	}
	for _, r := range c.Receivers {
		if r.Enabled {
			t.Errorf("%q arrives enabled", r.Verbatim)
		}
	}
}

// accountFor counts the lines of the files by itself: each is a section or
// include that was followed, taken over, or listed.
func accountFor(t *testing.T, c *Config, dir string) {
	t.Helper()
	unaccounted(t, c)
	read := map[Pos]string{}
	for _, name := range c.Files {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		in := bufio.NewScanner(f)
		goesOn := false
		for n := 1; in.Scan(); n++ {
			line := strings.TrimSpace(in.Text())
			if !goesOn && line != "" && line[0] != '#' {
				read[Pos{name, n}] = line
			}
			goesOn = strings.HasSuffix(line, `\`) && (goesOn || line[0] != '#')
		}
		f.Close()
	}
	if len(read) != c.Lines {
		t.Errorf("%d lines read, the files have %d", c.Lines, len(read))
	}
	listed := map[Pos]bool{}
	for _, i := range c.Issues {
		listed[i.Pos] = true
	}
	taken := map[Pos]bool{}
	var walk func(*Section)
	walk = func(s *Section) {
		taken[s.Pos] = true
		for _, v := range s.Values {
			taken[v.Pos] = taken[v.Pos] || v.used
		}
		for _, r := range s.Rows {
			taken[r.Pos] = taken[r.Pos] || r.used
		}
		for _, inner := range s.Children {
			walk(inner)
		}
	}
	walk(c.Root)
	count := map[string]int{}
	for at, line := range read {
		switch {
		case listed[at]:
			count["listed"]++
		case taken[at]:
			count["taken over"]++
		case strings.HasPrefix(line, "@include "):
			count["included"]++
		default:
			t.Errorf("%s: %q is dropped in silence", at, line)
		}
	}
	t.Logf("%d lines of %d files: %v", len(read), len(c.Files), count)
}
