// Package report makes what leaves the program: graphs with axes as PNG and SVG,
// samples as CSV and JSON, and reports in HTML that somebody else can judge by
// themselves. It knows no store and no window: it is given plain values, the words
// to use and the font to draw with.
package report

// Texts are the words in graphs and reports, so that they can be in any language.
type Texts struct {
	// Language is the HTML language tag.
	Language string

	Median, P5, P95, Min, Max, Mean, Jitter string
	Loss, Samples, NotMeasured, SendErrors  string
	Lost, Late, Duplicates                  string
	Smoke, Alert, Event                     string
	LossOf                                  string // "%d of %d"

	Report, Target, Address, Period, Made, Zone   string
	Method, Engine, Kind, Interval, Timeout, Size string
	Stamps, Clock                                 string
	Statistics, Outages, NoOutages                string
	Start, End, Duration, Cause, Coarse           string
	StartedEarlier, GoesOn                        string
	RawNumbers, RawHint                           string
	RawMore, Attached, Cut                        string // "%d"
	Sequence, Sent, Outcome, RoundTrip            string
	Reason, From                                  string
	Definitions                                   []string // how the figures come about, a paragraph each
	StampsKernel, StampsReceive, StampsProgram    string
	ClockSteps, ErrorBound                        string // "%d", "%s"
}

// English are the words unless others are given.
func English() Texts {
	return Texts{
		Language: "en",
		Median:   "median", P5: "p5", P95: "p95", Min: "min", Max: "max", Mean: "mean", Jitter: "jitter",
		Loss: "loss", Samples: "samples", NotMeasured: "not measured", SendErrors: "could not be sent",
		Lost: "lost", Late: "late", Duplicates: "duplicates",
		Smoke: "spread of the replies", Alert: "alert", Event: "event",
		LossOf: "%d of %d",

		Report: "Report", Target: "Target", Address: "Address", Period: "Period", Made: "Made", Zone: "Times are local, in the zone",
		Method: "Method", Engine: "Engine", Kind: "Probe", Interval: "Interval", Timeout: "Timeout", Size: "Size",
		Stamps: "Time stamps", Clock: "Clock",
		Statistics: "Statistics", Outages: "Outages", NoOutages: "No outage in this period.",
		Start: "Start", End: "End", Duration: "Duration", Cause: "Cause", Coarse: "to the minute",
		StartedEarlier: "or earlier", GoesOn: "or later",
		RawNumbers: "Raw numbers", RawHint: "Probes that were not answered in time.", RawMore: "%d more are in the attached file.",
		Attached: "All samples of the period (CSV, %d rows)", Cut: "The period has more samples: the first %d of them are attached.",
		Sequence: "Seq", Sent: "Sent", Outcome: "Outcome", RoundTrip: "Round trip", Reason: "Reason", From: "From",
		Definitions: []string{
			"Each probe is decided once. It is lost when no answer came within the timeout, when an error came back instead, or when the answer was damaged. An answer after the timeout is late: its round trip is noted, the probe stays lost.",
			"Loss is lost probes by decided ones. What this machine could not send, and times in which it did not measure (asleep, paused, closed, its clock was set), count neither as answered nor as lost.",
			"p5, p95 and the median are percentiles of the answers, within 0.6 % of the exact value. Jitter is the mean difference of two answers.",
			"An outage lasts from the first to the last of at least three consecutive lost probes.",
		},
		StampsKernel: "by the kernel, at sending and at receiving", StampsReceive: "by the kernel at receiving, by the program at sending", StampsProgram: "by the program",
		ClockSteps: "the clock was set %d times in this period; round trips do not depend on it", ErrorBound: "99 %% of the round trips were read within %s",
	}
}
