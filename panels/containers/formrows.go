package containers

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/containers/model"
	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
	"tacklebox/platform/containers/launch"
)

// enterEntry is a field in which Enter launches.
type enterEntry struct{ widget.Entry }

func newEnterEntry(enter func()) *enterEntry {
	e := &enterEntry{}
	e.ExtendBaseWidget(e)
	e.OnSubmitted = func(string) { enter() }
	return e
}

// TypedKey leaves the window its own keys.
func (e *enterEntry) TypedKey(k *fyne.KeyEvent) {
	if !widgets.PassKeyOn(e, k) {
		e.Entry.TypedKey(k)
	}
}

// TypedShortcut leaves the window its own keys.
func (e *enterEntry) TypedShortcut(s fyne.Shortcut) {
	e.Entry.TypedShortcut(s)
	widgets.PassOn(e, s)
}

// shellEntry is the field of the shell with a choice of usual ones.
type shellEntry struct{ widget.SelectEntry }

func newShellEntry() *shellEntry {
	e := &shellEntry{}
	e.ExtendBaseWidget(e)
	e.Wrapping = fyne.TextWrap(fyne.TextTruncateClip)
	e.SetOptions(commonShells)
	return e
}

// TypedShortcut leaves the window its own keys.
func (e *shellEntry) TypedShortcut(s fyne.Shortcut) {
	e.SelectEntry.TypedShortcut(s)
	widgets.PassOn(e, s)
}

// rowEditor is a list of rows that can be added and removed.
type rowEditor struct {
	p    *Panel
	add  fyne.CanvasObject // beside the heading
	rows *fyne.Container
	make func(i int) fyne.CanvasObject
	// onSet is called when there are more or fewer rows.
	onSet func()
}

func newRowEditor(p *Panel, add string, row func(i int) fyne.CanvasObject, onAdd func()) *rowEditor {
	r := &rowEditor{p: p, rows: container.NewVBox(), make: row}
	plus := widgets.NewFlatButton(add, theme.ContentAddIcon(), func() {
		onAdd()
		n := len(r.rows.Objects)
		r.set(n + 1)
		// The cursor goes where the person wants to type.
		if e := firstEntry(r.rows.Objects[n]); e != nil {
			p.host.Window().Canvas().Focus(e)
		}
	})
	r.add = plus
	return r
}

// firstEntry finds the first text field in o.
func firstEntry(o fyne.CanvasObject) fyne.Focusable {
	switch x := o.(type) {
	case *enterEntry:
		return x
	case *fyne.Container:
		for _, c := range x.Objects {
			if f := firstEntry(c); f != nil {
				return f
			}
		}
	}
	return nil
}

// set shows n rows, filled from the draft.
func (r *rowEditor) set(n int) {
	r.rows.Objects = nil
	for i := range n {
		r.rows.Objects = append(r.rows.Objects, r.make(i))
	}
	r.rows.Refresh()
	if r.onSet != nil {
		r.onSet()
	}
}

// removable puts a cross behind a row.
func (f *formView) removable(o fyne.CanvasObject, remove func(*model.Form)) fyne.CanvasObject {
	cross := widgets.NewIconButton(theme.ContentRemoveIcon(), i18n.T("containers.remove_row"), f.v.p.tips, func() {
		f.change(remove)
		f.fill()
	})
	return container.NewBorder(nil, nil, nil, cross, o)
}

func without[T any](list []T, i int) []T {
	if i >= len(list) {
		return list
	}
	return append(append([]T{}, list[:i]...), list[i+1:]...)
}

// argumentRow is one argument, exactly as the process gets it.
func (f *formView) argumentRow(i int) fyne.CanvasObject {
	e := newEnterEntry(func() { f.v.launch() })
	e.TextStyle.Monospace = true
	e.SetText(f.v.d.form.Command[i])
	if i == 0 {
		e.SetPlaceHolder(i18n.T("containers.program_hint"))
	}
	e.OnChanged = func(s string) { f.change(func(m *model.Form) { m.Command[i] = s }) }
	return f.removable(e, func(m *model.Form) { m.Command = without(m.Command, i) })
}

// envRow is a variable; a secret's value is masked until it is revealed.
func (f *formView) envRow(i int) fyne.CanvasObject {
	row := f.v.d.form.Env[i]
	name := newEnterEntry(func() { f.v.launch() })
	name.SetPlaceHolder(i18n.T("containers.env_name"))
	name.SetText(row.Name)
	value := newEnterEntry(func() { f.v.launch() })
	value.SetPlaceHolder(i18n.T("containers.env_value"))
	value.Password = row.IsSecret() && !f.v.d.reveal
	value.SetText(row.Value)
	mask := func() {
		secret := f.v.d.form.Env[i].IsSecret() && !f.v.d.reveal
		if value.Password != secret {
			value.Password = secret
			value.Refresh()
			f.reveal.Show()
		}
	}
	name.OnChanged = func(s string) { f.change(func(m *model.Form) { m.Env[i].Name = s }); mask() }
	value.OnChanged = func(s string) { f.change(func(m *model.Form) { m.Env[i].Value = s }) }
	return f.removable(container.New(&shareLayout{left: 0.4}, name, value), func(m *model.Form) { m.Env = without(m.Env, i) })
}

// mountRow is a mount: kind, source, target and whether it is read-only.
func (f *formView) mountRow(i int) fyne.CanvasObject {
	row := f.v.d.form.Mounts[i]
	kinds := []launch.MountKind{launch.MountBind, launch.MountVolume, launch.MountTmpfs}
	words := []string{i18n.T("containers.mount_bind"), i18n.T("containers.mount_volume"), i18n.T("containers.mount_tmpfs")}
	source := newEnterEntry(func() { f.v.launch() })
	target := newEnterEntry(func() { f.v.launch() })
	kind := widget.NewSelect(words, nil)
	for k, x := range kinds {
		if x == row.Kind {
			kind.SetSelected(words[k])
		}
	}
	source.SetText(row.Source)
	source.SetPlaceHolder(i18n.T("containers.mount_source"))
	target.SetText(row.Target)
	target.SetPlaceHolder(i18n.T("containers.mount_target"))
	ro := widget.NewCheck("ro", nil)
	ro.Checked = row.ReadOnly
	if row.Kind == launch.MountTmpfs {
		source.Disable()
	}
	kind.OnChanged = func(w string) {
		for k, x := range words {
			if x == w {
				f.change(func(m *model.Form) { m.Mounts[i].Kind = kinds[k] })
				if kinds[k] == launch.MountTmpfs {
					source.Disable()
				} else {
					source.Enable()
				}
			}
		}
	}
	source.OnChanged = func(s string) { f.change(func(m *model.Form) { m.Mounts[i].Source = s }) }
	target.OnChanged = func(s string) { f.change(func(m *model.Form) { m.Mounts[i].Target = s }) }
	ro.OnChanged = func(on bool) { f.change(func(m *model.Form) { m.Mounts[i].ReadOnly = on }) }
	return f.removable(container.NewBorder(nil, nil, kind, ro, container.New(&shareLayout{left: 0.5}, source, target)),
		func(m *model.Form) { m.Mounts = without(m.Mounts, i) })
}

// portRow is a published port as the docker command line writes it.
func (f *formView) portRow(i int) fyne.CanvasObject {
	e := newEnterEntry(func() { f.v.launch() })
	e.SetPlaceHolder("127.0.0.1:8080:80/tcp")
	e.SetText(f.v.d.form.Ports[i])
	e.OnChanged = func(s string) { f.change(func(m *model.Form) { m.Ports[i] = s }) }
	return f.removable(e, func(m *model.Form) { m.Ports = without(m.Ports, i) })
}

// lineLayout is a caption of a fixed width, a field, and an error below the field.
type lineLayout struct{}

func (lineLayout) caption() float32 { return 130 * theme.TextSize() / 13 }

func (l lineLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	h := o[1].MinSize().Height
	if o[2].Visible() {
		h += o[2].MinSize().Height
	}
	return fyne.NewSize(l.caption()+90, h)
}

func (l lineLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	h := o[1].MinSize().Height
	o[0].Resize(fyne.NewSize(l.caption()-6, h))
	o[1].Move(fyne.NewPos(l.caption(), 0))
	o[1].Resize(fyne.NewSize(s.Width-l.caption(), h))
	o[2].Move(fyne.NewPos(l.caption(), h))
	o[2].Resize(fyne.NewSize(s.Width-l.caption(), s.Height-h))
}

// formLayout is one column of lines, or two where there is room.
type formLayout struct{ cols int }

func (l *formLayout) rows(objs []fyne.CanvasObject, cols int) (heights []float32) {
	for i := 0; i < len(objs); i += cols {
		var h float32
		for _, o := range objs[i:min(i+cols, len(objs))] {
			h = max(h, o.MinSize().Height)
		}
		heights = append(heights, h)
	}
	return heights
}

func (l *formLayout) MinSize(objs []fyne.CanvasObject) fyne.Size {
	var w, h float32
	for _, o := range objs {
		w = max(w, o.MinSize().Width)
	}
	for _, x := range l.rows(objs, max(1, l.cols)) {
		h += x + theme.Padding()
	}
	return fyne.NewSize(w, h)
}

func (l *formLayout) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	l.cols = 1
	if s.Width > 640*theme.TextSize()/13 {
		l.cols = 2
	}
	gap := float32(16)
	w := (s.Width - gap*float32(l.cols-1)) / float32(l.cols)
	y := float32(0)
	for r, h := range l.rows(objs, l.cols) {
		for c := range l.cols {
			if i := r*l.cols + c; i < len(objs) {
				objs[i].Move(fyne.NewPos(float32(c)*(w+gap), y))
				objs[i].Resize(fyne.NewSize(w, h))
			}
		}
		y += h + theme.Padding()
	}
}
