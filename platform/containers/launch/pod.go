package launch

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// PodForm is one of the ways to keep a Pod's container up.
type PodForm string

const (
	// PodSleep runs `sh -c "sleep 3600s"`: it ends by itself after an hour.
	PodSleep PodForm = "sleep"
	// PodTTY runs the shell with stdin: true and tty: true.
	PodTTY PodForm = "tty"
)

// ShellNeedsArgsNote says why the form `command: [sh, -c]` with `tty: true` and
// without args, which is found in many notes, is not offered.
const ShellNeedsArgsNote = `command: [sh, -c] with tty: true but without args ends at once with exit code 2: "sh: -c requires an argument"`

// PodYAML writes the launch as a Kubernetes Pod. Secret variables are taken from
// a Secret, whose kubectl command stands above the manifest, unless o.Reveal.
func (s Spec) PodYAML(form PodForm, o PrintOptions) string {
	p := s.pod(form, o)
	w := &p.w
	p.head()
	w.raw("apiVersion", "v1")
	w.raw("kind", "Pod")
	w.in("metadata", func() {
		w.text("name", p.name)
		w.in("labels", func() { w.text("tacklebox.kind", "debug") })
		p.annotations()
	})
	w.in("spec", func() {
		w.raw("restartPolicy", "Never")
		p.spec()
	})
	return w.b.String()
}

// PodFragment writes what takes the place of the same keys under
// spec.template.spec of a Deployment, indented to be pasted there. A Deployment
// always restarts its Pods, so restartPolicy is not among them.
func (s Spec) PodFragment(form PodForm, o PrintOptions) string {
	p := s.pod(form, o)
	w := &p.w
	w.indent = 6
	w.comment("For a Deployment: in place of the same keys under spec.template.spec.")
	w.comment("Give the container the name it has there, set replicas: 1, and leave out its")
	w.comment("livenessProbe, readinessProbe, startupProbe and lifecycle, which would end the shell.")
	p.head()
	p.spec()
	return w.b.String()
}

// podWriter writes one Pod.
type podWriter struct {
	s       Spec
	o       PrintOptions
	w       yamlWriter
	name    string
	secret  string
	command []string
	args    []string
	tty     bool
	volumes []podVolume
	notes   []string
}

func (s Spec) pod(form PodForm, o PrintOptions) *podWriter {
	p := &podWriter{s: s.Clone(), o: o}
	p.name = dnsLabel(s.Name, maxName)
	if p.name == "" {
		p.name = SuggestName(s.Image, "")
	}
	p.secret = p.name + "-env"
	shell := s.Shell
	if len(shell) == 0 {
		shell = []string{"sh"}
	}
	switch {
	case form == PodTTY && s.KeepAlive == KeepCustom:
		p.command, p.args, p.tty = s.Entrypoint, s.Cmd, true
		if len(p.command) == 0 {
			p.command, p.args = s.Cmd, nil // args alone would go to the image's own entrypoint
		}
	case form == PodTTY:
		p.command, p.tty = shell, true
	default:
		p.command, p.args = sleepCommand(shell)
	}
	p.volumes = p.podVolumes()
	p.notes = p.withoutCounterpart()
	return p
}

// sleepCommand is the command that waits an hour in the family of shell. Every
// image with one of the usual shells has sh as well.
func sleepCommand(shell []string) (command, args []string) {
	base := strings.TrimSuffix(strings.ToLower(path.Base(strings.ReplaceAll(shell[0], `\`, "/"))), ".exe")
	switch base {
	case "pwsh", "powershell":
		return []string{shell[0], "-Command"}, []string{"Start-Sleep -Seconds 3600"}
	case "cmd":
		return []string{shell[0], "/c"}, []string{"ping -n 3600 127.0.0.1 >nul"}
	case "busybox":
		if len(shell) > 1 {
			return append(slices.Clone(shell), "-c"), []string{"sleep 3600s"}
		}
	}
	return []string{"sh", "-c"}, []string{"sleep 3600s"}
}

// head tells what has to be there first and what is left out.
func (p *podWriter) head() {
	var literals []string
	if !p.o.Reveal {
		for _, v := range p.s.Env {
			if !v.Secret {
				continue
			}
			value := `"$` + v.Name + `"`
			if !isIdentifier(v.Name) {
				value = "..."
			}
			literals = append(literals, "--from-literal="+secretKey(v.Name)+"="+value)
		}
	}
	if len(literals) > 0 {
		p.w.comment("Secret values are taken from a Secret. Make it first, from your environment:")
		p.w.comment("kubectl create secret generic " + p.secret + " " + strings.Join(literals, " "))
	}
	for _, note := range p.notes {
		p.w.comment("Without a counterpart in a Pod: " + note)
	}
}

// annotations keeps the labels that a person gave; Kubernetes allows far less
// in a label than in an annotation.
func (p *podWriter) annotations() {
	keys := slices.DeleteFunc(slices.Sorted(maps.Keys(p.s.Labels)), func(key string) bool {
		return strings.HasPrefix(key, "tacklebox.") || !isQualifiedName(key)
	})
	source := cmp.Or(p.s.Source, p.s.Image)
	p.w.in("annotations", func() {
		p.w.text("tacklebox.source", source)
		for _, key := range keys {
			p.w.text(key, p.s.Labels[key])
		}
	})
}

// spec writes the Pod's spec without its restartPolicy.
func (p *podWriter) spec() {
	w, s := &p.w, p.s
	w.raw("terminationGracePeriodSeconds", "1")
	if s.Platform != "" {
		parts := strings.Split(s.Platform, "/")
		w.in("nodeSelector", func() {
			w.text("kubernetes.io/os", parts[0])
			if len(parts) > 1 {
				w.text("kubernetes.io/arch", parts[1])
			}
		})
	}
	p.namespaces()
	w.items("containers", func() { w.item(p.container) })
	if len(p.volumes) > 0 {
		w.items("volumes", func() {
			for _, v := range p.volumes {
				w.item(func() { v.write(w) })
			}
		})
	}
}

func (p *podWriter) container() {
	w, s := &p.w, p.s
	w.raw("name", "debug")
	w.text("image", s.Image)
	w.raw("imagePullPolicy", "IfNotPresent")
	w.list("command", escapeAll(p.command))
	if len(p.args) > 0 {
		w.list("args", escapeAll(p.args))
	}
	if p.tty {
		w.raw("stdin", "true")
		w.raw("tty", "true")
	}
	if s.WorkDir != "" {
		w.text("workingDir", s.WorkDir)
	}
	p.env()
	if len(s.Ports) > 0 {
		w.items("ports", func() {
			for _, port := range s.Ports {
				w.item(func() { writePort(w, port) })
			}
		})
	}
	p.resources()
	p.securityContext()
	if len(p.volumes) > 0 {
		w.items("volumeMounts", func() {
			for _, v := range p.volumes {
				w.item(func() { v.writeMount(w) })
			}
		})
	}
}

func (p *podWriter) env() {
	if len(p.s.Env) == 0 {
		return
	}
	w := &p.w
	w.items("env", func() {
		for _, v := range p.s.Env {
			w.item(func() {
				w.text("name", v.Name)
				if !v.Secret || p.o.Reveal {
					w.text("value", escapeExpansion(v.Value))
					return
				}
				w.in("valueFrom", func() {
					w.in("secretKeyRef", func() {
						w.text("name", p.secret)
						w.text("key", secretKey(v.Name))
					})
				})
			})
		}
	})
}

func writePort(w *yamlWriter, port Port) {
	w.raw("containerPort", strconv.Itoa(int(port.Container)))
	w.raw("protocol", strings.ToUpper(protoOf(port)))
	if port.HostPort != 0 {
		w.raw("hostPort", strconv.Itoa(int(port.HostPort)))
	}
	if port.HostIP != "" && port.HostPort != 0 {
		w.text("hostIP", port.HostIP)
	}
}

func (p *podWriter) resources() {
	s := p.s
	if s.Memory == 0 && s.NanoCPUs == 0 {
		return
	}
	p.w.in("resources", func() {
		p.w.in("limits", func() {
			if s.Memory != 0 {
				p.w.raw("memory", quantity(s.Memory))
			}
			if s.NanoCPUs != 0 {
				p.w.raw("cpu", cpuQuantity(s.NanoCPUs))
			}
		})
	})
}

// quantity writes bytes as Kubernetes does.
func quantity(size int64) string {
	for _, unit := range []struct {
		name string
		size int64
	}{{"Gi", 1 << 30}, {"Mi", 1 << 20}, {"Ki", 1 << 10}} {
		if size%unit.size == 0 {
			return strconv.FormatInt(size/unit.size, 10) + unit.name
		}
	}
	return `"` + strconv.FormatInt(size, 10) + `"`
}

// cpuQuantity writes CPUs in thousandths, the finest that Kubernetes takes.
func cpuQuantity(nano int64) string {
	if nano%1e9 == 0 {
		return `"` + strconv.FormatInt(nano/1e9, 10) + `"`
	}
	return strconv.FormatInt(max((nano+999_999)/1e6, 1), 10) + "m"
}

// escapeExpansion keeps Kubernetes from replacing $(X) in a command, an argument
// or a value. Its expansion reads "$$" as an escaped "$" wherever it stands, so
// the "$$" of a shell has to be doubled as well.
func escapeExpansion(text string) string {
	if !strings.Contains(text, "$$") && !strings.Contains(text, "$(") {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		b.WriteByte(text[i])
		if text[i] == '$' && i+1 < len(text) && (text[i+1] == '$' || text[i+1] == '(') {
			b.WriteByte('$')
		}
	}
	return b.String()
}

func escapeAll(texts []string) []string {
	escaped := make([]string, len(texts))
	for i, text := range texts {
		escaped[i] = escapeExpansion(text)
	}
	return escaped
}

// secretKey makes a key of a Secret of a variable's name.
func secretKey(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' || r == '.' {
			return r
		}
		return '_'
	}, name)
}
