package browse

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/dist"
	"tacklebox/platform/registry/harbor"
)

// Inspect reads what a tag or digest of a repository would run on a platform
// ("os/architecture[/variant]", "" for the one of this machine's engines, or the
// only one there is). Nothing is pulled.
func (b *Browser) Inspect(ctx context.Context, full, ref, want string) (Detail, error) {
	exact := want != ""
	if !exact {
		want = "linux/" + runtime.GOARCH
	}
	h, err := b.s.Harbor(ctx)
	if err != nil {
		return Detail{}, err
	}
	if h != nil && !b.s.Transport().Login().Limited() {
		d, err := b.inspectHarbor(ctx, h, full, ref, want, exact)
		if registry.CauseOf(err) != registry.CauseForbidden {
			return d, err
		}
		// A robot that may pull and not look: the distribution API has it too.
		if through, distErr := b.inspectDist(ctx, full, ref, want, exact); distErr == nil {
			through.Notes = append(through.Notes, err.Error())
			return through, nil
		}
		return d, err
	}
	return b.inspectDist(ctx, full, ref, want, exact)
}

// name is a reference with the host, as docker pull takes it.
func (b *Browser) name(full, ref string) string {
	return b.s.Connection.Host() + "/" + dist.Reference(full, ref)
}

func (b *Browser) inspectHarbor(ctx context.Context, h *harbor.Client, full, ref, want string, exact bool) (Detail, error) {
	with := harbor.With{Scan: true, Accessories: true, Labels: true}
	top, err := h.Artifact(ctx, full, ref, with)
	if err != nil {
		return Detail{}, err
	}
	d := Detail{Reference: b.name(full, ref), Repository: full, Type: top.Type, MediaType: top.MediaType, Digest: top.Digest, Size: top.Size, Pushed: top.Pushed.Time, Pulled: top.Pulled.Time,
		Children: children(top), Accessories: accessories(top), Marks: labels(top), Scan: scan(top), Annotations: top.Annotations, Additions: additions(top)}
	for _, t := range top.Tags {
		d.Tags = append(d.Tags, t.Name)
	}
	a := top
	if len(top.References) > 0 {
		child, err := choose(d.Children, want, exact)
		if err != nil {
			return d, registry.Explain("read", d.Reference, err)
		}
		d.Index = top.Digest
		if a, err = h.Artifact(ctx, full, child.Digest, harbor.With{Scan: true, Accessories: true}); err != nil {
			return d, err
		}
		d.Digest, d.Size, d.MediaType = child.Digest, a.Size, a.MediaType
		if s := scan(a); s != nil {
			d.Scan = s
		}
		d.Platform = child.Platform
	}
	if d.Platform == "" {
		d.Platform = platform(a.Extra.OS, a.Extra.Architecture, a.Extra.Variant)
	}
	c := a.Extra.Config
	d.Created, d.Author = a.Extra.Created.Time, registry.Clean(a.Extra.Author, 200)
	d.Entrypoint, d.Cmd, d.Env, d.User, d.WorkDir, d.Labels = c.Entrypoint, c.Cmd, c.Env, c.User, c.WorkingDir, c.Labels
	d.Ports = slices.Sorted(maps.Keys(c.Ports))
	if a.Type != "IMAGE" {
		d.Type = a.Type
		if x := a.Extra; a.Type == "CHART" {
			d.Chart = &Chart{Name: x.Name, Version: x.Version, AppVersion: x.AppVersion, Description: x.Description}
		}
		return d, nil
	}
	steps, err := h.BuildHistory(ctx, full, d.Digest)
	if err != nil {
		d.Notes = append(d.Notes, err.Error())
	}
	for _, s := range steps {
		d.History = append(d.History, Step{Created: s.Created.Time, Text: s.CreatedBy, Comment: s.Comment, Empty: s.Empty})
	}
	return d, nil
}

func (b *Browser) inspectDist(ctx context.Context, full, ref, want string, exact bool) (Detail, error) {
	c := b.s.Dist()
	m, err := c.Manifest(ctx, full, ref)
	if err != nil {
		return Detail{}, err
	}
	d := Detail{Reference: b.name(full, ref), Repository: full, Digest: m.Digest, MediaType: m.MediaType, Type: kindOf(m), Size: m.Size(), Annotations: m.Annotations}
	if !strings.Contains(ref, ":") {
		d.Tags = []string{ref}
	}
	if m.Index() {
		for _, x := range m.Children {
			d.Children = append(d.Children, Child{Digest: x.Digest.String(), Platform: descriptorPlatform(x), Size: x.Size})
		}
		child, err := choose(d.Children, want, exact)
		if err != nil {
			return d, registry.Explain("read", d.Reference, err)
		}
		if m, err = c.Manifest(ctx, full, child.Digest); err != nil {
			return d, err
		}
		d.Index, d.Digest, d.MediaType, d.Size, d.Platform = d.Digest, child.Digest, m.MediaType, m.Size(), child.Platform
		d.Type = kindOf(m)
	}
	if d.Type != "IMAGE" {
		return d, nil
	}
	img, err := c.Config(ctx, full, m.Config)
	if err != nil {
		return d, err
	}
	d.Accessories = b.referrers(ctx, full, d.Digest, d.Index)
	if d.Platform == "" {
		d.Platform = platform(img.OS, img.Architecture, img.Variant)
	}
	if img.Created != nil {
		d.Created = *img.Created
	}
	d.Author = registry.Clean(img.Author, 200)
	d.Entrypoint, d.Cmd, d.Env, d.User, d.WorkDir, d.Labels = img.Config.Entrypoint, img.Config.Cmd, img.Config.Env, img.Config.User, img.Config.WorkingDir, img.Config.Labels
	d.Ports = slices.Sorted(maps.Keys(img.Config.ExposedPorts))
	for _, s := range img.History {
		step := Step{Text: s.CreatedBy, Comment: s.Comment, Empty: s.EmptyLayer}
		if s.Created != nil {
			step.Created = *s.Created
		}
		d.History = append(d.History, step)
	}
	return d, nil
}

// referrers are the signatures and the like of an image or its index. Many
// registries know of none, in many ways: what cannot be had is left out.
func (b *Browser) referrers(ctx context.Context, full string, digests ...string) []Accessory {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	var out []Accessory
	for _, digest := range digests {
		if digest == "" {
			continue
		}
		found, err := b.s.Dist().Referrers(ctx, full, digest)
		if err != nil {
			continue
		}
		for _, f := range found {
			kind := f.ArtifactType
			if kind == "" {
				kind = f.MediaType
			}
			if len(out) < 100 {
				out = append(out, Accessory{Type: kind, Digest: f.Digest.String(), Size: f.Size})
			}
		}
	}
	return out
}

// kindOf says in Harbor's words what a manifest is.
func kindOf(m dist.Manifest) string {
	if m.Index() {
		return "IMAGE"
	}
	switch m.Config.MediaType {
	case ocispec.MediaTypeImageConfig, "application/vnd.docker.container.image.v1+json":
		if m.ArtifactType == "" {
			return "IMAGE"
		}
	case "application/vnd.cncf.helm.config.v1+json":
		return "CHART"
	}
	kind := m.ArtifactType
	if kind == "" {
		kind = m.Config.MediaType
	}
	// "application/vnd.acme.rocket.config.v1+json" is a ROCKET, as Harbor has it.
	kind = strings.TrimPrefix(strings.TrimPrefix(kind, "application/"), "vnd.")
	parts := strings.Split(kind, ".")
	if len(parts) > 1 && parts[1] != "" {
		return strings.ToUpper(registry.Clean(parts[1], 40))
	}
	return "UNKNOWN"
}

func descriptorPlatform(d ocispec.Descriptor) string {
	if d.Platform == nil {
		return ""
	}
	return platform(d.Platform.OS, d.Platform.Architecture, d.Platform.Variant)
}

// choose finds the child for a platform. A variant that is not asked for does not
// matter, and one that is asked for need not be named by the only child.
func choose(all []Child, want string, exact bool) (Child, error) {
	var named []Child
	for _, c := range all {
		if c.Platform != "" {
			named = append(named, c)
		}
	}
	for _, fits := range []func(string) bool{
		func(p string) bool { return p == want },
		func(p string) bool { return strings.HasPrefix(p, want+"/") },
		func(p string) bool { return strings.HasPrefix(want, p+"/") },
	} {
		for _, c := range named {
			if fits(c.Platform) {
				return c, nil
			}
		}
	}
	if len(named) == 1 && !exact {
		return named[0], nil
	}
	var have []string
	for _, c := range named {
		have = append(have, registry.Clean(c.Platform, 60))
	}
	if len(have) == 0 {
		return Child{}, &registry.Error{Cause: registry.CauseNotFound, Err: errors.New("the index has no image for any platform")}
	}
	return Child{}, &registry.Error{Cause: registry.CauseNotFound, Err: fmt.Errorf("there is none for %s, only for %s", registry.Clean(want, 60), strings.Join(have[:min(len(have), 12)], ", ")), Hint: "choose one of these platforms"}
}

// Masked is the environment with what looks like a secret hidden.
func (d Detail) Masked() []string {
	out := make([]string, len(d.Env))
	for i, e := range d.Env {
		out[i] = registry.MaskEnv(e)
	}
	return out
}

// Hide is the detail with what looks like a secret hidden: in the environment,
// and in the steps of the build.
func (d Detail) Hide() Detail {
	env := d.Env
	d.Env = d.Masked()
	steps := make([]Step, len(d.History))
	for i, s := range d.History {
		s.Text = registry.HideValues(registry.MaskText(s.Text), env)
		steps[i] = s
	}
	d.History = steps
	return d
}
