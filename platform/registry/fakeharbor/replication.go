package fakeharbor

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

func (h *Harbor) replication(q *request) bool {
	right := "replication:list"
	switch {
	case q.segs[1] == "policies":
		right = "replication-policy:list"
	case q.Method != http.MethodGet:
		right = "replication:create"
	}
	if !h.need(q.w, q.p, right) {
		return true
	}
	switch {
	case q.is("GET", "replication", "policies"):
		out := []map[string]any{}
		for _, p := range h.Policies {
			out = append(out, map[string]any{"id": p.ID, "name": p.Name, "enabled": p.Enabled, "src_registry": map[string]any{"id": 1, "name": p.From, "url": "https://" + p.From}, "dest_registry": map[string]any{"id": 2, "name": p.To, "url": "https://" + p.To},
				"trigger": map[string]any{"type": "scheduled", "trigger_settings": map[string]string{"cron": p.Cron}}, "filters": nil})
		}
		if some, ok := page(q, out); ok {
			reply(q.w, 200, some)
		}
	case q.is("GET", "replication", "executions"):
		all := []map[string]any{}
		for i := len(h.Executions) - 1; i >= 0; i-- {
			e := h.Executions[i]
			if id := q.URL.Query().Get("policy_id"); id != "" && id != fmt.Sprint(e.PolicyID) {
				continue
			}
			if s := q.URL.Query().Get("status"); s != "" && s != e.Status {
				continue
			}
			all = append(all, e.json())
		}
		if some, ok := page(q, all); ok {
			reply(q.w, 200, some)
		}
	case q.is("POST", "replication", "executions"):
		h.startReplication(q)
	case q.is("PUT", "replication", "executions", "*"):
		e := h.execution(q.args[0])
		if e == nil {
			fail(q.w, 404, "NOT_FOUND", "execution not found")
			return true
		}
		for _, t := range e.Tasks {
			if t.Status == "InProgress" {
				t.Status = "Stopped"
			}
		}
		e.Status = "Stopped"
		q.w.WriteHeader(200)
	case q.is("GET", "replication", "executions", "*", "tasks"):
		h.tasks(q)
	case q.is("GET", "replication", "executions", "*", "tasks", "*", "log"):
		if e := h.execution(q.args[0]); e != nil {
			for _, t := range e.Tasks {
				if fmt.Sprint(t.ID) == q.args[1] {
					q.w.Header().Set("Content-Type", "text/plain")
					_, _ = q.w.Write([]byte(t.Log))
					return true
				}
			}
		}
		fail(q.w, 404, "NOT_FOUND", "task not found")
	default:
		return false
	}
	return true
}

func (h *Harbor) execution(id string) *Execution {
	for _, e := range h.Executions {
		if fmt.Sprint(e.ID) == id {
			return e
		}
	}
	return nil
}

func (h *Harbor) startReplication(q *request) {
	var in struct {
		Policy int64 `json:"policy_id"`
	}
	if json.NewDecoder(q.Body).Decode(&in) != nil {
		fail(q.w, 400, "BAD_REQUEST", "body")
		return
	}
	for _, p := range h.Policies {
		if p.ID == in.Policy {
			e := h.Run(p)
			q.w.Header().Set("Location", fmt.Sprintf("/api/v2.0/replication/executions/%d", e.ID))
			q.w.WriteHeader(201)
			return
		}
	}
	fail(q.w, 404, "NOT_FOUND", "policy not found")
}

// AddPolicy adds a rule of replication.
func (h *Harbor) AddPolicy(p Policy) *Policy {
	h.Lock()
	defer h.Unlock()
	p.ID = h.id()
	h.Policies = append(h.Policies, &p)
	return &p
}

// Run begins a run of a policy. The caller holds the lock.
func (h *Harbor) Run(p *Policy) *Execution {
	e := &Execution{ID: h.id(), PolicyID: p.ID, Status: "InProgress", Start: h.now()}
	for _, image := range p.Images {
		e.Tasks = append(e.Tasks, &Task{ID: h.id(), JobID: fmt.Sprintf("job-%d", h.nextID), Status: "InProgress", Source: image, Destination: "copy/" + strings.TrimPrefix(image, "!"), Start: h.now(), Log: "2026-03-01T00:00:00Z [INFO] client for source registry created\n"})
	}
	h.Executions = append(h.Executions, e)
	return e
}

// FailEarly is a run that fails before it has any task.
func (h *Harbor) FailEarly(p *Policy, why string) *Execution {
	h.Lock()
	defer h.Unlock()
	e := &Execution{ID: h.id(), PolicyID: p.ID, Status: "Failed", StatusText: why, Start: h.now(), End: h.now()}
	h.Executions = append(h.Executions, e)
	return e
}

func (e *Execution) json() map[string]any {
	counts := map[string]int{}
	for _, t := range e.Tasks {
		counts[t.Status]++
	}
	out := map[string]any{"id": e.ID, "policy_id": e.PolicyID, "status": e.Status, "trigger": "manual", "start_time": e.Start.UTC().Format(time.RFC3339), "end_time": "0001-01-01T00:00:00.000Z",
		"total": len(e.Tasks), "failed": counts["Failed"], "succeed": counts["Succeed"], "in_progress": counts["InProgress"], "stopped": counts["Stopped"]}
	if e.StatusText != "" {
		out["status_text"] = e.StatusText
	}
	if !e.End.IsZero() {
		out["end_time"] = e.End.UTC().Format(time.RFC3339)
	}
	return out
}

func (h *Harbor) tasks(q *request) {
	e := h.execution(q.args[0])
	if e == nil {
		fail(q.w, 404, "NOT_FOUND", "execution not found")
		return
	}
	all := []map[string]any{}
	for _, t := range e.Tasks {
		if s := q.URL.Query().Get("status"); s != "" && s != t.Status {
			continue
		}
		all = append(all, map[string]any{"id": t.ID, "execution_id": e.ID, "job_id": t.JobID, "status": t.Status, "operation": "copy", "resource_type": "image", "src_resource": t.Source, "dst_resource": t.Destination, "start_time": t.Start.UTC().Format(time.RFC3339)})
	}
	if some, ok := page(q, all); ok {
		reply(q.w, 200, some)
	}
}
