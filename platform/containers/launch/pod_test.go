package launch

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

var update = flag.Bool("update", false, "write the golden files anew")

// full is a launch that uses every field.
func full() Spec {
	return Spec{
		Image: "registry.example/team/app:1.2", Name: "Kelu_1", Shell: []string{"/bin/bash"}, Source: "app-1",
		User: "1000:100", WorkDir: "/srv/app", Hostname: "kelu", Platform: "linux/arm64/v8",
		Env: []EnvVar{
			{Name: "GREETING", Value: "it's $(HOME) $$ \"x\"\n中文"}, {Name: "API_TOKEN", Value: "canary-1", Secret: true}, {Name: "EMPTY"},
			{Name: "YES", Value: "yes"}, {Name: "NUMBER", Value: "0x1f"}, {Name: "ODD\nNAME'", Value: "canary-2", Secret: true},
		},
		Mounts: []Mount{
			{Kind: MountBind, Source: "/host/a,b", Target: "/data", ReadOnly: true}, {Kind: MountVolume, Source: "My_Cache", Target: "/cache"},
			{Kind: MountVolume, Target: "/anonymous"}, {Kind: MountTmpfs, Target: "/scratch", TmpfsSize: 64 << 20},
		},
		Ports:    []Port{{HostIP: "127.0.0.1", HostPort: 8080, Container: 80}, {Container: 53, Proto: "udp"}},
		Networks: []string{"front", "back"}, CapAdd: []string{"SYS_PTRACE", "CAP_NET_ADMIN"}, CapDrop: []string{"ALL"},
		SecurityOpt: []string{"no-new-privileges", "seccomp=unconfined", "label=disable"}, Devices: []string{"/dev/fuse"},
		ExtraHosts: []string{"db:10.1.2.3"}, DNS: []string{"9.9.9.9"}, Ulimits: []string{"nofile=100:200"}, GroupAdd: []string{"7", "audio"},
		ReadOnly: true, IPC: "host", PID: "host", Memory: 512 << 20, NanoCPUs: 1_500_000_000, PidsLimit: 99, ShmSize: 64 << 20,
		Labels:   map[string]string{"my.label": "x\ny", "tacklebox.kind": "debug", "not a name": "x"},
		Original: Command{Entrypoint: []string{"/app"}, Cmd: []string{"--serve"}},
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; look at it and run the test with -update:\n%s", path, got)
	}
}

func TestGolden(t *testing.T) {
	s, small := full(), Spec{Image: "debian", Name: "kelu", Shell: []string{"/bin/bash"}}
	golden(t, "small.docker", small.DockerCommands(PrintOptions{}))
	golden(t, "small.pod.yaml", small.PodYAML(PodSleep, PrintOptions{}))
	golden(t, "small.pod-tty.yaml", small.PodYAML(PodTTY, PrintOptions{}))
	golden(t, "full.docker", s.DockerCommands(PrintOptions{}))
	golden(t, "full.powershell", s.DockerCommands(PrintOptions{Shell: PowerShell, Reveal: true}))
	golden(t, "full.pod.yaml", s.PodYAML(PodSleep, PrintOptions{}))
	golden(t, "full.pod-tty.yaml", s.PodYAML(PodTTY, PrintOptions{Reveal: true}))
	golden(t, "full.fragment.yaml", s.PodFragment(PodTTY, PrintOptions{}))
}

// The values of secrets are printed only when that is asked for.
func TestPrintedSecrets(t *testing.T) {
	s := full()
	for name, text := range map[string]string{
		"docker": s.DockerCommands(PrintOptions{}), "powershell": s.DockerCommands(PrintOptions{Shell: PowerShell}),
		"pod": s.PodYAML(PodSleep, PrintOptions{}), "fragment": s.PodFragment(PodTTY, PrintOptions{}),
	} {
		if strings.Contains(text, "canary") {
			t.Errorf("%s shows a secret:\n%s", name, text)
		}
	}
	for name, text := range map[string]string{
		"docker": s.DockerCommands(PrintOptions{Reveal: true}), "pod": s.PodYAML(PodSleep, PrintOptions{Reveal: true}),
	} {
		if !strings.Contains(text, "canary-1") || !strings.Contains(text, "canary-2") {
			t.Errorf("%s does not reveal:\n%s", name, text)
		}
	}
}

// decode reads a manifest as the API server does, and fails on any key that
// Kubernetes does not have.
func decode(t *testing.T, text string, into any) {
	t.Helper()
	if err := yaml.UnmarshalStrict([]byte(text), into); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
}

func TestPodByTheKubernetesTypes(t *testing.T) {
	privileged := full()
	privileged.Privileged, privileged.Networks = true, []string{"host"}
	for name, s := range map[string]Spec{
		"small": {Image: "debian"}, "full": full(), "privileged": privileged,
		"custom":  {Image: "debian", KeepAlive: KeepCustom, Entrypoint: []string{"sh", "-c"}, Cmd: []string{"echo $(X) $$; sleep 9"}},
		"windows": {Image: "w", Shell: []string{`C:\Windows\System32\cmd.exe`}, Mounts: []Mount{{Kind: MountBind, Source: `C:\a`, Target: `C:\b`}}},
		"busybox": {Image: "bb", Shell: []string{"/bin/busybox", "sh"}},
	} {
		for _, form := range []PodForm{PodSleep, PodTTY} {
			for _, o := range []PrintOptions{{}, {Reveal: true}} {
				var pod corev1.Pod
				decode(t, s.PodYAML(form, o), &pod)
				checkPod(t, name+" "+string(form), s, form, pod)
				var spec corev1.PodSpec
				decode(t, s.PodFragment(form, o), &spec)
				if len(spec.Containers) != 1 || spec.RestartPolicy != "" {
					t.Errorf("%s: the fragment is %+v", name, spec)
				}
			}
		}
	}
}

func checkPod(t *testing.T, name string, s Spec, form PodForm, pod corev1.Pod) {
	t.Helper()
	c := pod.Spec.Containers[0]
	if pod.Spec.RestartPolicy != corev1.RestartPolicyNever || *pod.Spec.TerminationGracePeriodSeconds != 1 {
		t.Errorf("%s: restartPolicy %s, grace %d", name, pod.Spec.RestartPolicy, *pod.Spec.TerminationGracePeriodSeconds)
	}
	if tty := form == PodTTY; c.TTY != tty || c.Stdin != tty {
		t.Errorf("%s: tty %v, stdin %v", name, c.TTY, c.Stdin)
	}
	if len(c.Command) == 0 || c.Image != s.Image || len(c.Env) != len(s.Env) || len(c.Ports) != len(s.Ports) {
		t.Errorf("%s: %+v", name, c)
	}
	if len(c.VolumeMounts) != len(pod.Spec.Volumes) || len(c.VolumeMounts) < len(s.Mounts) {
		t.Errorf("%s: %d mounts of %d volumes", name, len(c.VolumeMounts), len(pod.Spec.Volumes))
	}
	for i, v := range s.Env {
		if e := c.Env[i]; e.Name != v.Name || e.ValueFrom == nil && expand(e.Value) != v.Value {
			t.Errorf("%s: %q = %q, want %q", name, e.Name, expand(e.Value), v.Value)
		}
	}
	if s.KeepAlive == KeepCustom && form == PodTTY {
		want := QuoteArgv(append(append([]string{}, s.Entrypoint...), s.Cmd...))
		var got []string
		for _, arg := range append(c.Command, c.Args...) {
			got = append(got, expand(arg))
		}
		if QuoteArgv(got) != want {
			t.Errorf("%s runs %q, want %s", name, got, want)
		}
	}
	if form == PodSleep && s.Shell == nil && (QuoteArgv(c.Command) != "sh -c" || QuoteArgv(c.Args) != "'sleep 3600s'") {
		t.Errorf("%s runs %q %q", name, c.Command, c.Args)
	}
}

// expand is the kubelet's expansion with no variable defined.
func expand(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		b.WriteByte(text[i])
		if text[i] != '$' || i+1 == len(text) {
			continue
		}
		switch text[i+1] {
		case '$':
			i++
		case '(':
			if end := strings.IndexByte(text[i:], ')'); end > 0 {
				b.WriteString("EXPANDED")
				i += end
			}
		}
	}
	return b.String()
}

func FuzzEscapeExpansion(f *testing.F) {
	for _, text := range []string{"", "$", "$$", "$$$", "$(X)", "$$(X)", "$($(X))", "a$", "$((1))"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got := expand(escapeExpansion(text)); got != text {
			t.Fatalf("%q became %q through %q", text, got, escapeExpansion(text))
		}
	})
}

// Whatever stands in a launch, the manifest says exactly that, and comments stay
// comments.
func FuzzPodYAML(f *testing.F) {
	f.Add("a", "b: c", "#x")
	f.Add("yes", "0x1f", "1e3")
	f.Add("- a", "\n---\n", "\x85\u2028\ufeff")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		s := full()
		s.Cmd, s.Entrypoint, s.KeepAlive = []string{a}, []string{b}, KeepCustom
		s.Env = append(s.Env, EnvVar{Name: "X", Value: c})
		s.Networks, s.Hostname, s.User, s.Source = []string{a}, b, c, c
		s.Labels["a.b"] = a
		if s.checkText() != nil {
			return
		}
		var pod corev1.Pod
		text := s.PodYAML(PodTTY, PrintOptions{})
		if err := yaml.UnmarshalStrict([]byte(text), &pod); err != nil {
			t.Fatalf("%v\n%q", err, text)
		}
		debug := pod.Spec.Containers[0]
		if expand(debug.Command[0]) != b || expand(debug.Args[0]) != a || expand(debug.Env[len(debug.Env)-1].Value) != c || pod.Annotations["a.b"] != a {
			t.Fatalf("%q %q %q became %+v", a, b, c, debug)
		}
	})
}
