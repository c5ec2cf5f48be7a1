package alerts

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	model "tacklebox/platform/latency"
	"tacklebox/platform/latency/service"
)

// gatewaysView says which targets others are reached through.
type gatewaysView struct {
	p    *page
	list *fields.Picker
	root fyne.CanvasObject
}

func newGatewaysView(p *page) *gatewaysView {
	v := &gatewaysView{p: p}
	v.list = fields.NewPicker(i18n.T("latency.search"), i18n.T("latency.alerts_no_targets"), 300)
	v.list.OnChanged = v.changed
	v.root = fields.Page(fields.Muted(i18n.T("latency.alerts_gateways_hint")), v.list.Root)
	v.list.OnResized = v.root.Refresh
	return v
}

func (v *gatewaysView) apply() {
	var items []fields.Item
	for _, t := range v.p.targets {
		items = append(items, fields.Item{ID: targetID(t.ID), Text: fullName(t)})
	}
	var chosen []string
	for _, id := range v.p.state.Gateways {
		if _, there := v.p.byID[id]; there {
			chosen = append(chosen, targetID(id))
		}
	}
	v.list.Set(items, chosen)
	v.list.Enable(v.p.writer)
}

func (v *gatewaysView) changed() {
	var ids []model.TargetID
	for _, id := range v.list.Chosen() {
		ids = append(ids, targetOf(id))
	}
	slices.Sort(ids)
	v.p.change(func(_ context.Context, c *service.AlertConfig) error { c.Gateways = ids; return nil }, func(err error) {
		if err != nil {
			v.apply()
		}
	})
}
