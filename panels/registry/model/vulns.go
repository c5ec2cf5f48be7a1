package model

import (
	"cmp"
	"slices"
	"strings"

	"tacklebox/platform/registry/harbor"
	"tacklebox/platform/registry/verdict"
)

// Severities are Harbor's words for them, worst first.
var Severities = []string{"Critical", "High", "Medium", "Low", "Negligible", "None", "Unknown"}

// Vulnerabilities filters a report by a text and "fixable only", worst first. The
// text is looked for in the number, the package and the severity.
func Vulnerabilities(all []harbor.Vulnerability, text string, fixable bool) []harbor.Vulnerability {
	words := strings.Fields(strings.ToLower(text))
	var out []harbor.Vulnerability
	for _, v := range all {
		if fixable && v.FixVersion == "" {
			continue
		}
		line := strings.ToLower(v.ID + " " + v.Package + " " + v.Severity)
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(line, w) }) {
			out = append(out, v)
		}
	}
	slices.SortStableFunc(out, func(a, b harbor.Vulnerability) int {
		return cmp.Or(verdict.Rank(b.Severity)-verdict.Rank(a.Severity), strings.Compare(a.Package, b.Package), strings.Compare(b.ID, a.ID))
	})
	return out
}

// Count is one severity of a summary and how often it is there.
type Count struct {
	Severity string
	N        int
}

// Counts are the severities of a summary, worst first, without the empty ones.
func Counts(by map[string]int) []Count {
	var out []Count
	for _, s := range Severities {
		if by[s] > 0 {
			out = append(out, Count{s, by[s]})
		}
	}
	for s, n := range by {
		if n > 0 && !slices.Contains(Severities, s) {
			out = append(out, Count{s, n})
		}
	}
	return out
}
