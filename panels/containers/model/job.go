package model

import (
	"context"
	"sync"
	"time"

	"tacklebox/platform/containers"
	"tacklebox/platform/containers/launch"
)

// Step is what a launch is doing.
type Step string

const (
	StepPull  Step = "pull"
	StepStart Step = "start" // looks for a shell, creates and starts
	StepDone  Step = "done"
)

// JobState is how far a launch has come.
type JobState struct {
	Step    Step
	Begun   time.Time
	Pull    containers.PullProgress
	Err     error // at the end; its step is in FailedAt
	Failed  Step
	Session *containers.Session
}

// Running tells whether the job is still at work.
func (s JobState) Running() bool { return s.Step != StepDone }

// Job is one launch: the pull where it is needed, then the container.
type Job struct {
	cancel context.CancelFunc
	done   chan struct{}

	mu    sync.Mutex
	state JobState
}

// pullPace is how often progress is shown; an engine reports it far more often.
const pullPace = 120 * time.Millisecond

// StartJob begins a launch. onChange is called from the job's goroutine, the last
// time with StepDone.
func StartJob(parent context.Context, eng Engine, spec launch.Spec, pull bool, onChange func()) *Job {
	ctx, cancel := context.WithCancel(parent)
	j := &Job{cancel: cancel, done: make(chan struct{})}
	j.state = JobState{Step: StepStart, Begun: time.Now()}
	if pull {
		j.state.Step = StepPull
	}
	go func() {
		defer close(j.done)
		defer cancel()
		j.run(ctx, eng, spec, pull, onChange)
		onChange()
	}()
	return j
}

// State is how far the job has come.
func (j *Job) State() JobState {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.state
}

// Cancel ends the job; what it made so far is removed by the engine package.
func (j *Job) Cancel() { j.cancel() }

// Wait waits for the end of the job.
func (j *Job) Wait() { <-j.done }

func (j *Job) set(f func(*JobState)) {
	j.mu.Lock()
	f(&j.state)
	j.mu.Unlock()
}

func (j *Job) run(ctx context.Context, eng Engine, spec launch.Spec, pull bool, onChange func()) {
	if pull {
		var last time.Time
		err := eng.Pull(ctx, spec.Image, spec.Platform, func(p containers.PullProgress) {
			j.set(func(s *JobState) { s.Pull = p })
			if now := time.Now(); now.Sub(last) >= pullPace {
				last = now
				onChange()
			}
		})
		if err != nil {
			j.set(func(s *JobState) { s.Step, s.Failed, s.Err = StepDone, StepPull, err })
			return
		}
		j.set(func(s *JobState) { s.Step = StepStart })
		onChange()
	}
	sess, err := eng.Launch(ctx, spec)
	j.set(func(s *JobState) {
		s.Step, s.Session, s.Err = StepDone, sess, err
		if err != nil {
			s.Failed = StepStart
		}
	})
}
