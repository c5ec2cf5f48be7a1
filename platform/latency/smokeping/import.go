package smokeping

import (
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/said"
)

// Config is what a configuration of SmokePing comes to.
type Config struct {
	// Step and Pings are the defaults of the section Database: a round of so many
	// probes every Step.
	Step  time.Duration
	Pings int
	// DataDir is where SmokePing kept its RRD files, by its own account.
	DataDir string

	Targets  []Target
	Groups   []Group
	Overlays []Overlay
	Alerts   []Alert
	// Receivers are all whom SmokePing would have told of an alert. Every one
	// arrives disabled.
	Receivers []Receiver
	Slaves    []Slave

	Issues []Issue
	More   int // issues beyond MaxIssues
	Files  []string
	Lines  int // that were read, without empty ones and comments
	Root   *Section
}

// Target is a target of SmokePing with what Tacklebox makes of it.
type Target struct {
	latency.Target
	Pos
	// Path is the names of its sections, "Europe/Paris"; the history is in
	// Path.rrd, and Path~slave.rrd for a slave.
	Path  string
	Probe string // as SmokePing names it
	Title string
	// Step and Pings are those of its probe.
	Step    time.Duration
	Pings   int
	Alerts  []string
	Slaves  []string
	Remark  string
	RawLog  string // the pattern of its raw logs' names
	Parents []string
}

// Group is a section of the tree without a target of its own; the root's path is
// empty.
type Group struct {
	Pos
	Path, Menu, Title, Remark string
}

// Overlay is a graph of several targets, SmokePing's multi-host target.
type Overlay struct {
	Pos
	Path, Title string
	Group       []string
	Members     []Member
}

// Member is a target, as a slave sees it when Slave is set.
type Member struct {
	Path, Slave string
}

// Alert is one alert definition.
type Alert struct {
	Pos
	Name     string
	Type     string // rtt, loss or matcher
	Pattern  string
	Comment  string
	Priority int
	// Edge tells only of the beginning and the end.
	Edge bool
}

// Receiver is somebody or something that SmokePing tells of alerts.
type Receiver struct {
	Pos
	// Of is the alert's name, or the path of a target; empty for all alerts.
	Of       string
	OfTarget bool
	Kind     string // mail, command, snpp, xmpp or webhook
	// Verbatim is the text of the configuration. It is never run.
	Verbatim string
	// Enabled is false: only a person sets it.
	Enabled bool
}

// Slave is a further measuring node.
type Slave struct {
	Pos
	Name, DisplayName, Location string
}

// Options say where the configuration came from.
type Options struct {
	// Base is the folder that the file system stands for, as absolute includes
	// name it; "/etc/smokeping" when empty.
	Base string
}

// Load reads the configuration name, with all that it includes, out of a folder.
// Nothing outside of it is read; os.Root's file system keeps links from leading
// out of it, too. An error means that nothing could be read, or far too much;
// everything smaller is in Issues.
func Load(fsys fs.FS, name string, o Options) (*Config, error) {
	if o.Base == "" {
		o.Base = "/etc/smokeping"
	}
	p := newParser(fsys, path.Clean(o.Base))
	if err := p.file(name); err != nil {
		return nil, said.New("import SmokePing's configuration: %v", err)
	}
	if len(p.root.Children) == 0 {
		return nil, said.New("import %q as SmokePing's configuration: %v", name, ErrNotSmokePing)
	}
	m := importer{account: &p.account, root: p.root, c: &Config{Files: p.files, Lines: p.lines, Root: p.root}}
	m.run()
	m.c.Issues, m.c.More = p.issues, p.more
	return m.c, nil
}

// importer maps the sections.
type importer struct {
	*account
	root   *Section
	c      *Config
	probes map[string]*probe
	alerts map[string]bool
	slaves map[string]bool
	paths  map[string]bool
}

func (m *importer) run() {
	m.database(m.root.Child("Database"))
	m.general(m.root.Child("General"))
	m.slaveSection(m.root.Child("Slaves"))
	m.alertSection(m.root.Child("Alerts"))
	m.probeSection(m.root.Child("Probes"))
	m.targetSection(m.root.Child("Targets"))
	m.leftovers(m.root, "")
}

func (m *importer) database(s *Section) {
	m.c.Step, m.c.Pings = 300*time.Second, 20
	if v, ok := s.value("step"); ok {
		m.c.Step = m.step(v, m.c.Step)
	}
	if v, ok := s.value("pings"); ok {
		m.c.Pings = m.pings(v, m.c.Pings)
	}
	if s == nil {
		return
	}
	for _, r := range s.Rows {
		r.used = true
		m.add(r.Pos, NoCounterpart, r.Text, said.New("how long which detail is kept is a setting of Tacklebox's history; the layout of an RRD file is read from the file"))
	}
}

func (m *importer) step(v *Value, fallback time.Duration) time.Duration {
	n, err := strconv.Atoi(v.Text)
	if err != nil || n < 1 || n > 86400*7 {
		m.add(v.Pos, Wrong, v.line(), said.New("no number of seconds"))
		return fallback
	}
	return time.Duration(n) * time.Second
}

func (m *importer) pings(v *Value, fallback int) int {
	n, err := strconv.Atoi(v.Text)
	if err != nil || n < 1 || n > 1000 {
		m.add(v.Pos, Wrong, v.line(), said.New("no number of probes from 1 to 1000"))
		return fallback
	}
	return n
}

func (m *importer) general(s *Section) {
	if s == nil {
		return
	}
	m.c.DataDir = s.text("datadir")
	for _, key := range []string{"sendmail", "mailhost", "mailuser", "mailpass", "snpphost", "snppuser", "snpppass", "smokemail", "tmail"} {
		if v, ok := s.value(key); ok {
			text := v.line()
			if strings.HasSuffix(key, "pass") {
				text = key + " = ***"
			}
			m.add(v.Pos, Disabled, text, said.New("how SmokePing sends messages; Tacklebox has channels of its own, set up by you"))
		}
	}
}

func (m *importer) slaveSection(s *Section) {
	m.slaves = map[string]bool{}
	if s == nil {
		return
	}
	if v, ok := s.value("secrets"); ok {
		m.add(v.Pos, NoCounterpart, v.line(), said.New("the slaves' keys are not read"))
	}
	for _, c := range s.Children {
		m.slaves[c.Name] = true
		m.c.Slaves = append(m.c.Slaves, Slave{Pos: c.Pos, Name: c.Name, DisplayName: c.text("display_name"), Location: c.text("location")})
		m.add(c.Pos, NoCounterpart, "+ "+c.Name, said.New("a slave: its history is imported as that of a node, but it does not measure for Tacklebox"))
		for _, o := range c.Children {
			m.add(o.Pos, NoCounterpart, "++ "+o.Name, said.New("settings of their own for a slave have no counterpart"))
		}
	}
}

// leftovers lists every line that nobody asked for, so that nothing is dropped in
// silence.
func (m *importer) leftovers(s *Section, top string) {
	for _, v := range s.Values {
		if !v.used {
			kind, why := whyNot(top, v.Key)
			m.add(v.Pos, kind, v.line(), why)
		}
	}
	for _, r := range s.Rows {
		if !r.used {
			kind, why := whyNot(top, "")
			m.add(r.Pos, kind, r.Text, why)
		}
	}
	for _, c := range s.Children {
		within := top
		if top == "" {
			within = c.Name
			switch within {
			case "General", "Database", "Presentation", "Probes", "Slaves", "Alerts", "Targets":
			default:
				m.add(c.Pos, Unknown, "*** "+c.Name+" ***", said.New("no section of SmokePing that is known here"))
			}
		}
		m.leftovers(c, within)
	}
}

// whyNot says why a setting of a section was not taken over.
func whyNot(top, key string) (IssueKind, error) {
	switch top {
	case "Presentation":
		return NoCounterpart, said.New("how SmokePing's pages look")
	case "General":
		return NoCounterpart, said.New("how SmokePing runs and where its files are")
	case "Slaves":
		return NoCounterpart, said.New("settings of slaves have no counterpart")
	case "":
		return Wrong, said.New("stands outside of all sections")
	}
	if key != "" && anyProbes(key) {
		return NoCounterpart, said.New("no target that was taken over uses it")
	}
	if key == "" {
		return Unknown, said.New("neither a setting nor a section")
	}
	return Unknown, said.New("not understood")
}
