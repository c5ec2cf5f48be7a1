package l2tp

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	"go.uber.org/goleak"

	"tacklebox/panels/i18n"
	look "tacklebox/panels/theme"
	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/kit"
	"tacklebox/platform/l2tp/pc/pctest"
	"tacklebox/platform/l2tp/plan"
)

// without is a bench without the tab, as on other systems.
func without(t *testing.T, r l2tp.Report) *bench {
	t.Helper()
	leaks := goleak.IgnoreCurrent()
	app := test.NewTempApp(t)
	app.Settings().SetTheme(look.New(look.Options{Variant: look.Light}))
	if err := i18n.Load(i18n.English); err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, report: r, more: make(chan struct{}, 1)}
	b.win = test.NewTempWindow(t, widget.NewLabel(""))
	b.win.SetPadded(false)
	b.win.Resize(fyne.NewSize(880, 640))
	t.Cleanup(func() {
		for _, o := range b.win.Canvas().Overlays().List() {
			b.win.Canvas().Overlays().Remove(o)
		}
		b.pump()
		goleak.VerifyNone(t, leaks)
	})
	return b
}

func (b *bench) probeDeps() Deps {
	d := Deps{Do: b.do, Home: b.t.TempDir(), Probe: b.probe}
	d.fill()
	return d
}

func TestProbeDialog(t *testing.T) {
	b := without(t, pctest.Weak())
	wait := OpenProbe(b.win, b.probeDeps())
	b.typeIn(i18n.T("l2tp.server"), "no server!")
	b.enter(i18n.T("l2tp.server"))
	b.see(i18n.T("l2tp.bad_server"))
	if len(b.asked) != 0 {
		t.Fatal("asked what is no server")
	}
	b.typeIn(i18n.T("l2tp.server"), pctest.Server)
	b.enter(i18n.T("l2tp.server"))
	b.see(i18n.T("l2tp.find_server_weak"))
	b.fold("Evidence")
	b.see("IKE, weak ciphers: accepts DES, MD5, group 2")
	b.shot("probe")
	b.askErr, b.report = errors.New("no network"), l2tp.Report{}
	b.press(i18n.T("l2tp.ask"))
	b.see(i18n.T("l2tp.ask_error", map[string]any{"Why": "no network"}))
	b.gone(i18n.T("l2tp.find_server_weak"))
	b.press(i18n.T("l2tp.close"))
	wait()
}

// Closing the dialog cancels what is asked.
func TestProbeDialogClosed(t *testing.T) {
	b := without(t, pctest.Weak())
	b.hold = make(chan struct{}) // never closed
	wait := OpenProbe(b.win, b.probeDeps())
	b.typeIn(i18n.T("l2tp.server"), pctest.Server)
	b.enter(i18n.T("l2tp.server"))
	b.until("asked", func() bool { b.mu.Lock(); defer b.mu.Unlock(); return len(b.asked) == 1 })
	b.shot("probe-asking")
	b.entry(i18n.T("l2tp.server")).TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	b.pump()
	if b.win.Canvas().Overlays().Top() != nil {
		t.Error("Escape does not close the dialog")
	}
	wait()
}

func TestKitDialog(t *testing.T) {
	b := without(t, pctest.Strong(true, true))
	d := b.probeDeps()
	wait := OpenKit(b.win, d)
	b.see(i18n.T("l2tp.kit_ask_first"))
	b.shot("kit-empty")
	b.typeIn(i18n.T("l2tp.server"), pctest.Server)
	b.enter(i18n.T("l2tp.server"))
	b.see(i18n.T("l2tp.op_set", map[string]any{"Name": plan.AssumeUDP, "N": "2"}))
	b.shot("kit")
	b.scroll(10_000)
	b.shot("kit-end")
	b.press(i18n.T("l2tp.write_files"))
	b.see(i18n.T("l2tp.written", map[string]any{"Folder": d.Home}))
	for _, name := range []string{"l2tp-fix.ps1", "l2tp-fix.cmd", "l2tp-undo.cmd"} {
		if _, err := os.Stat(filepath.Join(d.Home, name)); err != nil {
			t.Error(err)
		}
	}
	script, err := os.ReadFile(filepath.Join(d.Home, "l2tp-fix.ps1"))
	if err != nil || !strings.Contains(string(script), "'"+pctest.Server+"'") {
		t.Errorf("%v: the script does not make the connection", err)
	}
	// What is there is not written over without a tick.
	b.press(i18n.T("l2tp.write_files"))
	b.until("refused", func() bool { return b.sees(filepath.Join(d.Home, "l2tp-fix.ps1")) })
	b.tick(i18n.T("l2tp.replace"))
	b.press(i18n.T("l2tp.write_files"))
	b.see(i18n.T("l2tp.written", map[string]any{"Folder": d.Home}))
	b.press(i18n.T("l2tp.close"))
	wait()
}

// The classic recipe needs no server: the .reg file and its undo.
func TestKitClassic(t *testing.T) {
	b := without(t, pctest.Silent())
	d := b.probeDeps()
	k := newKitView(newTalk(b.win, d))
	b.win.SetContent(k.probe.root)
	if k.w.Changes() != 0 || !k.save.write.Disabled() && len(k.w.Plan().Ops) > 0 {
		t.Fatalf("without evidence there are %d changes", k.w.Changes())
	}
	k.classic.check.SetChecked(true)
	b.see(i18n.T("l2tp.effect_clear"))
	files, err := kitFiles(k.w.Plan(), kit.FormatReg)
	if err != nil || len(files) != 2 || files[0].name != "l2tp-fix.reg" || files[1].name != "l2tp-undo.reg" {
		t.Fatalf("%v, %v", files, err)
	}
	if err := writeFiles(d.Home, files, false); err != nil {
		t.Fatal(err)
	}
	if err := writeFiles(d.Home, files, false); !errors.Is(err, os.ErrExist) {
		t.Errorf("written over: %v", err)
	}
	k.probe.ask.stop()
	if context.Cause(k.probe.t.ctx) != nil {
		t.Error("it ended by itself")
	}
	k.probe.t.close()
	k.probe.t.jobs.Wait()
}
