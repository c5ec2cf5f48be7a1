package containers

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"

	"tacklebox/platform/containers/dockertest"
	"tacklebox/platform/containers/launch"
)

const (
	victimHost  = "TACKLEBOX_TEST_VICTIM_HOST"
	victimData  = "TACKLEBOX_TEST_VICTIM_DATA"
	victimImage = "TACKLEBOX_TEST_VICTIM_IMAGE"
)

// TestVictim is the process that TestSessionsOutliveTheApp kills: it launches
// three sessions, leaves a probe container and waits for its end.
func TestVictim(t *testing.T) {
	host := os.Getenv(victimHost)
	if host == "" {
		return
	}
	e := connectAs(t, host, Options{DataDir: os.Getenv(victimData)})
	for range 3 {
		s, err := e.Launch(t.Context(), launch.Spec{Image: os.Getenv(victimImage)})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("launched", s.ContainerID)
	}
	select {}
}

func TestSessionsOutliveTheApp(t *testing.T) {
	e, d := realEngine(t)
	image := dockertest.Image(t, d, dockertest.Busybox)
	cmd := exec.Command(os.Args[0], "-test.run=^TestVictim$", "-test.timeout=2m")
	cmd.Env = append(os.Environ(), victimHost+"="+d.Host, victimData+"="+e.opts.DataDir, victimImage+"="+image)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for lines := bufio.NewScanner(out); len(ids) < 3 && lines.Scan(); {
		if id, ok := strings.CutPrefix(lines.Text(), "launched "); ok {
			ids = append(ids, id)
		} else {
			t.Log(lines.Text())
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if len(ids) != 3 {
		t.Fatalf("launched %v", ids)
	}
	mine := func() []string {
		t.Helper()
		list, err := e.Sessions(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, c := range list {
			if c.Session.Mine {
				found = append(found, c.ID)
				if c.Session.Source != image || time.Since(c.Session.Created) > time.Minute {
					t.Errorf("session %+v", c.Session)
				}
			}
		}
		slices.Sort(found)
		return found
	}
	slices.Sort(ids)
	if got := mine(); !slices.Equal(got, ids) {
		t.Fatalf("found %v, want %v", got, ids)
	}
	_, v := openShell(t, e, ShellRequest{Container: ids[0], Argv: []string{"/bin/sh"}, Cols: 80, Rows: 24})
	v.send(t, "echo st''ill\n")
	v.until(t, "still\r\n")
	ended, err := e.EndAll(t.Context())
	if err != nil || len(ended) != 3 {
		t.Errorf("ended %v, %v", ended, err)
	}
	if got := mine(); len(got) != 0 {
		t.Errorf("left %v", got)
	}
}

// EndAll ends what is ours and nothing else: not another user's, host's or data
// folder's sessions, not containers without our labels.
func TestEndAllLeavesForeign(t *testing.T) {
	e, d := realEngine(t)
	image := dockertest.Image(t, d, dockertest.Busybox)
	o := Options{DataDir: e.opts.DataDir}
	var others []*Session
	for _, change := range []func(*Options){
		func(o *Options) { o.User = "somebody" },
		func(o *Options) { o.Host = "elsewhere" },
		func(o *Options) { o.DataDir = t.TempDir() },
	} {
		other := o
		change(&other)
		others = append(others, launched(t, connectAs(t, d.Host, other), launch.Spec{Image: image}))
	}
	foreign := createForeign(t, d, "--label", "tacklebox.user="+e.opts.User, image, "sleep", "1000")
	if err := startForeign(d, foreign); err != nil {
		t.Fatal(err)
	}
	own := launched(t, e, launch.Spec{Image: image})
	ended, err := e.EndAll(t.Context())
	if err != nil || !slices.Equal(ended, []string{own.Name}) {
		t.Errorf("ended %v, %v, want %s", ended, err, own.Name)
	}
	for _, id := range []string{foreign, others[0].ContainerID, others[1].ContainerID, others[2].ContainerID} {
		in, err := d.Client().ContainerInspect(t.Context(), id)
		if err != nil || !in.State.Running {
			t.Errorf("%s was touched: %v", id, err)
		}
	}
	if err := e.End(t.Context(), foreign); CauseOf(err) != CauseNotOurs {
		t.Errorf("end of a foreign container: %v", err)
	}
	if err := e.End(t.Context(), "no-such-container"); CauseOf(err) != CauseGone {
		t.Errorf("end of nothing: %v", err)
	}
	list, err := e.Sessions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, other := range others {
		at := slices.IndexFunc(list, func(c Container) bool { return c.ID == other.ContainerID })
		if at < 0 || list[at].Session.Mine {
			t.Errorf("%s is not listed as another's", other.Name)
			continue
		}
		if err := e.End(t.Context(), other.ContainerID); err != nil {
			t.Errorf("end another's by name: %v", err)
		}
	}
	if slices.ContainsFunc(list, func(c Container) bool { return c.ID == foreign }) {
		t.Error("a container without our labels is listed")
	}
}

func TestEndOddStates(t *testing.T) {
	e, d := realEngine(t)
	image := dockertest.Image(t, d, dockertest.Volume)
	for _, verb := range []string{"pause", "stop", "kill", ""} {
		s := launched(t, e, launch.Spec{Image: image})
		if verb != "" {
			d.Docker(t, verb, s.ContainerID)
		}
		var group sync.WaitGroup
		for range 3 { // at the same time, as from two windows and a verb
			group.Go(func() {
				if err := e.End(context.Background(), s.ContainerID); err != nil && CauseOf(err) != CauseGone {
					t.Errorf("end after %q: %v", verb, err)
				}
			})
		}
		group.Wait()
		if _, err := d.Client().ContainerInspect(t.Context(), s.ContainerID); err == nil {
			t.Errorf("still there after %q", verb)
		}
	}
}

// Probe containers of a process that was killed go with the next look at the
// sessions; young ones, which belong to somebody at work, stay.
func TestSweep(t *testing.T) {
	e, d := realEngine(t)
	image := dockertest.Image(t, d, dockertest.Volume)
	probe := func(age time.Duration, e *Engine) string {
		args := []string{}
		for name, value := range e.labels(KindProbe, newID(8), image, time.Now().Add(-age)) {
			args = append(args, "--label", name+"="+value)
		}
		return createForeign(t, d, append(args, image)...)
	}
	old, young := probe(2*time.Minute, e), probe(0, e)
	other := probe(2*time.Minute, connectAs(t, d.Host, Options{DataDir: t.TempDir()}))
	if _, err := e.Sessions(t.Context()); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]bool{old: false, young: true, other: true} {
		if _, err := d.Client().ContainerInspect(t.Context(), id); (err == nil) != want {
			t.Errorf("%s: there %v, want %v", id, err == nil, want)
		}
	}
}

func TestProbeShells(t *testing.T) {
	e, d := realEngine(t)
	for _, tc := range []struct {
		kind dockertest.Kind
		best string
	}{
		{dockertest.Bash, "/bin/bash"}, {dockertest.Busybox, "/bin/ash"}, {dockertest.User, "/bin/ash"}, {dockertest.Volume, "/bin/ash"},
	} {
		shells, err := e.ProbeShells(t.Context(), dockertest.Image(t, d, tc.kind), "")
		if err != nil || shells[0].Argv[0] != tc.best {
			t.Errorf("%s: %v, %v, want %s", tc.kind, shells, err, tc.best)
		}
	}
	if _, err := e.ProbeShells(t.Context(), dockertest.Image(t, d, dockertest.Scratch), ""); CauseOf(err) != CauseNoShell {
		t.Errorf("scratch: %v", err)
	}
	// One binary without links, and links that lead outside, in circles, nowhere.
	busybox, err := exec.LookPath("busybox")
	if err != nil {
		dockertest.Missing(t, "busybox", "apt-get install busybox-static")
	}
	odd := dockertest.Import(t, d, "eng2-odd:"+newID(4), []dockertest.File{
		fileFrom(t, "opt/tools/busybox", busybox), {Path: "bin/bash", Link: "bash"}, {Path: "bin/sh", Link: "../../../../no/where"},
		{Path: "usr/bin/", Mode: 0o755}, {Path: "usr/bin/ash", Data: []byte("not executable"), Mode: 0o644}, {Path: "usr/bin/zsh/"},
	}, "ENV PATH=/bin:/opt/tools", `CMD ["x"]`)
	shells, err := e.ProbeShells(t.Context(), odd, "")
	if err != nil || len(shells) != 1 || !slices.Equal(shells[0].Argv, []string{"/opt/tools/busybox", "sh"}) {
		t.Errorf("odd image: %v, %v", shells, err)
	}
	if left := marks(t, e, d); len(left) != 0 {
		t.Errorf("probes left: %v", left)
	}
}

// state counts everything that sessions could leave behind.
type state struct {
	goroutines, files                     int
	containers, volumes, networks, images int
}

func stateOf(t *testing.T, d *dockertest.Daemon) state {
	t.Helper()
	ctx := context.Background()
	var s state
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	containers, err := d.Client().ContainerList(ctx, container.ListOptions{All: true})
	check(err)
	volumes, err := d.Client().VolumeList(ctx, volume.ListOptions{Filters: filters.NewArgs()})
	check(err)
	networks, err := d.Client().NetworkList(ctx, network.ListOptions{})
	check(err)
	images, err := d.Client().ImageList(ctx, image.ListOptions{All: true})
	check(err)
	s.containers, s.volumes, s.networks, s.images = len(containers), len(volumes.Volumes), len(networks), len(images)
	if files, err := os.ReadDir("/proc/self/fd"); err == nil {
		s.files = len(files)
	}
	s.goroutines = runtime.NumGoroutine()
	return s
}

// After 200 sessions, and 20 that failed, everything is as before.
func TestTwoHundredSessions(t *testing.T) {
	d := dockertest.Private(t, dockertest.Options{})
	ref := dockertest.Image(t, d, dockertest.Volume)
	e := connectTo(t, d.Host)
	one := func(t *testing.T) {
		s, err := e.Launch(t.Context(), launch.Spec{Image: ref, Networks: []string{"none"}})
		if err != nil {
			t.Error(err)
			return
		}
		sh, err := e.OpenShell(t.Context(), ShellRequest{Container: s.ContainerID, Argv: s.Spec.Shell, TTY: true, Cols: 80, Rows: 24})
		if err != nil {
			t.Error(err)
		} else {
			v := watchShell(sh)
			v.send(t, "echo u''p\n")
			v.until(t, "up\r\n")
			if err := sh.Close(); err != nil {
				t.Error(err)
			}
			_, _ = v.untilEnd(t)
		}
		if err := e.End(t.Context(), s.ContainerID); err != nil {
			t.Error(err)
		}
		for range e.Early(t.Context(), s) {
		}
	}
	fail := func(t *testing.T) {
		if _, err := e.Launch(t.Context(), launch.Spec{Image: ref, Networks: []string{"none"}, User: "nobodyx"}); CauseOf(err) != CauseNoUser {
			t.Errorf("bad launch: %v", err)
		}
	}
	one(t) // connections and caches are made by the first
	before := stateOf(t, d)
	var group sync.WaitGroup
	work := make(chan int)
	for range 4 {
		group.Go(func() {
			for n := range work {
				one(t)
				if n%10 == 0 {
					fail(t)
				}
			}
		})
	}
	for n := range 200 {
		work <- n
	}
	close(work)
	group.Wait()
	var after state
	settled := func() bool {
		_ = e.Close()
		_ = d.Client().Close()
		after = stateOf(t, d)
		return after.containers == before.containers && after.volumes == before.volumes && after.networks == before.networks && after.images == before.images &&
			after.goroutines <= before.goroutines && after.files <= before.files
	}
	deadline := time.Now().Add(20 * time.Second)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for !settled() {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("before %+v, after %+v\n%s", before, after, stacks[:runtime.Stack(stacks, true)])
		}
		<-tick.C
	}
	t.Logf("before %+v, after %+v", before, after)
}
