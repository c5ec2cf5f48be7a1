package harbor_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/fakeharbor"
	"tacklebox/platform/registry/harbor"
	"tacklebox/platform/registry/registrytest"
)

// TestStatusLags: the counters say how a run is, its status up to 30 s later.
func TestStatusLags(t *testing.T) {
	h := fakeharbor.New(t)
	p := h.AddPolicy(fakeharbor.Policy{Name: "copy", Enabled: true, Images: []string{"a", "b", "c"}})
	c := admin(t, h)
	n, err := c.StartReplication(t.Context(), p.ID)
	if err != nil || n == 0 {
		t.Fatalf("%d, %v", n, err)
	}
	state := func() (harbor.State, string) {
		e, err := c.Executions(t.Context(), p.ID, "", harbor.Query{})
		if err != nil || len(e.Items) != 1 {
			t.Fatalf("%+v, %v", e, err)
		}
		return e.Items[0].State(), e.Items[0].Status
	}
	if s, _ := state(); s != harbor.StateRunning {
		t.Errorf("at first %s", s)
	}
	h.Advance(35 * time.Second)
	if s, status := state(); s != harbor.StateSuccess || status != "InProgress" {
		t.Errorf("all copied: %s, status %s", s, status)
	}
	h.Advance(time.Minute)
	if s, status := state(); s != harbor.StateSuccess || status != "Succeed" {
		t.Errorf("later: %s, status %s", s, status)
	}
}

func TestExecutionState(t *testing.T) {
	for _, c := range []struct {
		e    harbor.Execution
		want harbor.State
	}{
		{harbor.Execution{Status: "InProgress", Total: 3, Failed: 1, InProgress: 2}, harbor.StateRetrying},
		{harbor.Execution{Status: "InProgress", Total: 3, Failed: 1, Succeeded: 2}, harbor.StateFailed},
		{harbor.Execution{Status: "Failed", Total: 3, Failed: 1, Succeeded: 1, Stopped: 1}, harbor.StateFailed},
		{harbor.Execution{Status: "Stopped", Total: 2, Stopped: 1, Succeeded: 1}, harbor.StateStopped},
		{harbor.Execution{Status: "Failed"}, harbor.StateFailed},
		{harbor.Execution{Status: "Succeed"}, harbor.StateSuccess},
		{harbor.Execution{Status: "InProgress"}, harbor.StateRunning},
		{harbor.Execution{Status: "Failed", Total: 2, InProgress: 2}, harbor.StateFailed},
	} {
		if got := c.e.State(); got != c.want {
			t.Errorf("%+v: %s, want %s", c.e, got, c.want)
		}
	}
}

// TestGarbageCollection: a dry run is started, followed, and found in the history
// with its parameters, which are a text of JSON.
func TestGarbageCollection(t *testing.T) {
	h := fakeharbor.New(t)
	c := admin(t, h)
	n, err := c.RunGC(t.Context(), harbor.GCOptions{DryRun: true, DeleteUntagged: true, Workers: 99})
	if err != nil || n == 0 {
		t.Fatalf("%d, %v", n, err)
	}
	var f harbor.Follower
	l, err := c.GCLog(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	first, _ := f.Next(l, false)
	h.Advance(time.Minute)
	l, err = c.GCLog(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	second, fresh := f.Next(l, true)
	if fresh || strings.Count(string(first)+string(second), "\n") != 2 || !strings.Contains(string(second), "success") {
		t.Errorf("%q, %q, %v", first, second, fresh)
	}
	p, err := c.GCHistory(t.Context(), harbor.Query{})
	if err != nil || len(p.Items) != 1 || !p.Items[0].Parameters.DryRun || p.Items[0].Parameters.Workers != 5 || p.Items[0].Status != "Success" {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestQueueActions: each does what it says, on the server that is named.
func TestQueueActions(t *testing.T) {
	h := fakeharbor.New(t)
	h.Queues = []*fakeharbor.Queue{{Type: "IMAGE_SCAN", Count: 7, Latency: 9}}
	h.Workers = []*fakeharbor.Worker{{ID: "w", Job: "IMAGE_SCAN", JobID: "j1"}}
	c := admin(t, h)
	for _, step := range []struct {
		action harbor.QueueAction
		paused bool
		count  int64
	}{{harbor.QueuePause, true, 7}, {harbor.QueueResume, false, 7}, {harbor.QueueStop, false, 0}} {
		if err := c.ActOnQueue(t.Context(), "IMAGE_SCAN", step.action); err != nil {
			t.Fatal(err)
		}
		q, err := c.Queues(t.Context())
		if err != nil || q[0].Paused != step.paused || q[0].Count != step.count {
			t.Errorf("%s: %+v, %v", step.action, q, err)
		}
	}
	if err := c.StopJob(t.Context(), "j1"); err != nil {
		t.Fatal(err)
	}
	if w, err := c.Workers(t.Context(), "all"); err != nil || w[0].JobID != "" {
		t.Errorf("%+v, %v", w, err)
	}
	h.Users["eve"] = &fakeharbor.User{Password: "p"}
	err := as(t, h, "eve", "p").ActOnQueue(t.Context(), "all", harbor.QueueStop)
	if e := errorOf(t, err); e.Right != "jobservice-monitor:stop" {
		t.Errorf("%+v", e)
	}
}

// TestScanIsFollowed from Pending to its end.
func TestScanIsFollowed(t *testing.T) {
	h := fakeharbor.New(t)
	h.Push("library", "app", "1", fakeharbor.Image{})
	c := admin(t, h)
	status := func() string {
		a, err := c.Artifact(t.Context(), "library/app", "1", harbor.With{Scan: true})
		if err != nil {
			t.Fatal(err)
		}
		s, _ := a.Scan()
		return s.Status
	}
	if s := status(); s != "" {
		t.Errorf("before: %q", s)
	}
	if err := c.StartScan(t.Context(), "library/app", "1"); err != nil {
		t.Fatal(err)
	}
	if s := status(); s != harbor.ScanPending {
		t.Errorf("at first %q", s)
	}
	h.Advance(3 * time.Second)
	if s := status(); s != harbor.ScanRunning {
		t.Errorf("then %q", s)
	}
	h.Advance(3 * time.Second)
	if s := status(); s != harbor.ScanSuccess {
		t.Errorf("at last %q", s)
	}
	h.NoScanner = true
	registrytest.WantCause(t, c.StartScan(t.Context(), "library/app", "1"), registry.CausePolicy)
}

// TestRobotForUs: it reads, pulls from the chosen projects only, starts no scan,
// and ends.
func TestRobotForUs(t *testing.T) {
	h := fakeharbor.New(t)
	h.AddProject("mine", false)
	h.AddProject("theirs", false)
	h.Push("mine", "app", "1", fakeharbor.Image{})
	c := admin(t, h)
	r, err := c.MakeRobot(t.Context(), "tacklebox", []string{"mine"})
	if err != nil || r.Secret == "" {
		t.Fatalf("%+v, %v", r, err)
	}
	if days := time.Until(time.Unix(r.Expires, 0)).Hours() / 24; days < 89 || days > 91 {
		t.Errorf("it lives %v days", days)
	}
	bot := as(t, h, r.Name, r.Secret)
	if p, err := bot.Projects(t.Context(), harbor.Query{}); err != nil || len(p.Items) != 3 {
		t.Errorf("%+v, %v", p, err)
	}
	for what, ask := range map[string]func() error{
		"queues":       func() error { _, err := bot.Queues(t.Context()); return err },
		"policies":     func() error { _, err := bot.Policies(t.Context(), harbor.Query{}); return err },
		"replications": func() error { _, err := bot.Executions(t.Context(), 0, "", harbor.Query{}); return err },
		"gc":           func() error { _, err := bot.GCHistory(t.Context(), harbor.Query{}); return err },
		"quotas":       func() error { _, err := bot.Quotas(t.Context(), harbor.Query{}); return err },
		"volumes":      func() error { _, err := bot.Volumes(t.Context()); return err },
		"project":      func() error { _, err := bot.Project(t.Context(), "theirs"); return err },
		"allowlist":    func() error { _, err := bot.SystemAllowlist(t.Context()); return err },
		"health":       func() error { _, err := bot.Health(t.Context()); return err },
		"schedules":    func() error { _, err := bot.Schedules(t.Context(), harbor.Query{}); return err },
		"artifact":     func() error { _, err := bot.Artifact(t.Context(), "mine/app", "1", harbor.With{}); return err },
	} {
		if err := ask(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	registrytest.WantCause(t, bot.StartScan(t.Context(), "mine/app", "1"), registry.CauseForbidden)
	_, err = bot.RunGC(t.Context(), harbor.GCOptions{})
	registrytest.WantCause(t, err, registry.CauseForbidden)
	for _, right := range h.Robots[0].Rights {
		words := strings.Fields(right)
		if strings.HasSuffix(right, ":pull") && words[1] != "mine" {
			t.Errorf("it pulls from %s", words[1])
		}
		if a := words[2][strings.Index(words[2], ":")+1:]; a != "list" && a != "read" && a != "pull" {
			t.Errorf("it may %s", right)
		}
	}
	if err := c.DeleteRobot(t.Context(), r.ID); err != nil {
		t.Error(err)
	}
}

// TestBigLog: 10 MB and more come bounded, and are followed without a line twice.
func TestBigLog(t *testing.T) {
	h := fakeharbor.New(t)
	line := strings.Repeat("x", 99) + "\n"
	h.JobLogs["j"] = strings.Repeat(line, 105_000)
	c := admin(t, h)
	l, err := c.JobLog(t.Context(), "j")
	if err != nil || l.Cut || len(l.Text) != 10_500_000 {
		t.Fatalf("%d bytes, %v, %v", len(l.Text), l.Cut, err)
	}
	var f harbor.Follower
	if added, _ := f.Next(l, false); len(added) != len(l.Text) {
		t.Errorf("%d bytes at first", len(added))
	}
	h.Lock()
	h.JobLogs["j"] += line + "half"
	h.Unlock()
	l, err = c.JobLog(t.Context(), "j")
	if err != nil {
		t.Fatal(err)
	}
	if added, fresh := f.Next(l, false); string(added) != line || fresh {
		t.Errorf("added %q, %v", added, fresh)
	}
	h.Lock()
	h.JobLogs["j"] = strings.Repeat(line, 140_000)
	h.Unlock()
	if l, err = c.JobLog(t.Context(), "j"); err != nil || !l.Cut || len(l.Text) != harbor.MaxLog {
		t.Errorf("%d bytes, %v, %v", len(l.Text), l.Cut, err)
	}
}

// TestFollower: whatever pieces a log comes in, what is shown is the log.
func TestFollower(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var text, shown bytes.Buffer
	var f harbor.Follower
	for i := range 200 {
		fmt.Fprintf(&text, "line %d", i)
		if r.IntN(3) > 0 {
			text.WriteString("\n")
		}
		added, fresh := f.Next(harbor.Log{Text: text.Bytes()}, false)
		if fresh {
			shown.Reset()
		}
		shown.Write(added)
	}
	added, _ := f.Next(harbor.Log{Text: text.Bytes()}, true)
	shown.Write(added)
	if shown.String() != text.String() {
		t.Errorf("shown %q, want %q", shown.String(), text.String())
	}
	// Another log, as after a restart of the server that lost it.
	if added, fresh := f.Next(harbor.Log{Text: []byte("new\n")}, false); !fresh || string(added) != "new\n" {
		t.Errorf("%q, %v", added, fresh)
	}
}

func TestFirstError(t *testing.T) {
	for log, want := range map[string]string{
		"":              "",
		"[INFO] fine\n": "",
		"[INFO] a\n2026 [ERROR] [x.go]: b\n[ERROR]": "2026 [ERROR] [x.go]: b",
		"time=x level=error msg=\x1b[31mred":        "time=x level=error msg=[31mred",
		"[FATAL] gone":                              "[FATAL] gone",
	} {
		if got := harbor.FirstError(harbor.Log{Text: []byte(log)}); got != want {
			t.Errorf("%q: %q, want %q", log, got, want)
		}
	}
}
