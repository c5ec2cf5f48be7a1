package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"

	"tacklebox/platform/containers"
	"tacklebox/platform/containers/launch"
	"tacklebox/platform/dockerconfig"
	"tacklebox/platform/instance"
)

// fakeEngine is an engine in memory.
type fakeEngine struct {
	images     []string
	list       []containers.Container // all containers; those with a Session are ours
	launched   []launch.Spec
	requests   []containers.ShellRequest
	ended      []string
	pulled     []string
	closed     int
	exec       func(containers.ShellRequest, containers.ExecStreams) (int, error)
	shell      *fakeShell
	openErr    error
	launchErr  error
	early      *containers.Explanation
	beforeExec func()

	askedRegistry string
	registryErr   error
}

func missing(ref string) error {
	return &containers.Error{Op: "inspect image", Object: ref, Cause: containers.CauseNoImage, Err: errors.New("no such image")}
}

func (f *fakeEngine) Endpoint() containers.Endpoint { return containers.Endpoint{ID: "unix:///fake"} }
func (f *fakeEngine) Answer() containers.Answer     { return containers.Answer{Product: "Fake"} }

func (f *fakeEngine) AskRegistry(_ context.Context, host string, auth dockerconfig.Auth) error {
	f.askedRegistry = host + " as " + auth.Username
	return f.registryErr
}

func (f *fakeEngine) Close() error {
	f.closed++
	return nil
}

func (f *fakeEngine) Image(_ context.Context, ref string) (containers.ImageDetail, error) {
	if !slices.Contains(f.images, ref) {
		return containers.ImageDetail{}, missing(ref)
	}
	return containers.ImageDetail{}, nil
}

func (f *fakeEngine) Containers(context.Context) ([]containers.Container, error) { return f.list, nil }

func (f *fakeEngine) Pull(_ context.Context, ref, platform string, progress func(containers.PullProgress)) error {
	if strings.Contains(ref, "absent") {
		return &containers.Error{Op: "pull image", Object: ref, Cause: containers.CauseDenied, Err: errors.New("denied")}
	}
	progress(containers.PullProgress{Layers: []containers.LayerProgress{{ID: "a", Done: true}, {ID: "b"}}, Current: 1e6, Total: 2e6})
	f.pulled = append(f.pulled, ref+"|"+platform)
	r, err := launch.ParseReference(ref)
	if err != nil {
		return err
	}
	f.images = append(f.images, strings.TrimSuffix(r.Familiar, ":latest"), r.Familiar)
	return nil
}

func (f *fakeEngine) ProbeShells(_ context.Context, image, _ string) ([]containers.ShellFound, error) {
	if !slices.Contains(f.images, image) {
		return nil, missing(image)
	}
	return []containers.ShellFound{{Name: "bash", Argv: []string{"/bin/bash"}}}, nil
}

func (f *fakeEngine) Resolve(_ context.Context, spec launch.Spec) (launch.Spec, containers.ImageDetail, error) {
	if !slices.Contains(f.images, spec.Image) {
		return spec, containers.ImageDetail{}, missing(spec.Image)
	}
	if have := "linux/amd64"; spec.Platform != "" && spec.Platform != have && len(f.pulled) == 0 {
		return spec, containers.ImageDetail{}, &containers.Error{Op: "launch", Object: spec.Image, Cause: containers.CausePlatform, Err: errors.New("the image is for " + have)}
	}
	if len(spec.Shell) == 0 {
		spec.Shell = []string{"/bin/bash"}
	}
	if spec.Name == "" {
		spec.Name = launch.SuggestName(spec.Image, "f00")
	}
	spec.Original = launch.Command{Entrypoint: []string{"/bin/false"}}
	return spec.Resolved(), containers.ImageDetail{}, spec.Validate()
}

func (f *fakeEngine) Clone(_ context.Context, name string) (launch.Spec, []containers.CloneNote, error) {
	return launch.Spec{Image: "app", Source: name, Env: []launch.EnvVar{{Name: "FROM", Value: "copy"}}},
		[]containers.CloneNote{
			{Field: containers.ClonePort, Action: containers.CloneDropped, Value: "8080:80", Reason: containers.CloneWouldClash},
			{Field: containers.CloneEnv, Action: containers.CloneCopied, Value: "FROM"},
		}, nil
}

func (f *fakeEngine) Launch(ctx context.Context, spec launch.Spec) (*containers.Session, error) {
	spec, _, err := f.Resolve(ctx, spec)
	if err == nil {
		err = f.launchErr
	}
	if err != nil {
		return nil, err
	}
	f.launched = append(f.launched, spec)
	f.list = append(f.list, containers.Container{ID: "id-" + spec.Name, Name: spec.Name, State: "running", Session: &containers.SessionInfo{Mine: true}})
	return &containers.Session{ContainerID: "id-" + spec.Name, Name: spec.Name, Spec: spec}, nil
}

func (f *fakeEngine) Early(context.Context, *containers.Session) <-chan *containers.Explanation {
	out := make(chan *containers.Explanation, 1)
	if f.early != nil {
		out <- f.early
	}
	close(out)
	return out
}

func (f *fakeEngine) OpenShell(_ context.Context, r containers.ShellRequest) (shell, error) {
	f.requests = append(f.requests, r)
	if f.openErr != nil {
		return nil, f.openErr
	}
	return f.shell, nil
}

func (f *fakeEngine) Exec(ctx context.Context, r containers.ShellRequest, s containers.ExecStreams) (int, error) {
	f.requests = append(f.requests, r)
	if f.beforeExec != nil {
		f.beforeExec()
		<-ctx.Done()
		return -1, &containers.Error{Op: "run in", Cause: containers.CauseCancelled, Err: ctx.Err()}
	}
	if f.exec == nil {
		return 0, nil
	}
	return f.exec(r, s)
}

func (f *fakeEngine) Sessions(context.Context) ([]containers.Container, error) {
	return slices.DeleteFunc(slices.Clone(f.list), func(c containers.Container) bool { return c.Session == nil }), nil
}

func (f *fakeEngine) End(_ context.Context, id string) error {
	f.ended = append(f.ended, id)
	return nil
}

func (f *fakeEngine) EndAll(context.Context) ([]string, error) { return []string{"b", "a"}, nil }

// fakeShell echoes what is typed until it sees "exit".
type fakeShell struct {
	r      *io.PipeReader
	w      *io.PipeWriter
	mu     sync.Mutex
	sizes  [][2]int
	closed bool
	code   int
}

func newFakeShell(code int) *fakeShell {
	r, w := io.Pipe()
	return &fakeShell{r: r, w: w, code: code}
}

func (s *fakeShell) Read(p []byte) (int, error) { return s.r.Read(p) }

func (s *fakeShell) Write(p []byte) (int, error) {
	if _, err := s.w.Write(p); err != nil {
		return 0, err
	}
	if bytes.Contains(p, []byte("exit")) {
		_ = s.w.Close()
	}
	return len(p), nil
}

func (s *fakeShell) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return s.w.Close()
}

func (s *fakeShell) Resize(_ context.Context, cols, rows int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sizes = append(s.sizes, [2]int{cols, rows})
	return nil
}

func (s *fakeShell) Wait(context.Context) (int, error) { return s.code, nil }

// fakeTerminal is a terminal of 101 by 33.
type fakeTerminal struct {
	raws     int
	restored int
	changes  chan [2]int
}

func (t *fakeTerminal) size() (int, int) { return 101, 33 }

func (t *fakeTerminal) raw() (func(), error) {
	t.raws++
	return func() { t.restored++ }, nil
}

func (t *fakeTerminal) resized(context.Context, [2]int) <-chan [2]int { return t.changes }

// bench is one call of the program with fakes.
type bench struct {
	engine   *fakeEngine
	term     terminal
	env      map[string]string
	chosen   string
	sent     []instance.Message
	sendErr  error
	options  containers.Options
	connects int
	window   []WindowOptions
	noWindow bool
	dataDirs int
	stdin    io.Reader
	out, err bytes.Buffer
	folder   string // the data folder, where a test needs a real one
	latency  latencyServices
	registry registryServices
}

func newBench() *bench {
	return &bench{engine: &fakeEngine{images: []string{"app"}}, env: map[string]string{}, stdin: strings.NewReader("")}
}

func (b *bench) services() services {
	return services{
		connect: func(_ context.Context, o containers.Options) (engine, error) {
			b.options = o
			b.connects++
			return b.engine, nil
		},
		discover: func(context.Context, containers.Options) ([]containers.Endpoint, error) {
			return []containers.Endpoint{{ID: "a", Host: "unix:///a", Origin: containers.OriginDefault}, {ID: "b", Host: "unix:///b", Origin: containers.OriginProbed}}, nil
		},
		askAll: func(_ context.Context, eps []containers.Endpoint, _ containers.Options) iter.Seq[containers.Answer] {
			return func(yield func(containers.Answer) bool) {
				_ = yield(containers.Answer{Endpoint: eps[1], Problem: containers.ProblemNoSocket, Err: errors.New("no \x1bsocket")}) &&
					yield(containers.Answer{Endpoint: eps[0], Product: "Fake", Version: "1", API: "1.41", OS: "linux", Arch: "amd64"})
			}
		},
		dataDir: func(override string) (string, error) {
			b.dataDirs++
			if b.folder != "" {
				return b.folder, nil
			}
			return "/data" + override, nil
		},
		chosen:   func(string) string { return b.chosen },
		send:     func(_ string, m instance.Message) error { b.sent = append(b.sent, m); return b.sendErr },
		lookup:   func(name string) (string, bool) { v, ok := b.env[name]; return v, ok },
		terminal: func(streams) terminal { return b.term },
		latency:  b.latency,
		registry: b.registry,
	}
}

// run calls the program as Main does and gives its exit code.
func (b *bench) run(t testing.TB, args ...string) int {
	t.Helper()
	c := Config{Version: "1.2.3", Program: "tb"}
	if !b.noWindow {
		c.Window = func(o WindowOptions) int { b.window = append(b.window, o); return 0 }
	}
	b.out.Reset()
	b.err.Reset()
	return run(t.Context(), args, streams{b.stdin, &b.out, &b.err}, c, b.services())
}
