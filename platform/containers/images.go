package containers

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/image"

	"tacklebox/platform/containers/launch"
)

// Images lists the images the engine has, newest first.
func (e *Engine) Images(ctx context.Context) ([]Image, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	rows, err := e.api.ImageList(ctx, image.ListOptions{})
	if err != nil {
		return nil, wrap("list images of", e.ep.Title(), err)
	}
	images := make([]Image, 0, len(rows))
	for _, row := range rows {
		images = append(images, imageOf(row))
	}
	slices.SortStableFunc(images, func(a, b Image) int {
		return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(a.ID, b.ID))
	})
	return images, nil
}

func imageOf(row image.Summary) Image {
	i := Image{
		ID:      row.ID,
		Tags:    named(row.RepoTags),
		Digests: named(row.RepoDigests),
		Size:    max(row.Size, 0),
		Created: time.Unix(row.Created, 0),
	}
	return i
}

// named drops the "<none>:<none>" that older engines list for no name.
func named(refs []string) []string {
	var kept []string
	for _, ref := range refs {
		if ref != "" && !strings.Contains(ref, "<none>") {
			kept = append(kept, ref)
		}
	}
	return kept
}

// Image looks up one image by reference or ID. The error's cause is CauseNoImage
// when the engine does not have it.
func (e *Engine) Image(ctx context.Context, ref string) (ImageDetail, error) {
	const op = "look up image"
	if err := checkReference(op, ref); err != nil {
		return ImageDetail{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	found, err := e.api.ImageInspect(ctx, ref)
	if err != nil {
		err = wrap(op, ref, err)
		if own, ok := err.(*Error); ok && own.Cause == CauseGone {
			own.Cause, own.Hint = CauseNoImage, "pull it, or check the name"
		}
		return ImageDetail{}, err
	}
	return imageDetail(found), nil
}

// imageDetail takes what matters out of an inspect. An imported image may have
// no configuration at all.
func imageDetail(in image.InspectResponse) ImageDetail {
	d := ImageDetail{
		Image: Image{
			ID: in.ID, Tags: named(in.RepoTags), Digests: named(in.RepoDigests), Size: max(in.Size, 0),
			Platform: platformName(in.Os, in.Architecture, in.Variant),
		},
		OS: in.Os, Arch: in.Architecture, Layers: len(in.RootFS.Layers), Author: in.Author,
	}
	if created, err := time.Parse(time.RFC3339Nano, in.Created); err == nil {
		d.Created = created
	}
	c := in.Config
	if c == nil {
		return d
	}
	d.Command = launch.Command{Entrypoint: c.Entrypoint, Cmd: c.Cmd, User: c.User, WorkDir: c.WorkingDir}
	for _, entry := range c.Env {
		name, value, _ := strings.Cut(entry, "=")
		d.Env = append(d.Env, launch.EnvVar{Name: name, Value: value, Secret: launch.LooksSecret(name, value)})
	}
	d.Volumes = sortedKeys(c.Volumes)
	d.Ports = sortedKeys(c.ExposedPorts)
	if c.Healthcheck != nil {
		d.Healthcheck = c.Healthcheck.Test
	}
	d.StopSignal = c.StopSignal
	d.Labels = c.Labels
	return d
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func platformName(os, arch, variant string) string {
	switch {
	case os == "" || arch == "":
		return ""
	case variant != "":
		return os + "/" + arch + "/" + variant
	}
	return os + "/" + arch
}

// checkReference refuses what is no image reference or ID before it becomes part
// of a request's path.
func checkReference(op, ref string) error {
	if _, err := reference.ParseAnyReference(ref); err != nil {
		return &Error{Op: op, Object: printable(ref, 200), Cause: CauseBadReference, Err: plain(err), Hint: "references look like host/name:tag"}
	}
	return nil
}
