package watch

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/harbor"
)

// What is asked of replications in a round besides a page of all runs.
const (
	// olderPolicies is of how many policies, not in that page, the last run is asked.
	olderPolicies = 5
	// mostKnown is how many failures are remembered before those are forgotten that
	// no page shows any more.
	mostKnown = 2000
)

// replications tells of those that failed since the watch began, and finds the
// policies whose last run failed.
func (r *round) replications(ctx context.Context, h *harbor.Client) {
	if !r.may("replications") {
		return
	}
	page, err := h.Executions(ctx, 0, "", harbor.Query{Size: executions})
	var failed []harbor.Execution
	if err == nil {
		failed, err = r.failed(ctx, h)
	}
	if err != nil {
		if !r.forbidden("replications", err) {
			r.trouble(err)
		}
		return
	}
	last := map[int64]bool{}
	for _, e := range page.Items {
		first := !last[e.PolicyID]
		last[e.PolicyID] = true
		bad := e.State() == harbor.StateFailed
		if first {
			r.lastRun(e.PolicyID, e, bad)
		}
		if bad {
			failed = append(failed, e) // its status may lag behind its counters
		}
	}
	r.older(ctx, h, last, failed)
	r.s.Failed = slices.SortedFunc(maps.Values(r.m.failing), func(a, b harbor.Execution) int { return cmp.Compare(b.ID, a.ID) })
	if len(r.s.Failed) > 0 {
		r.worse(Attention)
	}
	r.tellFailed(ctx, h, failed)
	if len(r.m.known) > mostKnown {
		clear(r.m.known)
		for _, e := range failed {
			r.m.known[e.ID] = true
		}
	}
	r.m.baseline = true
}

// tellFailed tells of the failures that nobody knows of, of each policy at once.
func (r *round) tellFailed(ctx context.Context, h *harbor.Client, failed []harbor.Execution) {
	slices.SortFunc(failed, func(a, b harbor.Execution) int { return cmp.Compare(a.ID, b.ID) })
	var notices []Notice
	at := map[int64]int{}
	for _, e := range failed {
		if !r.m.baseline || r.m.known[e.ID] {
			r.m.known[e.ID] = true
			continue
		}
		r.m.known[e.ID] = true
		i, ok := at[e.PolicyID]
		if !ok {
			i = len(notices)
			at[e.PolicyID] = i
			notices = append(notices, Notice{Kind: NoticeReplication, ID: r.c.ID, Title: r.c.Title(), Object: r.policy(ctx, h, e.PolicyID)})
		}
		notices[i].Count++
		notices[i].Detail = registry.Clean(e.StatusText, 300) // the last one's
	}
	for _, n := range notices {
		r.w.o.Notify(n)
	}
}

// lastRun takes a policy's last run.
func (r *round) lastRun(policy int64, e harbor.Execution, bad bool) {
	if bad {
		r.m.failing[policy] = e
	} else {
		delete(r.m.failing, policy)
	}
}

// failed reads the failed runs back to one that is known: between two rounds there
// may be more runs than a page has.
func (r *round) failed(ctx context.Context, h *harbor.Client) ([]harbor.Execution, error) {
	var all []harbor.Execution
	for n := 1; n <= failures; n++ {
		page, err := h.Executions(ctx, 0, "Failed", harbor.Query{Size: harbor.MaxPage, Page: n})
		if err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		known := slices.ContainsFunc(page.Items, func(e harbor.Execution) bool { return r.m.known[e.ID] })
		if known || !r.m.baseline || len(page.Items) < harbor.MaxPage {
			break
		}
	}
	return all, nil
}

// older asks for the last runs of policies that failed once and that runs of others
// have pushed out of the page: once an hour each, a few in a round.
func (r *round) older(ctx context.Context, h *harbor.Client, last map[int64]bool, failed []harbor.Execution) {
	var ask []int64
	for id := range r.m.failing {
		ask = append(ask, id)
	}
	slices.Sort(ask)
	for _, e := range failed {
		if !slices.Contains(ask, e.PolicyID) {
			ask = append(ask, e.PolicyID)
		}
	}
	asked := 0
	for _, id := range ask {
		key := "policy " + strconv.FormatInt(id, 10)
		if last[id] || asked == olderPolicies || !r.may(key) {
			continue
		}
		asked++
		page, err := h.Executions(ctx, id, "", harbor.Query{Size: 1})
		if err != nil {
			return // what is known stays; the next round asks again
		}
		r.m.asked[key] = r.now
		if len(page.Items) == 0 {
			delete(r.m.failing, id) // the policy is gone
			continue
		}
		r.lastRun(id, page.Items[0], page.Items[0].State() == harbor.StateFailed)
	}
}

// policy is a policy's name, or its number where that cannot be read.
func (r *round) policy(ctx context.Context, h *harbor.Client, id int64) string {
	if name := r.m.policies[id]; name != "" {
		return name
	}
	if r.may("policies") {
		r.m.asked["policies"] = r.now
		if page, err := h.Policies(ctx, harbor.Query{Size: harbor.MaxPage}); err == nil {
			clear(r.m.policies)
			for _, p := range page.Items {
				r.m.policies[p.ID] = registry.Clean(p.Name, 80)
			}
		}
	}
	if name := r.m.policies[id]; name != "" {
		return name
	}
	return strconv.FormatInt(id, 10)
}
