package transfer

import (
	"strings"

	"tacklebox/panels/i18n"
	"tacklebox/platform/latency/report"
)

// texts are the words of graphs and reports in the window's language.
func texts() *report.Texts {
	return &report.Texts{
		Language: strings.ReplaceAll(i18n.Language(), "_", "-"),
		Median:   i18n.T("latency.graph_median"), P5: "p5", P95: "p95", Min: i18n.T("latency.export_min"), Max: i18n.T("latency.export_max"), Mean: i18n.T("latency.export_mean"),
		Jitter: i18n.T("latency.fig_jitter"), Loss: i18n.T("latency.graph_loss"), Samples: i18n.T("latency.graph_samples"), NotMeasured: i18n.T("latency.outcome_not_measured"),
		SendErrors: i18n.T("latency.export_send_errors"), Lost: i18n.T("latency.cell_lost"), Late: i18n.T("latency.outcome_late"), Duplicates: i18n.T("latency.export_duplicates"),
		Smoke: i18n.T("latency.export_smoke"), Alert: i18n.T("latency.export_alert"), Event: i18n.T("latency.export_event"), LossOf: i18n.T("latency.export_loss_of"),
		Report: i18n.T("latency.export_report_title"), Target: i18n.T("latency.col_name"), Address: i18n.T("latency.export_address"), Period: i18n.T("latency.export_period"),
		Made: i18n.T("latency.export_made"), Zone: i18n.T("latency.export_zone"), Method: i18n.T("latency.export_method"), Engine: i18n.T("latency.export_engine_word"),
		Kind: i18n.T("latency.export_probe"), Interval: i18n.T("latency.field_interval"), Timeout: i18n.T("latency.field_timeout"), Size: i18n.T("latency.field_size"),
		Stamps: i18n.T("latency.export_stamps"), Clock: i18n.T("latency.export_clock"), Statistics: i18n.T("latency.export_statistics"), Outages: i18n.T("latency.tab_outages"),
		NoOutages: i18n.T("latency.export_no_outages"), Start: i18n.T("latency.col_start"), End: i18n.T("latency.export_end"), Duration: i18n.T("latency.col_duration"),
		Cause: i18n.T("latency.export_cause"), Coarse: i18n.T("latency.outage_coarse"), StartedEarlier: i18n.T("latency.export_earlier"), GoesOn: i18n.T("latency.export_later"),
		RawNumbers: i18n.T("latency.export_raw"), RawHint: i18n.T("latency.export_raw_hint"), RawMore: i18n.T("latency.export_raw_more"), Attached: i18n.T("latency.export_attached"),
		Cut: i18n.T("latency.export_cut"), Sequence: i18n.T("latency.col_seq"), Sent: i18n.T("latency.col_sent"), Outcome: i18n.T("latency.col_outcome"),
		RoundTrip: i18n.T("latency.col_rtt"), Reason: i18n.T("latency.export_reason"), From: i18n.T("latency.export_answered"),
		Definitions:  []string{i18n.T("latency.export_define_lost"), i18n.T("latency.export_define_loss"), i18n.T("latency.export_define_percentiles"), i18n.T("latency.export_define_outage")},
		StampsKernel: i18n.T("latency.export_stamps_kernel"), StampsReceive: i18n.T("latency.export_stamps_receive"), StampsProgram: i18n.T("latency.export_stamps_program"),
		ClockSteps: i18n.T("latency.export_clock_steps"), ErrorBound: i18n.T("latency.export_error_bound"),
	}
}
