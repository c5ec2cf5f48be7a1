package ops

import (
	"context"
	"slices"
	"strconv"
	"sync"

	"golang.org/x/sync/errgroup"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/harbor"
)

// Silence is why a failure has no line of its own.
type Silence string

// The silences.
const (
	// SilentRun failed before it had any task, and says no more.
	SilentRun Silence = "run"
	// SilentLog has no line about an error.
	SilentLog Silence = "log"
	// SilentYet is a log that was not fetched yet: the next Read goes on.
	SilentYet Silence = "yet"
	// SilentError is a log or list that could not be read: see Err.
	SilentError Silence = "error"
)

// Failure is one replication that did not work.
type Failure struct {
	Execution harbor.Execution `json:"execution"`
	Policy    string           `json:"policy"`
	// Task is nil when the run failed before it had any, or when its tasks could not
	// be read.
	Task *harbor.Task `json:"task,omitempty"`
	// Line is the first line of the task's log that tells of an error, or what the
	// run says of itself; where there is none, Silent is why, and Line says so in
	// English.
	Line   string  `json:"line"`
	Silent Silence `json:"silent,omitempty"`
	Err    error   `json:"-"`
	// Retrying is true while other tasks of the run go on.
	Retrying bool `json:"retrying,omitempty"`
}

func (f *Failure) silent(why Silence, err error) {
	f.Silent, f.Err = why, err
	switch why {
	case SilentRun:
		f.Line = "it failed before it had any task, and says no more"
	case SilentLog:
		f.Line = "its log tells of no error"
	case SilentYet:
		f.Line = "its log was not read yet"
	case SilentError:
		f.Line = registry.Clean(err.Error(), 500)
	}
}

// Replications is how the replications are.
type Replications struct {
	Policies   Part[[]harbor.Policy]
	Executions []harbor.Execution
	Failures   []Failure
	// More is how many failures are not among them.
	More int
	// Clashes are policies that write into the same place from different sources.
	Clashes []Clash
}

// Clash is a place that several policies write into.
type Clash struct {
	Where    string   `json:"where"`
	Policies []string `json:"policies"`
}

// The bounds of a page of failures.
const (
	maxFailures = 500
	maxLines    = 5000 // that are remembered
	// LogsAtOnce is how many logs a page that is read again and again fetches each
	// time.
	LogsAtOnce = 50
)

// Failures reads the failures of replications again and again. What a task's log
// says of its end is fetched once: it never changes. Read may be called from any
// goroutine.
type Failures struct {
	// Last is how many runs are looked at, Logs how many logs one Read fetches; 0 is
	// all of them.
	Last, Logs int

	mu    sync.Mutex
	lines map[int64]string // by task, "" for a log without an error
}

// ReadRuns reads the policies and the last runs of all of them.
func ReadRuns(ctx context.Context, c *harbor.Client, last int) (Replications, error) {
	var r Replications
	p, err := c.Policies(ctx, harbor.Query{})
	r.Policies.Data, r.Policies.Err = p.Items, err
	if fatal(err) != nil {
		return r, err
	}
	page, err := c.Executions(ctx, 0, "", harbor.Query{Size: last})
	if registry.CauseOf(err) == registry.CauseRequest && len(r.Policies.Data) > 0 {
		// Where a list of all is not given, policy by policy.
		for _, x := range r.Policies.Data[:min(len(r.Policies.Data), 20)] {
			one, err := c.Executions(ctx, x.ID, "", harbor.Query{Size: last})
			if err != nil {
				return r, err
			}
			page.Items = append(page.Items, one.Items...)
		}
	} else if err != nil {
		return r, err
	}
	slices.SortStableFunc(page.Items, func(a, b harbor.Execution) int { return b.Start.Compare(a.Start.Time) })
	r.Executions, r.Clashes = page.Items, FindClashes(r.Policies.Data)
	return r, nil
}

// Read reads the last runs of all policies, and of each failed task the first line
// that tells why. What cannot be read of one run is said in its place.
func (f *Failures) Read(ctx context.Context, c *harbor.Client) (Replications, error) {
	r, err := ReadRuns(ctx, c, f.Last)
	if err != nil {
		return r, err
	}
	names := map[int64]string{}
	for _, x := range r.Policies.Data {
		names[x.ID] = x.Name
	}
	for _, e := range r.Executions {
		name := names[e.PolicyID]
		if name == "" {
			name = "policy " + strconv.FormatInt(e.PolicyID, 10)
		}
		if err := r.of(ctx, c, e, name); err != nil {
			return r, err
		}
	}
	return r, f.read(ctx, c, r.Failures)
}

// of adds the failures of one run, without their lines.
func (r *Replications) of(ctx context.Context, c *harbor.Client, e harbor.Execution, policy string) error {
	state := e.State()
	if state != harbor.StateFailed && state != harbor.StateRetrying {
		return nil
	}
	one := Failure{Execution: e, Policy: policy, Retrying: state == harbor.StateRetrying}
	room := maxFailures - len(r.Failures)
	switch {
	case room <= 0:
		r.More += max(1, int(min(e.Failed, 1<<20)))
		return nil
	case e.Total == 0:
		if one.Line = registry.Clean(e.StatusText, 500); one.Line == "" {
			one.silent(SilentRun, nil)
		}
		r.Failures = append(r.Failures, one)
		return nil
	}
	tasks, err := c.Tasks(ctx, e.ID, "Failed", harbor.Query{})
	if fatal(err) != nil {
		return err
	}
	if err != nil {
		// The run may have been swept away meanwhile.
		one.silent(SilentError, err)
		r.Failures = append(r.Failures, one)
		return nil
	}
	shown := tasks.Items[:min(len(tasks.Items), room)]
	r.More += max(tasks.Total, len(tasks.Items)) - len(shown)
	for _, t := range shown {
		x := one
		x.Task = &t
		r.Failures = append(r.Failures, x)
	}
	return nil
}

// read fetches the lines that are not known yet.
func (f *Failures) read(ctx context.Context, c *harbor.Client, all []Failure) error {
	g, ctx := errgroup.WithContext(ctx)
	asked := 0
	for i := range all {
		x := &all[i]
		if x.Task == nil {
			continue
		}
		if line, known := f.known(x.Task.ID); known {
			x.say(line)
			continue
		}
		if f.Logs > 0 && asked == f.Logs {
			x.silent(SilentYet, nil)
			continue
		}
		asked++
		g.Go(func() error {
			l, err := c.TaskLog(ctx, x.Execution.ID, x.Task.ID)
			if err != nil {
				x.silent(SilentError, err)
				return fatal(err)
			}
			line := harbor.FirstError(l)
			f.remember(x.Task.ID, line)
			x.say(line)
			return nil
		})
	}
	return g.Wait()
}

// say takes what a log says, "" for one without an error.
func (f *Failure) say(line string) {
	if f.Line = line; line == "" {
		f.silent(SilentLog, nil)
	}
}

func (f *Failures) known(task int64) (line string, known bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	line, known = f.lines[task]
	return line, known
}

func (f *Failures) remember(task int64, line string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.lines == nil || len(f.lines) >= maxLines {
		f.lines = map[int64]string{}
	}
	f.lines[task] = line
}
