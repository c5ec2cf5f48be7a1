package registrytest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
)

// Image is what an image shall be.
type Image struct {
	OS, Arch string
	// Config is as in an image's configuration: Entrypoint, Cmd, Env, ...
	Config map[string]any
	Steps  []string
}

// Pushed is what came of it.
type Pushed struct {
	Digest string
	Size   int
	Type   string
	Image  Image
}

const (
	manifestType = "application/vnd.oci.image.manifest.v1+json"
	indexType    = "application/vnd.oci.image.index.v1+json"
)

// Pusher puts things into a registry as docker push would.
type Pusher struct {
	T      testing.TB
	Base   string
	CA     *CA
	Tokens *TokenServer
}

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func (p Pusher) json(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		p.T.Fatal(err)
	}
	return text
}

// blob uploads one blob and describes it.
func (p Pusher) blob(repo, kind string, content []byte) map[string]any {
	p.T.Helper()
	c := Client(p.CA)
	resp := do(p.T, c, p.Tokens, http.MethodPost, p.Base+"/v2/"+repo+"/blobs/uploads/", "", nil)
	where, err := url.Parse(resp.Header.Get("Location"))
	if err != nil {
		p.T.Fatal(err)
	}
	base, err := url.Parse(p.Base)
	if err != nil {
		p.T.Fatal(err)
	}
	where = base.ResolveReference(where)
	q := where.Query()
	q.Set("digest", digestOf(content))
	where.RawQuery = q.Encode()
	do(p.T, c, p.Tokens, http.MethodPut, where.String(), "application/octet-stream", content)
	return map[string]any{"mediaType": kind, "digest": digestOf(content), "size": len(content)}
}

// Push puts an image there; ref is a tag, or "" for its digest alone.
func (p Pusher) Push(repo, ref string, img Image) Pushed {
	p.T.Helper()
	if img.OS == "" {
		img.OS, img.Arch = "linux", "amd64"
	}
	layer := []byte("layer of " + repo + ref + img.Arch)
	history := []map[string]any{}
	for i, s := range img.Steps {
		history = append(history, map[string]any{"created": "2026-01-02T03:04:05Z", "created_by": s, "empty_layer": i > 0})
	}
	config := p.json(map[string]any{"os": img.OS, "architecture": img.Arch, "config": img.Config, "created": "2026-01-02T03:04:05Z", "history": history,
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{digestOf(layer)}}})
	manifest := p.json(map[string]any{"schemaVersion": 2, "mediaType": manifestType,
		"config": p.blob(repo, "application/vnd.oci.image.config.v1+json", config),
		"layers": []any{p.blob(repo, "application/vnd.oci.image.layer.v1.tar", layer)}})
	return p.manifest(repo, ref, manifestType, manifest, img)
}

func (p Pusher) manifest(repo, ref, kind string, text []byte, img Image) Pushed {
	p.T.Helper()
	out := Pushed{Digest: digestOf(text), Size: len(text), Type: kind, Image: img}
	if ref == "" {
		ref = out.Digest
	}
	do(p.T, Client(p.CA), p.Tokens, http.MethodPut, p.Base+"/v2/"+repo+"/manifests/"+ref, kind, text)
	return out
}

// Artifact puts something there that is no image: one layer of a type.
func (p Pusher) Artifact(repo, ref, kind string, content []byte) Pushed {
	p.T.Helper()
	const empty = "application/vnd.oci.empty.v1+json"
	text := p.json(map[string]any{"schemaVersion": 2, "mediaType": manifestType, "artifactType": kind,
		"config": p.blob(repo, empty, []byte("{}")), "layers": []any{p.blob(repo, kind, content)}})
	return p.manifest(repo, ref, manifestType, text, Image{})
}

// Index puts an index of images there.
func (p Pusher) Index(repo, ref string, images ...Pushed) Pushed {
	p.T.Helper()
	var list []map[string]any
	for _, i := range images {
		list = append(list, map[string]any{"mediaType": i.Type, "digest": i.Digest, "size": i.Size, "platform": map[string]string{"os": i.Image.OS, "architecture": i.Image.Arch}})
	}
	return p.manifest(repo, ref, indexType, p.json(map[string]any{"schemaVersion": 2, "mediaType": indexType, "manifests": list}), Image{})
}
