package fakeharbor

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// Image is what an image shall be.
type Image struct {
	OS, Arch, Variant string
	// Config is as in an image's configuration: Entrypoint, Cmd, Env, User, ...
	Config map[string]any
	// Steps are the build's.
	Steps []string
}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func (h *Harbor) blob(v any) (digest string, text []byte) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	digest = digestOf(text)
	h.blobs[digest] = text
	return digest, text
}

// Repository makes one, or gives the one there is.
func (h *Harbor) Repository(project, name string) *Repository {
	h.Lock()
	defer h.Unlock()
	return h.repository(project, name)
}

func (h *Harbor) repository(project, name string) *Repository {
	p := h.byName(project)
	if p == nil {
		panic("fakeharbor: no project " + project)
	}
	if p.byName[name] == nil {
		r := &Repository{Name: name, Updated: time.Now()}
		p.Repos = append(p.Repos, r)
		p.byName[name] = r
	}
	return p.byName[name]
}

// Push puts an image there under a tag ("" for none), as docker push would.
func (h *Harbor) Push(project, name, tag string, img Image) *Artifact {
	h.Lock()
	defer h.Unlock()
	if img.OS == "" {
		img.OS, img.Arch = "linux", "amd64"
	}
	steps, history := []map[string]any{}, []map[string]any{}
	for i, s := range img.Steps {
		step := map[string]any{"created": "2026-01-02T03:04:05Z", "created_by": s}
		if i > 0 {
			step["empty_layer"] = true
		}
		steps = append(steps, step)
		history = append(history, step)
	}
	layerDigest := digestOf([]byte(project + name + tag + img.Arch))
	h.blobs[layerDigest] = []byte(project + name + tag + img.Arch)
	config, configText := h.blob(map[string]any{"architecture": img.Arch, "os": img.OS, "variant": img.Variant, "config": img.Config, "created": "2026-01-02T03:04:05Z",
		"history": steps, "rootfs": map[string]any{"type": "layers", "diff_ids": []string{layerDigest}}})
	const manifestType = "application/vnd.oci.image.manifest.v1+json"
	digest, text := h.blob(map[string]any{"schemaVersion": 2, "mediaType": manifestType,
		"config": map[string]any{"mediaType": "application/vnd.oci.image.config.v1+json", "digest": config, "size": len(configText)},
		"layers": []map[string]any{{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": layerDigest, "size": len(h.blobs[layerDigest])}}})
	a := &Artifact{Digest: digest, Type: "IMAGE", MediaType: "application/vnd.oci.image.config.v1+json", ManifestType: manifestType, Size: int64(1000 + len(text)),
		Config: img.Config, Extra: map[string]any{"os": img.OS, "architecture": img.Arch, "created": "2026-01-02T03:04:05Z", "author": ""}, History: history, Manifest: text}
	return h.put(project, name, tag, a)
}

// PushIndex puts an index of images there.
func (h *Harbor) PushIndex(project, name, tag string, children ...*Artifact) *Artifact {
	h.Lock()
	defer h.Unlock()
	const indexType = "application/vnd.oci.image.index.v1+json"
	a := &Artifact{Type: "IMAGE", MediaType: indexType, ManifestType: indexType}
	list := []map[string]any{}
	for _, c := range children {
		os, arch := fmt.Sprint(c.Extra["os"]), fmt.Sprint(c.Extra["architecture"])
		a.Children = append(a.Children, Child{Digest: c.Digest, OS: os, Arch: arch})
		a.Size += c.Size
		list = append(list, map[string]any{"mediaType": c.ManifestType, "digest": c.Digest, "size": len(c.Manifest), "platform": map[string]string{"os": os, "architecture": arch}})
	}
	a.Digest, a.Manifest = h.blob(map[string]any{"schemaVersion": 2, "mediaType": indexType, "manifests": list})
	return h.put(project, name, tag, a)
}

// PushOther puts an artifact there that is no image, such as a chart.
func (h *Harbor) PushOther(project, name, tag, kind string, extra map[string]any) *Artifact {
	h.Lock()
	defer h.Unlock()
	const manifestType = "application/vnd.oci.image.manifest.v1+json"
	a := &Artifact{Type: kind, MediaType: "application/vnd.cncf.helm.config.v1+json", ManifestType: manifestType, Extra: extra, Size: 4096}
	a.Digest, a.Manifest = h.blob(map[string]any{"schemaVersion": 2, "mediaType": manifestType, "artifactType": a.MediaType,
		"config": map[string]any{"mediaType": a.MediaType, "digest": digestOf([]byte("{}")), "size": 2}, "name": kind + name + tag, "annotations": map[string]string{"of": fmt.Sprint(extra["of"])}})
	h.blobs[digestOf([]byte("{}"))] = []byte("{}")
	return h.put(project, name, tag, a)
}

// Attach puts a bill of materials there that belongs to another artifact.
func (h *Harbor) Attach(project, name string, to *Artifact, bill string) *Artifact {
	b := h.PushOther(project, name, "", "SBOM", map[string]any{"of": to.Digest})
	h.Lock()
	defer h.Unlock()
	b.Attached, b.Size, b.Additions = true, int64(len(bill)), map[string]string{"sbom": bill}
	to.Accessories = append(to.Accessories, map[string]any{"type": "sbom.harbor", "digest": b.Digest, "size": b.Size})
	return b
}

func (h *Harbor) put(project, name, tag string, a *Artifact) *Artifact {
	r := h.repository(project, name)
	if old := r.find(a.Digest); old != nil {
		a = old
	} else {
		r.Artifacts = append(r.Artifacts, a)
	}
	if tag != "" {
		for _, other := range r.Artifacts {
			for i, t := range other.Tags {
				if t == tag {
					other.Tags = append(other.Tags[:i:i], other.Tags[i+1:]...)
					break
				}
			}
		}
		a.Tags = append(a.Tags, tag)
	}
	return a
}

// Fill makes so many projects with so many repositories in all, without
// artifacts in them.
func (h *Harbor) Fill(projects, repositories int) {
	for i := range projects {
		p := h.AddProject(fmt.Sprintf("team-%03d", i), true)
		h.Lock()
		for j := i; j < repositories; j += projects {
			r := &Repository{Name: fmt.Sprintf("group-%02d/service-%05d", j%37, j), Updated: time.Now(), Pulls: int64(j)}
			p.Repos = append(p.Repos, r)
			p.byName[r.Name] = r
		}
		h.Unlock()
	}
}
