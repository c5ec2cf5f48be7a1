package registry

import (
	"context"
	"sync/atomic"
	"testing"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/doctor"
	"tacklebox/platform/registry/fakeharbor"
)

// asked is an engine that counts.
type asked struct {
	kind doctor.EngineKind
	n    atomic.Int32
	sent atomic.Bool
}

func (a *asked) Name() string { return "lab" }
func (a *asked) AskRegistry(_ context.Context, _ string, c registry.Credential) doctor.EngineAnswer {
	a.n.Add(1)
	if !c.None() {
		a.sent.Store(true)
	}
	return doctor.EngineAnswer{Kind: a.kind, Text: "x509: certificate signed by unknown authority"}
}

// That the engine does not trust the registry is said before the pull, apart from what
// the project's rules say; it is asked once for many images, and without the password.
func TestEngineTrustBeforeThePull(t *testing.T) {
	for kind, bad := range map[doctor.EngineKind]bool{doctor.EngineUntrusted: true, doctor.EnginePlain: true, doctor.EngineCannot: true, doctor.EngineTrusts: false, doctor.EngineRefused: false, doctor.EngineUnknown: false} {
		t.Run(string(kind), func(t *testing.T) {
			h := start(t, "en")
			fake := fakeharbor.New(t)
			fake.Push("library", "app", "1", fakeharbor.Image{})
			fake.Push("library", "web", "1", fakeharbor.Image{})
			fake.PushOther("library", "chart", "1", "CHART", nil)
			h.add(registry.Connection{URL: fake.URL, User: "admin"}, fakeharbor.Password)
			engine := &asked{kind: kind}
			h.engine = engine
			h.show()
			h.open("library")
			h.choose("library/chart")
			h.See("Helm chart")
			if engine.n.Load() != 0 {
				t.Error("asked for a chart")
			}
			h.choose("library/app")
			h.See("May be pulled")
			h.Until("the engine's word", func() bool { return h.p.conn.engine.answer.Kind == kind })
			h.choose("library/web")
			h.See("library/web : 1")
			h.See("May be pulled")
			if got := h.Sees("lab cannot pull from here") && h.Sees("Debug all the same"); got != bad {
				t.Errorf("said %v, want %v", got, bad)
			}
			if engine.n.Load() != 1 || engine.sent.Load() {
				t.Errorf("asked %d times, with a credential: %v", engine.n.Load(), engine.sent.Load())
			}
		})
	}
}
