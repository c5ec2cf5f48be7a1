package widgets

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/i18n"
	"tacklebox/platform/clipboard"
	"tacklebox/platform/terminal"
)

const (
	// clipboardLimit is how long reading the clipboard may take: its owner may hang.
	clipboardLimit = 500 * time.Millisecond
	// maxPaste bounds what is pasted at once.
	maxPaste = 1 << 20
)

// showMenu shows what can be done with the terminal, at a point of the window.
func (t *Terminal) showMenu(at, local fyne.Position) {
	c := fyne.CurrentApp().Driver().CanvasForObject(t)
	if c == nil {
		return
	}
	widget.ShowPopUpMenuAtPosition(t.menu(local), c, at)
}

// menu is the context menu over a point of the terminal.
func (t *Terminal) menu(local fyne.Position) *fyne.Menu {
	item := func(text string, enabled bool, do func()) *fyne.MenuItem {
		i := fyne.NewMenuItem(text, do)
		i.Disabled = !enabled
		return i
	}
	items := []*fyne.MenuItem{}
	_, cell := t.posAt(local)
	if link, ok := t.screen.LinkAt(cell); ok {
		items = append(items,
			item(i18n.T("terminal.open_link"), true, func() { t.askLink(link) }),
			item(i18n.T("terminal.copy_link"), true, func() { fyne.CurrentApp().Clipboard().SetContent(link.URL) }),
			fyne.NewMenuItemSeparator())
	}
	record := i18n.T("terminal.record")
	if t.Recording() {
		record = i18n.T("terminal.record_stop")
	}
	items = append(items,
		item(i18n.T("terminal.copy"), t.screen.HasSelection(), func() { t.CopySelection() }),
		item(i18n.T("terminal.paste"), t.Connected(), t.PasteClipboard),
		item(i18n.T("terminal.select_all"), true, func() { t.screen.SelectAll(); t.repaint() }),
		fyne.NewMenuItemSeparator(),
		item(i18n.T("terminal.find_menu"), true, t.Find),
		item(i18n.T("terminal.save"), true, t.askSave),
		item(record, true, t.toggleRecording),
		item(i18n.T("terminal.clear"), true, t.Clear),
	)
	return fyne.NewMenu("", items...)
}

// window is the window the terminal is in; nil when it is in none.
func (t *Terminal) window() fyne.Window {
	c := fyne.CurrentApp().Driver().CanvasForObject(t)
	for _, w := range fyne.CurrentApp().Driver().AllWindows() {
		if w.Canvas() == c {
			return w
		}
	}
	return nil
}

// PasteClipboard pastes what is in the clipboard, asking first when the program
// would run it line by line.
func (t *Terminal) PasteClipboard() {
	if t.o.ReadClipboard == nil {
		t.askPaste(fyne.CurrentApp().Clipboard().Content())
		return
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), clipboardLimit)
		defer cancel()
		text, err := t.o.ReadClipboard(ctx)
		switch {
		case err == nil:
			fyne.Do(func() { t.askPaste(text) })
		case errors.Is(err, errors.ErrUnsupported), errors.Is(err, clipboard.ErrTooLarge):
			// No way of our own here, or an owner that answers: the window's read
			// does not hang on it.
			fyne.Do(func() { t.askPaste(fyne.CurrentApp().Clipboard().Content()) })
		}
	}()
}

// askPaste pastes text. Several lines at a prompt that does not know about pasting
// are commands that run at once: the person sees them first.
func (t *Terminal) askPaste(text string) {
	if len(text) > maxPaste {
		text = strings.ToValidUTF8(text[:maxPaste], "")
	}
	lines := strings.Count(strings.TrimRight(text, "\r\n"), "\n") + 1
	w := t.window()
	if w == nil || t.screen.Modes().BracketedPaste || !strings.ContainsAny(text, "\r\n") {
		t.Paste(text)
		return
	}
	preview := widget.NewLabel(cut(text, 600))
	preview.TextStyle.Monospace = true
	preview.Wrapping = fyne.TextWrapBreak
	content := container.NewBorder(
		widget.NewLabel(i18n.N("terminal.paste_lines", lines)), nil, nil, nil, container.NewVScroll(preview))
	d := dialog.NewCustomConfirm(i18n.T("terminal.paste_title"), i18n.T("terminal.paste"), i18n.T("terminal.cancel"), content,
		func(ok bool) {
			if ok {
				t.Paste(text)
			}
			w.Canvas().Focus(t)
		}, w)
	d.Resize(fyne.NewSize(520, 300))
	d.Show()
}

// cut shortens a text to n characters.
func cut(text string, n int) string {
	r := []rune(text)
	if len(r) <= n {
		return text
	}
	return string(r[:n]) + "…"
}

// askClipboard asks whether a program may put text into the clipboard.
func (t *Terminal) askClipboard(text string) {
	w := t.window()
	if w == nil || !t.focused {
		return // only a program the person is looking at may ask
	}
	label := widget.NewLabel(i18n.T("terminal.clipboard_wants", map[string]any{"Text": cut(text, 300)}))
	label.Wrapping = fyne.TextWrapBreak
	d := dialog.NewCustomConfirm(i18n.T("terminal.clipboard_title"), i18n.T("terminal.allow"), i18n.T("terminal.refuse"),
		container.NewVScroll(label), func(ok bool) {
			if ok {
				fyne.CurrentApp().Clipboard().SetContent(text)
			}
			w.Canvas().Focus(t)
		}, w)
	d.Resize(fyne.NewSize(460, 220))
	d.Show()
}

// askLink opens a link in the browser; where the text shown is not the address,
// the person sees the address first.
func (t *Terminal) askLink(link terminal.LinkSpan) {
	if !terminal.SafeURL(link.URL) {
		return
	}
	u, err := url.Parse(link.URL)
	if err != nil {
		return
	}
	w := t.window()
	if !link.Explicit || link.Text == link.URL || w == nil {
		t.openURL(u)
		return
	}
	label := widget.NewLabel(i18n.T("terminal.link_goes_to", map[string]any{"Text": cut(link.Text, 100), "Host": u.Host, "URL": cut(link.URL, 300)}))
	label.Wrapping = fyne.TextWrapBreak
	d := dialog.NewCustomConfirm(i18n.T("terminal.link_title"), i18n.T("terminal.open_link"), i18n.T("terminal.cancel"),
		container.NewVScroll(label), func(ok bool) {
			if ok {
				t.openURL(u)
			}
			w.Canvas().Focus(t)
		}, w)
	d.Resize(fyne.NewSize(460, 220))
	d.Show()
}

func (t *Terminal) openURL(u *url.URL) {
	if t.o.OpenURL != nil {
		t.o.OpenURL(u)
		return
	}
	if err := fyne.CurrentApp().OpenURL(u); err != nil {
		t.showError(err)
	}
}

func (t *Terminal) showError(err error) {
	if w := t.window(); w != nil {
		dialog.ShowError(err, w)
	}
}

// askSave asks for a file and writes the scrollback to it.
func (t *Terminal) askSave() {
	w := t.window()
	if w == nil {
		return
	}
	d := dialog.NewFileSave(func(f fyne.URIWriteCloser, err error) {
		if err != nil {
			t.showError(err)
			return
		}
		if f == nil {
			return
		}
		go func() {
			err := t.SaveText(f)
			if closing := f.Close(); err == nil && closing != nil {
				err = fmt.Errorf("save the text of the terminal: %w", closing)
			}
			if err != nil {
				fyne.Do(func() { t.showError(err) })
			}
		}()
	}, w)
	d.SetFileName("terminal.txt")
	d.Show()
}

// toggleRecording starts a recording into a file the person chooses, or ends it.
func (t *Terminal) toggleRecording() {
	if t.Recording() {
		t.endRecording()
		return
	}
	w := t.window()
	if w == nil {
		return
	}
	d := dialog.NewFileSave(func(f fyne.URIWriteCloser, err error) {
		if err != nil {
			t.showError(err)
			return
		}
		if f == nil {
			return
		}
		if err := t.StartRecording(f); err != nil {
			_ = f.Close()
			t.showError(err)
			return
		}
		t.recFile = f
	}, w)
	d.SetFileName("terminal.cast")
	d.Show()
}

func (t *Terminal) endRecording() {
	err := t.StopRecording()
	f := t.recFile
	t.recFile = nil
	if f != nil {
		if closing := f.Close(); err == nil && closing != nil {
			err = fmt.Errorf("save the recording of the terminal: %w", closing)
		}
	}
	if err != nil {
		t.showError(err)
	}
}
