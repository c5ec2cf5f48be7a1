package ops_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/fakeharbor"
	"tacklebox/platform/registry/harbor"
	"tacklebox/platform/registry/ops"
	"tacklebox/platform/registry/registrytest"
)

func client(t testing.TB, h *fakeharbor.Harbor, user, password string) *harbor.Client {
	t.Helper()
	s := registrytest.Store(t, t.TempDir(), &registrytest.Secrets{})
	c, err := registrytest.Open(t, s, registry.Connection{URL: h.URL, User: user}, password).Harbor(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestFailuresOnOnePage: of tasks with the first line of their log, and of a run
// that failed before it had any.
func TestFailuresOnOnePage(t *testing.T) {
	h := fakeharbor.New(t)
	p := h.AddPolicy(fakeharbor.Policy{Name: "to backup", Enabled: true, From: "local", To: "backup", Images: []string{"library/a", "!library/b", "library/c"}})
	h.FailEarly(p, "registry backup is not healthy\x1b[2J")
	c := client(t, h, "admin", fakeharbor.Password)
	if _, err := c.StartReplication(t.Context(), p.ID); err != nil {
		t.Fatal(err)
	}
	h.Advance(25 * time.Second)
	r, err := (&ops.Failures{Last: 20}).Read(t.Context(), c)
	if err != nil || len(r.Executions) != 2 || len(r.Failures) != 2 {
		t.Fatalf("%+v, %v", r, err)
	}
	task, early := r.Failures[0], r.Failures[1]
	if task.Task == nil || task.Task.Source != "!library/b" || !strings.Contains(task.Line, "412 quota exceeded") || task.Policy != "to backup" || !task.Retrying {
		t.Errorf("%+v", task)
	}
	if early.Task != nil || early.Line != "registry backup is not healthy[2J" || early.Retrying {
		t.Errorf("%+v", early)
	}
	h.Advance(20 * time.Second) // all ended; the status lags
	if r, err = (&ops.Failures{Last: 20}).Read(t.Context(), c); err != nil || r.Failures[0].Retrying || r.Executions[0].Status != "InProgress" || r.Executions[0].State() != harbor.StateFailed {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestTimeline puts what waits first, then what runs, then what is over.
func TestTimeline(t *testing.T) {
	h := fakeharbor.New(t)
	h.Queues = []*fakeharbor.Queue{{Type: "IMAGE_SCAN", Count: 2, Latency: 90}, {Type: "WEBHOOK"}, {Type: "RETENTION", Paused: true}}
	h.Workers = []*fakeharbor.Worker{{ID: "1", Job: "IMAGE_SCAN", JobID: "young", Start: time.Now()}, {ID: "2", Job: "REPLICATION", JobID: "old", Start: time.Now().Add(-time.Hour)}, {ID: "3"}}
	p := h.AddPolicy(fakeharbor.Policy{Name: "copy", Images: []string{"a"}})
	h.FailEarly(p, "no")
	c := client(t, h, "admin", fakeharbor.Password)
	if _, err := c.RunGC(t.Context(), harbor.GCOptions{DryRun: true}); err != nil {
		t.Fatal(err)
	}
	h.Advance(time.Minute)
	j, err := ops.ReadJobs(t.Context(), c)
	if err != nil || j.Busy() != 2 {
		t.Fatalf("%+v, %v", j, err)
	}
	if w, ok := j.Holder(); !ok || w.JobID != "old" {
		t.Errorf("held by %+v", w)
	}
	r, err := (&ops.Failures{Last: 20}).Read(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	gcs, err := c.GCHistory(t.Context(), harbor.Query{})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, e := range ops.Timeline(j, r, gcs.Items) {
		lines = append(lines, string(e.State)+" "+e.Kind)
		if e.Kind == "GARBAGE_COLLECTION" && (e.What != "dry run" || e.GC == 0) {
			t.Errorf("%+v", e)
		}
	}
	want := "waiting IMAGE_SCAN, waiting RETENTION, running IMAGE_SCAN, running REPLICATION, failed REPLICATION, success GARBAGE_COLLECTION"
	alike := "waiting IMAGE_SCAN, waiting RETENTION, running IMAGE_SCAN, running REPLICATION, success GARBAGE_COLLECTION, failed REPLICATION"
	if got := strings.Join(lines, ", "); got != want && got != alike {
		t.Errorf("%s", got)
	}
}

// TestOneLineForACollection: it is in the history and at a worker.
func TestOneLineForACollection(t *testing.T) {
	h := fakeharbor.New(t)
	h.Workers = []*fakeharbor.Worker{{ID: "1", Job: "GARBAGE_COLLECTION", JobID: "j", Start: time.Now()}}
	c := client(t, h, "admin", fakeharbor.Password)
	n, err := c.RunGC(t.Context(), harbor.GCOptions{})
	if err != nil {
		t.Fatal(err)
	}
	j, err := ops.ReadJobs(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	gcs, err := c.GCHistory(t.Context(), harbor.Query{})
	if err != nil {
		t.Fatal(err)
	}
	all := ops.Timeline(j, ops.Replications{}, gcs.Items)
	if len(all) != 1 || all[0].JobID != "j" || all[0].GC != n || all[0].State != harbor.StateRunning {
		t.Errorf("%+v", all)
	}
}

// TestWhatIsMissingIsSaid in the place of the data.
func TestWhatIsMissingIsSaid(t *testing.T) {
	h := fakeharbor.New(t)
	h.Users["eve"] = &fakeharbor.User{Password: "p"}
	j, err := ops.ReadJobs(t.Context(), client(t, h, "eve", "p"))
	if err != nil || j.Queues.Lacks() != "jobservice-monitor:list" || j.Pools.Lacks() == "" || j.Queues.Since() != "" {
		t.Errorf("%+v, %v", j, err)
	}
	h.Version = "v2.6.0"
	j, err = ops.ReadJobs(t.Context(), client(t, h, "admin", fakeharbor.Password))
	if err != nil || j.Queues.Since() != "2.7" || j.Workers.Since() != "2.7" || j.Queues.Lacks() != "" {
		t.Errorf("%+v, %v", j, err)
	}
	h.Version = "v2.15.0"
	c := client(t, h, "admin", fakeharbor.Password)
	h.Fail(fakeharbor.Fault{Path: "/jobservice/", Kind: "429"})
	_, err = ops.ReadJobs(t.Context(), c)
	registrytest.WantCause(t, err, registry.CauseTooMany)
}

// TestClashes: two sources that write into one place.
func TestClashes(t *testing.T) {
	one, two := &harbor.Registry{Name: "a", URL: "https://a"}, &harbor.Registry{Name: "b", URL: "https://b"}
	to := &harbor.Registry{Name: "c"}
	r := ops.FindClashes([]harbor.Policy{
		{Name: "p1", Enabled: true, Source: one, Destination: to, Namespace: "lib"},
		{Name: "p2", Enabled: true, Source: two, Destination: to, Namespace: "lib"},
		{Name: "p3", Enabled: true, Source: two, Destination: to, Namespace: "other"},
		{Name: "p4", Enabled: false, Source: one, Destination: to, Namespace: "other"},
		{Name: "p5", Enabled: true},
	})
	if len(r) != 1 || r[0].Where != "c/lib" || strings.Join(r[0].Policies, " ") != "p1 p2" {
		t.Errorf("%+v", r)
	}
}

// TestManyFailures: all of them are on the page, each log is fetched once, and a list
// of tasks that cannot be read hides no other run.
func TestManyFailures(t *testing.T) {
	h := fakeharbor.New(t)
	var images []string
	for i := range 80 {
		images = append(images, fmt.Sprintf("!library/b%d", i))
	}
	p := h.AddPolicy(fakeharbor.Policy{Name: "to backup", Enabled: true, From: "local", To: "backup", Images: images})
	c := client(t, h, "admin", fakeharbor.Password)
	if _, err := c.StartReplication(t.Context(), p.ID); err != nil {
		t.Fatal(err)
	}
	h.Advance(3 * time.Hour)
	logs := func() int {
		n := 0
		for _, a := range h.Asked() {
			if strings.HasSuffix(a, "/log") {
				n++
			}
		}
		return n
	}
	f := &ops.Failures{Last: 50, Logs: 50}
	for i, want := range []int{50, 80, 80} {
		r, err := f.Read(t.Context(), c)
		if err != nil || len(r.Failures) != 80 || r.More != 0 {
			t.Fatalf("%d failures, %d more, %v", len(r.Failures), r.More, err)
		}
		if n := logs(); n != want {
			t.Errorf("%d logs were fetched after %d reads, want %d", n, i+1, want)
		}
		unread := 0
		for _, x := range r.Failures {
			if x.Silent == ops.SilentYet {
				unread++
			} else if !strings.Contains(x.Line, "412") {
				t.Errorf("%+v", x)
			}
		}
		if unread != 80-want {
			t.Errorf("%d unread", unread)
		}
	}
	h.FailEarly(p, "old")
	h.FailEarly(p, "older")
	h.Fail(fakeharbor.Fault{Path: "/tasks", Kind: "500", Times: 1})
	r, err := f.Read(t.Context(), c)
	if err != nil || len(r.Failures) != 3 {
		t.Fatalf("%d failures, %v", len(r.Failures), err)
	}
	silent := 0
	for _, x := range r.Failures {
		if x.Silent == ops.SilentError && x.Err != nil && x.Task == nil {
			silent++
		}
	}
	if silent != 1 {
		t.Errorf("%+v", r.Failures)
	}
}
