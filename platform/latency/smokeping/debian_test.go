package smokeping

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/testbed"
)

// debianFolder is /etc/smokeping as Debian's package has it: the installed one,
// else that of the package, which is fetched and only unpacked. Installing it
// would start a daemon and a mail server on the machine that runs the tests.
func debianFolder(t *testing.T) string {
	t.Helper()
	const installed = "/etc/smokeping"
	if _, err := os.Stat(filepath.Join(installed, "config")); err == nil {
		return installed
	}
	dir := t.TempDir()
	fetch := exec.Command(testbed.Program(t, "apt-get", "apt"), "download", "-qq", "smokeping")
	fetch.Dir = dir
	if out, err := fetch.CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("apt-get download smokeping: %v\n%s", err, out)
		}
		t.Skipf("apt-get download smokeping: %v\n%s", err, out)
	}
	packages, err := filepath.Glob(filepath.Join(dir, "smokeping_*.deb"))
	if err != nil || len(packages) != 1 {
		t.Fatalf("fetched %v, %v", packages, err)
	}
	if out, err := exec.Command(testbed.Program(t, "dpkg-deb", "dpkg"), "-x", packages[0], dir).CombinedOutput(); err != nil {
		t.Fatalf("unpack: %v\n%s", err, out)
	}
	return filepath.Join(dir, "etc", "smokeping")
}

// TestDebian: the configuration that Debian's package installs comes in with a
// full account. It is read where it lies, not copied.
func TestDebian(t *testing.T) {
	dir := debianFolder(t)
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	c := load(t, root.FS(), "config")
	accountFor(t, c, dir)
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
