package containers

import (
	"bufio"
	"context"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
)

const (
	explainTimeout = 15 * time.Second
	maxLogBytes    = 64 << 10
	maxLogLine     = 400
	logLinesRead   = 20
	logLinesShown  = 5
)

// exitFacts is everything an explanation is made of.
type exitFacts struct {
	status     string // the engine's word: running, exited, created, ...
	running    bool
	code       int
	errText    string // the engine's own error
	oom        bool
	logs       []string
	argv       []string
	user       string
	workDir    string
	imagePlat  string // "" when unknown
	enginePlat string
	memory     int64
	ran        time.Duration
	tty, stdin bool
	restarts   int
	unhealthy  bool
	ours       bool

	program *programFacts // argv's first word; nil when it was not looked at
	script  *programFacts // the file a shell was given, when argv is "sh FILE"
}

// programFacts is what was seen of a program inside the container.
type programFacts struct {
	asked      string
	found      bool
	dir        bool
	executable bool
	mode       string
	head       programHead
	// needs tells whether interpreter and loader were found.
	interpreterFound, loaderFound bool
}

// Explain says why a container is not up. It only reads: inspect, the last log
// lines, and the first bytes of the program.
func (e *Engine) Explain(ctx context.Context, id string) (*Explanation, error) {
	ctx, cancel := context.WithTimeout(ctx, explainTimeout)
	defer cancel()
	in, err := e.api.ContainerInspect(ctx, id)
	if err != nil {
		return nil, wrap("explain the end of container", id, err)
	}
	facts := e.factsOf(ctx, in)
	why := explain(facts)
	return &why, nil
}

// factsOf gathers. What cannot be read is left out: an explanation with less
// evidence is better than none.
func (e *Engine) factsOf(ctx context.Context, in container.InspectResponse) exitFacts {
	var f exitFacts
	if in.ContainerJSONBase == nil {
		return f
	}
	answer := e.Answer()
	f.enginePlat = platformName(answer.OS, answer.Arch, "")
	f.argv = withoutInit(append([]string{in.Path}, in.Args...))
	f.restarts = in.RestartCount
	if s := in.State; s != nil {
		f.status, f.running = s.Status, s.Running && !s.Restarting
		f.code, f.errText, f.oom = s.ExitCode, printable(s.Error, maxErrorText), s.OOMKilled
		f.ran = between(s.StartedAt, s.FinishedAt)
		f.unhealthy = s.Health != nil && s.Health.Status == container.Unhealthy
	}
	if c := in.Config; c != nil {
		f.user, f.workDir, f.tty, f.stdin = c.User, c.WorkingDir, c.Tty, c.OpenStdin
		f.ours = e.sessionOf(c.Labels) != nil
	}
	if in.HostConfig != nil {
		f.memory = in.HostConfig.Memory
	}
	if f.running {
		return f
	}
	if image, err := e.api.ImageInspect(ctx, in.Image); err == nil {
		f.imagePlat = platformName(image.Os, image.Architecture, "")
	}
	f.logs = e.lastLines(ctx, in.ID)
	if strings.HasPrefix(f.enginePlat, "windows") || f.argv[0] == "" {
		return f
	}
	folders := pathOf(in.Config)
	f.program = e.lookAtProgram(ctx, in.ID, folders, f.argv[0])
	if len(f.argv) > 1 && posixShell(f.argv) != nil && !strings.HasPrefix(f.argv[1], "-") {
		f.script = e.lookAtProgram(ctx, in.ID, []string{workDirOf(in.Config)}, f.argv[1])
	}
	return f
}

// withoutInit leaves out podman's init, which podman names as the program and
// Docker does not.
func withoutInit(argv []string) []string {
	if len(argv) > 2 && argv[1] == "--" && (argv[0] == "/run/podman-init" || argv[0] == "/dev/init") {
		return argv[2:]
	}
	return argv
}

func between(from, to string) time.Duration {
	start, err1 := time.Parse(time.RFC3339Nano, from)
	end, err2 := time.Parse(time.RFC3339Nano, to)
	if err1 != nil || err2 != nil || end.Before(start) || start.Year() < 2000 {
		return 0
	}
	return end.Sub(start)
}

func workDirOf(c *container.Config) string {
	if c == nil || c.WorkingDir == "" {
		return "/"
	}
	return c.WorkingDir
}

// pathOf is where the container looks for programs.
func pathOf(c *container.Config) []string {
	list := defaultPath
	if c != nil {
		for _, entry := range c.Env {
			if value, ok := strings.CutPrefix(entry, "PATH="); ok {
				list = value
			}
		}
	}
	var folders []string
	for folder := range strings.SplitSeq(list, ":") {
		if path.IsAbs(folder) && len(folders) < maxPathFolders {
			folders = append(folders, folder)
		}
	}
	return folders
}

// lastLines are the last lines of the log, made harmless.
func (e *Engine) lastLines(ctx context.Context, id string) []string {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	stream, err := e.Logs(ctx, id, LogOptions{Tail: logLinesRead, MaxBytes: maxLogBytes})
	if err != nil {
		return nil
	}
	defer stream.Close()
	var lines []string
	reader := bufio.NewReaderSize(io.LimitReader(stream, maxLogBytes), 4096)
	for {
		line, tooLong, err := reader.ReadLine()
		if text := printable(string(line), maxLogLine); text != "" {
			lines = append(lines, text)
		}
		for tooLong && err == nil {
			_, tooLong, err = reader.ReadLine()
		}
		if err != nil {
			return lines[max(0, len(lines)-logLinesRead):]
		}
	}
}

// lookAtProgram finds a program as the engine would and reads its head; nil when
// the engine does not let us look.
func (e *Engine) lookAtProgram(ctx context.Context, id string, folders []string, name string) *programFacts {
	view := e.view(id)
	p := &programFacts{asked: name}
	candidates := []string{name}
	if !strings.HasPrefix(name, "/") {
		candidates = nil
		for _, folder := range folders {
			candidates = append(candidates, path.Join(folder, name))
		}
	}
	var file *insideFile
	for _, candidate := range candidates {
		found, err := view.stat(ctx, candidate)
		if err != nil {
			return nil
		}
		if found != nil {
			file = found
			if found.executable() {
				break
			}
		}
	}
	if file == nil {
		return p
	}
	p.asked = file.asked
	p.found, p.dir, p.executable, p.mode = true, file.mode.IsDir(), file.executable(), file.mode.String()
	if p.dir || !file.mode.IsRegular() {
		return p
	}
	head, err := view.read(ctx, file.path, maxFileRead)
	if err != nil && file.size > 0 {
		return p
	}
	p.head = parseProgram(head)
	there := func(name string) bool {
		if !path.IsAbs(name) {
			return true // decided by a PATH we do not know
		}
		found, err := view.stat(ctx, name)
		return err != nil || found != nil
	}
	p.interpreterFound = p.head.interpreter == "" || there(p.head.interpreter)
	p.loaderFound = p.head.loader == "" || there(p.head.loader)
	return p
}

// lastOf gives the last n.
func lastOf(lines []string, n int) []string {
	return slices.Clone(lines[max(0, len(lines)-n):])
}
