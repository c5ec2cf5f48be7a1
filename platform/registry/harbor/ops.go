package harbor

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tacklebox/platform/registry"
)

const (
	sinceJobs    = "2.7"
	sinceJobLog  = "2.8"
	rightMonitor = "jobservice-monitor:list"
	rightGC      = "garbage-collection:list"
	rightReplic  = "replication:list"
)

func id(n int64) string { return strconv.FormatInt(n, 10) }

// Health is how the components are; it needs no login. Harbor itself may wait up
// to a minute for one of them.
func (c *Client) Health(ctx context.Context) (Health, error) {
	return get[Health](ctx, c, call{op: "ask the health of", object: c.Host(), path: "/health", anonymous: true, timeout: 70 * time.Second})
}

// Volumes is the storage. One that the server cannot measure is left out.
func (c *Client) Volumes(ctx context.Context) ([]Volume, error) {
	v, err := get[struct {
		Storage []Volume `json:"storage"`
	}](ctx, c, call{op: "ask the storage of", object: c.Host(), path: "/systeminfo/volumes", right: "system-volumes:read"})
	var known []Volume
	for _, one := range v.Storage {
		if one.Total > 0 {
			known = append(known, one)
		}
	}
	return known, err
}

// Statistics counts projects and repositories.
func (c *Client) Statistics(ctx context.Context) (Statistics, error) {
	return get[Statistics](ctx, c, call{op: "count what is at", object: c.Host(), path: "/statistics"})
}

// Quotas lists how much each project takes.
func (c *Client) Quotas(ctx context.Context, q Query) (Page[Quota], error) {
	return list[Quota](ctx, c, q, call{op: "list the quotas of", object: c.Host(), path: "/quotas", query: url.Values{"reference": {"project"}}, right: "quota:list"})
}

// Pools are the processes that run jobs.
func (c *Client) Pools(ctx context.Context) ([]Pool, error) {
	return get[[]Pool](ctx, c, call{op: "list the job pools of", object: c.Host(), path: "/jobservice/pools", right: rightMonitor, since: sinceJobs})
}

// Workers are the places of a pool, or of "all".
func (c *Client) Workers(ctx context.Context, pool string) ([]Worker, error) {
	return get[[]Worker](ctx, c, call{op: "list the workers of", object: c.Host(), path: "/jobservice/pools/" + url.PathEscape(pool) + "/workers", right: rightMonitor, since: sinceJobs})
}

// Queues are the jobs that wait, by kind.
func (c *Client) Queues(ctx context.Context) ([]Queue, error) {
	return get[[]Queue](ctx, c, call{op: "list the job queues of", object: c.Host(), path: "/jobservice/queues", right: rightMonitor, since: sinceJobs})
}

// QueueAction is what can be done to a queue.
type QueueAction string

// The actions on queues.
const (
	QueuePause  QueueAction = "pause"
	QueueResume QueueAction = "resume"
	QueueStop   QueueAction = "stop" // forgets what waits
)

// ActOnQueue pauses, resumes or empties a queue, or "all".
func (c *Client) ActOnQueue(ctx context.Context, kind string, action QueueAction) error {
	_, err := c.send(ctx, call{op: string(action) + " queue", object: registry.Clean(kind, 80) + " of " + c.Host(), method: http.MethodPut, path: "/jobservice/queues/" + url.PathEscape(kind),
		in: map[string]string{"action": string(action)}, right: "jobservice-monitor:stop", since: sinceJobs})
	return err
}

// StopJob ends a job that runs.
func (c *Client) StopJob(ctx context.Context, job string) error {
	_, err := c.send(ctx, call{op: "stop job", object: registry.Clean(job, 80), method: http.MethodPut, path: "/jobservice/jobs/" + url.PathEscape(job), right: "jobservice-monitor:stop", since: sinceJobs})
	return err
}

// JobLog is what a job wrote so far: the way from a busy worker to its log.
func (c *Client) JobLog(ctx context.Context, job string) (Log, error) {
	return c.log(ctx, call{op: "read the log of job", object: registry.Clean(job, 80), path: "/jobservice/jobs/" + url.PathEscape(job) + "/log", right: rightMonitor, since: sinceJobLog})
}

// Schedules lists what begins by itself.
func (c *Client) Schedules(ctx context.Context, q Query) (Page[Schedule], error) {
	return list[Schedule](ctx, c, q, call{op: "list the schedules of", object: c.Host(), path: "/schedules", right: rightMonitor, since: sinceJobs})
}

// SchedulesPaused is whether all schedules are held.
func (c *Client) SchedulesPaused(ctx context.Context) (bool, error) {
	v, err := get[struct {
		Paused bool `json:"paused"`
	}](ctx, c, call{op: "ask for the schedules of", object: c.Host(), path: "/schedules/all/paused", right: rightMonitor, since: sinceJobs})
	return v.Paused, err
}

// Policies lists the rules of replication.
func (c *Client) Policies(ctx context.Context, q Query) (Page[Policy], error) {
	return list[Policy](ctx, c, q, call{op: "list the replication policies of", object: c.Host(), path: "/replication/policies", right: "replication-policy:list"})
}

// Executions lists runs of a policy, newest first; of all policies when it is 0.
func (c *Client) Executions(ctx context.Context, policy int64, status string, q Query) (Page[Execution], error) {
	k := call{op: "list the replications of", object: c.Host(), path: "/replication/executions", query: url.Values{}, right: rightReplic}
	if policy != 0 {
		k.query.Set("policy_id", id(policy))
	}
	if status != "" {
		k.query.Set("status", status)
	}
	if q.Sort == "" {
		q.Sort = "-start_time"
	}
	return list[Execution](ctx, c, q, k)
}

// Tasks lists what an execution does.
func (c *Client) Tasks(ctx context.Context, execution int64, status string, q Query) (Page[Task], error) {
	k := call{op: "list the tasks of replication", object: id(execution), path: "/replication/executions/" + id(execution) + "/tasks", query: url.Values{}, right: rightReplic}
	if status != "" {
		k.query.Set("status", status)
	}
	return list[Task](ctx, c, q, k)
}

// TaskLog is what a task wrote so far.
func (c *Client) TaskLog(ctx context.Context, execution, task int64) (Log, error) {
	return c.log(ctx, call{op: "read the log of replication task", object: id(task), path: "/replication/executions/" + id(execution) + "/tasks/" + id(task) + "/log", right: "replication:read"})
}

// StartReplication runs a policy now and gives the number of the execution.
func (c *Client) StartReplication(ctx context.Context, policy int64) (int64, error) {
	a, err := c.send(ctx, call{op: "start replication", object: id(policy), method: http.MethodPost, path: "/replication/executions", in: map[string]int64{"policy_id": policy}, right: "replication:create"})
	if err != nil {
		return 0, err
	}
	return created(a), nil
}

// created is the number at the end of a Location; 0 when there is none.
func created(a *answer) int64 {
	where := a.header.Get("Location")
	n, err := strconv.ParseInt(where[strings.LastIndex(where, "/")+1:], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// StopReplication ends an execution.
func (c *Client) StopReplication(ctx context.Context, execution int64) error {
	_, err := c.send(ctx, call{op: "stop replication", object: id(execution), method: http.MethodPut, path: "/replication/executions/" + id(execution), right: "replication:create"})
	return err
}

// GCHistory lists garbage collections, newest first.
func (c *Client) GCHistory(ctx context.Context, q Query) (Page[GC], error) {
	if q.Sort == "" {
		q.Sort = "-start_time"
	}
	return list[GC](ctx, c, q, call{op: "list the garbage collections of", object: c.Host(), path: "/system/gc", right: rightGC})
}

// GCLog is what a collection wrote so far.
func (c *Client) GCLog(ctx context.Context, run int64) (Log, error) {
	return c.log(ctx, call{op: "read the log of garbage collection", object: id(run), path: "/system/gc/" + id(run) + "/log", right: "garbage-collection:read"})
}

// GCSchedule is when collections begin by themselves; nil when they do not.
func (c *Client) GCSchedule(ctx context.Context) (*GC, error) {
	g, err := get[*GC](ctx, c, call{op: "read the garbage collection schedule of", object: c.Host(), path: "/system/gc/schedule", right: "garbage-collection:read"})
	if err != nil || g == nil || g.Schedule == nil || g.Schedule.Type == "" || g.Schedule.Type == "None" {
		return nil, err
	}
	return g, nil
}

// GCOptions are those of a collection that is started by hand.
type GCOptions struct {
	DryRun         bool
	DeleteUntagged bool
	Workers        int
}

// RunGC starts a garbage collection and gives its number, 0 when the server does
// not say.
func (c *Client) RunGC(ctx context.Context, o GCOptions) (int64, error) {
	type schedule struct {
		Type string `json:"type"`
	}
	type parameters struct {
		DeleteUntagged bool `json:"delete_untagged"`
		DryRun         bool `json:"dry_run"`
		Workers        int  `json:"workers"`
	}
	a, err := c.send(ctx, call{op: "run the garbage collection of", object: c.Host(), method: http.MethodPost, path: "/system/gc/schedule", right: "garbage-collection:create",
		in: struct {
			Schedule   schedule   `json:"schedule"`
			Parameters parameters `json:"parameters"`
		}{schedule{"Manual"}, parameters{o.DeleteUntagged, o.DryRun, min(max(o.Workers, 1), 5)}}})
	if err != nil {
		return 0, err
	}
	return created(a), nil
}

// RobotDays is how long a robot that Tacklebox makes lives.
const RobotDays = 90

// access is one right of a robot.
type access struct {
	Resource string `json:"resource"`
	Action   string `json:"action"`
}

type permission struct {
	Kind      string   `json:"kind"`
	Namespace string   `json:"namespace"`
	Access    []access `json:"access"`
}

func rights(list ...string) []access {
	out := make([]access, len(list))
	for i, r := range list {
		out[i].Resource, out[i].Action, _ = strings.Cut(r, ":")
	}
	return out
}

// MakeRobot makes the least robot that shows everything here and changes
// nothing. It pulls from the projects named, and from no other; all others it may
// list and read only.
func (c *Client) MakeRobot(ctx context.Context, name string, pull []string) (Robot, error) {
	reads := []string{"project:read", "repository:list", "repository:read", "artifact:list", "artifact:read", "artifact-addition:read", "scan:read", "scanner:read", "tag:list", "accessory:list", "label:list"}
	permissions := []permission{{Kind: "system", Namespace: "/", Access: rights("project:list", "jobservice-monitor:list", "replication:list", "replication:read", "replication-policy:list", "replication-policy:read",
		"registry:list", "garbage-collection:list", "garbage-collection:read", "catalog:read", "system-volumes:read", "quota:list")}}
	permissions = append(permissions, permission{Kind: "project", Namespace: "*", Access: rights(reads...)})
	for _, p := range pull {
		permissions = append(permissions, permission{Kind: "project", Namespace: p, Access: rights(append(reads[:len(reads):len(reads)], "repository:pull")...)})
	}
	in := map[string]any{"name": name, "description": "reads for Tacklebox", "duration": RobotDays, "level": "system", "disable": false, "permissions": permissions}
	r, err := get[Robot](ctx, c, call{op: "make robot", object: registry.Clean(name, 80) + " at " + c.Host(), method: http.MethodPost, path: "/robots", in: in, right: "robot:create"})
	if err != nil {
		return Robot{}, err
	}
	if r.Name == "" || r.Secret == "" {
		return Robot{}, &registry.Error{Op: "make robot", Object: registry.Clean(name, 80), Cause: registry.CauseBroken, Err: fmt.Errorf("the server gave no secret")}
	}
	return r, nil
}

// DeleteRobot takes a robot away.
func (c *Client) DeleteRobot(ctx context.Context, robot int64) error {
	_, err := c.send(ctx, call{op: "delete robot", object: id(robot), method: http.MethodDelete, path: "/robots/" + id(robot), right: "robot:delete"})
	return err
}
