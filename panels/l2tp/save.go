package l2tp

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/widgets"
	"tacklebox/platform/l2tp/kit"
	"tacklebox/platform/l2tp/plan"
)

// file is one file to be written.
type file struct {
	name    string
	content []byte
}

// kitFiles are the files of a plan in a format, with what takes them back.
func kitFiles(p plan.Plan, f kit.Format) ([]file, error) {
	if f == kit.FormatReg {
		do, err := kit.Reg(p, false)
		if err != nil {
			return nil, err
		}
		undo, err := kit.Reg(p, true)
		if err != nil {
			return nil, err
		}
		return []file{{"l2tp-fix.reg", do}, {"l2tp-undo.reg", undo}}, nil
	}
	script, err := kit.Script(p, false)
	if err != nil {
		return nil, err
	}
	do, err := kit.Starter("l2tp-fix.ps1", false)
	if err != nil {
		return nil, err
	}
	undo, err := kit.Starter("l2tp-fix.ps1", true)
	if err != nil {
		return nil, err
	}
	return []file{{"l2tp-fix.ps1", script}, {"l2tp-fix.cmd", do}, {"l2tp-undo.cmd", undo}}, nil
}

// writeFiles writes all or says why not; files that are there stay unless replace.
func writeFiles(dir string, files []file, replace bool) error {
	if !replace {
		for _, f := range files {
			if _, err := os.Lstat(filepath.Join(dir, f.name)); err == nil {
				return fmt.Errorf("%q: %w", filepath.Join(dir, f.name), fs.ErrExist)
			}
		}
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	if !replace {
		flags = os.O_WRONLY | os.O_CREATE | os.O_EXCL
	}
	for _, f := range files {
		out, err := os.OpenFile(filepath.Join(dir, f.name), flags, 0o644)
		if err != nil {
			return err
		}
		_, err = out.Write(f.content)
		if err := errors.Join(err, out.Close()); err != nil {
			return fmt.Errorf("write %q: %w", out.Name(), err)
		}
	}
	return nil
}

// saver asks for a folder and writes files there.
type saver struct {
	deps    Deps
	root    *fyne.Container
	dir     *fields.Path
	dirBox  *fields.Field
	replace *widget.Check
	names   *widget.Label
	done    *widget.Label
	write   *widgets.Button
	files   func() ([]file, error)
}

// newSaver makes one; files says what is to be written now.
func newSaver(win fyne.Window, d Deps, tips *widgets.Tips, files func() ([]file, error)) *saver {
	s := &saver{deps: d, files: files}
	s.dir = fields.NewPath(func() fyne.Window { return win }, tips, "", s.apply, fields.Browse{Icon: fields.OpenFolder(), Tip: i18n.T("l2tp.folder"), Folder: true})
	s.dir.SetText(d.Home)
	s.dirBox = fields.New(i18n.T("l2tp.folder"), s.dir.Root)
	s.replace = widget.NewCheck(i18n.T("l2tp.replace"), nil)
	s.replace.Hide()
	s.names, s.done = raw(""), sentence("")
	s.write = widgets.NewButton(i18n.T("l2tp.write_files"), s.save)
	s.write.Icon = theme.DocumentSaveIcon()
	s.write.Importance = widget.HighImportance
	s.root = widgets.NewColumn(s.dirBox.Box, s.names, s.replace, inset(widgets.NewFlow(s.write)), s.done)
	s.apply()
	return s
}

// apply shows what would be written.
func (s *saver) apply() {
	if s.write == nil {
		return
	}
	files, err := s.files()
	text := ""
	for _, f := range files {
		text += f.name + "\n"
	}
	if n := len(text); n > 0 {
		text = text[:n-1]
	}
	fields.SetVisible(s.names, text != "")
	s.names.SetText(text)
	fields.SetEnabled(s.write, err == nil && filepath.IsAbs(s.dir.Text))
	switch {
	case errors.Is(err, kit.ErrNothing):
		fields.Tell(s.done, i18n.T("l2tp.kit_nothing"), widget.LowImportance)
	case err != nil:
		fields.Tell(s.done, err.Error(), widget.DangerImportance)
	default:
		fields.Tell(s.done, "", widget.LowImportance)
	}
	s.root.Refresh()
}

// save writes the files away from Fyne's goroutine: a folder may be slow.
func (s *saver) save() {
	files, err := s.files()
	if err != nil {
		s.apply()
		return
	}
	dir, replace := s.dir.Text, s.replace.Checked
	s.write.Disable()
	go func() {
		err := writeFiles(dir, files, replace)
		s.deps.Do(func() {
			s.write.Enable()
			switch {
			case err == nil:
				fields.Tell(s.done, i18n.T("l2tp.written", map[string]any{"Folder": dir}), widget.SuccessImportance)
			case errors.Is(err, fs.ErrExist):
				s.replace.Show()
				fields.Tell(s.done, i18n.T("l2tp.exists", map[string]any{"Why": err.Error()}), widget.WarningImportance)
			default:
				fields.Tell(s.done, i18n.T("l2tp.not_written", map[string]any{"Why": err.Error()}), widget.DangerImportance)
			}
			s.root.Refresh()
		})
	}()
}

// newFormat is the choice of what kind of files a plan becomes.
func newFormat(changed func()) *fields.Choice[kit.Format] {
	return fields.NewChoice([]fields.Option[kit.Format]{
		{Value: kit.FormatScript, Text: i18n.T("l2tp.format_ps1")}, {Value: kit.FormatReg, Text: i18n.T("l2tp.format_reg")}}, changed)
}

// OpenSave shows a dialog that writes a plan as files, with their undo.
func OpenSave(win fyne.Window, d Deps, p plan.Plan) {
	d.fill()
	tips := widgets.NewTips(d.Do)
	var s *saver
	format := newFormat(func() { s.apply() })
	s = newSaver(win, d, tips, func() ([]file, error) { return kitFiles(p, format.Value()) })
	body := scrolled(fields.Muted(i18n.T("l2tp.kit_about")), fields.New(i18n.T("l2tp.format"), format.Select).Box, s.root)
	openDialog(win, i18n.T("l2tp.save_files"), container.NewStack(body, tips), fyne.NewSize(600, 380), tips.Clear)
}

// openSaveText shows a dialog that writes a text.
func openSaveText(win fyne.Window, d Deps, name, text string) {
	tips := widgets.NewTips(d.Do)
	s := newSaver(win, d, tips, func() ([]file, error) { return []file{{name, []byte(text)}}, nil })
	openDialog(win, i18n.T("l2tp.save_file"), container.NewStack(scrolled(s.root), tips), fyne.NewSize(560, 260), tips.Clear)
}

// openDialog shows content in a dialog that is no larger than the window.
func openDialog(win fyne.Window, title string, content fyne.CanvasObject, size fyne.Size, closed func()) dialog.Dialog {
	d := dialog.NewCustom(title, i18n.T("l2tp.close"), content, win)
	d.SetOnClosed(closed)
	scale := theme.TextSize() / 13
	room := win.Canvas().Size()
	d.Resize(fyne.NewSize(min(size.Width*scale, room.Width-20), min(size.Height*scale, room.Height-20)))
	d.Show()
	return d
}
