package model

import (
	"fmt"
	"strings"
	"time"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/targets"
)

// question is what a target asks, as text.
func question(t latency.Target) string {
	return fmt.Sprint(t.Kind, "|", targets.Spec(t), "|", t.Family, "|", t.Source, "|", t.Size, "|", t.DSCP, "|", t.TTL)
}

// Field is a field of a target's settings.
type Field string

// The fields in the order of the form.
const (
	FieldName     Field = "name"
	FieldGroup    Field = "group"
	FieldWhat     Field = "what"
	FieldInterval Field = "interval"
	FieldTimeout  Field = "timeout"
	FieldSize     Field = "size"
	FieldDSCP     Field = "dscp"
	FieldTTL      Field = "ttl"
	FieldSource   Field = "source"
	FieldResolve  Field = "resolve"
)

// Form is a target's settings as they stand in fields.
type Form struct {
	Text   map[Field]string
	Family latency.Family
	Paused bool
}

// FormOf fills the fields from a target.
func FormOf(t latency.Target) Form {
	span := func(d time.Duration) string {
		if d <= 0 {
			return ""
		}
		if d%time.Millisecond != 0 {
			return d.String()
		}
		return strings.ReplaceAll(Short(d), "\u00a0", " ")
	}
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return fmt.Sprint(n)
	}
	return Form{Text: map[Field]string{
		FieldName: t.Name, FieldGroup: strings.Join(t.Group, " / "), FieldWhat: targets.Spec(t),
		FieldInterval: span(t.Interval), FieldTimeout: span(t.Timeout),
		FieldSize: number(t.Size), FieldDSCP: number(t.DSCP), FieldTTL: number(t.TTL),
		FieldSource: t.Source, FieldResolve: span(t.Resolve),
	}, Family: t.Family, Paused: t.Paused}
}

// Reason says why a field cannot be meant as it is typed.
type Reason string

const (
	ReasonEmpty  Reason = "empty"
	ReasonName   Reason = "name"   // invisible characters, or too long
	ReasonWhat   Reason = "what"   // no host, address, URL or query: Problem.Why says why
	ReasonSpan   Reason = "span"   // no time, or not within bounds
	ReasonNumber Reason = "number" // no number, or not within bounds
	ReasonSource Reason = "source" // neither an address nor an interface
)

// Problem is what is wrong with one field.
type Problem struct {
	Reason Reason
	// Low and High are the bounds of a time or a number.
	Low, High string
	// Why is the reader's own reason, with ReasonWhat.
	Why error
}

// Target reads the fields into a target that was t before. Nothing of the result
// counts while there are problems.
func (f Form) Target(t latency.Target) (latency.Target, map[Field]Problem) {
	bad := map[Field]Problem{}
	text := func(name Field) string { return strings.TrimSpace(f.Text[name]) }
	if what := text(FieldWhat); what == "" {
		bad[FieldWhat] = Problem{Reason: ReasonEmpty}
	} else if spec, err := targets.ParseSpec(what); err != nil {
		bad[FieldWhat] = Problem{Reason: ReasonWhat, Why: err}
	} else {
		t.Kind, t.Host, t.Port, t.URL, t.Query = spec.Kind, spec.Host, spec.Port, spec.URL, spec.Query
		t.Name = spec.Name
	}
	// A line of a list has the same rules for names and groups, so it is read as one.
	t.Group = nil
	for part := range strings.SplitSeq(text(FieldGroup), "/") {
		if part = strings.TrimSpace(part); part != "" {
			t.Group = append(t.Group, part)
		}
	}
	if !cleanName(strings.Join(t.Group, "/")) {
		bad[FieldGroup] = Problem{Reason: ReasonName}
	}
	if name := text(FieldName); name != "" {
		if t.Name = name; !cleanName(name) {
			bad[FieldName] = Problem{Reason: ReasonName}
		}
	}
	span := func(name Field, to *time.Duration, low, high time.Duration) {
		*to = 0
		v := text(name)
		if v == "" {
			return
		}
		d, ok := ParseSpan(v)
		if !ok || d < low || d > high {
			bad[name] = Problem{Reason: ReasonSpan, Low: Short(low), High: Short(high)}
			return
		}
		*to = d
	}
	number := func(name Field, to *int, low, high int) {
		*to = 0
		v := text(name)
		if v == "" {
			return
		}
		var n int
		if _, err := fmt.Sscanf(v+"\n", "%d\n", &n); err != nil || n < low || n > high || fmt.Sprint(n) != v {
			bad[name] = Problem{Reason: ReasonNumber, Low: fmt.Sprint(low), High: fmt.Sprint(high)}
			return
		}
		*to = n
	}
	span(FieldInterval, &t.Interval, latency.MinInterval, latency.MaxInterval)
	span(FieldTimeout, &t.Timeout, time.Millisecond, latency.MaxInterval)
	span(FieldResolve, &t.Resolve, time.Second, 30*24*time.Hour)
	number(FieldSize, &t.Size, 0, latency.MaxSize)
	number(FieldDSCP, &t.DSCP, 0, 63)
	number(FieldTTL, &t.TTL, 0, 255)
	t.Source = ""
	if v := text(FieldSource); v != "" {
		source, err := targets.CleanSource(v)
		if err != nil {
			bad[FieldSource] = Problem{Reason: ReasonSource}
		}
		t.Source = source
	}
	t.Family, t.Paused = f.Family, f.Paused
	return t, bad
}

// cleanName tells whether a name shows nothing but itself, and no password.
func cleanName(name string) bool {
	_, login := latency.WithoutLogin(name)
	return !login && len([]rune(name)) <= 200 && targets.Printable(name, 200) == name
}

// units are what may stand behind a number in a time.
var units = map[string]time.Duration{"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "min": time.Minute, "h": time.Hour, "d": 24 * time.Hour}

// ParseSpan reads "1 s", "200ms", "5 min", "1h30m" or a bare number of seconds.
func ParseSpan(text string) (time.Duration, bool) {
	text = strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(strings.TrimSpace(text), " ", ""), "\u00a0", ""))
	if d, err := time.ParseDuration(text); err == nil {
		return d, d > 0
	}
	i := 0
	for i < len(text) && (text[i] >= '0' && text[i] <= '9' || text[i] == '.') {
		i++
	}
	unit, ok := units[text[i:]]
	if text[i:] == "" {
		unit, ok = time.Second, true
	}
	var n float64
	if _, err := fmt.Sscanf(text[:i], "%g", &n); err != nil || !ok || !(n > 0 && n < 1e9) {
		return 0, false
	}
	return time.Duration(n * float64(unit)), true
}

// Command is the line that watches a target the same way without a window.
func Command(t latency.Target) string {
	args := []string{"tacklebox", "latency", "watch"}
	if t.Interval > 0 && t.Interval != latency.DefaultInterval {
		args = append(args, "--interval", t.Interval.String())
	}
	if t.Timeout > 0 && t.Timeout != latency.DefaultTimeout(t.Kind) {
		args = append(args, "--timeout", t.Timeout.String())
	}
	if t.Size > 0 && t.Kind == latency.KindICMP {
		args = append(args, "--size", fmt.Sprint(t.Size))
	}
	spec := targets.Spec(t)
	if strings.HasPrefix(spec, "-") || strings.ContainsAny(spec, " \t'\"\\$`&;|<>()*?[]#~!{}") {
		spec = "'" + strings.ReplaceAll(spec, "'", `'\''`) + "'"
	}
	return strings.Join(append(args, spec), " ")
}
