package harbor

// Registry is one end of a replication.
type Registry struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	URL    string `json:"url"`
	Type   string `json:"type"`
	Status string `json:"status"`
}

// Policy is a rule of replication.
type Policy struct {
	ID          int64     `json:"id"`
	Name        string    `json:"name"`
	Description string    `json:"description"`
	Enabled     bool      `json:"enabled"`
	Source      *Registry `json:"src_registry"`
	Destination *Registry `json:"dest_registry"`
	Namespace   string    `json:"dest_namespace"`
	Trigger     *struct {
		Type     string `json:"type"`
		Settings *struct {
			Cron string `json:"cron"`
		} `json:"trigger_settings"`
	} `json:"trigger"`
	Updated Time `json:"update_time"`
}

// Execution is one run of a policy.
type Execution struct {
	ID         int64  `json:"id"`
	PolicyID   int64  `json:"policy_id"`
	Status     string `json:"status"`
	StatusText string `json:"status_text"`
	Trigger    string `json:"trigger"`
	Start      Time   `json:"start_time"`
	End        Time   `json:"end_time"`
	Total      int    `json:"total"`
	Failed     int    `json:"failed"`
	Succeeded  int    `json:"succeed"`
	InProgress int    `json:"in_progress"`
	Stopped    int    `json:"stopped"`
}

// State is how an execution is by its counters: its status lags behind them.
type State string

// The states.
const (
	StateRunning  State = "running"
	StateRetrying State = "retrying" // some tasks failed, others still run
	StateSuccess  State = "success"
	StateFailed   State = "failed"
	StateStopped  State = "stopped"
)

// State is what the counters say, and what the status says where there are none.
func (e Execution) State() State {
	if e.Total > 0 {
		switch running := e.Total - e.Failed - e.Succeeded - e.Stopped; {
		case running > 0 && e.Failed > 0 && e.Status == "InProgress":
			return StateRetrying
		case running > 0 && e.Status == "InProgress":
			return StateRunning
		case e.Failed > 0:
			return StateFailed
		case e.Stopped > 0:
			return StateStopped
		case e.Succeeded > 0:
			return StateSuccess
		}
	}
	return statusState(e.Status)
}

func statusState(status string) State {
	switch status {
	case "Succeed", "Success":
		return StateSuccess
	case "Failed", "Error":
		return StateFailed
	case "Stopped":
		return StateStopped
	}
	return StateRunning
}

// Task is one thing that an execution does.
type Task struct {
	ID           int64  `json:"id"`
	ExecutionID  int64  `json:"execution_id"`
	JobID        string `json:"job_id"`
	Status       string `json:"status"`
	Operation    string `json:"operation"`
	ResourceType string `json:"resource_type"`
	Source       string `json:"src_resource"`
	Destination  string `json:"dst_resource"`
	Start        Time   `json:"start_time"`
	End          Time   `json:"end_time"`
}

// State is the task's.
func (t Task) State() State { return statusState(t.Status) }

// Pool is one process that runs jobs.
type Pool struct {
	ID          string `json:"worker_pool_id"`
	PID         int    `json:"pid"`
	Concurrency int    `json:"concurrency"`
	Start       Time   `json:"start_at"`
	Heartbeat   Time   `json:"heartbeat_at"`
}

// Worker is one place of a pool; JobID is empty while it is idle.
type Worker struct {
	ID        string `json:"id"`
	Pool      string `json:"pool_id"`
	JobName   string `json:"job_name"`
	JobID     string `json:"job_id"`
	Start     Time   `json:"start_at"`
	CheckIn   string `json:"check_in"`
	CheckInAt Time   `json:"checkin_at"`
}

// Queue is what waits for a worker.
type Queue struct {
	Type    string `json:"job_type"`
	Count   int64  `json:"count"`
	Latency int64  `json:"latency"` // seconds that the oldest waits
	Paused  bool   `json:"paused"`
}

// Schedule is what begins by itself.
type Schedule struct {
	ID         int64  `json:"id"`
	Vendor     string `json:"vendor_type"`
	VendorID   int64  `json:"vendor_id"`
	Cron       string `json:"cron"`
	Updated    Time   `json:"update_time"`
	Parameters string `json:"extra_attrs,omitempty"`
}

// GC is one garbage collection.
type GC struct {
	ID         int64        `json:"id"`
	Name       string       `json:"job_name"`
	Kind       string       `json:"job_kind"`
	Status     string       `json:"job_status"`
	Parameters GCParameters `json:"job_parameters"`
	Schedule   *struct {
		Type string `json:"type"`
		Cron string `json:"cron"`
	} `json:"schedule"`
	Created Time `json:"creation_time"`
	Updated Time `json:"update_time"`
	Deleted bool `json:"deleted"`
}

// GCParameters say what a collection did. Harbor sends them as a text of JSON.
type GCParameters struct {
	DryRun          bool  `json:"dry_run"`
	DeleteUntagged  bool  `json:"delete_untagged"`
	Workers         int   `json:"workers"`
	FreedSpace      int64 `json:"freed_space"`
	PurgedBlobs     int64 `json:"purged_blobs"`
	PurgedManifests int64 `json:"purged_manifests"`
}

// Quota is how much a project may and does take.
type Quota struct {
	ID  int64 `json:"id"`
	Ref struct {
		ID   int64  `json:"id"`
		Name string `json:"name"`
	} `json:"ref"`
	Hard struct {
		Storage int64 `json:"storage"` // -1 is no bound
	} `json:"hard"`
	Used struct {
		Storage int64 `json:"storage"`
	} `json:"used"`
	Updated Time `json:"update_time"`
}

// Robot is an account for programs. Secret is there in the answer that made it.
type Robot struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Secret  string `json:"secret"`
	Level   string `json:"level"`
	Expires int64  `json:"expires_at"`
	Disable bool   `json:"disable"`
	Created Time   `json:"creation_time"`
}
