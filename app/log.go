package app

import (
	"io"
	"log"
	"log/slog"
	"os"

	"gopkg.in/natefinch/lumberjack.v2"

	"tacklebox/platform/paths"
)

// openLog sends the program's log, and what Fyne writes through the standard
// one, to a rotated file and to stderr (a Windows program has none). It is
// closed at the end.
func openLog(dataDir string, stderr io.Writer) io.Closer {
	file := &lumberjack.Logger{Filename: paths.LogFile(dataDir), MaxSize: 2 /* MB */, MaxBackups: 3}
	level := slog.LevelInfo
	if os.Getenv("TACKLEBOX_DEBUG") != "" {
		level = slog.LevelDebug
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(tee{file, stderr}, &slog.HandlerOptions{Level: level})))
	// slog's bridge would write a Fyne error of three lines as one quoted line.
	log.SetOutput(tee{file, stderr})
	log.SetFlags(log.LstdFlags)
	return file
}

// tee writes to both and cares only for the first: a program started from a
// launcher may have a closed stderr, and the log must not stop for that.
type tee struct{ first, second io.Writer }

func (t tee) Write(p []byte) (int, error) {
	if t.second != nil {
		_, _ = t.second.Write(p)
	}
	return t.first.Write(p)
}
