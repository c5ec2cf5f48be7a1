package registry

import (
	"context"
	"iter"
	"slices"
	"strings"

	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
	"tacklebox/platform/registry/browse"
	"tacklebox/platform/registry/harbor"
	"tacklebox/platform/registry/ops"
)

// The tabs below an artifact. Those of Harbor's texts are lowerText and the text's
// name.
const (
	lowerTags      = "tags"
	lowerPlatforms = "platforms"
	lowerCVEs      = "cves"
	lowerScanLog   = "scanlog"
	lowerEnv       = "env"
	lowerHistory   = "history"
	lowerLabels    = "labels"
	lowerAttached  = "attached"
	lowerText      = "text "
)

// makeLower makes what can stand below an artifact; arrange says what does.
func (v *imagesView) makeLower() {
	p := v.p
	v.lower = widgets.NewTabs(p.tips)
	v.tags = newTagsView(v)
	v.parts = newPartsView(v)
	v.cves = newCVEsView(v)
	v.scanLog = newLogView(p)
	v.texts = map[string]*textView{}
	v.places = map[string]*widgets.Tab{}
	add := func(t *widgets.Tab) { v.places[t.ID] = t }
	add(&widgets.Tab{ID: lowerTags, Text: i18n.T("registry.lower_tags"), Content: v.tags.root})
	add(&widgets.Tab{ID: lowerPlatforms, Text: i18n.T("registry.lower_platforms"), Content: v.parts.platforms.root})
	add(&widgets.Tab{ID: lowerCVEs, Text: i18n.T("registry.lower_cves"), Content: v.cves.root})
	add(&widgets.Tab{ID: lowerScanLog, Text: i18n.T("registry.lower_scan_log"), Content: v.scanLog.root})
	add(&widgets.Tab{ID: lowerEnv, Text: i18n.T("registry.lower_env"), Content: v.parts.env.root})
	add(&widgets.Tab{ID: lowerHistory, Text: i18n.T("registry.lower_history"), Content: v.parts.history.root})
	add(&widgets.Tab{ID: lowerLabels, Text: i18n.T("registry.lower_labels"), Content: v.parts.labels.root})
	add(&widgets.Tab{ID: lowerAttached, Text: i18n.T("registry.lower_attached"), Content: v.parts.attachedSplit})
	for _, name := range browse.Texts {
		v.texts[name] = newTextView(p, "")
		add(&widgets.Tab{ID: lowerText + name, Text: additionWord(name), Content: v.texts[name].root})
	}
	v.lower.OnSelected = func(id string) {
		if v.arranging {
			return
		}
		p.memory.Lower = id
		p.remember()
		v.lowerShown()
	}
	v.arrange()
}

// lowerIDs are the tabs that say something about what is in front: an image has
// platforms and variables, a chart has its texts.
func (v *imagesView) lowerIDs() []string {
	d := v.detail
	if d != nil && !d.Runs() && len(d.Children) == 0 {
		ids := []string{lowerTags}
		for _, name := range d.Additions {
			if v.places[lowerText+name] != nil {
				ids = append(ids, lowerText+name)
			}
		}
		return append(ids, lowerLabels, lowerAttached)
	}
	ids := []string{lowerTags, lowerPlatforms, lowerCVEs}
	if v.scanned() {
		ids = append(ids, lowerScanLog)
	}
	return append(ids, lowerEnv, lowerHistory, lowerLabels, lowerAttached)
}

// scanned is whether a scanner wrote something about the image in front.
func (v *imagesView) scanned() bool {
	return v.p.conn != nil && v.p.conn.client != nil && (v.cves.scanning || v.detail != nil && v.detail.Scan != nil)
}

// arrange shows the tabs that there are, and the one in front that the person chose
// last, as far as there is such a one.
func (v *imagesView) arrange() {
	ids := v.lowerIDs()
	if v.reading && len(v.lower.IDs()) > 0 {
		return // nothing jumps while another one is read
	}
	want := v.p.memory.Lower
	if !slices.Contains(ids, want) {
		want = lowerTags
	}
	if slices.Equal(v.lower.IDs(), ids) && v.lower.Selected() == want {
		return
	}
	v.arranging = true
	for _, id := range v.lower.IDs() {
		if !slices.Contains(ids, id) {
			v.lower.Remove(id)
		}
	}
	for i, id := range ids {
		if !slices.Contains(v.lower.IDs(), id) {
			v.lower.Insert(i, v.places[id])
		}
	}
	v.lower.Select(want)
	v.arranging = false
	v.lowerShown()
}

// lowerShown reads what the tab in front needs.
func (v *imagesView) lowerShown() {
	at := v.lower.Selected()
	if at != lowerScanLog || !v.visible {
		v.scanLog.halt()
	}
	if !v.visible || v.detail == nil {
		return
	}
	full, digest := v.full, v.detail.Digest
	switch name, isText := strings.CutPrefix(at, lowerText); {
	case at == lowerCVEs:
		v.cves.read()
	case at == lowerScanLog && v.scanned():
		// Each scan that is started here has a log of its own.
		v.scanLog.follow(digest+strings.Repeat("+", v.scans), i18n.T("registry.lower_scan_log"), func(ctx context.Context, c *harbor.Client) iter.Seq[ops.Chunk] {
			return ops.FollowScan(ctx, c, full, digest)
		})
	case isText && v.texts[name] != nil:
		v.texts[name].read(digest, func(ctx context.Context, b *browse.Browser) (browse.Text, error) {
			return b.Addition(ctx, full, digest, name)
		})
	}
}

// haltTexts breaks off what is read below.
func (v *imagesView) haltTexts() {
	v.scanLog.halt()
	v.parts.text.halt()
	for _, t := range v.texts {
		t.halt()
	}
}

// resetTexts forgets what belonged to another artifact.
func (v *imagesView) resetTexts() {
	v.scanLog.reset()
	v.parts.text.reset()
	v.parts.attached.list.Select("", false)
	for _, t := range v.texts {
		t.reset()
	}
}
