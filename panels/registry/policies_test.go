package registry

import (
	"strings"
	"testing"
	"time"

	"tacklebox/platform/registry/fakeharbor"
)

// Policies are listed with their last run, started once that was confirmed, and what
// runs is followed and stopped.
func TestPoliciesAndRuns(t *testing.T) {
	h, fake := onHarbor(t, func(f *fakeharbor.Harbor) {
		f.Policies = []*fakeharbor.Policy{{ID: 1, Name: "to-dr", Enabled: true, From: "here", To: "there"}, {ID: 2, Name: "old", From: "x", To: "y"}}
		f.Executions = []*fakeharbor.Execution{{ID: 9, PolicyID: 1, Status: "InProgress", Start: time.Now(), Tasks: []*fakeharbor.Task{{ID: 91, Start: time.Now().Add(time.Hour), JobID: "j", Status: "InProgress", Source: "a/b:1", Log: "copying a/b:1\n"},
			{ID: 92, Start: time.Now(), JobID: "k", Status: "Failed", Source: "a/b:2", Destination: "mirror/b:2", Log: "no room for a/b:2\n"}}}}
		f.Schedules = []fakeharbor.Schedule{{ID: 1, Vendor: "GARBAGE_COLLECTION", Cron: "0 0 3 * * *"}, {ID: 2, Vendor: "\x1b[2J", Cron: strings.Repeat("9", 500)}}
	})
	h.place(placeReplications)
	v := h.p.detail.views[placeReplications].(*replicationsView)
	v.lists.Select(listPolicies)
	if got := h.line(v.policies, "here → there"); got.cells[3].text != "still retrying" {
		t.Errorf("%+v", got)
	}
	if got := h.line(v.policies, "old"); got.cells[3].text != "off" {
		t.Errorf("%+v", got)
	}
	v.policies.list.Select("2", true)
	v.applyButtons()
	if v.start.Visible() {
		t.Error("a policy that is off is offered to be run")
	}
	v.policies.list.Select("1", true)
	v.applyButtons()
	h.Press("Run this policy")
	h.See("on " + h.p.conn.host())
	pressIn(h, "Run this policy")
	h.Until("another run", func() bool { fake.Lock(); defer fake.Unlock(); return len(fake.Executions) == 2 })

	v.lists.Select(listRuns)
	h.line(v.runs, "still retrying")
	v.runs.list.Select("9", true)
	v.runSelected("9")
	h.See("no room for a/b:2")
	v.lists.Select(listTasks)
	h.line(v.tasks.table, "a/b:1")
	v.tasks.table.list.Select("91", true)
	v.tasks.selected("91")
	h.See("copying a/b:1")
	v.lists.Select(listRuns)
	h.Press("Stop the job")
	pressIn(h, "Stop the job")
	h.Until("it is stopped", func() bool { fake.Lock(); defer fake.Unlock(); return fake.Executions[0].Status == "Stopped" })

	h.place(placeWork)
	h.See("Garbage collection 0 0 3 * * *, [2J 99")
	if h.Sees(strings.Repeat("9", 100)) {
		t.Error("a schedule is not bounded")
	}
}
