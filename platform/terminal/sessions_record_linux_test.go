package terminal

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

var record = flag.Bool("record", false, "record the sessions of TestSessions anew; needs vim, less, top, htop, mc and tmux")

// script is a program and what is typed into it. Each step ends when the program
// has been quiet for a while.
type script struct {
	name  string
	argv  []string
	steps []string
	// tmuxFails are the stops where tmux does not do what vttest asks for: wrapping
	// mixed with control characters, origin mode, character sets over a restored cursor.
	tmuxFails []int
}

var scripts = []script{
	{"vim", []string{"vim", "-u", "NONE", "-N", "-n", "-c", "set nu hls is ruler showcmd list | syntax on | set background=dark", "code.go"}, []string{
		"", "jjjjwww", "/func\r", "3iinserted 中文 text\x1b", "\x16jjjllI# \x1b", ":split\r", ":vsplit other.txt\r", "\x17\x17G", ":set cursorline cursorcolumn\r",
		"\x06", "\x15", "gg", ":help\r", "\x04", ":qa!\r",
	}, nil},
	{"less", []string{"less", "-R", "log.txt"}, []string{"", " ", "/item 9\r", "n", "G", "b", "y", "-S\r", "\x1bOC", "?INFO\r", "q"}, nil},
	{"top", []string{"top", "-d", "0.5"}, []string{"", "z", "x", "1", "h", "q", "V", "q"}, nil},
	{"htop", []string{"htop", "-d", "5"}, []string{"", "\x1bOB\x1bOB", "\x1bOS", "\x1b[15~", "\x1bOQ", "\x1b", "\x1b", "/ht", "\x1b", "q"}, nil},
	{"mc", []string{"mc", "-u"}, []string{"", "\x1bOB\x1bOB\x1bOB", "\t", "\x1b[20~", "\x1bOC", "\r", "\x1bOB\x1bOB", "\x1b\x1b", "\x1bOF\x1bOA", "\x1bOR", " ", "\x1b[21~", "\x1b[18~", "new folder", "\x1b\x1b", "\x0f", "\x0f", "\x1b[21~", "\r"}, nil},
	{"tmux", []string{"tmux", "-L", "recorded", "-f", ".tmux.conf", "new"}, []string{
		"", "ls --color=always\r", "\x02%", "seq 200\r", "\x02\"", "cat log.txt\r", "\x02o", "printf '中文ab\\n'\r", "\x02z", "\x02z", "\x02[", "\x1b[A\x1b[A", "q", "\x02c", "exit\r", "\x02d",
	}, nil},
	// Cursor movements, screen features, character sets, insert and delete.
	{"vttest", []string{"vttest", "24x80.80"}, slices.Concat([]string{"", "1\r"}, again("\r", 6), []string{"2\r"}, again("\r", 15), []string{"3\r", "8\r", "\r", "0\r"}, []string{"8\r"}, again("\r", 10), []string{"0\r"}), []int{3, 4, 18, 22, 25}},
	{"bash", []string{"bash", "--norc", "--noprofile"}, []string{
		"", "echo 中文ab; ls -la --color=always\r", "seq 100\r",
		"echo a long line that wraps around the right edge of the screen and goes on after it for a while",
		"\x01", "\x1bf\x1bf\x1bf", "new ", "\x05", "\x1b[A\x1b[B", "\x17\x17", "\x0c", "\x15", "printf '\\e[31;4mred\\e[0m \\e[48;5;24m bg \\e[K\\e[0m\\n'\r", "ls /u\t\t", "\x03", "\x12seq", "\x07", "exit\r",
	}, nil},
}

func again(s string, n int) []string { return slices.Repeat([]string{s}, n) }

// TestRecordSessions records the streams of TestSessions and asks tmux about them.
func TestRecordSessions(t *testing.T) {
	if !*record {
		return // a tool, not a test: it writes testdata
	}
	const cols, rows = 80, 24
	out := filepath.Join("testdata", "sessions")
	if err := os.MkdirAll(out, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, sc := range scripts {
		t.Run(sc.name, func(t *testing.T) {
			home := t.TempDir()
			recordFiles(t, home)
			stream, offsets := play(t, sc, home, cols, rows)
			rec := session{Cols: cols, Rows: rows}
			for i, offset := range offsets {
				stop := judge(t, stream[:offset], cols, rows)
				if slices.Contains(sc.tmuxFails, i) {
					s := New(cols, rows, Options{})
					s.Write(stream[:offset])
					stop.Screen, stop.Text = nil, strings.Split(strings.TrimSuffix(s.Text(), "\n"), "\n")
				}
				rec.Stops = append(rec.Stops, stop)
			}
			content, err := json.MarshalIndent(rec, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			for name, b := range map[string][]byte{sc.name + ".json": append(content, '\n'), sc.name + ".bytes": stream} {
				if err := os.WriteFile(filepath.Join(out, name), b, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// recordFiles makes what the programs look at.
func recordFiles(t *testing.T, home string) {
	t.Helper()
	var log, code strings.Builder
	for i := range 300 {
		fmt.Fprintf(&log, "\x1b[90m12:00:%02d\x1b[0m \x1b[3%dmINFO\x1b[0m item %d of the log 日志 with a line that is long enough to need more than eighty columns %d\n", i%60, 1+i%6, i, i)
	}
	code.WriteString("package main\n\nimport \"fmt\"\n\n// main prints.\n")
	for i := range 60 {
		fmt.Fprintf(&code, "func f%d(s string) error {\n\tif s == \"\" {\n\t\treturn fmt.Errorf(\"empty %%d\", %d)\n\t}\n\treturn nil // done\n}\n\n", i, i)
	}
	for name, text := range map[string]string{"log.txt": log.String(), "code.go": code.String(), ".tmux.conf": "set -g default-command \"PS1='$ ' bash --norc\"\n", "other.txt": "one\ntwo\tthree\n中文 four\n"} {
		if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(home, "folder"), 0o755); err != nil {
		t.Fatal(err)
	}
}

// play runs a script behind a pseudo terminal; a Screen answers the program.
func play(t *testing.T, sc script, home string, cols, rows int) (stream []byte, offsets []int) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	fd := int(master.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Col: uint16(cols), Row: uint16(rows)}); err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	// In namespaces of its own the program sees no process, name or path of the
	// machine that records.
	inside := "hostname box; mount -t tmpfs none /home; mkdir /home/me; cp -r . /home/me; cd /home/me; " +
		"(while :; do :; done) & sleep 1000 & \"$@\"; kill -9 -1"
	cmd := exec.Command("unshare", append([]string{"-fpmu", "--mount-proc", "sh", "-c", inside, "sh"}, sc.argv...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Dir = slave, slave, slave, home
	cmd.Env = []string{"HOME=/home/me", "TMUX_TMPDIR=/home/me", "TERM=xterm-256color", "LANG=C.UTF-8", "PATH=" + os.Getenv("PATH"), "PS1=$ ", "USER=me", "SHELL=/bin/bash"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close()
	defer cmd.Wait()
	defer cmd.Process.Kill()

	var mu sync.Mutex
	last := time.Now()
	s := New(cols, rows, Options{Reply: func(b []byte) { master.Write(b) }})
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := master.Read(buf)
			if err != nil {
				return
			}
			mu.Lock()
			stream = append(stream, buf[:n]...)
			last = time.Now()
			mu.Unlock()
			s.Write(buf[:n])
		}
	}()
	for _, step := range sc.steps {
		begin := time.Now()
		master.Write([]byte(step))
		for {
			time.Sleep(20 * time.Millisecond)
			mu.Lock()
			quiet := time.Since(last)
			mu.Unlock()
			// Programs that repaint by themselves are never quiet for long.
			if time.Since(begin) > 500*time.Millisecond && quiet > 250*time.Millisecond || time.Since(begin) > 3*time.Second {
				break
			}
		}
		mu.Lock()
		offsets = append(offsets, len(stream))
		mu.Unlock()
	}
	mu.Lock()
	defer mu.Unlock()
	return append([]byte(nil), stream...), offsets
}

// judge asks tmux what the screen looks like after these bytes.
func judge(t *testing.T, stream []byte, cols, rows int) stop {
	t.Helper()
	dir := t.TempDir()
	file, conf := filepath.Join(dir, "stream"), filepath.Join(dir, "conf")
	if err := os.WriteFile(file, stream, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(conf, []byte("set -g status off\nset -g default-terminal tmux-256color\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	tmux := func(args ...string) string {
		out, err := exec.Command("tmux", append([]string{"-L", filepath.Base(filepath.Dir(dir)) + filepath.Base(dir), "-f", conf, "-u"}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("tmux %q: %v: %s", args, err, out)
		}
		return string(out)
	}
	tmux("new-session", "-d", "-x", strconv.Itoa(cols), "-y", strconv.Itoa(rows), "stty -opost -echo -icanon; cat '"+file+"'; exec sleep 1000")
	defer tmux("kill-server")
	deadline := time.Now().Add(10 * time.Second)
	for strings.TrimSpace(tmux("display-message", "-p", "#{pane_current_command}")) != "sleep" {
		if time.Now().After(deadline) {
			t.Fatal("tmux did not get to the end of the stream")
		}
		time.Sleep(20 * time.Millisecond)
	}
	var before, screen string
	for before == "" || before != screen {
		before = screen
		time.Sleep(60 * time.Millisecond)
		screen = tmux("capture-pane", "-peN")
	}
	var x, y int
	fmt.Sscanf(tmux("display-message", "-p", "#{cursor_x} #{cursor_y}"), "%d %d", &x, &y)
	return stop{Offset: len(stream), Screen: strings.Split(strings.TrimSuffix(screen, "\n"), "\n"), X: x, Y: y}
}
