package fakeharbor

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Policy is a rule of replication.
type Policy struct {
	ID      int64
	Name    string
	Enabled bool
	From    string
	To      string
	Cron    string
	// Images are what each of its runs copies; one that begins with "!" fails.
	Images []string
}

// Execution is one run. Its Status lags up to 30 s behind its tasks.
type Execution struct {
	ID, PolicyID       int64
	Status, StatusText string
	Start, End         time.Time
	Tasks              []*Task
	settled            time.Time // when the last task ended
}

// Task is one copy.
type Task struct {
	ID                  int64
	JobID, Status       string
	Source, Destination string
	Start, End          time.Time
	Log                 string
}

// Queue is what waits.
type Queue struct {
	Type    string
	Count   int64
	Latency int64
	Paused  bool
}

// Worker is idle without a job.
type Worker struct {
	ID, Pool, Job, JobID string
	Start                time.Time
}

// Schedule begins something by itself.
type Schedule struct {
	ID     int64
	Vendor string
	Cron   string
}

// GC is a garbage collection.
type GC struct {
	ID         int64
	Status     string
	DryRun     bool
	Start      time.Time
	Freed      int64
	Log        string
	Parameters string // as Harbor keeps them: a text of JSON
}

const (
	taskTime = 10 * time.Second
	lag      = 30 * time.Second
)

// move lets jobs go on to where the clock is. The caller holds the lock.
func (h *Harbor) move() {
	now := h.now()
	for _, e := range h.Executions {
		done, failed := true, false
		for i, t := range e.Tasks {
			end := t.Start.Add(time.Duration(i+1) * taskTime)
			if t.Status == "InProgress" && now.After(end) {
				t.Status, t.End, e.settled = "Succeed", end, end
				if strings.HasPrefix(t.Source, "!") {
					t.Status = "Failed"
					t.Log += "2026-03-01T00:00:01Z [ERROR] [/replication/transfer/image/transfer.go:1]: failed to push manifest: 412 quota exceeded\n"
				}
			}
			done = done && t.Status != "InProgress"
			failed = failed || t.Status == "Failed"
		}
		if e.Status == "InProgress" && len(e.Tasks) > 0 && done && now.After(e.settled.Add(lag)) {
			e.Status, e.End = "Succeed", e.settled
			if failed {
				e.Status = "Failed"
			}
		}
	}
	for _, g := range h.GCs {
		if g.Status == "Running" && now.After(g.Start.Add(taskTime)) {
			g.Status = "Success"
			g.Log += "2026-03-01T00:00:09Z [INFO] success to run gc in job.\n"
		}
	}
	for _, p := range h.Projects {
		for _, r := range p.Repos {
			for _, a := range r.Artifacts {
				if s := a.Scan; s != nil && !s.started.IsZero() {
					switch since := now.Sub(s.started); {
					case s.Status != "Pending" && s.Status != "Running":
					case since > 5*time.Second:
						s.Status = s.outcome
						s.Log += "2026-03-01 done\n"
					case since > 2*time.Second:
						s.Status = "Running"
					}
				}
			}
		}
	}
}

// operations answers what is about the Harbor itself.
func (h *Harbor) operations(q *request) bool {
	h.move()
	switch {
	case q.is("GET", "ping"):
		_, _ = q.w.Write([]byte("Pong"))
	case q.is("GET", "health"):
		h.health(q)
	case q.is("GET", "systeminfo", "volumes"):
		if h.need(q.w, q.p, "system-volumes:read") {
			v := map[string]any{}
			if h.Volume[0] > 0 {
				v["total"], v["free"] = h.Volume[0], h.Volume[1]
			}
			reply(q.w, 200, map[string]any{"storage": []any{v}})
		}
	case q.is("GET", "statistics"):
		reply(q.w, 200, map[string]any{"public_project_count": len(h.Projects)})
	case q.is("GET", "quotas"):
		if h.need(q.w, q.p, "quota:list") {
			h.quotas(q)
		}
	case q.is("POST", "robots"):
		if h.need(q.w, q.p, "robot:create") {
			h.makeRobot(q)
		}
	case q.is("DELETE", "robots", "*"):
		if h.need(q.w, q.p, "robot:delete") {
			for i, r := range h.Robots {
				if fmt.Sprint(r.ID) == q.args[0] {
					h.Robots = append(h.Robots[:i:i], h.Robots[i+1:]...)
					q.w.WriteHeader(200)
					return true
				}
			}
			fail(q.w, 404, "NOT_FOUND", "robot not found")
		}
	case len(q.segs) > 0 && (q.segs[0] == "jobservice" || q.segs[0] == "schedules"):
		return h.jobservice(q)
	case len(q.segs) > 1 && q.segs[0] == "replication":
		return h.replication(q)
	case len(q.segs) > 1 && q.segs[0] == "system" && q.segs[1] == "gc":
		return h.gc(q)
	default:
		return false
	}
	return true
}

// health is 200 whatever is wrong.
func (h *Harbor) health(q *request) {
	status, list := "healthy", []map[string]string{}
	for _, name := range []string{"core", "database", "jobservice", "portal", "redis", "registry", "registryctl", "trivy"} {
		problem, there := h.Components[name]
		if !there {
			continue
		}
		c := map[string]string{"name": name, "status": "healthy"}
		if problem != "" {
			status = "unhealthy"
			c["status"], c["error"] = "unhealthy", problem
		}
		list = append(list, c)
	}
	reply(q.w, 200, map[string]any{"status": status, "components": list})
}

func (h *Harbor) quotas(q *request) {
	all := []map[string]any{}
	for _, p := range h.Projects {
		quota, ok := h.Quotas[p.Name]
		if !ok {
			quota = [2]int64{-1, 0}
		}
		all = append(all, map[string]any{"id": p.ID, "ref": map[string]any{"id": p.ID, "name": p.Name}, "hard": map[string]int64{"storage": quota[0]}, "used": map[string]int64{"storage": quota[1]}})
	}
	if some, ok := page(q, all); ok {
		reply(q.w, 200, some)
	}
}

func (h *Harbor) makeRobot(q *request) {
	var in struct {
		Name        string `json:"name"`
		Duration    int64  `json:"duration"`
		Permissions []struct {
			Kind, Namespace string
			Access          []struct{ Resource, Action string }
		} `json:"permissions"`
	}
	if json.NewDecoder(q.Body).Decode(&in) != nil || in.Name == "" || len(in.Permissions) == 0 || in.Duration != -1 && in.Duration < 1 {
		fail(q.w, 400, "BAD_REQUEST", "bad request")
		return
	}
	r := &Robot{ID: h.id(), Name: "robot$" + in.Name, Secret: "RobotSecret-canary-" + in.Name, Expires: h.now().Add(time.Duration(in.Duration) * 24 * time.Hour).Unix()}
	for _, b := range h.Robots {
		if b.Name == r.Name {
			fail(q.w, 409, "CONFLICT", "robot account "+in.Name+" already exists")
			return
		}
	}
	for _, p := range in.Permissions {
		for _, a := range p.Access {
			r.Rights = append(r.Rights, p.Kind+" "+p.Namespace+" "+a.Resource+":"+a.Action)
		}
	}
	h.Robots = append(h.Robots, r)
	q.w.Header().Set("Location", fmt.Sprintf("/api/v2.0/robots/%d", r.ID))
	reply(q.w, 201, map[string]any{"id": r.ID, "name": r.Name, "secret": r.Secret, "expires_at": r.Expires, "creation_time": h.now().Format(time.RFC3339)})
}

func (h *Harbor) jobservice(q *request) bool {
	if !h.atLeast(2, 7) {
		return false
	}
	right := "jobservice-monitor:list"
	if q.Method == http.MethodPut {
		right = "jobservice-monitor:stop"
	}
	if !h.need(q.w, q.p, right) {
		return true
	}
	switch {
	case q.is("GET", "jobservice", "pools"):
		reply(q.w, 200, []any{map[string]any{"worker_pool_id": "pool1", "pid": 7, "concurrency": 10, "start_at": "2026-03-01T00:00:00.000Z", "heartbeat_at": "2026-03-01T00:00:00.000Z"}})
	case q.is("GET", "jobservice", "pools", "*", "workers"):
		out := []map[string]any{}
		for _, x := range h.Workers {
			row := map[string]any{"id": x.ID, "pool_id": x.Pool}
			if x.Job != "" {
				row["job_name"], row["job_id"], row["start_at"] = x.Job, x.JobID, x.Start.Format(time.RFC3339)
			}
			out = append(out, row)
		}
		reply(q.w, 200, out)
	case q.is("GET", "jobservice", "queues"):
		out := []map[string]any{}
		for _, x := range h.Queues {
			row := map[string]any{"job_type": x.Type, "paused": x.Paused}
			if x.Count != 0 {
				row["count"], row["latency"] = x.Count, x.Latency
			}
			out = append(out, row)
		}
		reply(q.w, 200, out)
	case q.is("PUT", "jobservice", "queues", "*"):
		var in struct{ Action string }
		if json.NewDecoder(q.Body).Decode(&in) != nil {
			fail(q.w, 400, "BAD_REQUEST", "body")
			return true
		}
		for _, x := range h.Queues {
			if q.args[0] == "all" || q.args[0] == x.Type {
				switch in.Action {
				case "pause":
					x.Paused = true
				case "resume":
					x.Paused = false
				case "stop":
					x.Count, x.Latency = 0, 0
				}
			}
		}
		q.w.WriteHeader(200)
	case q.is("GET", "jobservice", "jobs", "*", "log"):
		if !h.atLeast(2, 8) {
			return false
		}
		text, ok := h.JobLogs[q.args[0]]
		if !ok {
			fail(q.w, 404, "NOT_FOUND", "job not found")
			return true
		}
		q.w.Header().Set("Content-Type", "text/plain")
		_, _ = q.w.Write([]byte(text))
	case q.is("PUT", "jobservice", "jobs", "*"):
		for _, x := range h.Workers {
			if x.JobID == q.args[0] {
				x.Job, x.JobID = "", ""
			}
		}
		q.w.WriteHeader(200)
	case q.is("GET", "schedules"):
		if some, ok := page(q, h.Schedules); ok {
			out := []map[string]any{}
			for _, s := range some {
				out = append(out, map[string]any{"id": s.ID, "vendor_type": s.Vendor, "cron": s.Cron})
			}
			reply(q.w, 200, out)
		}
	case q.is("GET", "schedules", "all", "paused"):
		reply(q.w, 200, map[string]bool{"paused": h.SchedulesPaused})
	default:
		return false
	}
	return true
}

func (h *Harbor) gc(q *request) bool {
	right := "garbage-collection:list"
	switch {
	case q.Method == http.MethodPost:
		right = "garbage-collection:create"
	case len(q.segs) > 2:
		right = "garbage-collection:read"
	}
	if !h.need(q.w, q.p, right) {
		return true
	}
	switch {
	case q.is("GET", "system", "gc"):
		all := []map[string]any{}
		for i := len(h.GCs) - 1; i >= 0; i-- {
			all = append(all, h.GCs[i].json())
		}
		if some, ok := page(q, all); ok {
			reply(q.w, 200, some)
		}
	case q.is("GET", "system", "gc", "schedule"):
		if h.GCCron == "" {
			q.w.WriteHeader(200) // nothing at all, as Harbor does
			return true
		}
		reply(q.w, 200, map[string]any{"id": 1, "job_kind": "SCHEDULE", "schedule": map[string]string{"type": "Custom", "cron": h.GCCron}})
	case q.is("POST", "system", "gc", "schedule"):
		var in struct {
			Schedule   struct{ Type string }
			Parameters map[string]any
		}
		if json.NewDecoder(q.Body).Decode(&in) != nil || in.Schedule.Type != "Manual" {
			fail(q.w, 400, "BAD_REQUEST", "schedule")
			return true
		}
		text, _ := json.Marshal(in.Parameters)
		g := &GC{ID: h.id(), Status: "Running", DryRun: in.Parameters["dry_run"] == true, Start: h.now(), Log: "2026-03-01T00:00:00Z [INFO] start to run gc in job.\n", Parameters: string(text)}
		h.GCs = append(h.GCs, g)
		q.w.Header().Set("Location", "/api/v2.0/system/gc/"+strconv.FormatInt(g.ID, 10))
		q.w.WriteHeader(201)
	case q.is("GET", "system", "gc", "*", "log"):
		for _, g := range h.GCs {
			if fmt.Sprint(g.ID) == q.args[0] && g.Log == "" {
				break // as the job service has it, of a job that has not written yet
			}
			if fmt.Sprint(g.ID) == q.args[0] {
				q.w.Header().Set("Content-Type", "text/plain")
				_, _ = q.w.Write([]byte(g.Log))
				return true
			}
		}
		reply(q.w, 404, map[string]any{"code": 10010, "message": "object is not found", "details": q.args[0]})
	default:
		return false
	}
	return true
}

func (g *GC) json() map[string]any {
	return map[string]any{"id": g.ID, "job_name": "GARBAGE_COLLECTION", "job_kind": "MANUAL", "job_status": g.Status, "job_parameters": g.Parameters, "creation_time": g.Start.UTC().Format(time.RFC3339), "schedule": map[string]string{"type": "Manual"}}
}
