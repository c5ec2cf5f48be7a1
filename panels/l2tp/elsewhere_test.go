package l2tp

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"tacklebox/panels/i18n"
	"tacklebox/panels/paneltest"
	look "tacklebox/panels/theme"
	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/kit"
	"tacklebox/platform/l2tp/pc/pctest"
	"tacklebox/platform/l2tp/plan"
)

// without is a bench without the tab, as on other systems.
func without(t *testing.T, r l2tp.Report) *bench {
	t.Helper()
	b := &bench{Bench: paneltest.New(t, paneltest.Look{Variant: look.Light, Size: fyne.NewSize(880, 640)}), report: r}
	t.Cleanup(func() {
		for _, o := range b.Win.Canvas().Overlays().List() {
			b.Win.Canvas().Overlays().Remove(o)
		}
	})
	return b
}

func (b *bench) probeDeps() Deps {
	d := Deps{Do: b.Do, Home: b.T.TempDir(), Probe: b.probe}
	d.fill()
	return d
}

func TestProbeDialog(t *testing.T) {
	b := without(t, pctest.Weak())
	wait := OpenProbe(b.Win, b.probeDeps())
	b.Type(i18n.T("l2tp.server"), "no server!")
	b.enter(i18n.T("l2tp.server"))
	b.See(i18n.T("l2tp.bad_server"))
	if len(b.asked) != 0 {
		t.Fatal("asked what is no server")
	}
	b.Type(i18n.T("l2tp.server"), pctest.Server)
	b.enter(i18n.T("l2tp.server"))
	b.See(i18n.T("l2tp.find_server_weak"))
	b.Fold("Evidence")
	b.See("IKE, weak ciphers: accepts DES, MD5, group 2")
	b.Shot("probe")
	b.askErr, b.report = errors.New("no network"), l2tp.Report{}
	b.Press(i18n.T("l2tp.ask"))
	b.See(i18n.T("l2tp.ask_error", map[string]any{"Why": "no network"}))
	b.Gone(i18n.T("l2tp.find_server_weak"))
	b.Press(i18n.T("l2tp.close"))
	wait()
}

// Closing the dialog cancels what is asked.
func TestProbeDialogClosed(t *testing.T) {
	b := without(t, pctest.Weak())
	b.hold = make(chan struct{}) // never closed
	wait := OpenProbe(b.Win, b.probeDeps())
	b.Type(i18n.T("l2tp.server"), pctest.Server)
	b.enter(i18n.T("l2tp.server"))
	b.Until("asked", func() bool { b.mu.Lock(); defer b.mu.Unlock(); return len(b.asked) == 1 })
	b.Shot("probe-asking")
	b.Entry(i18n.T("l2tp.server")).TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	b.Pump()
	if b.Win.Canvas().Overlays().Top() != nil {
		t.Error("Escape does not close the dialog")
	}
	wait()
}

func TestKitDialog(t *testing.T) {
	b := without(t, pctest.Strong(true, true))
	d := b.probeDeps()
	wait := OpenKit(b.Win, d)
	b.See(i18n.T("l2tp.kit_ask_first"))
	b.Shot("kit-empty")
	b.Type(i18n.T("l2tp.server"), pctest.Server)
	b.enter(i18n.T("l2tp.server"))
	b.See(i18n.T("l2tp.op_set", map[string]any{"Name": plan.AssumeUDP, "N": "2"}))
	b.Shot("kit")
	b.Scroll(10_000)
	b.Shot("kit-end")
	b.Press(i18n.T("l2tp.write_files"))
	b.See(i18n.T("l2tp.written", map[string]any{"Folder": d.Home}))
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
	b.Press(i18n.T("l2tp.write_files"))
	b.Until("refused", func() bool { return b.Sees(filepath.Join(d.Home, "l2tp-fix.ps1")) })
	b.tick(i18n.T("l2tp.replace"))
	b.Press(i18n.T("l2tp.write_files"))
	b.See(i18n.T("l2tp.written", map[string]any{"Folder": d.Home}))
	b.Press(i18n.T("l2tp.close"))
	wait()
}

// The classic recipe needs no server: the .reg file and its undo.
func TestKitClassic(t *testing.T) {
	b := without(t, pctest.Silent())
	d := b.probeDeps()
	k := newKitView(newTalk(b.Win, d))
	b.Win.SetContent(k.probe.root)
	if k.w.Changes() != 0 || !k.save.write.Disabled() && len(k.w.Plan().Ops) > 0 {
		t.Fatalf("without evidence there are %d changes", k.w.Changes())
	}
	k.classic.check.SetChecked(true)
	b.See(i18n.T("l2tp.effect_clear"))
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
