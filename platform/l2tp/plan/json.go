package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"tacklebox/platform/l2tp"
)

// Bounds of a plan that comes as a file.
const (
	MaxFile = 256 << 10
	maxOps  = 24
	maxText = 200 // findings and evidence
)

// Parse reads a plan and refuses whatever is not in the vocabulary: other keys,
// names, values, services and fields, a level that plays a change down, or the
// same thing twice. It is what stands between a file and an elevated process.
func Parse(data []byte) (Plan, error) {
	var p Plan
	if len(data) > MaxFile {
		return p, fmt.Errorf("a plan has at most %d bytes, this has %d", MaxFile, len(data))
	}
	if err := spelled(data); err != nil {
		return p, fmt.Errorf("read the plan: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p); err != nil {
		return Plan{}, fmt.Errorf("read the plan: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Plan{}, errors.New("read the plan: there is more after it")
	}
	if p.Ops == nil {
		return Plan{}, errors.New("read the plan: it has no ops")
	}
	if err := p.Check(); err != nil {
		return Plan{}, err
	}
	return p, nil
}

// spelled refuses the two freedoms that encoding/json gives: a key in other case,
// and the same key twice in one object, of which a reader may show the first and a
// program do the second. What is wrong otherwise is left to the decoder.
func spelled(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	var keys []map[string]bool // of the objects around; nil for an array
	inKey := false             // the next string of the object is a key
	for {
		tok, err := dec.Token()
		if err != nil {
			return nil
		}
		switch at := tok.(type) {
		case json.Delim:
			switch at {
			case '{':
				keys = append(keys, map[string]bool{})
			case '[':
				keys = append(keys, nil)
			default:
				keys = keys[:len(keys)-1]
			}
			inKey = len(keys) > 0 && keys[len(keys)-1] != nil
			continue
		case string:
			if inKey {
				seen := keys[len(keys)-1]
				if at != strings.ToLower(at) {
					return fmt.Errorf("%.20q is no field of it", at)
				}
				if seen[at] {
					return fmt.Errorf("the field %.20q is there twice", at)
				}
				seen[at] = true
				inKey = false
				continue
			}
		}
		inKey = len(keys) > 0 && keys[len(keys)-1] != nil
	}
}

// Check says what in a plan is outside the vocabulary, or nil.
func (p Plan) Check() error {
	if p.Class != "" && !slices.Contains(l2tp.Classes(), p.Class) {
		return fmt.Errorf("%.20q is no class of a server", p.Class)
	}
	if len(p.Ops) > maxOps || len(p.Findings) > maxText || len(p.Breaks) > maxText {
		return fmt.Errorf("a plan has at most %d operations and %d findings", maxOps, maxText)
	}
	for _, x := range p.Findings {
		if !slices.Contains(IDs(), x.ID) || !slices.Contains([]Level{Green, Amber, Red}, x.Level) {
			return fmt.Errorf("%.20q (%.20q) is no finding", x.ID, x.Level)
		}
	}
	for i, o := range p.Ops {
		if o.Why != "" && !slices.Contains(IDs(), o.Why) {
			return fmt.Errorf("operation %d: %.20q is no finding", i+1, o.Why)
		}
		if err := o.check(); err != nil {
			return fmt.Errorf("operation %d (%.20q): %w", i+1, o.Op, err)
		}
		for _, x := range p.Ops[:i] {
			if x.Key == o.Key && x.Name == o.Name && (x.Op == o.Op || x.value() && o.value()) {
				return fmt.Errorf("operation %d: %.60q at %.80q is changed twice", i+1, o.Name, o.Key)
			}
		}
		if o.Op == Restart && i != len(p.Ops)-1 {
			return errors.New("a restart comes last")
		}
	}
	return nil
}

func (o Op) value() bool { return o.Op == SetValue || o.Op == DeleteValue }

// Encode writes a plan as [Parse] reads it.
func (p Plan) Encode() ([]byte, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	if p.Ops == nil { // nothing to do is a plan, too
		p.Ops = []Op{}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(p); err != nil {
		return nil, fmt.Errorf("write the plan: %w", err)
	}
	return b.Bytes(), nil
}
