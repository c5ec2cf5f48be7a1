package containers

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
)

// The labels by which Tacklebox knows its containers again.
const (
	LabelKind    = "tacklebox.kind" // KindDebug or KindProbe
	LabelSession = "tacklebox.session"
	LabelUser    = "tacklebox.user"
	LabelHost    = "tacklebox.host"
	LabelDataDir = "tacklebox.datadir"
	LabelCreated = "tacklebox.created" // RFC 3339
	LabelSource  = "tacklebox.source"
	LabelVersion = "tacklebox.version"

	KindDebug = "debug"
	KindProbe = "probe"
)

// Containers lists every container of the engine, running or not, newest first.
func (e *Engine) Containers(ctx context.Context) ([]Container, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	rows, err := e.api.ContainerList(ctx, container.ListOptions{All: true})
	if err != nil {
		return nil, wrap("list containers of", e.ep.Title(), err)
	}
	list := make([]Container, 0, len(rows))
	for _, row := range rows {
		list = append(list, e.containerOf(row))
	}
	slices.SortStableFunc(list, func(a, b Container) int {
		return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(a.ID, b.ID))
	})
	e.fillExitCodes(ctx, list)
	return list, nil
}

func (e *Engine) containerOf(row container.Summary) Container {
	c := Container{
		ID:      row.ID,
		Name:    ownName(row.Names),
		Image:   row.Image,
		ImageID: row.ImageID,
		State:   strings.ToLower(row.State),
		Status:  row.Status,
		Created: time.Unix(row.Created, 0),
		Command: row.Command,
		Session: e.sessionOf(row.Labels),
	}
	if c.State == "stopped" { // Podman's word
		c.State = "exited"
	}
	c.ExitCode, _ = exitCodeOf(row.Status)
	return c
}

// ownName picks the container's own name: links add "/other/alias".
func ownName(names []string) string {
	for _, name := range names {
		name = strings.TrimPrefix(name, "/")
		if name != "" && !strings.Contains(name, "/") {
			return name
		}
	}
	return ""
}

// sessionOf reads our labels; nil when the container is not ours.
func (e *Engine) sessionOf(labels map[string]string) *SessionInfo {
	if labels[LabelKind] == "" || labels[LabelSession] == "" {
		return nil
	}
	s := &SessionInfo{
		Session: labels[LabelSession],
		User:    labels[LabelUser],
		Host:    labels[LabelHost],
		DataDir: labels[LabelDataDir],
		Source:  labels[LabelSource],
	}
	if created, err := time.Parse(time.RFC3339, labels[LabelCreated]); err == nil {
		s.Created = created
	}
	s.Mine = s.User == e.opts.User && s.Host == e.opts.Host && s.DataDir == e.opts.DataDir
	return s
}
