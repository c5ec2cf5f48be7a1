package cli

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tacklebox/platform/containers"
	"tacklebox/platform/containers/launch"
	"tacklebox/platform/instance"
)

func TestNoVerbOpensTheWindow(t *testing.T) {
	b := newBench()
	if code := b.run(t, "--data-dir", "/x"); code != 0 || !reflect.DeepEqual(b.window, []WindowOptions{{DataDir: "/x"}}) {
		t.Errorf("exit code %d, window %+v", code, b.window)
	}
	b.noWindow = true
	if code := b.run(t); code != exitFailed || !strings.Contains(b.err.String(), "this build has no window") {
		t.Errorf("exit code %d, %s", code, b.err.String())
	}
	if code := b.run(t, "nonsense"); code != exitFailed || !strings.Contains(b.err.String(), `there is no verb "nonsense"`) {
		t.Errorf("exit code %d, %s", code, b.err.String())
	}
}

// Help and version touch nothing: no engine, no window, no data folder.
func TestHelpTouchesNothing(t *testing.T) {
	b := newBench()
	for _, args := range [][]string{
		{"--help"}, {"--version"}, {"help"}, {"debug", "--help"}, {"debug", "attach", "--help"}, {"debug", "end", "-h"}, {"engines", "--help"},
		{"show", "--help"}, {"completion", "bash"}, {"completion", "zsh"}, {"completion", "powershell"}, {"debug", "list", "--help"},
		{"latency"}, {"latency", "--help"}, {"latency", "watch", "-h"}, {"latency", "run", "-h"}, {"latency", "import", "-h"}, {"latency", "export", "-h"},
		{"latency", "report", "-h"}, {"latency", "add", "-h"}, {"latency", "remove", "-h"}, {"latency", "list", "-h"},
	} {
		if code := b.run(t, args...); code != 0 || b.out.Len() == 0 || b.err.Len() != 0 {
			t.Errorf("%s: exit code %d, %q", args, code, b.err.String())
		}
	}
	if b.connects+b.dataDirs+len(b.window)+len(b.sent) != 0 {
		t.Errorf("help touched something: %+v", b)
	}
	b.run(t, "--version")
	if got := b.out.String(); got != "tacklebox 1.2.3\n" {
		t.Errorf("version is %q", got)
	}
}

func TestShow(t *testing.T) {
	b := newBench()
	if code := b.run(t, "show"); code != 0 || !reflect.DeepEqual(b.sent, []instance.Message{{Verb: "show"}}) || b.window != nil {
		t.Errorf("exit code %d, sent %+v", code, b.sent)
	}
	b.sent, b.sendErr = nil, instance.ErrNotRunning
	if code := b.run(t, "show", "debug", "debian"); code != 0 ||
		!reflect.DeepEqual(b.sent, []instance.Message{{Verb: "show", Args: []string{"debug", "debian:latest"}}}) ||
		!reflect.DeepEqual(b.window, []WindowOptions{{Show: true, Image: "debian:latest"}}) {
		t.Errorf("exit code %d, sent %+v, window %+v", code, b.sent, b.window)
	}
	b.sent = nil
	for _, args := range [][]string{{"show", "debug"}, {"show", "x"}, {"show", "debug", "A B"}} {
		if code := b.run(t, args...); code != exitFailed || b.sent != nil {
			t.Errorf("%s: exit code %d, sent %+v", args, code, b.sent)
		}
	}
	b.noWindow = true
	if code := b.run(t, "show"); code != exitFailed || !strings.Contains(b.err.String(), "no window runs") {
		t.Errorf("exit code %d, %s", code, b.err.String())
	}
}

func TestExecGivesTheCommandsExitCode(t *testing.T) {
	b := newBench()
	b.engine.exec = func(r containers.ShellRequest, s containers.ExecStreams) (int, error) {
		if s.Stdin != nil {
			t.Error("stdin is passed without --interactive")
		}
		_, _ = io.WriteString(s.Stdout, "out")
		_, _ = io.WriteString(s.Stderr, "err\n")
		return 7, nil
	}
	code := b.run(t, "debug", "--exec", "echo $0", "app")
	if code != 7 || b.out.String() != "out" {
		t.Errorf("exit code %d, stdout %q", code, b.out.String())
	}
	if want := "err\ntb: app-debug-f00 is still up"; !strings.HasPrefix(b.err.String(), want) || !strings.Contains(b.err.String(), "debug attach app-debug-f00") {
		t.Errorf("stderr %q", b.err.String())
	}
	if r := b.engine.requests[0]; r.TTY || !slices.Equal(r.Argv, []string{"/bin/bash", "-c", "echo $0"}) || r.Container != "id-app-debug-f00" {
		t.Errorf("request %+v", r)
	}
	if len(b.engine.ended) != 0 || b.engine.closed != 1 {
		t.Errorf("ended %v, closed %d", b.engine.ended, b.engine.closed)
	}
	if code := b.run(t, "debug", "--rm", "--exec", "x", "app"); code != 7 || !slices.Equal(b.engine.ended, []string{"id-app-debug-f00"}) || strings.Contains(b.err.String(), "still up") {
		t.Errorf("exit code %d, ended %v, %q", code, b.engine.ended, b.err.String())
	}
}

func TestExecPassesStdin(t *testing.T) {
	b := newBench()
	b.stdin = strings.NewReader("typed")
	b.engine.exec = func(_ containers.ShellRequest, s containers.ExecStreams) (int, error) {
		_, err := io.Copy(s.Stdout, s.Stdin)
		return 0, err
	}
	if code := b.run(t, "debug", "-i", "--exec", "cat", "app"); code != 0 || b.out.String() != "typed" {
		t.Errorf("exit code %d, stdout %q", code, b.out.String())
	}
}

func TestDebugFlags(t *testing.T) {
	b := newBench()
	b.env["HERE"] = "mine"
	dir := t.TempDir()
	file := filepath.Join(dir, "env")
	if err := os.WriteFile(file, []byte("A=file\nB=file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code := b.run(t, "debug", "--name", "kelu", "-u", "1:2", "-w", "/srv", "-e", "A=typed", "-e", "HERE", "-e", "UNSET", "-e", "DB_PASSWORD=x",
		"--env-file", file, "--mount", "type=volume,source=v,target=/v", "-v", "./x:/x:ro", "--tmpfs", "/t", "-p", "127.0.0.1:80:80", "--network", "a",
		"--network", "b", "--platform", "x86_64", "--cap-add", "SYS_PTRACE,NET_ADMIN", "--cap-drop", "ALL", "--privileged", "--read-only", "-m", "64m",
		"--cpus", "1.5", "--hostname", "h", "--shell", "/bin/sh -l", "app", "--", "-c", "echo 'x'")
	if code != 0 {
		t.Fatalf("exit code %d, %s", code, b.err.String())
	}
	here, err := filepath.Abs("./x")
	if err != nil {
		t.Fatal(err)
	}
	want := launch.Spec{
		Image: "app", Name: "kelu", User: "1:2", WorkDir: "/srv", KeepAlive: launch.KeepCustom, Entrypoint: []string{"/bin/sh"},
		Cmd: []string{"-l", "-c", "echo 'x'"}, Shell: []string{"/bin/sh", "-l"},
		Env: []launch.EnvVar{{Name: "A", Value: "typed"}, {Name: "B", Value: "file"}, {Name: "HERE", Value: "mine"}, {Name: "DB_PASSWORD", Value: "x", Secret: true}},
		Mounts: []launch.Mount{
			{Kind: launch.MountVolume, Source: "v", Target: "/v"}, {Kind: launch.MountBind, Source: here, Target: "/x", ReadOnly: true},
			{Kind: launch.MountTmpfs, Target: "/t"},
		},
		Ports:    []launch.Port{{HostIP: "127.0.0.1", HostPort: 80, Container: 80, Proto: "tcp"}},
		Networks: []string{"a", "b"}, Platform: "linux/amd64", CapAdd: []string{"SYS_PTRACE", "NET_ADMIN"}, CapDrop: []string{"ALL"},
		Privileged: true, ReadOnly: true, Memory: 64 << 20, NanoCPUs: 1_500_000_000, Hostname: "h",
		Original: launch.Command{Entrypoint: []string{"/bin/false"}},
	}
	if got := b.engine.launched[0]; !reflect.DeepEqual(got, want) {
		t.Errorf("launched\n%+v, want\n%+v", got, want)
	}
	if b.out.String() != "kelu\n" {
		t.Errorf("stdout is %q, want the name", b.out.String())
	}
}

func TestFirstProcess(t *testing.T) {
	for name, tc := range map[string]struct {
		args []string
		want []string
	}{
		"the shell":              {nil, []string{"/bin/bash"}},
		"arguments of the shell": {[]string{"--", "-l"}, []string{"/bin/bash", "-l"}},
		"another program":        {[]string{"--entrypoint", "/app", "--", "--serve", ""}, []string{"/app", "--serve", ""}},
		"sleep":                  {[]string{"--keep-alive", "sleep"}, []string{"sleep", "infinity"}},
	} {
		b := newBench()
		if code := b.run(t, append([]string{"debug", "app"}, tc.args...)...); code != 0 {
			t.Fatalf("%s: exit code %d, %s", name, code, b.err.String())
		}
		s := b.engine.launched[0]
		if got := append(s.Entrypoint, s.Cmd...); !slices.Equal(got, tc.want) || len(s.Entrypoint) != 1 {
			t.Errorf("%s: %q %q", name, s.Entrypoint, s.Cmd)
		}
	}
}

// What is mistyped is refused before an engine is asked.
func TestRefused(t *testing.T) {
	for _, tc := range []struct {
		args []string
		want string
	}{
		{nil, "an image or a container is missing"},
		{[]string{"app", "sh"}, `not also "sh": put -- before arguments`},
		{[]string{"--nope", "app"}, "unknown flag: --nope"},
		{[]string{"--pull", "perhaps", "app"}, `--pull "perhaps" is not one of always, missing, never`},
		{[]string{"--print", "helm", "app"}, `--print "helm" is not one of`},
		{[]string{"--print", "pod", "--exec", "x", "app"}, "--print launches nothing"},
		{[]string{"--exec", " ", "app"}, "--exec has no command"},
		{[]string{"--reveal", "app"}, "--reveal goes with --print"},
		{[]string{"-i", "app"}, "--interactive goes with --exec"},
		{[]string{"--entrypoint", "x", "--keep-alive", "tail", "app"}, "both say what the first process is"},
		{[]string{"--keep-alive", "tail", "app", "--", "x"}, "takes no arguments"},
		{[]string{"--mount", "type=bind,target=/x", "app"}, "a bind mount needs a source"},
		{[]string{"-v", "a:b:c:d", "app"}, "too many colons"},
		{[]string{"-p", "x", "app"}, `port "x"`},
		{[]string{"-m", "much", "app"}, `size "much"`},
		{[]string{"--cpus", "many", "app"}, `CPUs "many"`},
		{[]string{"-e", "=x", "app"}, "the name is missing"},
		{[]string{"--env-file", "/does/not/exist", "app"}, "read env file"},
		{[]string{"--platform", "vax", "app"}, `platform "vax"`},
		{[]string{"--shell", "'x", "app"}, "is not closed"},
	} {
		b := newBench()
		code := b.run(t, append([]string{"debug"}, tc.args...)...)
		if code != exitFailed || !strings.Contains(b.err.String(), tc.want) || b.connects != 0 || strings.Count(b.err.String(), "\n") != 1 {
			t.Errorf("%s: exit code %d, %d connects, %q", tc.args, code, b.connects, b.err.String())
		}
	}
}

func TestImageContainerOrPull(t *testing.T) {
	died := containers.Container{ID: "0123456789abcdef", Name: "died", State: "exited", ExitCode: 3}
	for name, tc := range map[string]struct {
		args     []string
		pulled   []string
		launched string // image and source
		fails    string
	}{
		"an image that is here":       {args: []string{"app"}, launched: "app"},
		"a container by name":         {args: []string{"died"}, launched: "app from died"},
		"a container by its ID":       {args: []string{"0123"}, launched: "app from 0123"},
		"an image to pull":            {args: []string{"r.example/x"}, pulled: []string{"r.example/x:latest|"}, launched: "r.example/x"},
		"pulled for a platform":       {args: []string{"--platform", "arm64", "r.example/x"}, pulled: []string{"r.example/x:latest|linux/arm64"}, launched: "r.example/x"},
		"pulled though it is here":    {args: []string{"--pull", "always", "app"}, pulled: []string{"docker.io/library/app:latest|"}, launched: "app"},
		"here for another platform":   {args: []string{"--platform", "arm64", "app"}, pulled: []string{"docker.io/library/app:latest|linux/arm64"}, launched: "app"},
		"never pulled":                {args: []string{"--pull", "never", "r.example/x"}, fails: "no such image or container"},
		"a pull that is refused":      {args: []string{"absent"}, fails: `pull image "docker.io/library/absent:latest": denied`},
		"neither image nor container": {args: []string{"A_b"}, fails: "names of images are in lower case"},
		"an ID that is not here":      {args: []string{strings.Repeat("ab", 32)}, fails: "no such image or container"},
	} {
		b := newBench()
		b.engine.list = []containers.Container{died, {ID: "01ff", Name: "x"}}
		code := b.run(t, append([]string{"debug"}, tc.args...)...)
		if tc.fails != "" {
			if code != exitFailed || !strings.Contains(b.err.String(), tc.fails) || b.engine.launched != nil {
				t.Errorf("%s: exit code %d, %q", name, code, b.err.String())
			}
			continue
		}
		if code != 0 || len(b.engine.launched) != 1 || !slices.Equal(b.engine.pulled, tc.pulled) {
			t.Errorf("%s: exit code %d, pulled %q, %q", name, code, b.engine.pulled, b.err.String())
			continue
		}
		got := b.engine.launched[0].Image
		if from := b.engine.launched[0].Source; from != "" {
			got += " from " + from
		}
		if got != tc.launched {
			t.Errorf("%s: launched %s", name, got)
		}
		if from := strings.Contains(got, " from "); from != strings.Contains(b.err.String(), "dropped port: 8080:80 (would-clash)") {
			t.Errorf("%s: %q", name, b.err.String())
		}
	}
}

func TestPrint(t *testing.T) {
	b := newBench()
	args := []string{"debug", "-e", "API_TOKEN=canary", "--name", "kelu", "--print"}
	for form, want := range map[string]string{
		"docker": "docker run -d -t -i \\\n  --name kelu", "powershell": "docker run -d -t -i `\n", "pod": "args: [\"sleep 3600s\"]",
		"pod-tty": "tty: true", "deployment": "      terminationGracePeriodSeconds: 1", "deployment-tty": "        tty: true",
	} {
		if code := b.run(t, append(args, form, "app")...); code != 0 || !strings.Contains(b.out.String(), want) || strings.Contains(b.out.String(), "canary") {
			t.Errorf("%s: exit code %d, %s%s", form, code, b.out.String(), b.err.String())
		}
		if code := b.run(t, append(args, form, "--reveal", "app")...); code != 0 || !strings.Contains(b.out.String(), "canary") {
			t.Errorf("%s --reveal: exit code %d, %s", form, code, b.out.String())
		}
	}
	if code := b.run(t, append(args, "docker", "--json", "app")...); code != 0 || !json.Valid(b.out.Bytes()) {
		t.Errorf("exit code %d, %s", code, b.out.String())
	}
	if code := b.run(t, append(args, "docker", "elsewhere")...); code != 0 || !strings.Contains(b.out.String(), "/bin/sh elsewhere") || !strings.Contains(b.err.String(), "/bin/sh is assumed") {
		t.Errorf("exit code %d, %s%s", code, b.out.String(), b.err.String())
	}
	if b.engine.launched != nil || b.engine.pulled != nil {
		t.Error("printing launched or pulled")
	}
}

func TestAttachesTheTerminal(t *testing.T) {
	defer goleak.VerifyNone(t)
	b := newBench()
	term := &fakeTerminal{changes: make(chan [2]int, 1)}
	b.term, b.engine.shell = term, newFakeShell(4)
	term.changes <- [2]int{80, 24}
	typed, keys := io.Pipe()
	b.stdin = typed
	go func() {
		wait(t, "the resize arrives", func() bool {
			b.engine.shell.mu.Lock()
			defer b.engine.shell.mu.Unlock()
			return len(b.engine.shell.sizes) > 0
		})
		_, _ = io.WriteString(keys, "echo \x03 exit")
		_ = keys.Close()
		close(term.changes)
	}()
	if code := b.run(t, "debug", "app"); code != 4 || b.out.String() != "echo \x03 exit" {
		t.Errorf("exit code %d, stdout %q", code, b.out.String())
	}
	if r := b.engine.requests[0]; !r.TTY || r.Cols != 101 || r.Rows != 33 || !slices.Equal(r.Argv, []string{"/bin/bash"}) {
		t.Errorf("request %+v", r)
	}
	if term.raws != 1 || term.restored != 1 || !b.engine.shell.closed || len(b.engine.ended) != 0 {
		t.Errorf("raw %d, restored %d, ended %v", term.raws, term.restored, b.engine.ended)
	}
	for _, want := range []string{"the image's own command: /bin/false\n", "leave with exit", "is still up"} {
		if !strings.Contains(b.err.String(), want) {
			t.Errorf("stderr lacks %q: %s", want, b.err.String())
		}
	}
}

// wait polls a condition; nothing here waits for long.
func wait(t testing.TB, what string, ok func() bool) {
	deadline := time.NewTimer(10 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Errorf("%s: not within 10 s", what)
			return
		}
	}
}

func TestEndsAtOnce(t *testing.T) {
	notRunning := &containers.Error{Op: "open shell in", Cause: containers.CauseNotRunning, Err: errors.New("the container has ended")}
	b := newBench()
	b.engine.exec = func(containers.ShellRequest, containers.ExecStreams) (int, error) { return -1, notRunning }
	b.engine.early = &containers.Explanation{ExitCode: 127, Sentence: "\"/nope\" is not in the image.",
		Evidence: []containers.Evidence{{Name: containers.EvidenceLog, Value: "exec \x1b[31mfailed"}},
		Fixes:    []containers.Fix{{Kind: containers.FixReplaceEntrypoint}, {Kind: containers.FixAsRoot}}}
	code := b.run(t, "debug", "--entrypoint", "/nope", "--exec", "x", "app")
	want := `tb: app-debug-f00 ended at once: "/nope" is not in the image: it wrote "exec \x1b[31mfailed": try it without --entrypoint, or --user 0` + "\n"
	if code != exitNotFound || b.err.String() != want || !slices.Equal(b.engine.ended, []string{"id-app-debug-f00"}) {
		t.Errorf("exit code %d, ended %v, %s", code, b.engine.ended, b.err.String())
	}
	if code := b.run(t, "debug", "--json", "--entrypoint", "/nope", "app"); code != exitNotFound || !strings.Contains(b.err.String(), `"cause":"exited"`) || b.out.Len() != 0 {
		t.Errorf("exit code %d, %s", code, b.err.String())
	}
}

func TestInterrupted(t *testing.T) {
	b := newBench()
	ctx, cancel := context.WithCancel(t.Context())
	b.engine.beforeExec = cancel
	code := run(ctx, []string{"debug", "--exec", "sleep 9", "app"}, streams{b.stdin, &b.out, &b.err}, Config{Program: "tb"}, b.services())
	if code != exitInterrupted || len(b.engine.ended) != 0 || !strings.Contains(b.err.String(), "still up") {
		t.Errorf("during the command: exit code %d, ended %v, %s", code, b.engine.ended, b.err.String())
	}
	b = newBench()
	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	b.term = &fakeTerminal{}
	b.engine.openErr = &containers.Error{Op: "open shell in", Cause: containers.CauseCancelled, Err: context.Canceled}
	code = run(ctx, []string{"debug", "app"}, streams{b.stdin, &b.out, &b.err}, Config{Program: "tb"}, b.services())
	if code != exitInterrupted || !slices.Equal(b.engine.ended, []string{"id-app-debug-f00"}) {
		t.Errorf("before the prompt: exit code %d, ended %v, %s", code, b.engine.ended, b.err.String())
	}
}

func TestJSON(t *testing.T) {
	b := newBench()
	b.engine.exec = func(_ containers.ShellRequest, s containers.ExecStreams) (int, error) {
		_, _ = io.WriteString(s.Stdout, strings.Repeat("x", maxCaptured+10))
		_, _ = io.WriteString(s.Stderr, "\xff")
		return 3, nil
	}
	code := b.run(t, "debug", "--json", "--exec", "x", "app")
	var got launched
	if err := json.Unmarshal(b.out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if code != 3 || got.Name != "app-debug-f00" || got.Exec.ExitCode != 3 || len(got.Exec.Stdout) != maxCaptured || !got.Exec.Truncated || b.err.Len() != 0 {
		t.Errorf("exit code %d, %s", code, b.err.String())
	}
	for _, args := range [][]string{{"debug", "--json", "--pull", "never", "nope"}, {"debug", "--json", "A B"}, {"debug", "end", "--json", "nope"}, {"debug", "--json"}, {"debug", "--nope", "--json"}} {
		var problem struct {
			Error problem `json:"error"`
		}
		code := b.run(t, args...)
		if err := json.Unmarshal(b.err.Bytes(), &problem); err != nil || problem.Error.Message == "" || problem.Error.ExitCode != code || problem.Error.Cause == "" {
			t.Errorf("%s: %v, %s", args, err, b.err.String())
		}
	}
}

func sessions() []containers.Container {
	mine := &containers.SessionInfo{Session: "s", User: "me", Host: "here", Source: "app", Created: time.Now().Add(-time.Hour), Mine: true}
	others := &containers.SessionInfo{Session: "t", User: "you", Host: "there\x1b]0;x\a", Source: "evil\x1b[31m"}
	return []containers.Container{
		{ID: "aaaa1111", Name: "a", State: "running", Session: mine, ImageID: "app"},
		{ID: "bbbb1111", Name: "b", State: "exited", ExitCode: 9, Session: others},
		{ID: "cccc1111", Name: "c", State: "running"},
	}
}

func TestList(t *testing.T) {
	b := newBench()
	b.engine.list = sessions()
	if code := b.run(t, "debug", "list"); code != 0 {
		t.Fatalf("exit code %d, %s", code, b.err.String())
	}
	lines := strings.Split(b.out.String(), "\n")
	if len(lines) != 4 || strings.Join(strings.Fields(lines[1]), " ") != "a running About an hour app you" ||
		strings.Join(strings.Fields(lines[2]), " ")[:12] != "b exited (9)" || strings.ContainsAny(b.out.String(), "\x1b\a") {
		t.Errorf("%q", b.out.String())
	}
	var rows []sessionRow
	if code := b.run(t, "debug", "list", "--json"); code != 0 || json.Unmarshal(b.out.Bytes(), &rows) != nil || len(rows) != 2 || !rows[0].Mine || *rows[1].ExitCode != 9 {
		t.Errorf("exit code %d, %s", code, b.out.String())
	}
	b.engine.list = nil
	if b.run(t, "debug", "list", "--json"); strings.TrimSpace(b.out.String()) != "[]" {
		t.Errorf("an empty list is %s", b.out.String())
	}
}

func TestEnd(t *testing.T) {
	for name, tc := range map[string]struct {
		args  []string
		code  int
		ended []string
		says  string
	}{
		"by name":           {[]string{"a"}, 0, []string{"aaaa1111"}, "a\n"},
		"by ID":             {[]string{"aaaa"}, 0, []string{"aaaa1111"}, "a\n"},
		"another's":         {[]string{"b"}, exitFailed, nil, "it belongs to you@there"},
		"another's, forced": {[]string{"--force", "b"}, 0, []string{"bbbb1111"}, "b\n"},
		"not ours":          {[]string{"--force", "c"}, exitFailed, nil, "not made by Tacklebox"},
		"unknown":           {[]string{"z"}, exitFailed, nil, "there is no such debug container"},
		"the others anyway": {[]string{"z", "a"}, exitFailed, []string{"aaaa1111"}, "there is no such debug container"},
		"all":               {[]string{"--all"}, 0, nil, "a\nb\n"},
		"all and a name":    {[]string{"--all", "a"}, exitFailed, nil, "either names or --all"},
		"nothing":           {nil, exitFailed, nil, "either names or --all"},
	} {
		b := newBench()
		b.engine.list = sessions()
		code := b.run(t, append([]string{"debug", "end"}, tc.args...)...)
		if code != tc.code || !slices.Equal(b.engine.ended, tc.ended) || !strings.Contains(b.out.String()+b.err.String(), tc.says) {
			t.Errorf("%s: exit code %d, ended %v, %q %q", name, code, b.engine.ended, b.out.String(), b.err.String())
		}
	}
}

func TestAttach(t *testing.T) {
	b := newBench()
	b.engine.list = sessions()
	b.engine.exec = func(containers.ShellRequest, containers.ExecStreams) (int, error) { return 2, nil }
	if code := b.run(t, "debug", "attach", "-u", "0", "-w", "/tmp", "--exec", "id", "a"); code != 2 {
		t.Errorf("exit code %d, %s", code, b.err.String())
	}
	if r := b.engine.requests[0]; r.Container != "aaaa1111" || r.User != "0" || r.WorkDir != "/tmp" || !slices.Equal(r.Argv, []string{"/bin/bash", "-c", "id"}) {
		t.Errorf("request %+v", r)
	}
	if code := b.run(t, "debug", "attach", "a"); code != exitFailed || !strings.Contains(b.err.String(), "no terminal") {
		t.Errorf("exit code %d, %s", code, b.err.String())
	}
	if code := b.run(t, "debug", "attach", "c"); code != exitFailed || !strings.Contains(b.err.String(), "debug c starts a copy") {
		t.Errorf("exit code %d, %s", code, b.err.String())
	}
}

func TestEngines(t *testing.T) {
	b := newBench()
	if code := b.run(t, "engines"); code != 0 {
		t.Fatalf("exit code %d, %s", code, b.err.String())
	}
	for _, want := range []string{"*  a", "Fake, 1, API 1.41, linux/amd64", "no socket"} {
		if !strings.Contains(b.out.String(), want) {
			t.Errorf("%q lacks %q", b.out.String(), want)
		}
	}
	var rows []engineRow
	if b.run(t, "engines", "--json"); json.Unmarshal(b.out.Bytes(), &rows) != nil || len(rows) != 2 || !rows[0].OK || rows[1].Problem != "no-socket" {
		t.Errorf("%s", b.out.String())
	}
}

// A choice made in the window counts where the terminal says nothing.
func TestWhichEngine(t *testing.T) {
	for name, tc := range map[string]struct {
		args   []string
		env    string
		chosen string
		want   string
	}{
		"nothing said":      {nil, "", "", "|"},
		"chosen in window":  {nil, "", "x", "x|"},
		"environment first": {nil, "DOCKER_HOST", "x", "|"},
		"context variable":  {nil, "DOCKER_CONTEXT", "x", "|"},
		"flag first":        {[]string{"--engine", "y"}, "", "x", "y|"},
		"context flag":      {[]string{"--context", "lab"}, "", "x", "|lab"},
	} {
		b := newBench()
		b.chosen = tc.chosen
		if tc.env != "" {
			b.env[tc.env] = "set"
		}
		b.run(t, append([]string{"debug", "list"}, tc.args...)...)
		if got := b.options.Explicit + "|" + b.options.Context; got != tc.want || b.options.DataDir != "/data" || b.options.AppVersion != "1.2.3" {
			t.Errorf("%s: %s, %+v", name, got, b.options)
		}
	}
}

func TestWhatBecameOfTheContainer(t *testing.T) {
	for state, want := range map[string]string{"running": "is still up", "exited": "has ended with exit code 9", "": "is gone"} {
		b := newBench()
		b.engine.exec = func(containers.ShellRequest, containers.ExecStreams) (int, error) {
			b.engine.list[0].State, b.engine.list[0].ExitCode = state, 9
			if state == "" {
				b.engine.list = nil
			}
			return 0, nil
		}
		if code := b.run(t, "debug", "--exec", "x", "app"); code != 0 || !strings.Contains(b.err.String(), want) {
			t.Errorf("exit code %d, %q, want %q", code, b.err.String(), want)
		}
	}
}

func TestCompletion(t *testing.T) {
	b := newBench()
	b.engine.list = sessions()
	if code := b.run(t, "__complete", "debug", "end", "a", ""); code != 0 || !strings.HasPrefix(b.out.String(), "b\tevil") || strings.Contains(b.out.String(), "\x1b") {
		t.Errorf("exit code %d, %q", code, b.out.String())
	}
}

func TestCommandArgv(t *testing.T) {
	for _, tc := range []struct{ shell, want []string }{
		{[]string{"/bin/sh"}, []string{"/bin/sh", "-c", "x"}},
		{[]string{"/bin/busybox", "sh"}, []string{"/bin/busybox", "sh", "-c", "x"}},
		{[]string{`C:\Windows\System32\cmd.exe`}, []string{`C:\Windows\System32\cmd.exe`, "/c", "x"}},
		{[]string{"pwsh"}, []string{"pwsh", "-Command", "x"}},
	} {
		if got := commandArgv(tc.shell, "x"); !slices.Equal(got, tc.want) {
			t.Errorf("%q", got)
		}
	}
}

func TestExitCodes(t *testing.T) {
	for want, err := range map[int]error{
		exitFailed:      errors.New("x"),
		exitNotFound:    &containers.Error{Cause: containers.CauseNoShell, Err: errors.New("executable file not found")},
		exitCannotRun:   &containers.Error{Cause: containers.CauseNoShell, Err: errors.New("exec: permission denied")},
		exitInterrupted: context.Canceled,
		42:              &exit{code: 42},
	} {
		if got := exitCodeOf(err); got != want {
			t.Errorf("%v gives %d, want %d", err, got, want)
		}
	}
}
