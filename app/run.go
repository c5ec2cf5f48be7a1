//go:build cgo

package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/driver"
	"github.com/go-gl/glfw/v3.4/glfw"

	"tacklebox/panels/i18n"
	uitheme "tacklebox/panels/theme"
	"tacklebox/platform/crash"
	"tacklebox/platform/instance"
	"tacklebox/platform/paths"
	"tacklebox/platform/settings"
)

// Run opens the window and returns the process's exit code when it has ended.
// It must be called on the main goroutine.
func Run(o Options, stderr io.Writer) int {
	logs := openLog(o.DataDir, stderr, os.Getenv)
	defer logs.Close()
	if err := run(o); err != nil {
		slog.Error("window", "error", err)
		text := trouble(err, paths.LogFile(o.DataDir))
		fmt.Fprintln(stderr, text)
		showTrouble(text)
		return 1
	}
	return 0
}

// run asks a running window first: it may have a display where this start has
// none (a login by ssh, say).
func run(o Options) error {
	held, running, err := hold(o)
	if running {
		return err
	}
	if err != nil {
		// A window that others cannot find is better than none.
		slog.Warn("take one instance", "error", err)
	} else {
		defer held.Close()
	}
	if err := prepareDisplay(); err != nil {
		return err
	}
	report, err := crash.Install(paths.CrashDir(o.DataDir), crash.About{Version: o.Version})
	if err != nil {
		slog.Warn("crash reports", "error", err)
		return window(o, held)
	}
	err = window(o, held)
	// Not deferred: a panic would run that first and take its own report away.
	if closing := report.Close(); closing != nil {
		slog.Warn("crash reports", "error", closing)
	}
	return err
}

// window opens the window and runs it to its end.
func window(o Options, held *instance.Instance) error {
	store, err := settings.Open(o.DataDir)
	if err != nil {
		return err
	}
	settle := easeStart()
	set := store.Get()
	langErr := i18n.Load(set.Language)

	a := newFyneApp(o.Version)
	applyTheme(a, set)
	warm := uitheme.Warm(a)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()

	// The first title becomes the X11 class, so it is the untranslated name; the
	// language's own follows when the window exists.
	win := a.NewWindow(Name)
	<-warm // from here on text is measured
	win.SetMaster()
	tabs, endJobs := makePanels(ctx, o, store)
	s := newShell(ctx, a, win, store, o, systemServices(o), tabs)
	s.showTray = s.startSystray
	s.created = func() bool { return created(win) }
	s.whyNot = whyNoWindow
	a.Lifecycle().SetOnStarted(func() {
		s.followDock()
		s.started()
	})
	if langErr != nil {
		slog.Warn("load language", "error", langErr)
	}
	if warning := store.Warning(); warning != nil {
		s.notices.add(notice{level: "degraded", text: warning.Error()})
	}
	if !o.Minimized {
		s.raise()
		if s.failed != nil {
			return s.failed
		}
	}
	settle()
	if held != nil {
		go s.followMessages(held)
	}
	a.Run()
	cancel()
	// The window is gone: an engine that does not answer must not keep the
	// process alive for ever.
	late := time.AfterFunc(endTime, func() {
		slog.Warn("end: something did not end in time", "after", endTime)
		os.Exit(1)
	})
	defer late.Stop()
	flush, done := context.WithTimeout(context.Background(), endTime)
	defer done()
	s.end(flush)
	endJobs()
	return s.failed
}

// endTime bounds the end of the program.
const endTime = 10 * time.Second

// newFyneApp makes Fyne's application. Its ID is given as metadata only: with an
// ID of its own Fyne would make a folder for documents as well. What it keeps all
// the same are an empty preferences file and its cache of fonts.
func newFyneApp(version string) fyne.App {
	fyneapp.SetMetadata(fyne.AppMetadata{
		ID: ID, Name: Name, Version: version, Icon: appIcon(),
		// Fyne's thread checks are off in a migrated application; the smoke test
		// turns them on and reads the log.
		Migrations: map[string]bool{"fyneDo": os.Getenv(envThreadChecks) == ""},
	})
	a := fyneapp.NewWithID("")
	a.SetIcon(appIcon())
	return a
}

// created tells whether the system has made the window.
func created(win fyne.Window) bool {
	native, ok := win.(driver.NativeWindow)
	if !ok {
		return true
	}
	made := true
	native.RunNative(func(c any) {
		switch c := c.(type) {
		case driver.X11WindowContext:
			made = c.WindowHandle != 0
		case driver.WaylandWindowContext:
			made = c.WaylandSurface != 0
		case driver.WindowsWindowContext:
			made = c.HWND != 0
		case driver.MacWindowContext:
			made = c.NSWindow != 0
		}
	})
	return made
}

// notInitialized is GLFW_NOT_INITIALIZED, which the Go package keeps to itself.
const notInitialized = glfw.ErrorCode(0x00010001)

// whyNoWindow tells a display that cannot be reached from one without OpenGL.
func whyNoWindow(err error) error {
	var g *glfw.Error
	if errors.As(err, &g) && g.Code == notInitialized {
		return ErrNoDisplay
	}
	return ErrNoOpenGL
}

// trouble is the sentence for a window that cannot be opened.
func trouble(err error, log string) string {
	switch {
	case errors.Is(err, ErrNoDisplay):
		return i18n.T("trouble.display", map[string]any{"Error": err.Error()})
	case errors.Is(err, ErrNoOpenGL):
		return i18n.T("trouble.opengl", map[string]any{"Error": err.Error(), "Log": log})
	}
	return i18n.T("trouble.other", map[string]any{"Error": err.Error()})
}
