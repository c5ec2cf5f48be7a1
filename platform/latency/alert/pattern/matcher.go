package pattern

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tacklebox/platform/latency/said"
)

// matcher is one of SmokePing's matchers with its arguments.
type matcher struct {
	name   string
	mode   Mode
	args   map[string]float64
	op     string // comparator
	length int
}

// Length is how many rounds the matcher looks back at.
func (m *matcher) Length() int { return m.length }

// kinds are the matchers' arguments; those that begin with ? may be left out,
// those that end in % may have decimals.
var kinds = map[string][]string{
	"Avgratio":        {"historic", "current", "comparator", "percentage%"},
	"Medratio":        {"historic", "current", "comparator", "percentage%"},
	"CheckLatency":    {"l", "x"},
	"CheckLoss":       {"l", "x"},
	"ConsecutiveLoss": {"pctlossraise", "stepsraise", "pctlossclear", "stepsclear"},
	"ExpLoss":         {"hist", "rising%", "?falling%", "?skip", "?fast"},
	"Median":          {"old", "new", "diff%"},
}

// counts are the arguments that number rounds.
var counts = []string{"historic", "current", "x", "stepsraise", "stepsclear", "hist", "old", "new"}

// ParseMatcher reads one of SmokePing's matchers, such as
// CheckLoss(l=>20,x=>3). What stands there is never run. The error is an *Error.
func ParseMatcher(text string, mode Mode) (Matcher, error) {
	text = strings.TrimSpace(text)
	at := func(offset int, why error) error {
		return &Error{Pattern: text, Position: utf8.RuneCountInString(text[:offset]) + 1, Why: why}
	}
	if len(text) > MaxText {
		return nil, at(0, said.New("longer than %d bytes", MaxText))
	}
	if mode != AsDocumented && mode != AsSmokePing {
		return nil, at(0, said.New("a matcher is read as documented or as SmokePing does, not as %q", shorten(string(mode))))
	}
	open := strings.IndexByte(text, '(')
	body, ok := strings.CutSuffix(strings.TrimRight(text, "; \t"), ")")
	if open < 0 || !ok {
		return nil, at(0, said.New("a matcher is written Name(argument=>value,…)"))
	}
	m := &matcher{name: strings.TrimSpace(text[:open]), mode: mode, args: map[string]float64{}}
	known, ok := kinds[m.name]
	if !ok {
		return nil, at(0, said.New("no matcher %q is known: Avgratio, CheckLatency, CheckLoss, ConsecutiveLoss, ExpLoss, Median and Medratio are", shorten(m.name)))
	}
	for offset := open + 1; offset <= len(body); {
		part, _, _ := strings.Cut(body[offset:], ",")
		begin := offset
		offset += len(part) + 1
		if strings.TrimSpace(part) == "" && offset > len(body) {
			break // a comma at the end
		}
		key, value, ok := strings.Cut(part, "=>")
		key, value = unquote(key), unquote(value)
		if !ok {
			return nil, at(begin, said.New("an argument is written name=>value"))
		}
		if why := m.argument(known, key, value); why != nil {
			return nil, at(begin, why)
		}
	}
	for _, k := range known {
		name := strings.TrimSuffix(k, "%")
		if _, ok := m.args[name]; !ok && k[0] != '?' && (name != "comparator" || m.op == "") {
			return nil, at(open, said.New("%s lacks its argument %s", m.name, name))
		}
	}
	a := m.args
	switch m.name {
	case "Avgratio", "Medratio":
		m.length = int(a["historic"] + a["current"])
	case "Median":
		m.length = int(a["old"] + a["new"])
	case "ConsecutiveLoss":
		m.length = int(max(a["stepsraise"], a["stepsclear"]))
	case "ExpLoss":
		m.length = int(a["hist"])
	default:
		m.length = int(a["x"])
	}
	if m.length > MaxLength {
		return nil, at(0, said.New("looks back more than %d rounds", MaxLength))
	}
	return m, nil
}

func unquote(s string) string {
	s = strings.TrimSpace(s)
	for _, q := range []string{"'", `"`} {
		if len(s) >= 2 && strings.HasPrefix(s, q) && strings.HasSuffix(s, q) {
			return s[1 : len(s)-1]
		}
	}
	return s
}

// argument takes one argument, or says what is wrong with it.
func (m *matcher) argument(known []string, key, value string) error {
	if key == "comparator" && slices.Contains(known, key) {
		if !slices.Contains([]string{"<", ">", "<=", ">=", "=="}, value) {
			return said.New("%q is no comparator: < > <= >= or ==", shorten(value))
		}
		m.op = value
		return nil
	}
	whole := slices.Contains(known, key) || slices.Contains(known, "?"+key)
	if !whole && !slices.Contains(known, key+"%") && !slices.Contains(known, "?"+key+"%") {
		return said.New("%s has no argument %q", m.name, shorten(key))
	}
	n := digits(value)
	end := n
	if !whole && n > 0 && n < len(value) && value[n] == '.' && digits(value[n+1:]) > 0 {
		end = n + 1 + digits(value[n+1:])
	}
	v, err := strconv.ParseFloat(value, 64)
	switch {
	case n == 0 || end != len(value) || err != nil || v > 1e9:
		return said.New("%s is a number, not %q", key, shorten(value))
	case v == 0 && slices.Contains(counts, key):
		return said.New("%s counts rounds, so it is 1 or more", key)
	}
	m.args[key] = v
	return nil
}

// Match says whether the rounds match; before is its answer of a round ago.
func (m *matcher) Match(rounds []Round, before bool) bool {
	a := m.args
	switch m.name {
	case "Avgratio", "Medratio":
		return m.ratio(rounds)
	case "Median":
		n := len(rounds)
		fresh := min(n, int(a["new"]))
		old := min(n, int(a["old"]+a["new"]))
		return math.Abs(middle(rounds[n-old:n-fresh])-middle(rounds[n-fresh:])) > a["diff"]
	case "CheckLatency":
		limit := a["l"] / 1000
		return turn(rounds, before, int(a["x"]), int(a["x"]), func(r *Round) bool {
			return m.seconds(r) >= limit
		}, func(r *Round) bool { return m.seconds(r) < limit })
	case "CheckLoss":
		return turn(rounds, before, int(a["x"]), int(a["x"]), func(r *Round) bool { return r.Loss >= a["l"] },
			func(r *Round) bool { return r.Loss < a["l"] })
	case "ConsecutiveLoss":
		return turn(rounds, before, int(a["stepsraise"]), int(a["stepsclear"]), func(r *Round) bool { return r.Loss >= a["pctlossraise"] },
			func(r *Round) bool { return r.Loss < a["pctlossclear"] })
	}
	return m.weighted(rounds, before)
}

// seconds is a round's median. SmokePing takes an unanswered round for 0 s, so
// that it counts as fast; the manual's reader expects the opposite.
func (m *matcher) seconds(r *Round) float64 {
	if r.Answered {
		return r.RTT.Seconds()
	}
	if m.mode == AsSmokePing {
		return 0
	}
	return math.Inf(1)
}

// turn changes its answer once the last rounds, all of them, ask for it.
func turn(rounds []Round, before bool, raise, clear int, bad, good func(*Round) bool) bool {
	n, asks := raise, bad
	if before {
		n, asks = clear, good
	}
	if len(rounds) < n {
		return before
	}
	for i := range rounds[len(rounds)-n:] {
		if r := &rounds[len(rounds)-n+i]; r.Start || !asks(r) {
			return before
		}
	}
	return !before
}

// middle is the median of the known round trips in seconds, 0 without any.
func middle(rounds []Round) float64 {
	v := answered(rounds)
	slices.Sort(v)
	switch n := len(v); {
	case n == 0:
		return 0
	case n%2 == 1:
		return v[n/2]
	default:
		return (v[n/2] + v[n/2-1]) / 2
	}
}

func answered(rounds []Round) []float64 {
	v := make([]float64, 0, len(rounds))
	for i := range rounds {
		if rounds[i].Answered && !rounds[i].Start {
			v = append(v, rounds[i].RTT.Seconds())
		}
	}
	return v
}

// ratio compares the newest rounds with those before.
func (m *matcher) ratio(rounds []Round) bool {
	if len(rounds) < m.length {
		return false
	}
	rounds = rounds[len(rounds)-m.length:]
	if rounds[0].Start {
		return false
	}
	cut := int(m.args["historic"])
	one := average
	if m.name == "Medratio" {
		one = m.upper
	}
	past, now := one(rounds[:cut]), one(rounds[cut:])
	if past == 0 || now == 0 {
		return false
	}
	return condition{op: m.op, number: m.args["percentage"] / 100}.holds(now / past)
}

func average(rounds []Round) float64 {
	v := answered(rounds)
	if len(v) == 0 {
		return 0
	}
	sum := 0.0
	for _, s := range v {
		sum += s
	}
	return sum / float64(len(v))
}

// upper is the upper median. To SmokePing unanswered rounds are 0 s in it.
func (m *matcher) upper(rounds []Round) float64 {
	v := answered(rounds)
	if m.mode == AsSmokePing {
		v = append(v, make([]float64, len(rounds)-len(v))...)
	}
	if len(v) == 0 {
		return 0
	}
	slices.Sort(v)
	return v[len(v)/2]
}

// weighted is ExpLoss: an exponentially weighted average of the loss in which a
// round hist ago has 1 % of the newest one's weight, begun at the plain average.
func (m *matcher) weighted(rounds []Round, before bool) bool {
	a := m.args
	if len(rounds) <= int(a["skip"])+1 {
		return false
	}
	rising := a["rising"]
	falling, ok := a["falling"]
	switch {
	case !ok:
		falling = rising
	case m.mode == AsSmokePing:
		falling = 1 // its text asks whether there is one, and goes on with the answer
	}
	alpha := 1 - math.Pow(0.01, 1/a["hist"])
	value, sum := 0.0, 0.0
	var n, high, low int
	for i := range rounds {
		if rounds[i].Start {
			continue
		}
		loss := rounds[i].Loss
		value = (1-alpha)*value + alpha*loss
		sum += loss
		n++
		high, low = high+1, low+1
		if loss < rising {
			high = 0
		}
		if loss > falling {
			low = 0
		}
	}
	if n == 0 {
		return false
	}
	if fast := int(a["fast"]); fast > 0 {
		if high >= fast {
			return true
		}
		if low >= fast {
			return false
		}
	}
	value += sum / float64(n) * math.Pow(1-alpha, float64(n))
	return value >= rising || before && value >= falling
}
