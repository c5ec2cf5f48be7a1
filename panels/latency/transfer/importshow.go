package transfer

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2/widget"

	"tacklebox/panels/fields"
	"tacklebox/panels/i18n"
	"tacklebox/panels/latency/reasons"
	"tacklebox/platform/latency/transfer"
)

// show tells what would be, or was, taken over.
func (p *importPage) show(a *transfer.Account) {
	left := len(a.Left) + a.More
	values := map[string]any{"Kind": kindWord(a.Kind), "There": len(a.There)}
	text := i18n.N("latency.import_sum", len(a.Added), values)
	if !a.DryRun {
		text = i18n.N("latency.import_was", len(a.Added), values)
	}
	if left > 0 {
		text += " " + i18n.N("latency.import_left_sum", left)
	}
	p.sum.SetText(text)
	p.lists[0].set(i18n.N("latency.import_added", len(a.Added)), tree(a.Added))
	p.lists[1].set(i18n.N("latency.import_there", len(a.There)), tree(a.There))
	var rules, tells []string
	for _, r := range a.Rules {
		line := fmt.Sprintf("%s  %s  %s", r.Name, r.Text, i18n.N("latency.targets", r.Targets))
		switch {
		case r.There:
			line += "  " + i18n.T("latency.import_rule_there")
		case !r.Enabled:
			line += "  " + i18n.T("latency.import_rule_off", map[string]any{"Why": reasons.Kept(r.Problem, r.Why)})
		}
		rules = append(rules, line)
	}
	for _, r := range a.Tells {
		tells = append(tells, fmt.Sprintf("%s  %s  (%s)", r.Kind, r.Verbatim, r.At))
	}
	p.lists[2].set(i18n.N("latency.import_rules", len(rules)), rules)
	p.lists[3].set(i18n.N("latency.import_tells", len(tells)), tells)
	p.lists[4].set(i18n.N("latency.import_kept", len(a.Kept)), reasons.Lines(a.Kept))
	lines := reasons.Lines(a.Left)
	if a.More > 0 {
		lines = append(lines, i18n.N("latency.import_more", a.More))
	}
	p.lists[5].set(i18n.N("latency.import_left", left), lines)
	p.lists[5].open(left > 0 && left <= 40)
}

// tree are targets below their groups, as the list in the tab has them.
func tree(list []transfer.TargetRow) (out []string) {
	var at []string
	for _, r := range list {
		same := 0
		for same < len(at) && same < len(r.Group) && at[same] == r.Group[same] {
			same++
		}
		for n := same; n < len(r.Group); n++ {
			out = append(out, strings.Repeat("  ", n)+r.Group[n])
		}
		at = r.Group
		line := strings.Repeat("  ", len(at)) + r.Last
		if r.Target != r.Last {
			line += "  " + r.Target
		}
		out = append(out, line+"  "+string(r.Kind))
	}
	return out
}

func kindWord(kind string) string {
	switch kind {
	case transfer.SmokePing:
		return "SmokePing"
	case transfer.Prober:
		return "smokeping_prober"
	case transfer.Fping:
		return i18n.T("latency.import_kind_fping")
	case transfer.Lines:
		return i18n.T("latency.import_kind_lines")
	}
	return strings.ToUpper(kind)
}

func (p *importPage) pastOf(text string) {
	fields.Tell(p.past, text, widget.MediumImportance)
	p.pastList.set("", nil)
}

// showPast tells of SmokePing's history: what is there, or what was taken over.
func (p *importPage) showPast(a *transfer.Past, would bool) {
	if a == nil {
		p.pastOf("")
		return
	}
	const day = "2006-01-02"
	var lines []string
	rounds := 0
	for _, t := range a.Targets {
		name := t.Path
		if t.Node != "" {
			name = i18n.T("latency.import_past_node", map[string]any{"Path": t.Path, "Node": t.Node})
		}
		rounds += t.Rounds
		line := i18n.T("latency.import_past_line", map[string]any{"Name": name, "From": t.From.Local().Format(day), "To": t.To.Local().Format(day), "Rounds": t.Rounds, "Raw": t.RawRounds, "Averages": t.Averages})
		if t.Gaps+t.Lent+t.Odd > 0 {
			line += i18n.T("latency.import_past_odd", map[string]any{"Gaps": t.Gaps, "Lent": t.Lent, "Odd": t.Odd})
		}
		lines = append(lines, line)
	}
	lines = append(lines, a.Left...)
	if a.More > 0 {
		lines = append(lines, i18n.N("latency.import_more", a.More))
	}
	text := i18n.N("latency.import_past_found", len(a.Targets), map[string]any{"Rounds": rounds})
	if left := len(a.Left) + a.More; left > 0 {
		text += " " + i18n.N("latency.import_past_left", left)
	}
	switch {
	case len(a.Targets) == 0 && len(a.Left) == 0:
		text = i18n.T("latency.import_past_none")
	case !would:
		text = i18n.T("latency.import_past_was", map[string]any{"Stored": a.Stored, "Known": a.Known})
	}
	p.pastOf(text)
	p.pastList.set(i18n.N("latency.import_past_list", len(lines)), lines)
}
