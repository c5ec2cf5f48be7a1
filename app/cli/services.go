package cli

import (
	"context"
	"iter"
	"os"

	"tacklebox/platform/containers"
	"tacklebox/platform/containers/launch"
	"tacklebox/platform/dockerconfig"
	"tacklebox/platform/instance"
	"tacklebox/platform/paths"
	"tacklebox/platform/settings"
)

// services is what the verbs use of the machine; tests put fakes in.
type services struct {
	connect  func(context.Context, containers.Options) (engine, error)
	discover func(context.Context, containers.Options) ([]containers.Endpoint, error)
	askAll   func(context.Context, []containers.Endpoint, containers.Options) iter.Seq[containers.Answer]
	dataDir  func(override string) (string, error)
	chosen   func(dataDir string) string // the engine chosen in the window
	send     func(dataDir string, m instance.Message) error
	lookup   launch.Lookup
	terminal func(streams) terminal
	latency  latencyServices
	l2tp     l2tpServices
	registry registryServices
}

// engine is what the verbs use of *containers.Engine.
type engine interface {
	Endpoint() containers.Endpoint
	Answer() containers.Answer
	Close() error
	Image(ctx context.Context, ref string) (containers.ImageDetail, error)
	Containers(ctx context.Context) ([]containers.Container, error)
	Pull(ctx context.Context, ref, platform string, progress func(containers.PullProgress)) error
	ProbeShells(ctx context.Context, image, platform string) ([]containers.ShellFound, error)
	Resolve(ctx context.Context, spec launch.Spec) (launch.Spec, containers.ImageDetail, error)
	Clone(ctx context.Context, container string) (launch.Spec, []containers.CloneNote, error)
	Launch(ctx context.Context, spec launch.Spec) (*containers.Session, error)
	Early(ctx context.Context, s *containers.Session) <-chan *containers.Explanation
	OpenShell(ctx context.Context, r containers.ShellRequest) (shell, error)
	Exec(ctx context.Context, r containers.ShellRequest, s containers.ExecStreams) (int, error)
	Sessions(ctx context.Context) ([]containers.Container, error)
	End(ctx context.Context, id string) error
	EndAll(ctx context.Context) ([]string, error)
	AskRegistry(ctx context.Context, host string, auth dockerconfig.Auth) error
}

// shell is what the verbs use of *containers.Shell.
type shell interface {
	Read(p []byte) (int, error)
	Write(p []byte) (int, error)
	Close() error
	Resize(ctx context.Context, cols, rows int) error
	Wait(ctx context.Context) (int, error)
}

// realEngine gives shells as the interface.
type realEngine struct{ *containers.Engine }

func (e realEngine) OpenShell(ctx context.Context, r containers.ShellRequest) (shell, error) {
	s, err := e.Engine.OpenShell(ctx, r)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func realServices() services {
	return services{
		connect: func(ctx context.Context, o containers.Options) (engine, error) {
			endpoints, err := containers.Discover(ctx, o)
			if err != nil {
				return nil, err
			}
			e, err := containers.Connect(ctx, endpoints[0], o)
			if err != nil {
				return nil, err
			}
			return realEngine{e}, nil
		},
		discover: containers.Discover,
		askAll:   containers.AskAll,
		dataDir:  paths.DataDir,
		chosen: func(dir string) string {
			store, err := settings.Open(dir)
			if err != nil {
				return "" // the window tells about a broken file; the verb goes the CLI's way
			}
			return store.Get().Engine
		},
		send:     instance.Send,
		lookup:   os.LookupEnv,
		terminal: newTerminal,
		latency:  realLatency(),
		l2tp:     realL2TP(),
		registry: realRegistries(),
	}
}
