package registry

import (
	"context"
	"iter"
	"strconv"
	"strings"

	"fyne.io/fyne/v2/theme"

	"tacklebox/panels/fields"
	"tacklebox/panels/format"
	"tacklebox/panels/i18n"
	look "tacklebox/panels/theme"
	"tacklebox/panels/widgets"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/harbor"
	"tacklebox/platform/registry/ops"
)

// The lists of the page of replications.
const (
	listFailures = "failures"
	listPolicies = "policies"
	listRuns     = "runs"
	listTasks    = "tasks"
)

// makeLists makes the policies and their runs beside the failures.
func (v *replicationsView) makeLists() {
	p := v.p
	v.policies = newTable(p.tips, true,
		column{title: i18n.T("registry.col_policy"), chars: 18},
		column{title: i18n.T("registry.col_way")},
		column{title: i18n.T("registry.col_trigger"), chars: 18, drop: 2},
		column{title: i18n.T("registry.col_last"), chars: 14, drop: 1})
	v.policies.list.OnSelected = func(string) { v.log.reset(); v.applyButtons() }
	v.policies.kept(p, "policies")
	v.runs = newTable(p.tips, true,
		column{title: i18n.T("registry.col_policy"), chars: 18},
		column{title: i18n.T("registry.col_state"), chars: 14},
		column{title: i18n.T("registry.col_started"), chars: 10, right: true, drop: 1},
		column{title: i18n.T("registry.col_note")})
	v.runs.list.OnSelected = v.runSelected
	v.runs.kept(p, "runs")
	v.lists = widgets.NewTabs(p.tips)
	v.tasks = newTasksView(p, v.log, func(n int) { v.lists.Update(listTasks, counted(i18n.T("registry.list_tasks"), n), "") })
	v.lists.Append(&widgets.Tab{ID: listFailures, Text: i18n.T("registry.list_failures"), Content: v.table.root})
	v.lists.Append(&widgets.Tab{ID: listPolicies, Text: i18n.T("registry.list_policies"), Content: v.policies.root})
	v.lists.Append(&widgets.Tab{ID: listRuns, Text: i18n.T("registry.list_runs"), Content: v.runs.root})
	v.lists.Append(&widgets.Tab{ID: listTasks, Text: i18n.T("registry.list_tasks"), Content: v.tasks.root})
	v.lists.OnSelected = func(string) { v.follow() }
	v.start = widgets.NewButton(i18n.T("registry.run_policy"), v.startPolicy)
	v.stop = widgets.NewButton(i18n.T("registry.job_stop"), v.stopRun)
}

// follow goes on with the log of what is chosen in the list in front.
func (v *replicationsView) follow() {
	switch v.lists.Selected() {
	case listFailures:
		v.selected(v.table.list.Selected())
	case listRuns:
		v.runSelected(v.runs.list.Selected())
	case listTasks:
		v.tasks.selected(v.tasks.table.list.Selected())
	default:
		v.log.reset()
	}
	v.applyButtons()
}

// applyLists shows the policies and the runs.
func (v *replicationsView) applyLists() {
	d := v.data
	last := map[int64]harbor.Execution{}
	names := map[int64]string{}
	for _, e := range d.Executions {
		if before, ok := last[e.PolicyID]; !ok || e.Start.After(before.Start.Time) {
			last[e.PolicyID] = e
		}
	}
	var policies, runs []line
	for _, x := range d.Policies.Data {
		names[x.ID] = clean(x.Name)
		policies = append(policies, v.policyLine(x, last))
	}
	for _, e := range d.Executions {
		runs = append(runs, v.runLine(e, names[e.PolicyID]))
	}
	v.policies.set(unique(policies))
	v.runs.set(unique(runs))
	v.lists.Update(listFailures, counted(i18n.T("registry.list_failures"), len(d.Failures)), "")
	v.lists.Update(listPolicies, counted(i18n.T("registry.list_policies"), len(policies)), "")
	v.lists.Update(listRuns, counted(i18n.T("registry.list_runs"), len(runs)), "")
}

// place is a registry at an end of a policy; without one it is the Harbor itself.
func place(r *harbor.Registry) string {
	if r == nil || r.Name == "" {
		return "–"
	}
	return clean(r.Name)
}

func (v *replicationsView) policyLine(x harbor.Policy, last map[int64]harbor.Execution) line {
	trigger := "–"
	if t := x.Trigger; t != nil {
		trigger = clean(t.Type)
		if t.Settings != nil && t.Settings.Cron != "" {
			trigger = clean(t.Settings.Cron)
		}
	}
	way := place(x.Source) + " → " + place(x.Destination)
	level, word := widgets.LevelUnknown, i18n.T("registry.policy_off")
	if x.Enabled {
		word = i18n.T("registry.policy_never")
		if e, ok := last[x.ID]; ok {
			level, word = stateWord(e.State())
		}
	}
	tip := cut(x.Name) + "\n" + registry.Clean(way, 400)
	if x.Description != "" {
		tip += "\n" + registry.Clean(x.Description, 400)
	}
	return line{key: strconv.FormatInt(x.ID, 10), level: level, tip: tip, cells: []cell{
		{clean(x.Name), theme.ColorNameForeground}, {way, theme.ColorNameForeground}, {trigger, look.Muted}, {word, widgets.LevelColor(level)}}}
}

func (v *replicationsView) runLine(e harbor.Execution, policy string) line {
	level, word := stateWord(e.State())
	note := clean(e.StatusText)
	if e.Total > 0 {
		note = i18n.T("registry.run_note", map[string]any{"Done": e.Succeeded, "All": e.Total, "Failed": e.Failed})
	}
	return line{key: strconv.FormatInt(e.ID, 10), level: level, by: map[int]float64{2: ageKey(e.Start.Time)}, tip: strings.TrimSpace(policy + "\n" + format.Absolute(e.Start.Time) + "\n" + registry.Clean(e.StatusText, 600)), cells: []cell{
		{orDash(policy), theme.ColorNameForeground}, {word, widgets.LevelColor(level)}, {format.Age(e.Start.Time, v.p.deps.Now()), look.Muted}, {note, theme.ColorNameForeground}}}
}

// policy is the one that is chosen.
func (v *replicationsView) policy() (harbor.Policy, bool) {
	if v.data != nil && v.lists.Selected() == listPolicies {
		for _, x := range v.data.Policies.Data {
			if strconv.FormatInt(x.ID, 10) == v.policies.list.Selected() {
				return x, true
			}
		}
	}
	return harbor.Policy{}, false
}

// run is the one that is chosen.
func (v *replicationsView) run(key string) (harbor.Execution, bool) {
	if v.data != nil && v.lists.Selected() == listRuns {
		for _, e := range v.data.Executions {
			if strconv.FormatInt(e.ID, 10) == key {
				return e, true
			}
		}
	}
	return harbor.Execution{}, false
}

// runSelected lists a run's tasks, and follows the log of the one that failed, or of
// the first one.
func (v *replicationsView) runSelected(key string) {
	v.applyButtons()
	e, ok := v.run(key)
	if !ok {
		v.log.reset()
		return
	}
	v.tasks.of(e)
	title := ""
	for _, x := range v.data.Policies.Data {
		if x.ID == e.PolicyID {
			title = x.Name
		}
	}
	v.log.follow("run "+key, orDash(clean(title))+"  "+format.Absolute(e.Start.Time), func(ctx context.Context, c *harbor.Client) iter.Seq[ops.Chunk] {
		return followExecution(ctx, c, ops.Event{Execution: e.ID, Note: e.StatusText})
	})
}

// applyButtons shows what can be done with what is chosen.
func (v *replicationsView) applyButtons() {
	_, failed := v.failure(v.table.list.Selected())
	x, policy := v.policy()
	e, run := v.run(v.runs.list.Selected())
	fields.SetVisible(v.again, failed && v.lists.Selected() == listFailures)
	fields.SetVisible(v.start, policy && x.Enabled)
	fields.SetVisible(v.stop, run && (e.State() == harbor.StateRunning || e.State() == harbor.StateRetrying))
	v.page.root.Refresh()
}

// startPolicy runs the policy that is chosen.
func (v *replicationsView) startPolicy() {
	x, ok := v.policy()
	if !ok || v.p.conn == nil {
		return
	}
	word := i18n.T("registry.run_policy")
	v.p.act(word, i18n.T("registry.run_again_confirm", v.p.onServer(x.Name)), word, func(ctx context.Context, c *harbor.Client) error {
		_, err := c.StartReplication(ctx, x.ID)
		return err
	}, v.poll.now)
}

// stopRun ends the run that is chosen.
func (v *replicationsView) stopRun() {
	e, ok := v.run(v.runs.list.Selected())
	if !ok || v.p.conn == nil {
		return
	}
	word := i18n.T("registry.job_stop")
	v.p.act(word, i18n.T("registry.job_stop_confirm", v.p.onServer(jobWord("REPLICATION"))), word, func(ctx context.Context, c *harbor.Client) error {
		return c.StopReplication(ctx, e.ID)
	}, v.poll.now)
}
