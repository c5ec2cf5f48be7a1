package ops_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/fakeharbor"
	"tacklebox/platform/registry/harbor"
	"tacklebox/platform/registry/ops"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestFollow: no line twice and none lost, over a server that starts anew in the
// middle, to the end.
func TestFollow(t *testing.T) {
	h := fakeharbor.New(t)
	h.JobLogs["j"] = "line 0\n"
	h.Workers = []*fakeharbor.Worker{{ID: "1", Job: "IMAGE_SCAN", JobID: "j"}}
	c := client(t, h, "admin", fakeharbor.Password)
	rounds := 0
	var shown strings.Builder
	errs := 0
	ended := false
	for chunk := range ops.Follow(t.Context(), time.Millisecond, func(ctx context.Context) (harbor.Log, bool, error) {
		rounds++
		h.Lock()
		h.JobLogs["j"] += fmt.Sprintf("line %d\nhalf", rounds)
		h.Unlock()
		if rounds == 3 {
			h.Fail(fakeharbor.Fault{Path: "/jobservice/", Kind: "500", Times: 2})
		}
		l, err := c.JobLog(ctx, "j")
		return l, rounds == 9, err
	}) {
		if chunk.Err != nil {
			errs++
			continue
		}
		if chunk.Fresh {
			shown.Reset()
		}
		shown.WriteString(chunk.Text)
		ended = chunk.Ended
	}
	if errs != 2 || !ended || shown.String() != h.JobLogs["j"] {
		t.Errorf("%d errors, ended %v, shown %q, want %q", errs, ended, shown.String(), h.JobLogs["j"])
	}
}

// TestFollowEnds: with the job, with an error that stays, with its context.
func TestFollowEnds(t *testing.T) {
	h := fakeharbor.New(t)
	h.JobLogs["done"] = "all\n\x1b[2J"
	c := client(t, h, "admin", fakeharbor.Password)
	collect := func(ctx context.Context, job string) (text string, last ops.Chunk) {
		for chunk := range ops.FollowJob(ctx, c, job) {
			text += chunk.Text
			last = chunk
		}
		return text, last
	}
	if text, last := collect(t.Context(), "done"); text != "all\n[2J" || !last.Ended {
		t.Errorf("%q, %+v", text, last)
	}
	if _, last := collect(t.Context(), "absent"); registry.CauseOf(last.Err) != registry.CauseNotFound || !last.Ended {
		t.Errorf("%+v", last)
	}
	h.Workers = []*fakeharbor.Worker{{ID: "1", Job: "X", JobID: "done"}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	for range ops.FollowJob(ctx, c, "done") {
		n++
		cancel()
	}
	if n != 1 {
		t.Errorf("%d chunks", n)
	}
	run, err := c.RunGC(t.Context(), harbor.GCOptions{})
	if err != nil {
		t.Fatal(err)
	}
	// It goes on and has written nothing yet: the log is waited for.
	tries := 0
	h.Lock()
	log := h.GCs[0].Log
	h.GCs[0].Log = ""
	h.Unlock()
	for chunk := range ops.Follow(t.Context(), time.Millisecond, func(ctx context.Context) (harbor.Log, bool, error) {
		if tries++; tries == 3 {
			h.Lock()
			h.GCs[0].Log = log
			h.Unlock()
		}
		l, err := c.GCLog(ctx, run)
		return l, tries == 4, err
	}) {
		if chunk.Err != nil {
			t.Errorf("%v", chunk.Err)
		}
	}
	if tries != 4 {
		t.Errorf("asked %d times", tries)
	}
	h.Advance(time.Minute)
	var last ops.Chunk
	for last = range ops.FollowGC(t.Context(), c, run) {
	}
	if !last.Ended || !strings.Contains(last.Text, "success") {
		t.Errorf("%+v", last)
	}
	p := h.AddPolicy(fakeharbor.Policy{Name: "p", Images: []string{"a"}})
	e, err := c.StartReplication(t.Context(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	h.Advance(time.Minute)
	for last = range ops.FollowTask(t.Context(), c, e, h.Executions[0].Tasks[0].ID) {
	}
	if !last.Ended || last.Text == "" {
		t.Errorf("%+v", last)
	}
}

// TestFollowScan: what the scanner writes, until the scan is over, also when another
// one begins meanwhile.
func TestFollowScan(t *testing.T) {
	h := fakeharbor.New(t)
	a := h.Push("library", "team/app", "1", fakeharbor.Image{})
	c := client(t, h, "admin", fakeharbor.Password)
	for chunk := range ops.FollowScan(t.Context(), c, "library/team/app", a.Digest) {
		if registry.CauseOf(chunk.Err) != registry.CauseNotFound || !chunk.Ended {
			t.Fatalf("without a scan: %+v", chunk)
		}
	}
	h.Lock()
	a.Scan = &fakeharbor.Scan{ID: "r1", Status: "Running", Log: "one\n"}
	h.Unlock()
	var got []string
	for chunk := range ops.FollowScan(t.Context(), c, "library/team/app", a.Digest) {
		if chunk.Err != nil {
			t.Fatal(chunk.Err)
		}
		got = append(got, fmt.Sprintf("%q fresh %v ended %v", chunk.Text, chunk.Fresh, chunk.Ended))
		h.Lock()
		a.Scan = &fakeharbor.Scan{ID: "r2", Status: "Success", Log: "two\x1b[2J\nend"}
		h.Unlock()
	}
	if want := []string{`"one\n" fresh true ended false`, `"two[2J\nend" fresh true ended true`}; strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("%q", got)
	}
}
