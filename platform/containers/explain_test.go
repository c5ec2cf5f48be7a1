package containers

import (
	"bytes"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/containers/dockertest"
	"tacklebox/platform/containers/launch"
)

func TestExplainDecides(t *testing.T) {
	elf := func(machine string) programHead { return programHead{kind: programELF, machine: machine} }
	found := func(head programHead) *programFacts {
		return &programFacts{asked: "/app", found: true, executable: true, mode: "-rwxr-xr-x", head: head, interpreterFound: true, loaderFound: true}
	}
	const tiniMissing = "[FATAL tini (7)] exec /app failed: No such file or directory"
	base := exitFacts{status: "exited", argv: []string{"/app"}, imagePlat: "linux/amd64", enginePlat: "linux/amd64"}
	for _, tc := range []struct {
		name string
		set  func(*exitFacts)
		code ExplainCode
		say  string
		fix  FixKind
	}{
		{"running", func(f *exitFacts) { f.running = true }, ExitRunning, "is up", ""},
		{"created", func(f *exitFacts) { f.status = "created" }, ExitNeverStarted, "never started", ""},
		{"zero", func(f *exitFacts) {}, ExitFinished, "nothing keeps the container up", FixReplaceEntrypoint},
		{"shell without input", func(f *exitFacts) { f.argv = []string{"/bin/bash"} }, ExitShellNoInput, "neither a terminal nor input", FixReplaceEntrypoint},
		{"shell with a terminal", func(f *exitFacts) { f.argv, f.tty = []string{"/bin/bash"}, true }, ExitFinished, "", FixKeepAlive},
		{"one", func(f *exitFacts) { f.code = 1; f.logs = []string{"boom"} }, ExitFailed, "exit code 1", FixReplaceEntrypoint},
		{"sh -c alone", func(f *exitFacts) { f.code = 2; f.argv = []string{"sh", "-c"} }, ExitShellNoArgument, "wants a command", FixReplaceEntrypoint},
		{"sh -c with a syntax error", func(f *exitFacts) { f.code = 2; f.argv = []string{"sh", "-c", "("} }, ExitFailed, "exit code 2", FixReplaceEntrypoint},
		{"oom", func(f *exitFacts) { f.code, f.oom, f.memory = 137, true, 8<<20 }, ExitOutOfMemory, "8MiB", FixMoreMemory},
		{"oom without a limit", func(f *exitFacts) { f.code, f.oom = 137, true }, ExitOutOfMemory, "machine", ""},
		{"killed", func(f *exitFacts) { f.code = 137 }, ExitKilled, "SIGKILL", FixReplaceEntrypoint},
		{"killed below a limit", func(f *exitFacts) { f.code, f.memory = 137, 8<<20 }, ExitKilled, "SIGKILL", FixMoreMemory},
		{"killed while unhealthy", func(f *exitFacts) { f.code, f.unhealthy = 137, true }, ExitKilled, "", FixNoHealthcheck},
		{"segfault", func(f *exitFacts) { f.code = 139 }, ExitCrashed, "SIGSEGV", FixReplaceEntrypoint},
		{"illegal instruction", func(f *exitFacts) { f.code = 132 }, ExitCrashed, "SIGILL", FixReplaceEntrypoint},
		{"terminated", func(f *exitFacts) { f.code = 143 }, ExitTerminated, "SIGTERM", FixReplaceEntrypoint},
		{"engine", func(f *exitFacts) { f.code, f.errText = 125, "something odd" }, ExitRefused, "something odd", FixReplaceEntrypoint},
		{"missing, told by the engine", func(f *exitFacts) {
			f.code, f.errText = 127, `OCI runtime create failed: exec: "/app": stat /app: no such file or directory`
			f.program = &programFacts{asked: "/app"}
		}, ExitNotFound, `"/app" is not in the image`, FixReplaceEntrypoint},
		{"missing, told by the init", func(f *exitFacts) { f.code, f.logs = 127, []string{tiniMissing} }, ExitNotFound, "is not in the image", FixReplaceEntrypoint},
		{"missing interpreter", func(f *exitFacts) {
			f.code, f.logs = 127, []string{tiniMissing}
			f.program = found(programHead{kind: programScript, shebang: "/usr/bin/python9", interpreter: "/usr/bin/python9"})
			f.program.interpreterFound = false
		}, ExitNoInterpreter, `wants the interpreter "/usr/bin/python9"`, FixReplaceEntrypoint},
		{"crlf", func(f *exitFacts) {
			f.code, f.logs = 127, []string{tiniMissing}
			f.program = found(programHead{kind: programScript, shebang: "/bin/sh", interpreter: "/bin/sh", crlf: true})
		}, ExitCRLF, `Windows line ends`, FixReplaceEntrypoint},
		{"crlf in a script given to a shell", func(f *exitFacts) {
			f.code, f.argv, f.logs = 127, []string{"sh", "/run.sh"}, []string{"/run.sh: line 2: : not found"}
			f.script = &programFacts{asked: "/run.sh", found: true, head: programHead{kind: programText, anyCRLF: true}}
		}, ExitCRLF, "Windows line ends", FixReplaceEntrypoint},
		{"loader", func(f *exitFacts) {
			f.code, f.logs = 127, []string{tiniMissing}
			f.program = found(programHead{kind: programELF, machine: "amd64", loader: "/lib64/ld-linux-x86-64.so.2"})
			f.program.loaderFound = false
		}, ExitNoLoader, "another C library", FixReplaceEntrypoint},
		{"wrong machine", func(f *exitFacts) {
			f.code, f.logs, f.program, f.imagePlat = 1, []string{"standard_init_linux.go:228: exec user process caused: exec format error"}, found(elf("arm64")), "linux/arm64"
		}, ExitWrongArch, "was built for arm64, and this engine's machine is amd64", FixOtherPlatform},
		{"wrong machine, not looked at", func(f *exitFacts) {
			f.code, f.logs, f.imagePlat = 1, []string{"exec /app: exec format error"}, "linux/arm64"
		}, ExitWrongArch, "the image was built for arm64", FixOtherPlatform},
		{"wrong machine under an init", func(f *exitFacts) {
			f.code, f.program, f.logs = 2, found(elf("arm64")), []string{"/app: line 8: syntax error"}
		}, ExitWrongArch, "was built for arm64", FixReplaceEntrypoint},
		{"no shebang", func(f *exitFacts) {
			f.code, f.logs, f.program = 1, []string{"exec /app: exec format error"}, found(programHead{kind: programText})
		}, ExitNoShebang, "no #! line", FixReplaceEntrypoint},
		{"empty", func(f *exitFacts) {
			f.code, f.logs, f.program = 1, []string{"exec /app: exec format error"}, found(programHead{kind: programEmpty})
		}, ExitNotAProgram, "not a program", FixReplaceEntrypoint},
		{"windows program", func(f *exitFacts) {
			f.code, f.logs, f.program = 1, []string{"exec /app: exec format error"}, found(programHead{kind: programForeign, machine: "windows"})
		}, ExitWrongArch, "built for windows", FixReplaceEntrypoint},
		{"mode", func(f *exitFacts) {
			f.code, f.errText = 126, `exec: "/app": permission denied`
			f.program = &programFacts{asked: "/app", found: true, mode: "-rw-r--r--"}
		}, ExitNotExecutable, "not executable (-rw-r--r--)", FixReplaceEntrypoint},
		{"folder", func(f *exitFacts) {
			f.code, f.errText = 126, `exec: "/app": permission denied`
			f.program = &programFacts{asked: "/app", found: true, dir: true}
		}, ExitIsFolder, "is a folder", FixReplaceEntrypoint},
		{"not for this user", func(f *exitFacts) {
			f.code, f.errText, f.user, f.program = 126, `exec: "/app": permission denied`, "1000", found(elf("amd64"))
		}, ExitNotExecutable, "this user", FixAsRoot},
		{"inner command", func(f *exitFacts) { f.code, f.logs = 127, []string{"/app: line 3: jq: not found"} }, ExitCommandNotFound, "jq: not found", FixReplaceEntrypoint},
		{"inner permission", func(f *exitFacts) { f.code, f.user = 126, "1000" }, ExitNotExecutable, "may not run", FixAsRoot},
		{"permission in the log", func(f *exitFacts) { f.code, f.user, f.logs = 1, "1000", []string{"open /var/x: Permission denied"} }, ExitPermissionDenied, "open /var/x", FixAsRoot},
		{"user", func(f *exitFacts) {
			f.code, f.user, f.errText = 125, "nobodyx", "unable to find user nobodyx: no matching entries in passwd file"
		}, ExitNoUser, `"nobodyx"`, FixChangeUser},
		{"port", func(f *exitFacts) { f.code, f.errText = 125, "Bind for 0.0.0.0:80 failed: port is already allocated" }, ExitPortTaken, "0.0.0.0:80", FixChangePort},
		{"mount", func(f *exitFacts) {
			f.code, f.errText = 127, `error mounting "/a" to rootfs at "/bin": not a directory: unknown: Are you trying to mount a directory onto a file`
		}, ExitBadMount, "/a", FixChangeMount},
		{"workdir", func(f *exitFacts) {
			f.code, f.workDir, f.errText = 126, "/etc/passwd", `chdir to cwd ("/etc/passwd") set in config.json failed: not a directory`
		}, ExitBadWorkDir, "/etc/passwd", FixChangeWorkDir},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := base
			tc.set(&f)
			why := explain(f)
			if why.Code != tc.code || !strings.Contains(why.Sentence, tc.say) || why.ExitCode != f.code {
				t.Errorf("%s (%d) %q, want %s with %q", why.Code, why.ExitCode, why.Sentence, tc.code, tc.say)
			}
			offered := tc.fix == ""
			for _, fix := range why.Fixes {
				offered = offered || fix.Kind == tc.fix
			}
			if !offered {
				t.Errorf("fixes %v, want %s among them", why.Fixes, tc.fix)
			}
			if strings.Contains(why.Sentence, "\n") || strings.HasSuffix(why.Sentence, ".") {
				t.Errorf("not one sentence: %q", why.Sentence)
			}
		})
	}
}

func TestExplainNothing(t *testing.T) {
	why := explain(exitFacts{})
	if why.Sentence == "" {
		t.Error("no sentence for no facts")
	}
}

func TestFixApply(t *testing.T) {
	spec := launch.Spec{User: "1000", Shell: []string{"/bin/x"}, KeepAlive: launch.KeepCustom, Entrypoint: []string{"a"}, Cmd: []string{"b"}}
	if got := (Fix{Kind: FixAsRoot}).Apply(spec); got.User != "0" {
		t.Errorf("as root: %+v", got)
	}
	if got := (Fix{Kind: FixReplaceEntrypoint}).Apply(spec); got.KeepAlive != launch.KeepShell || got.Shell != nil || got.Entrypoint != nil {
		t.Errorf("replace: %+v", got)
	}
	if got := (Fix{Kind: FixMoreMemory, Memory: 5}).Apply(spec); got.Memory != 5 {
		t.Errorf("memory: %+v", got)
	}
	if got := (Fix{Kind: FixOtherPlatform, Platform: "linux/amd64"}).Apply(spec); got.Platform != "linux/amd64" {
		t.Errorf("platform: %+v", got)
	}
	if spec.User != "1000" || len(spec.Shell) != 1 {
		t.Error("the original was changed")
	}
}

// Images broken in one way each, on the real engine: the explanation names the
// defect, with and without the engine's init.
func TestExplainBrokenImages(t *testing.T) {
	e, d := realEngine(t)
	for _, tc := range []struct {
		kind dockertest.Kind
		want ExplainCode
	}{
		{dockertest.BadMissing, ExitNotFound},
		{dockertest.BadMode, ExitNotExecutable},
		{dockertest.BadInterpreter, ExitNoInterpreter},
		{dockertest.BadCRLF, ExitCRLF},
		{dockertest.BadArch, ExitWrongArch},
		{dockertest.BadLoader, ExitNoLoader},
		{dockertest.BadExit, ExitFailed},
		{dockertest.BadUser, ExitNoUser},
		{dockertest.False, ExitFailed},
		{dockertest.Busybox, ExitShellNoInput},
	} {
		image := dockertest.Image(t, d, tc.kind)
		for _, init := range []string{"--init=false", "--init"} {
			t.Run(string(tc.kind)+init, func(t *testing.T) {
				id := createForeign(t, d, init, image)
				startAndEnd(t, d, id)
				why, err := e.Explain(t.Context(), id)
				if err != nil {
					t.Fatal(err)
				}
				if why.Code != tc.want {
					t.Errorf("%s: %s, want %s\n%+v", why.Code, why.Sentence, tc.want, why.Evidence)
				}
				t.Log(why.ExitCode, why.Sentence)
			})
		}
	}
}

func TestExplainMore(t *testing.T) {
	e, d := realEngine(t)
	image := dockertest.Image(t, d, dockertest.Busybox)
	for _, tc := range []struct {
		name string
		args []string
		want ExplainCode
		say  string
	}{
		{"segfault", []string{image, "sh", "-c", "kill -SEGV $$"}, ExitCrashed, "SIGSEGV"},
		{"term", []string{image, "sh", "-c", "kill -TERM $$"}, ExitTerminated, "SIGTERM"},
		{"kill", []string{image, "sh", "-c", "kill -KILL $$"}, ExitKilled, "SIGKILL"},
		{"inner command", []string{image, "sh", "-c", "jq ."}, ExitCommandNotFound, "jq: not found"},
		{"permission", []string{"--user=65534", image, "sh", "-c", "cat /root/x; exit 5"}, ExitPermissionDenied, "ermission denied"},
		// A moment later: the engine does not notice it of what ends within a few ms.
		{"memory", []string{"--memory=8m", image, "sh", "-c", "sleep 1; exec tail /dev/zero"}, ExitOutOfMemory, "8MiB"},
		{"finished", []string{image, "echo", "done"}, ExitFinished, "did its work"},
		{"folder", []string{"--entrypoint=/bin", image}, ExitIsFolder, "folder"},
		{"by name", []string{"--entrypoint=nope", image}, ExitNotFound, "nope"},
		{"sh -c", []string{"--entrypoint=sh", image, "-c"}, ExitShellNoArgument, "wants a command"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			id := createForeign(t, d, append([]string{"--init"}, tc.args...)...)
			startAndEnd(t, d, id)
			why, err := e.Explain(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			if why.Code != tc.want || !strings.Contains(why.Sentence, tc.say) {
				t.Errorf("%s: %s (%d), want %s with %q\n%+v", why.Code, why.Sentence, why.ExitCode, tc.want, tc.say, why.Evidence)
			}
		})
	}
}

// createForeign creates a container that is not ours, removed with the test.
func createForeign(t *testing.T, d *dockertest.Daemon, args ...string) string {
	t.Helper()
	id := d.Docker(t, append([]string{"create", "--name", "eng2-foreign-" + newID(4)}, args...)...)
	t.Cleanup(func() { _ = removeForeign(d, id) })
	return id
}

// startAndEnd starts a container that ends, or does not even start.
func startAndEnd(t *testing.T, d *dockertest.Daemon, id string) {
	t.Helper()
	_ = startForeign(d, id)
	dockertest.Wait(t, 10*time.Second, "the container's end", func() bool {
		in, err := d.Client().ContainerInspect(t.Context(), id)
		return err == nil && !in.State.Running
	})
}

func FuzzParseProgram(f *testing.F) {
	f.Add([]byte("#!/bin/sh\r\n"))
	f.Add([]byte("\x7fELF\x02\x01\x01"))
	f.Add(append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 100)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		p := parseProgram(data)
		if len(p.interpreter) > maxShebang || len(p.loader) > maxLoader {
			t.Errorf("%+v", p)
		}
	})
}

func FuzzExplain(f *testing.F) {
	f.Add(127, "[FATAL tini (7)] exec /x failed: No such file or directory", "", "/x")
	f.Fuzz(func(t *testing.T, code int, line, errText, name string) {
		if why := explain(exitFacts{status: "exited", code: code, logs: []string{line}, errText: errText, argv: []string{name}}); why.Sentence == "" {
			t.Error("no sentence")
		}
	})
}

// An image for another machine, debug-launched: the engine starts it, its shell
// cannot run, and the explanation says so and offers this engine's platform.
func TestExplainLaunchOfForeignImage(t *testing.T) {
	e, d := realEngine(t)
	program := make([]byte, 200)
	copy(program, "\x7fELF\x02\x01\x01")
	program[16], program[18], program[20] = 2, 183, 1 // an arm64 program
	if runtime.GOARCH == "arm64" {
		program[18] = 62
	}
	image := dockertest.Import(t, d, "eng2-foreign:"+newID(4), []dockertest.File{{Path: "bin/sh", Data: program, Mode: 0o755}}, `CMD ["/bin/sh"]`)
	s := launched(t, e, launch.Spec{Image: image})
	why := <-e.Early(t.Context(), s)
	if why == nil || why.Code != ExitWrongArch || len(why.Fixes) == 0 {
		t.Fatalf("explanation %+v", why)
	}
	t.Log(why.Sentence, why.Fixes)
}

func FuzzFirstFile(f *testing.F) {
	f.Add([]byte{}, 10)
	f.Add(make([]byte, 1024), 10)
	f.Fuzz(func(t *testing.T, data []byte, limit int) {
		if got, err := firstFile(bytes.NewReader(data), max(0, limit)); err == nil && len(got) > max(0, limit) {
			t.Errorf("%d bytes, limit %d", len(got), limit)
		}
	})
}

func FuzzMerged(f *testing.F) {
	f.Add([]byte("\x01\x00\x00\x00\x00\x00\x00\x02hi"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, _ := io.ReadAll(&merged{r: bytes.NewReader(data)})
		if len(got) > len(data) {
			t.Errorf("%d bytes of %d", len(got), len(data))
		}
	})
}
