package model

import (
	"tacklebox/panels/i18n"
	"tacklebox/platform/l2tp/codes"
	"tacklebox/platform/l2tp/journal"
	"tacklebox/platform/l2tp/report"
)

// phraseKeys are the texts of reports.
var phraseKeys = map[report.Phrase]string{
	report.TitlePerson: "l2tp.report_title_person", report.TitleAdmin: "l2tp.report_title_admin", report.SectionAbout: "l2tp.report_about_section",
	report.SectionAsk: "l2tp.report_ask", report.SectionFindings: "l2tp.report_findings", report.SectionEvidence: "l2tp.report_evidence", report.SectionPlan: "l2tp.report_plan",
	report.SectionApplied: "l2tp.report_applied", report.SectionAttempts: "l2tp.report_attempts", report.SectionPC: "l2tp.report_pc", report.Written: "l2tp.report_written",
	report.AboutServer: "l2tp.report_server", report.AboutPC: "l2tp.report_client", report.Probed: "l2tp.report_probed", report.Applied: "l2tp.report_entry",
	report.Expected: "l2tp.report_expected", report.NeedUp: "l2tp.report_need_up", report.NeedDown: "l2tp.report_need_down", report.NeedGone: "l2tp.report_need_gone",
	report.DialUp: "l2tp.report_dial_up", report.AttemptUp: "l2tp.report_attempt_up", report.AttemptFailed: "l2tp.report_attempt_failed",
	report.ServiceGone: "l2tp.report_service_gone", report.ServiceUp: "l2tp.report_service_up", report.ServiceDown: "l2tp.report_service_down",
	report.Connection: "l2tp.report_connection", report.PortOwner: "l2tp.report_port", report.Lost: "l2tp.report_lost", report.NotRead: "l2tp.report_not_read",
	report.AskCiphers: "l2tp.ask_ciphers", report.AskESP: "l2tp.ask_esp", report.AskAddress: "l2tp.ask_address", report.AskIPsec: "l2tp.ask_ipsec",
	report.AskListen: "l2tp.ask_listen", report.AskForward: "l2tp.ask_forward", report.Ask4500: "l2tp.ask_4500", report.AskNAT: "l2tp.ask_nat", report.AskKey: "l2tp.ask_key",
	report.AskLogin: "l2tp.ask_login", report.AskIKEv2: "l2tp.ask_ikev2", report.AskIKEv2Too: "l2tp.ask_ikev2_too",
}

// ReportWords are the words of a report in the person's language.
func ReportWords() report.Words {
	return report.Words{
		Say: func(p report.Phrase) string {
			if key, ok := phraseKeys[p]; ok {
				return i18n.T(key)
			}
			return report.English(p)
		},
		Finding: FindingText,
		Part:    partName,
		Effect:  Consequence,
		Code: func(c codes.Code) string {
			if key, ok := codeKeys[c.Code]; ok {
				return i18n.T(key)
			}
			return c.Meaning
		},
		State: func(s journal.State) string { return named(stateWords(), string(s)) },
	}
}

// stateWords are the keys of entryKeys by their plain names.
func stateWords() map[string]string {
	out := make(map[string]string, len(entryKeys))
	for s, key := range entryKeys {
		out[string(s)] = key
	}
	return out
}
