package app

import (
	"io"
	"log"
	"log/slog"

	"gopkg.in/natefinch/lumberjack.v2"

	"tacklebox/platform/paths"
)

// The environment's switches for the log.
const (
	envDebug        = "TACKLEBOX_DEBUG"         // everything, and on stderr too
	envThreadChecks = "TACKLEBOX_THREAD_CHECKS" // Fyne's own, which only log
)

// openLog sends the program's log, and what Fyne writes through the standard
// one, to a rotated file, with either switch set to stderr as well. It is closed
// at the end.
func openLog(dataDir string, stderr io.Writer, getenv func(string) string) io.Closer {
	file := &lumberjack.Logger{Filename: paths.LogFile(dataDir), MaxSize: 2 /* MB */, MaxBackups: 3}
	level := slog.LevelInfo
	if getenv(envDebug) != "" {
		level = slog.LevelDebug
	}
	var out io.Writer = file
	if getenv(envDebug) != "" || getenv(envThreadChecks) != "" {
		out = tee{file, stderr}
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: level})))
	// slog's bridge would write a Fyne error of three lines as one quoted line.
	log.SetOutput(out)
	log.SetFlags(log.LstdFlags)
	return file
}

// tee writes to both and cares only for the first.
type tee struct{ first, second io.Writer }

func (t tee) Write(p []byte) (int, error) {
	_, _ = t.second.Write(p)
	return t.first.Write(p)
}
