package browse

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/harbor"
)

// Text is one that belongs to an artifact, cleaned of what would move a terminal's
// cursor.
type Text struct {
	Text string
	// Cut is true when there was more than is fetched.
	Cut bool
}

// The texts that Harbor gives of artifacts that are no images.
const (
	TextReadme       = "readme.md"
	TextValues       = "values.yaml"
	TextDependencies = "dependencies"
	TextLicense      = "license"
	TextFiles        = "files"
)

// Texts are all of them, in the order in which they are read.
var Texts = []string{TextReadme, TextValues, TextDependencies, TextLicense, TextFiles}

// additions are the texts that Harbor says an artifact has.
func additions(a harbor.Artifact) []string {
	var out []string
	for _, name := range Texts {
		if _, ok := a.AdditionLinks[name]; ok {
			out = append(out, name)
		}
	}
	return out
}

// Addition reads one of the texts of Detail.Additions.
func (b *Browser) Addition(ctx context.Context, full, digest, which string) (Text, error) {
	h, err := b.need(ctx, "read "+registry.Clean(which, 40)+" at")
	if err != nil {
		return Text{}, err
	}
	l, err := h.Addition(ctx, full, digest, which)
	if err != nil {
		return Text{}, err
	}
	if which == TextDependencies {
		if lines, ok := dependencies(l.Text); ok && !l.Cut {
			return Text{Text: registry.CleanLines(lines)}, nil
		}
	}
	return text(l.Text, l.Cut), nil
}

// dependencies are a chart's, one a line.
func dependencies(raw []byte) (string, bool) {
	var list []struct {
		Name       string `json:"name"`
		Version    string `json:"version"`
		Repository string `json:"repository"`
	}
	if json.Unmarshal(raw, &list) != nil {
		return "", false
	}
	name, version := 0, 0
	for i := range list {
		d := &list[i]
		// A line for each, whatever is in the names.
		d.Name, d.Version, d.Repository = registry.Clean(d.Name, 200), registry.Clean(d.Version, 100), registry.Clean(d.Repository, 400)
		name, version = max(name, len([]rune(d.Name))), max(version, len([]rune(d.Version)))
	}
	var out strings.Builder
	for _, d := range list {
		fmt.Fprintln(&out, strings.TrimRight(fmt.Sprintf("%-*s  %-*s  %s", name, d.Name, version, d.Version, d.Repository), " "))
	}
	return out.String(), true
}

// text is a text for people: JSON in one line is unfolded.
func text(raw []byte, cut bool) Text {
	if first := bytes.TrimLeft(raw, " \t\r\n"); !cut && len(first) > 0 && (first[0] == '{' || first[0] == '[') {
		var out bytes.Buffer
		if json.Indent(&out, first, "", "  ") == nil && out.Len() <= 4*harbor.MaxAddition {
			raw = out.Bytes()
		}
	}
	return Text{Text: registry.CleanLines(string(raw)), Cut: cut}
}

// Attached reads an accessory: the bill of materials that Harbor made, what else is a
// text, or what its manifest says.
func (b *Browser) Attached(ctx context.Context, full string, a Accessory) (Text, error) {
	h, err := b.s.Harbor(ctx)
	if err != nil {
		return Text{}, err
	}
	if h != nil && a.Type == harbor.AccessorySBOM && !b.s.Transport().Login().Limited() {
		l, err := h.Addition(ctx, full, a.Digest, "sbom")
		if err != nil {
			return Text{}, err
		}
		return text(l.Text, l.Cut), nil
	}
	m, err := b.s.Dist().Manifest(ctx, full, a.Digest)
	if err != nil {
		return Text{}, err
	}
	if len(m.Layers) == 1 && readable(m.Layers[0].MediaType) && m.Layers[0].Size <= harbor.MaxAddition {
		raw, err := b.s.Dist().Blob(ctx, full, m.Layers[0], harbor.MaxAddition)
		if err != nil {
			return Text{}, err
		}
		return text(raw, false), nil
	}
	return text(m.Raw, false), nil
}

// readable is a type of what people can read.
func readable(mediaType string) bool {
	t, _, _ := strings.Cut(strings.ToLower(mediaType), ";")
	t = strings.TrimSpace(t)
	return strings.HasPrefix(t, "text/") || strings.HasSuffix(t, "/json") || strings.HasSuffix(t, "+json") || strings.HasSuffix(t, "+xml") || strings.HasSuffix(t, "/xml")
}
