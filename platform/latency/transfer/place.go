package transfer

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/histogram"
	"tacklebox/platform/latency/history"
	"tacklebox/platform/latency/said"
	"tacklebox/platform/latency/service"
	"tacklebox/platform/latency/targets"
)

// Place is what an import goes into.
type Place interface {
	Targets(context.Context) ([]latency.Target, error)
	// Add keeps new targets after those there are and gives them with their IDs.
	Add(context.Context, []latency.Target) ([]latency.Target, error)
	Alerts(context.Context) (service.AlertConfig, error)
	SetAlerts(context.Context, service.AlertConfig) error
	Setting(ctx context.Context, name string) ([]byte, error)
	SaveSetting(name string, value []byte) error
	ImportRollups(ctx context.Context, target latency.TargetID, node latency.NodeID, period time.Duration, rows iter.Seq2[time.Time, *histogram.Histogram]) (int, error)
}

// OfStore is a history that nobody measures into.
func OfStore(s *history.Store) Place { return store{s} }

type store struct{ *history.Store }

func (s store) Add(ctx context.Context, list []latency.Target) ([]latency.Target, error) {
	all, err := s.Targets(ctx)
	if err != nil {
		return nil, err
	}
	list = slices.Clone(list)
	for i := range list {
		if err := ctx.Err(); err != nil {
			return list[:i], err
		}
		list[i].ID = 0
		if err := s.SaveTarget(&list[i], len(all)+i); err != nil {
			return list[:i], err
		}
	}
	return list, nil
}

// alertSetting is where the service keeps rules and channels.
const alertSetting = "alert.config"

func (s store) Alerts(ctx context.Context) (service.AlertConfig, error) {
	var c service.AlertConfig
	body, err := s.Setting(ctx, alertSetting)
	if err == nil && len(body) > 0 {
		err = json.Unmarshal(body, &c)
	}
	if err != nil {
		return c, said.New("read the alerts that are there: %v", err)
	}
	return c, nil
}

func (s store) SetAlerts(_ context.Context, c service.AlertConfig) error {
	body, err := json.Marshal(c)
	if err != nil {
		return said.New("keep alerts: %v", err)
	}
	return s.SaveSetting(alertSetting, body)
}

// Running is what measures, as service.Service.
type Running interface {
	Writer() bool
	Store() *history.Store
	Targets() []latency.Target
	Add(context.Context, []latency.Target) ([]latency.Target, error)
	Alerts() service.AlertState
	SetAlerts(context.Context, service.AlertConfig) error
}

// OfService is a history that is measured into.
func OfService(s Running) Place { return running{s.Store(), s} }

type running struct {
	*history.Store
	s Running
}

func (r running) Targets(context.Context) ([]latency.Target, error) { return r.s.Targets(), nil }
func (r running) Add(ctx context.Context, list []latency.Target) ([]latency.Target, error) {
	return r.s.Add(ctx, list)
}
func (r running) Alerts(context.Context) (service.AlertConfig, error) {
	return r.s.Alerts().AlertConfig, nil
}
func (r running) SetAlerts(ctx context.Context, c service.AlertConfig) error {
	return r.s.SetAlerts(ctx, c)
}

// FullName is the name of a target with its groups.
func FullName(t latency.Target) string {
	return strings.Join(append(slices.Clone(t.Group), t.Name), "/")
}

// identity is what makes two targets the same one for whoever adds them.
func identity(t latency.Target) string {
	return fmt.Sprintf("%q %q %q", t.Group, t.Name, targets.Spec(t))
}

// batch is how many targets are kept at a time.
const batch = 200

// Keep adds the targets that are not there yet, after those that are. Both lists
// have their IDs.
func Keep(ctx context.Context, p Place, list []latency.Target) (added, there []latency.Target, err error) {
	return keep(ctx, p, list, func(int) {})
}

func keep(ctx context.Context, p Place, list []latency.Target, progress func(int)) (added, there []latency.Target, err error) {
	fresh, there, err := sort(ctx, p, list)
	for len(fresh) > 0 && err == nil {
		if err = ctx.Err(); err != nil {
			break
		}
		n := min(batch, len(fresh))
		var done []latency.Target
		done, err = p.Add(ctx, fresh[:n])
		for _, t := range done {
			if t.ID != 0 {
				added = append(added, t)
			}
		}
		fresh = fresh[n:]
		progress(len(added))
	}
	return added, there, err
}

// sort tells the targets that would be new from those that are there; the same one
// twice is one.
func sort(ctx context.Context, p Place, list []latency.Target) (fresh, there []latency.Target, err error) {
	var all []latency.Target
	if p != nil {
		if all, err = p.Targets(ctx); err != nil {
			return nil, nil, err
		}
	}
	known := map[string]latency.Target{}
	for _, t := range all {
		known[identity(t)] = t
	}
	for _, t := range list {
		id := identity(t)
		if old, ok := known[id]; ok {
			if old.ID != 0 {
				there = append(there, old)
			}
			continue
		}
		t.ID = 0
		known[id] = t
		fresh = append(fresh, t)
	}
	return fresh, there, nil
}
