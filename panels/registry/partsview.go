package registry

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"tacklebox/panels/format"
	"tacklebox/panels/i18n"
	look "tacklebox/panels/theme"
	"tacklebox/platform/registry"
	"tacklebox/platform/registry/browse"
)

// partsView are the lists below an artifact that come with it.
type partsView struct {
	v                                         *imagesView
	platforms, env, history, labels, attached *table
	text                                      *textView // of what is attached
	attachedSplit                             *container.Split
}

func newPartsView(v *imagesView) *partsView {
	tips := v.p.tips
	s := &partsView{v: v}
	s.platforms = newTable(tips, false,
		column{title: i18n.T("registry.col_platform")},
		column{title: i18n.T("registry.col_size"), chars: 9, right: true, mono: true, drop: 2},
		column{title: i18n.T("registry.col_digest"), chars: 20, mono: true, drop: 1})
	s.platforms.list.OnSelected = v.showPlatform
	s.env = newTable(tips, false, column{title: i18n.T("registry.col_name"), chars: 26, mono: true}, column{title: i18n.T("registry.col_value"), mono: true})
	s.history = newTable(tips, false, column{title: "#", chars: 3, right: true, mono: true}, column{title: i18n.T("registry.col_step"), mono: true}, column{title: i18n.T("registry.col_when"), chars: 12, right: true, drop: 1})
	s.labels = newTable(tips, false, column{title: i18n.T("registry.col_name"), chars: 34, mono: true}, column{title: i18n.T("registry.col_value"), mono: true})
	s.attached = newTable(tips, false, column{title: i18n.T("registry.col_kind")}, column{title: i18n.T("registry.col_size"), chars: 9, right: true, mono: true, drop: 2},
		column{title: i18n.T("registry.col_digest"), chars: 20, mono: true, drop: 1})
	s.text = newTextView(v.p, i18n.T("registry.attached_choose"))
	s.attachedSplit = container.NewVSplit(s.attached.root, s.text.root)
	s.attachedSplit.SetOffset(0.35)
	s.attached.list.OnSelected = s.open
	for name, t := range map[string]*table{"platforms": s.platforms, "env": s.env, "history": s.history, "labels": s.labels, "attached": s.attached} {
		t.kept(v.p, name)
	}
	for _, t := range []*table{s.env, s.labels, s.history, s.attached} {
		t.list.OnActivated = func(key string) { v.p.copyLine(t, key) }
	}
	return s
}

// open reads what is attached.
func (s *partsView) open(key string) {
	d := s.v.detail
	if d == nil {
		return
	}
	full := s.v.full
	for _, a := range d.Accessories {
		if a.Digest == key {
			s.text.read(key, func(ctx context.Context, b *browse.Browser) (browse.Text, error) { return b.Attached(ctx, full, a) })
			return
		}
	}
}

// copyLine copies what a row says.
func (p *Panel) copyLine(t *table, key string) {
	for i := range t.Len() {
		if l := t.at(i); l.key == key {
			p.copy(l.tip)
			return
		}
	}
}

// apply fills the lists.
func (s *partsView) apply(d *browse.Detail) {
	if d == nil {
		d = &browse.Detail{}
	}
	s.platforms.set(platformLines(d))
	s.platforms.list.Select(d.Platform, false)
	s.env.set(envLines(d.Masked()))
	s.history.set(s.historyLines(d.Hide().History))
	s.labels.set(labelLines(d))
	s.attached.set(attachedLines(d.Accessories))
}

func platformLines(d *browse.Detail) []line {
	var out []line
	for _, c := range d.Children {
		if c.Platform == "" {
			continue
		}
		out = append(out, line{key: c.Platform, by: map[int]float64{1: float64(c.Size)}, tip: c.Digest, cells: []cell{{clean(c.Platform), theme.ColorNameForeground}, {sizeOrDash(c.Size), look.Muted}, {shortDigest(c.Digest), look.Muted}}})
	}
	return unique(out)
}

// unique numbers rows that have the same key: servers send what they like.
func unique(lines []line) []line {
	seen := map[string]int{}
	for i := range lines {
		n := seen[lines[i].key]
		seen[lines[i].key]++
		if n > 0 {
			lines[i].key += "#" + strconv.Itoa(n)
		}
	}
	return lines
}

// envLines are names and values; what looks like a secret is masked already.
func envLines(env []string) []line {
	var out []line
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		out = append(out, line{key: name, tip: registry.Clean(e, 2000), cells: []cell{{clean(name), theme.ColorNameForeground}, {clean(value), theme.ColorNameForeground}}})
	}
	return unique(out)
}

func (s *partsView) historyLines(steps []browse.Step) []line {
	var out []line
	for i, x := range steps {
		text := clean(strings.TrimSpace(x.Text))
		text = strings.TrimPrefix(strings.TrimPrefix(text, "/bin/sh -c #(nop) "), "/bin/sh -c ")
		colour := theme.ColorNameForeground
		if x.Empty {
			colour = look.Muted
		}
		out = append(out, line{key: strconv.Itoa(i), by: map[int]float64{0: float64(i), 2: ageKey(x.Created)}, tip: registry.Clean(x.Text, 2000), cells: []cell{{strconv.Itoa(i + 1), look.Muted}, {strings.TrimSpace(text), colour}, {format.Age(x.Created, s.v.p.deps.Now()), look.Muted}}})
	}
	return out
}

// labelLines are Harbor's labels, those of the image, and the annotations.
func labelLines(d *browse.Detail) []line {
	var out []line
	for _, l := range d.Marks {
		out = append(out, line{key: "mark " + l.Name, tip: registry.Clean(l.Name, 400), cells: []cell{{i18n.T("registry.mark"), look.Muted}, {clean(l.Name), theme.ColorNameForeground}}})
	}
	for _, m := range []map[string]string{d.Labels, d.Annotations} {
		for _, name := range slices.Sorted(maps.Keys(m)) {
			out = append(out, line{key: name, tip: registry.Clean(name+"="+m[name], 2000), cells: []cell{{clean(name), theme.ColorNameForeground}, {clean(m[name]), theme.ColorNameForeground}}})
		}
	}
	return unique(out)
}

func attachedLines(all []browse.Accessory) []line {
	var out []line
	for _, a := range all {
		word := clean(a.Type)
		switch a.Type {
		case "signature.cosign":
			word = i18n.T("registry.attached_cosign")
		case "signature.notation":
			word = i18n.T("registry.attached_notation")
		case "sbom.harbor":
			word = i18n.T("registry.attached_sbom")
		}
		out = append(out, line{key: a.Digest, by: map[int]float64{1: float64(a.Size)}, tip: fmt.Sprintf("%s\n%s", registry.Clean(a.Type, 200), a.Digest), cells: []cell{{word, theme.ColorNameForeground}, {sizeOrDash(a.Size), look.Muted}, {shortDigest(a.Digest), look.Muted}}})
	}
	return unique(out)
}
