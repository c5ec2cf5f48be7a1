package fields

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/widgets"
)

// Item is something that can be ticked.
type Item struct {
	ID   string
	Text string
}

// Picker is a list of which any number is ticked, with a field to find in it when
// it is long.
type Picker struct {
	Root *fyne.Container
	// OnChanged is called when the person ticked something.
	OnChanged func()
	// OnResized is called when the list needs more or less room than before; a
	// container does not notice that by itself.
	OnResized func()

	search   *Entry
	list     *widget.List
	none     *widget.Label
	box      *fyne.Container
	most     float32 // its height
	items    []Item
	shown    []Item
	chosen   map[string]bool
	disabled bool
}

// longList is from how many items on a list has a search field.
const longList = 8

// NewPicker makes an empty list; none is shown while there is nothing to tick.
func NewPicker(search, none string, height float32) *Picker {
	p := &Picker{chosen: map[string]bool{}, none: Muted(none)}
	p.search = NewEntry(search, p.filter)
	p.list = widget.NewList(func() int { return len(p.shown) }, func() fyne.CanvasObject { return newTick() }, p.bind)
	p.list.HideSeparators = true
	p.most = height
	p.box = Tall(height, Framed(container.NewStack(p.list, p.none)))
	p.Root = container.NewBorder(p.search, nil, nil, nil, p.box)
	p.filter()
	return p
}

// tick is a row.
type tick struct {
	widget.Check
}

func newTick() *tick {
	t := &tick{}
	t.ExtendBaseWidget(t)
	return t
}

// MinSize lets a long text run out of the row instead of making the page wide.
func (t *tick) MinSize() fyne.Size {
	return fyne.NewSize(40, t.Check.MinSize().Height)
}

// Ticked is the check itself.
func (t *tick) Ticked() *widget.Check { return &t.Check }

// TypedKey leaves the window its own keys.
func (t *tick) TypedKey(k *fyne.KeyEvent) {
	if !widgets.PassKeyOn(t, k) {
		t.Check.TypedKey(k)
	}
}

func (p *Picker) bind(i int, o fyne.CanvasObject) {
	t := o.(*tick)
	if i >= len(p.shown) {
		return
	}
	item := p.shown[i]
	t.OnChanged = nil
	t.Text = item.Text
	t.SetChecked(p.chosen[item.ID])
	SetEnabled(t, !p.disabled)
	t.Refresh()
	t.OnChanged = func(on bool) {
		if on {
			p.chosen[item.ID] = true
		} else {
			delete(p.chosen, item.ID)
		}
		if p.OnChanged != nil {
			p.OnChanged()
		}
	}
}

// Set shows items of which some are ticked. The same again changes nothing.
func (p *Picker) Set(items []Item, chosen []string) {
	want := map[string]bool{}
	for _, id := range chosen {
		want[id] = true
	}
	same := slices.Equal(items, p.items) && len(want) == len(p.chosen)
	for id := range want {
		same = same && p.chosen[id]
	}
	if same {
		return
	}
	p.items, p.chosen = items, want
	p.filter()
}

// Chosen are the ticked ones in the order of the list; those that are no longer
// in it come last.
func (p *Picker) Chosen() []string {
	var out []string
	seen := map[string]bool{}
	for _, it := range p.items {
		if p.chosen[it.ID] {
			out = append(out, it.ID)
			seen[it.ID] = true
		}
	}
	var gone []string
	for id := range p.chosen {
		if !seen[id] {
			gone = append(gone, id)
		}
	}
	slices.Sort(gone)
	return append(out, gone...)
}

// Offers is whether the list has an item.
func (p *Picker) Offers(id string) bool {
	return slices.ContainsFunc(p.items, func(it Item) bool { return it.ID == id })
}

// Choose ticks as the person would.
func (p *Picker) Choose(id string, on bool) {
	if on {
		p.chosen[id] = true
	} else {
		delete(p.chosen, id)
	}
	p.list.Refresh()
	if p.OnChanged != nil {
		p.OnChanged()
	}
}

// Enable switches the list on or off.
func (p *Picker) Enable(on bool) {
	if p.disabled == !on {
		return
	}
	p.disabled = !on
	p.list.Refresh()
}

func (p *Picker) filter() {
	words := strings.Fields(strings.ToLower(p.search.Text))
	p.shown = nil
	for _, it := range p.items {
		text, all := strings.ToLower(it.Text), true
		for _, w := range words {
			all = all && strings.Contains(text, w)
		}
		if all {
			p.shown = append(p.shown, it)
		}
	}
	if p.list == nil {
		return
	}
	SetVisible(p.search, len(p.items) > longList)
	SetVisible(p.none, len(p.items) == 0)
	// A short list is only as high as it is long.
	row := newTick().MinSize().Height + theme.Padding()
	SetTall(p.box, min(p.most, (row*float32(max(len(p.items), 1))+4*theme.Padding())*13/theme.TextSize()))
	p.list.Refresh()
	if p.OnResized != nil {
		p.OnResized()
	}
}
