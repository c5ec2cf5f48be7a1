package model

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/browse"
	"tacklebox/platform/registry/fakeharbor"
	"tacklebox/platform/registry/harbor"
	"tacklebox/platform/registry/registrytest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// changes counts what a list tells, and waits for more.
type changes struct {
	more chan struct{}
}

func newChanges() *changes { return &changes{more: make(chan struct{}, 1)} }

func (c *changes) tell() {
	select {
	case c.more <- struct{}{}:
	default:
	}
}

// until waits for cond, which is asked after each change.
func (c *changes) until(t *testing.T, what string, cond func() bool) {
	t.Helper()
	deadline := time.NewTimer(10 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !cond() {
		select {
		case <-c.more:
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("never came: %s", what)
		}
	}
}

// tree is one over a fake Harbor.
func tree(t *testing.T, fill func(*fakeharbor.Harbor)) (*Tree, *fakeharbor.Harbor, *changes) {
	t.Helper()
	fake := fakeharbor.New(t)
	fill(fake)
	store := registrytest.Store(t, t.TempDir(), &registrytest.Secrets{})
	x := registrytest.Open(t, store, registry.Connection{URL: fake.URL, User: "admin"}, fakeharbor.Password)
	c := newChanges()
	tr := NewTree(browse.New(x), false, c.tell)
	t.Cleanup(tr.Close)
	return tr, fake, c
}

// look shows rows and lays them out, as the list does after each change.
func look(tr *Tree, first, last int) func() bool {
	return func() bool {
		tr.Layout()
		tr.Show(first, min(last, tr.Len()-1))
		for i := first; i <= last && i < tr.Len(); i++ {
			if k := tr.At(i).Kind; k == RowPending || k == RowFailed {
				return false
			}
		}
		return tr.Known()
	}
}

func TestTree(t *testing.T) {
	tr, _, c := tree(t, func(f *fakeharbor.Harbor) {
		f.AddProject("shop", true)
		f.Repository("shop", "api")
		f.Repository("shop", "tools/seed")
	})
	c.until(t, "the projects", look(tr, 0, 10))
	names := func() (out []string) {
		for i := range tr.Len() {
			out = append(out, tr.At(i).Key)
		}
		return out
	}
	if got := names(); len(got) != 2 || got[0] != "p:library" || got[1] != "p:shop" {
		t.Fatalf("rows %v", got)
	}
	tr.Toggle("shop")
	c.until(t, "the repositories", look(tr, 0, 10))
	if got := names(); len(got) != 4 || got[1] != "p:shop" || got[2] != "r:shop/api" || got[3] != "r:shop/tools/seed" {
		t.Fatalf("rows %v", got)
	}
	tr.Toggle("library")
	c.until(t, "nothing in library", look(tr, 0, 10))
	if r := tr.At(1); r.Kind != RowNone || r.Depth != 1 || r.Selectable() {
		t.Errorf("in an empty project stands %+v", r)
	}
	tr.Search("seed")
	c.until(t, "what was searched for", look(tr, 0, 10))
	if got := names(); len(got) != 1 || got[0] != "r:shop/tools/seed" || tr.Total() != 1 {
		t.Errorf("found %v", got)
	}
	tr.Search("")
	c.until(t, "the tree again", look(tr, 0, 10))
	if got := names(); len(got) != 5 || !tr.IsOpen("shop") {
		t.Errorf("rows %v", got)
	}
	tr.Toggle("shop")
	if got := names(); len(got) != 3 {
		t.Errorf("rows %v", got)
	}
}

// TestTreeIsLarge: of 20,000 repositories only what is in sight is asked for, four
// questions at a time, and none is left a second after nobody looks.
func TestTreeIsLarge(t *testing.T) {
	tr, fake, c := tree(t, func(f *fakeharbor.Harbor) { f.Fill(200, 20_000) })
	tr.Search("service")
	c.until(t, "the first rows", look(tr, 0, 30))
	if tr.Len() != 20_000 {
		t.Fatalf("%d rows", tr.Len())
	}
	before := len(fake.Asked())
	c.until(t, "rows far down", look(tr, 15_000, 15_030))
	if n := len(fake.Asked()) - before; n > 4 {
		t.Errorf("%d questions for a jump", n)
	}
	fake.Lock()
	fake.Delay = time.Hour // so that nothing ends by itself
	fake.Unlock()
	for at := 0; at < 14_000; at += 700 {
		tr.Show(at, at+30)
	}
	c.until(t, "a question", func() bool { return fake.Active() > 0 })
	if n := fake.Most(); n > 4 {
		t.Errorf("%d questions at a time", n)
	}
	left := time.Now()
	tr.Pause()
	c.until(t, "no question", func() bool { return fake.Active() == 0 })
	t.Logf("it asked for %v after nobody looked", time.Since(left))
	fake.Lock()
	fake.Delay = 0
	fake.Unlock()
	tr.Resume()
	c.until(t, "the rows where it was left", look(tr, 13_300, 13_330))
}

// TestArtifacts: what costs the server time is read for rows in sight only.
func TestArtifacts(t *testing.T) {
	fake := fakeharbor.New(t)
	for i := range 120 {
		a := fake.Push("library", "app", "v"+itoa(i), fakeharbor.Image{})
		fake.Lock()
		a.Scan = &fakeharbor.Scan{ID: itoa(i), Status: "Success", Vulns: []fakeharbor.Vuln{{ID: "CVE-1", Severity: "High"}}}
		fake.Unlock()
	}
	store := registrytest.Store(t, t.TempDir(), &registrytest.Secrets{})
	x := registrytest.Open(t, store, registry.Connection{URL: fake.URL, User: "admin"}, fakeharbor.Password)
	c := newChanges()
	a := NewArtifacts(browse.New(x), "library/app", true, c.tell)
	t.Cleanup(a.Close)
	c.until(t, "the scans in sight", func() bool {
		a.Show(0, 9)
		for i := range 10 {
			if r, state := a.At(i); state != browse.RowReady || r.Scan == nil || r.Scan.Total != 1 {
				return false
			}
		}
		return true
	})
	if a.Len() != 120 {
		t.Errorf("%d artifacts", a.Len())
	}
	if r, _ := a.At(30); r.Scan != nil {
		t.Error("a scan out of sight was read")
	}
}

func TestVulnerabilities(t *testing.T) {
	all := []harbor.Vulnerability{
		{ID: "CVE-1", Package: "zlib", Severity: "Low"},
		{ID: "CVE-2", Package: "openssl", Severity: "Critical", FixVersion: "3"},
		{ID: "CVE-3", Package: "curl", Severity: "High"},
		{ID: "CVE-4", Package: "curl", Severity: "Bizarre"},
	}
	ids := func(list []harbor.Vulnerability) (out string) {
		for _, v := range list {
			out += v.ID[4:]
		}
		return out
	}
	for _, c := range []struct {
		text    string
		fixable bool
		want    string
	}{
		{"", false, "4231"}, // a severity that nobody knows is above all
		{"", true, "2"},
		{"CURL high", false, "3"},
		{"nothing", false, ""},
	} {
		if got := ids(Vulnerabilities(all, c.text, c.fixable)); got != c.want {
			t.Errorf("%q, %v: %s, want %s", c.text, c.fixable, got, c.want)
		}
	}
	counts := Counts(map[string]int{"Low": 2, "Critical": 1, "None": 0})
	if len(counts) != 2 || counts[0].Severity != "Critical" || counts[1].N != 2 {
		t.Errorf("counts %v", counts)
	}
}

// TestWork: parts that cannot be read say why, and the others are there.
func TestWork(t *testing.T) {
	fake := fakeharbor.New(t)
	fake.Users["dev"] = &fakeharbor.User{Password: "dev-password"}
	store := registrytest.Store(t, t.TempDir(), &registrytest.Secrets{})
	x := registrytest.Open(t, store, registry.Connection{URL: fake.URL, User: "dev"}, "dev-password")
	client, err := x.Harbor(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	w, err := ReadWork(context.Background(), client)
	if err != nil {
		t.Fatal(err)
	}
	if len(w.Problems()) == 0 || len(w.Timeline()) != 0 {
		t.Errorf("problems %v, timeline %v", w.Problems(), w.Timeline())
	}
	for _, err := range w.Problems() {
		if registry.CauseOf(err) != registry.CauseForbidden {
			t.Errorf("%v", err)
		}
	}
	if h := ReadHealth(context.Background(), client); h.Components.Err != nil || len(h.Components.Data) != 8 {
		t.Errorf("health %+v", h)
	}
	if s := ReadStorage(context.Background(), client); s.Quotas.Lacks() == "" && s.GCs.Lacks() == "" {
		t.Errorf("storage %+v", s)
	}
}
