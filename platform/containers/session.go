package containers

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"slices"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"

	"tacklebox/platform/containers/launch"
)

// Session is a running debug container that Tacklebox launched.
type Session struct {
	ContainerID string
	Name        string
	Spec        launch.Spec // as launched
	Warnings    []string    // from the engine
	Info        SessionInfo

	watch *exitWatch // nil when this process did not launch it
}

// Sessions lists the debug containers that Tacklebox made, newest first, ours
// and those of other users, hosts and data folders. Probe containers that a
// killed process left behind are removed on the way.
func (e *Engine) Sessions(ctx context.Context) ([]Container, error) {
	sessions, probes, err := e.marked(ctx)
	if err != nil {
		return nil, err
	}
	e.sweep(ctx, probes)
	return sessions, nil
}

// marked lists what carries our labels: sessions, and probe containers.
func (e *Engine) marked(ctx context.Context) (sessions, probes []Container, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	rows, err := e.api.ContainerList(ctx, container.ListOptions{All: true, Filters: filters.NewArgs(filters.Arg("label", LabelKind))})
	if err != nil {
		return nil, nil, wrap("list sessions of", e.ep.Title(), err)
	}
	for _, row := range rows {
		c := e.containerOf(row)
		switch {
		case c.Session == nil:
		case row.Labels[LabelKind] == KindDebug:
			sessions = append(sessions, c)
		case row.Labels[LabelKind] == KindProbe:
			probes = append(probes, c)
		}
	}
	slices.SortStableFunc(sessions, func(a, b Container) int { return b.Created.Compare(a.Created) })
	return sessions, probes, nil
}

// labels are the marks of a container that we make.
func (e *Engine) labels(kind, session, source string, now time.Time) map[string]string {
	labels := map[string]string{
		LabelKind:    kind,
		LabelSession: session,
		LabelUser:    e.opts.User,
		LabelHost:    e.opts.Host,
		LabelDataDir: e.opts.DataDir,
		LabelCreated: now.UTC().Format(time.RFC3339),
		LabelSource:  source,
		LabelVersion: e.opts.AppVersion,
	}
	return labels
}

// newID is a name that nobody else takes; crypto/rand never fails.
func newID(bytes int) string {
	id := make([]byte, bytes)
	_, _ = rand.Read(id)
	return hex.EncodeToString(id)
}
