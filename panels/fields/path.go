package fields

import (
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/theme"

	"tacklebox/panels/widgets"
)

// Path is a file or folder that is typed or chosen.
type Path struct {
	*Entry
	Root fyne.CanvasObject
	// OnChosen is called after a file or folder was chosen in a dialog.
	OnChosen func()
}

// Browse is a button beside the path that opens a dialog of Fyne's.
type Browse struct {
	Icon fyne.Resource
	Tip  string
	// Folder chooses a folder. With File the name stays and only its folder changes:
	// Fyne's dialog for saving would empty the file before anybody has asked.
	Folder, File bool
}

// NewPath makes one.
func NewPath(win func() fyne.Window, tips *widgets.Tips, hint string, changed func(), browse ...Browse) *Path {
	p := &Path{Entry: NewEntry(hint, changed)}
	buttons := container.NewHBox()
	for _, b := range browse {
		buttons.Add(widgets.NewIconButton(b.Icon, b.Tip, tips, func() { p.browse(win(), b) }))
	}
	p.Root = container.NewBorder(nil, nil, nil, buttons, p.Entry)
	return p
}

// OpenFile and OpenFolder are the usual icons.
func OpenFile() fyne.Resource { return theme.DocumentIcon() }

// OpenFolder is the icon for folders.
func OpenFolder() fyne.Resource { return theme.FolderOpenIcon() }

func (p *Path) chosen(path string) {
	p.SetText(path)
	if p.OnChosen != nil {
		p.OnChosen()
	}
}

func (p *Path) browse(win fyne.Window, b Browse) {
	at := func(d interface{ SetLocation(fyne.ListableURI) }) {
		dir := p.Text
		if dir == "" || !filepath.IsAbs(dir) {
			return
		}
		for _, try := range []string{dir, filepath.Dir(dir)} {
			if l, err := storage.ListerForURI(storage.NewFileURI(try)); err == nil {
				d.SetLocation(l)
				return
			}
		}
	}
	size := win.Canvas().Size()
	size = fyne.NewSize(max(size.Width-60, 200), max(size.Height-60, 200))
	if b.Folder || b.File {
		d := dialog.NewFolderOpen(func(l fyne.ListableURI, err error) {
			if err != nil || l == nil {
				return
			}
			path := l.Path()
			if name := filepath.Base(p.Text); b.File && p.Text != "" {
				path = filepath.Join(path, name)
			}
			p.chosen(path)
		}, win)
		at(d)
		d.Show() // has to come first: Fyne 2.8.1 cannot resize one that was never shown
		d.Resize(size)
		return
	}
	d := dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) {
		if err != nil || r == nil {
			return
		}
		_ = r.Close()
		p.chosen(r.URI().Path())
	}, win)
	at(d)
	d.Show()
	d.Resize(size)
}
