package model_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tacklebox/panels/containers/containerstest"
	"tacklebox/panels/containers/model"
	"tacklebox/platform/containers"
	"tacklebox/platform/containers/launch"
)

var quick = model.Pace{Retry: 10 * time.Millisecond, Coalesce: time.Millisecond, Ask: time.Second, Quiet: 10 * time.Millisecond}

// watch starts a hub and gives a function that waits for a snapshot.
func watch(t *testing.T, e *containerstest.Engine, explicit string) (*model.Hub, func(string, func(model.Snapshot) bool) model.Snapshot) {
	t.Helper()
	leaks := goleak.IgnoreCurrent()
	changed := make(chan struct{}, 1)
	h := model.NewHub(e, explicit, quick, func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	})
	h.Start()
	t.Cleanup(func() {
		h.Close()
		goleak.VerifyNone(t, leaks)
	})
	return h, func(what string, ok func(model.Snapshot) bool) model.Snapshot {
		t.Helper()
		deadline := time.After(10 * time.Second)
		for {
			if s := h.Snapshot(); ok(s) {
				return s
			}
			select {
			case <-changed:
			case <-deadline:
				t.Fatalf("never came: %s: %+v", what, h.Snapshot())
			}
		}
	}
}

func TestHubFollowsTheEngine(t *testing.T) {
	e := containerstest.New()
	e.AddImage("debian:12", launch.Command{})
	h, wait := watch(t, e, "")
	wait("the image", func(s model.Snapshot) bool { return s.Link == model.LinkUp && len(s.Images) == 1 })
	h.SetVisible(true)
	e.AddImage("late:1", launch.Command{})
	e.Emit(containers.Event{Kind: containers.EventImages})
	wait("the second image", func(s model.Snapshot) bool { return len(s.Images) == 2 })
	e.Emit(containers.Event{Kind: containers.EventLost, Err: errors.New("gone")})
	s := wait("the loss", func(s model.Snapshot) bool { return s.Link == model.LinkLost })
	if len(s.Images) != 2 {
		t.Error("the list went with the engine")
	}
	e.Emit(containers.Event{Kind: containers.EventReturned})
	wait("the return", func(s model.Snapshot) bool { return s.Link == model.LinkUp })
}

func TestHubTriesAgainButNeverElsewhere(t *testing.T) {
	e := containerstest.New()
	e.Endpoints = append(e.Endpoints, containers.Endpoint{ID: "other", Name: "other"})
	e.Answers[e.Endpoints[0].ID] = containers.Answer{Err: errors.New("refused"), Problem: containers.ProblemRefused}
	_, wait := watch(t, e, "")
	wait("that the other answers", func(s model.Snapshot) bool {
		return s.Link == model.LinkDown && len(s.Endpoints) == 2 && s.Endpoints[1].Asked && s.Endpoints[1].Answer.Err == nil
	})
	e.Look(func(e *containerstest.Engine) {
		delete(e.Answers, e.Endpoints[0].ID)
		for _, c := range e.Connects {
			if c == "other" {
				t.Error("switched silently")
			}
		}
	})
	wait("the engine itself", func(s model.Snapshot) bool { return s.Link == model.LinkUp && s.Chosen.ID == e.Endpoints[0].ID })
}

func TestHubKeepsAnEngineThatIsNotListedAnyMore(t *testing.T) {
	e := containerstest.New()
	e.Answers["context:gone"] = containers.Answer{Err: errors.New("no such context"), Problem: containers.ProblemConfig}
	h, wait := watch(t, e, "context:gone")
	s := wait("the refusal", func(s model.Snapshot) bool { return s.Link == model.LinkDown })
	if s.Chosen.ID != "context:gone" || !s.Explicit || len(s.Endpoints) != 2 {
		t.Errorf("chosen %+v of %d", s.Chosen, len(s.Endpoints))
	}
	h.Choose(e.Endpoints[0].ID)
	wait("the other one", func(s model.Snapshot) bool { return s.Link == model.LinkUp && s.Chosen.ID == e.Endpoints[0].ID })
}

func TestJobCancelledInThePull(t *testing.T) {
	e := containerstest.New()
	e.PullGate = make(chan struct{})
	e.PullSteps = []containers.PullProgress{{Current: 1, Total: 2}}
	eng, err := e.Connect(context.Background(), e.Endpoints[0])
	if err != nil {
		t.Fatal(err)
	}
	defer goleak.VerifyNone(t)
	changed := make(chan struct{}, 8)
	j := model.StartJob(context.Background(), eng, launch.Spec{Image: "x"}, true, func() { changed <- struct{}{} })
	<-changed
	if s := j.State(); s.Step != model.StepPull || s.Pull.Current != 1 {
		t.Errorf("state %+v", s)
	}
	j.Cancel()
	j.Wait()
	if s := j.State(); s.Running() || containers.CauseOf(s.Err) != containers.CauseCancelled || s.Failed != model.StepPull {
		t.Errorf("state %+v", s)
	}
	if len(e.Launched) != 0 {
		t.Error("launched")
	}
}
