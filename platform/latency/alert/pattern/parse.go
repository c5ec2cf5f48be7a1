package pattern

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"tacklebox/platform/latency/said"
)

// Parse reads a pattern such as ">0%,*12*,>0%". The error is an *Error.
func Parse(text string, metric Metric, mode Mode) (*Pattern, error) {
	text = strings.TrimSpace(text)
	p := &Pattern{text: text, metric: metric, mode: mode}
	at := func(offset int, why error) error {
		return &Error{Pattern: text, Position: utf8.RuneCountInString(text[:offset]) + 1, Why: why}
	}
	switch {
	case metric != RTT && metric != Loss:
		return nil, at(0, said.New("a pattern is about rtt or loss, not about %q", shorten(string(metric))))
	case mode != AsDocumented && mode != AsSmokePing:
		return nil, at(0, said.New("a pattern is read as documented or as SmokePing does, not as %q", shorten(string(mode))))
	case text == "":
		return nil, at(0, said.New("an empty pattern: write one such as >20%%,>20%%"))
	case len(text) > MaxText:
		return nil, at(0, said.New("longer than %d bytes", MaxText))
	}
	if mode == AsSmokePing {
		// SmokePing overlooks commas at the end.
		text = strings.TrimRight(text, ", \t")
	}
	p.segments = [][]element{nil}
	for offset := 0; ; {
		part, _, more := strings.Cut(text[offset:], ",")
		begin := offset + len(part) - len(strings.TrimLeft(part, " \t"))
		e, wrong := p.element(strings.TrimSpace(part))
		if wrong != nil {
			return nil, at(begin+wrong.offset, wrong.why)
		}
		p.elements = append(p.elements, e)
		if e.kind == skip {
			p.skips = append(p.skips, e.skip)
			p.segments = append(p.segments, nil)
			p.length += e.skip
		} else {
			last := len(p.segments) - 1
			p.segments[last] = append(p.segments[last], e)
			p.values++
			p.length++
		}
		switch {
		case len(p.elements) > MaxElements:
			return nil, at(begin, said.New("more than %d elements", MaxElements))
		case len(p.skips) > MaxSkips:
			return nil, at(begin, said.New("more than %d skips", MaxSkips))
		case p.length > MaxLength:
			return nil, at(begin, said.New("looks back more than %d rounds", MaxLength))
		}
		if !more {
			break
		}
		offset += len(part) + 1
	}
	if p.values == 0 {
		return nil, at(0, said.New("only skips, and no value to compare"))
	}
	return p, nil
}

// wrong is an error within an element.
type wrong struct {
	offset int
	why    error
}

// operators, longest first.
var operators = []string{"==", "!=", "<=", ">=", "<", ">"}

func operator(s string) string {
	for _, op := range operators {
		if strings.HasPrefix(s, op) {
			return op
		}
	}
	return ""
}

func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// element reads one element.
func (p *Pattern) element(s string) (element, *wrong) {
	if s == "" {
		return element{}, &wrong{0, said.New("an empty element between commas")}
	}
	if s[0] == '*' {
		return p.skipElement(s)
	}
	op := operator(s)
	if op == "" {
		return element{}, &wrong{0, said.New("an element begins with one of == != < > <= >= or is a skip such as *12*")}
	}
	rest := s[len(op):]
	n := digits(rest)
	switch {
	case rest == "":
		return element{}, &wrong{len(op), said.New("a number, U, S or * is missing")}
	case rest[0] == 'U':
		e := element{kind: unknown}
		if op == "!=" {
			e.kind = known
		} else if op != "==" {
			return e, &wrong{0, said.New("U, unknown, goes with == and != only")}
		}
		return e, p.ignored(s, len(op)+1)
	case rest[0] == 'S':
		if op != "==" {
			return element{}, &wrong{0, said.New("S, the start, goes with == only")}
		}
		return element{kind: start}, p.ignored(s, len(op)+1)
	case rest[0] == '*':
		// The manual: true for all values regardless of the operator.
		if op != "==" && p.mode == AsSmokePing {
			return element{}, &wrong{0, said.New("* goes with == only: SmokePing refuses anything else")}
		}
		return element{kind: any_}, p.ignored(s, len(op)+1)
	case n == 0:
		return element{}, &wrong{len(op), said.New("a number, U, S or * is missing")}
	}
	e := element{kind: number}
	first, used, w := p.condition(op, s, len(op))
	if w != nil {
		return e, w
	}
	e.conditions = append(e.conditions, first)
	if used == len(s) {
		return e, nil
	}
	op = operator(s[used:])
	if op == "" || op == "==" || op == "!=" {
		return e, &wrong{used, said.New("after the number there may be one more condition with < > <= or >=")}
	}
	if digits(s[used+len(op):]) == 0 {
		return e, &wrong{used + len(op), said.New("a number is missing")}
	}
	second, used, w := p.condition(op, s, used+len(op))
	if w != nil {
		return e, w
	}
	e.conditions = append(e.conditions, second)
	if used != len(s) {
		return e, &wrong{used, said.New("nothing may follow two conditions")}
	}
	return e, nil
}

func (p *Pattern) skipElement(s string) (element, *wrong) {
	n := digits(s[1:])
	if n == 0 || len(s) < n+2 || s[n+1] != '*' {
		return element{}, &wrong{0, said.New("a skip is written *N*, such as *12*")}
	}
	count, err := strconv.Atoi(s[1 : n+1])
	switch {
	case s[1] == '0':
		return element{}, &wrong{1, said.New("a skip's number begins with 1 to 9")}
	case err != nil || count > MaxLength:
		return element{}, &wrong{1, said.New("skips more than %d values", MaxLength)}
	}
	return element{kind: skip, skip: count}, p.ignored(s, n+2)
}

// ignored looks at what stands behind something that takes no number: SmokePing
// overlooks a % and a condition there.
func (p *Pattern) ignored(s string, used int) *wrong {
	if used == len(s) {
		return nil
	}
	if p.mode == AsSmokePing {
		rest := strings.TrimPrefix(s[used:], "%")
		op := operator(rest)
		if rest == "" {
			return nil
		}
		if op != "" && op != "==" && op != "!=" {
			rest = rest[len(op):]
			if n := digits(rest); n > 0 {
				rest = rest[n:]
				if strings.HasPrefix(rest, ".") {
					rest = rest[1+digits(rest[1:]):]
				}
				if rest == "" || rest == "%" {
					return nil
				}
			}
		}
	}
	return &wrong{used, said.New("nothing may follow here")}
}

// condition reads the number of a condition from s at from, with its %.
func (p *Pattern) condition(op, s string, from int) (condition, int, *wrong) {
	end := from + digits(s[from:])
	if end < len(s) && s[end] == '.' {
		end += 1 + digits(s[end+1:])
	}
	text := s[from:end]
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || v > 1e9 {
		return condition{}, 0, &wrong{from, said.New("a number beyond 1000000000")}
	}
	percent := end < len(s) && s[end] == '%'
	if p.mode == AsSmokePing && p.metric == RTT && !percent && end < len(s) && s[end] == '*' && !strings.Contains(text, ".") && op != "" && from <= 2 {
		// SmokePing takes ==12* for ==12.
		end++
		percent = end < len(s) && s[end] == '%'
	}
	if percent {
		end++
	}
	c := condition{op: op, number: v}
	if p.metric == Loss {
		if !percent {
			return c, 0, &wrong{end, said.New("loss is written in percent, such as >20%%")}
		}
		if p.mode == AsSmokePing && len(text) > 1 && text[0] == '0' && text[1] != '.' {
			return c, 0, &wrong{from, said.New("SmokePing reads a number with a leading zero as an octal one: leave the zero out")}
		}
		return c, end, nil
	}
	if percent && p.mode == AsDocumented {
		return c, 0, &wrong{end - 1, said.New("round trips are in milliseconds, without %%")}
	}
	// SmokePing divides and writes the quotient with 15 digits into its own text.
	c.number, err = strconv.ParseFloat(strconv.FormatFloat(v/1000, 'g', 15, 64), 64)
	if err != nil || p.mode == AsDocumented {
		c.number = v / 1000
	}
	return c, end, nil
}
