// Package metrics shows what was measured to Prometheus, under the names and
// labels of smokeping_prober, so that dashboards made for it go on working.
//
// Other than smokeping_prober, a request counts once it is decided, so that none
// in flight looks lost, and an answer that came late stays lost. Histograms come
// as classic buckets and as native ones of schema 4; both count since this process
// started, as counters have to, and not from the history.
package metrics

import (
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tacklebox/platform/latency"
)

// Bounds of what is exposed.
const (
	MaxTargets = 5000
	// MaxAddresses is how many addresses of one target have a series; the one that
	// was used longest ago goes first.
	MaxAddresses = 4
	maxLabel     = 200 // characters
)

// labelNames are smokeping_prober's of 0.11. Older ones lack source and tos.
var labelNames = []string{"ip", "host", "source", "tos"}

// buckets are smokeping_prober's: 50 us, doubled 19 times.
var buckets = prometheus.ExponentialBuckets(50e-6, 2, 20)

// factor is smokeping_prober's, too: the widest a native bucket may be.
const factor = 1.05

// Metrics counts results. Its methods may be called concurrently.
type Metrics struct {
	registry      *prometheus.Registry
	requests      *prometheus.CounterVec
	durations     *prometheus.HistogramVec
	duplicates    *prometheus.CounterVec
	sendErrors    *prometheus.CounterVec
	ttls          *prometheus.GaugeVec
	receiveErrors prometheus.Counter
	proberErrors  prometheus.Counter
	reloaded      prometheus.Gauge
	reloadedAt    prometheus.Gauge
	leftOut       prometheus.Gauge

	mu      sync.Mutex
	targets map[latency.TargetID]*target
	series  map[labels]*series
}

// labels are the values of labelNames.
type labels struct{ ip, host, source, tos string }

func (l labels) values() []string { return []string{l.ip, l.host, l.source, l.tos} }

// series is one set of labels. Several targets may share it: the same host twice.
type series struct {
	labels     labels
	users      int
	requests   prometheus.Counter
	duration   prometheus.Observer
	duplicates prometheus.Counter
	sendErrors prometheus.Counter
}

// target is a target with the series it uses, the newest last.
type target struct {
	base labels
	used []labels
}

// New makes metrics that know no target yet.
func New() *Metrics {
	counters := func(name, help string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "smokeping", Name: name, Help: help}, labelNames)
	}
	gauge := func(namespace, name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help})
	}
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: counters("requests_total", "Probes that were answered or lost."),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "smokeping", Name: "response_duration_seconds",
			Help: "Round trips of answers in time.", Buckets: buckets, NativeHistogramBucketFactor: factor}, labelNames),
		duplicates: counters("response_duplicates_total", "Further answers to an answered probe."),
		sendErrors: counters("send_errors_total", "Probes that never left this machine."),
		ttls: prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "smokeping", Name: "response_ttl",
			Help: "What was left of the last answer's Time To Live, or hop limit."}, labelNames),
		receiveErrors: prometheus.NewCounter(prometheus.CounterOpts{Namespace: "smokeping", Name: "receive_errors_total",
			Help: "Answers that were truncated, or not to what was asked."}),
		proberErrors: prometheus.NewCounter(prometheus.CounterOpts{Namespace: "smokeping", Name: "prober_errors_total",
			Help: "Probing engines that ended with an error."}),
		reloaded:   gauge("smokeping_prober", "config_last_reload_successful", "Whether the targets were taken over."),
		reloadedAt: gauge("smokeping_prober", "config_last_reload_success_timestamp_seconds", "When the targets were last taken over."),
		leftOut:    gauge("tacklebox", "latency_targets_left_out", "Targets beyond the number that is exposed."),
		targets:    map[latency.TargetID]*target{}, series: map[labels]*series{},
	}
	m.registry.MustRegister(m.requests, m.durations, m.duplicates, m.sendErrors, m.ttls, m.receiveErrors, m.proberErrors, m.reloaded, m.reloadedAt, m.leftOut)
	return m
}

// SetTargets says which targets there are, at the instant now. One that stays as
// it was keeps its counters; one that is gone takes its series along.
func (m *Metrics) SetTargets(list []latency.Target, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	over := max(0, len(list)-MaxTargets)
	list = list[:len(list)-over]
	kept := make(map[latency.TargetID]bool, len(list))
	for i := range list {
		t := &list[i]
		kept[t.ID] = true
		base := labels{host: hostLabel(t), source: clip(t.Source), tos: strconv.Itoa(t.DSCP << 2)}
		if old := m.targets[t.ID]; old != nil {
			if old.base == base {
				continue
			}
			m.forget(old)
		}
		m.targets[t.ID] = &target{base: base}
	}
	for id, t := range m.targets {
		if !kept[id] {
			m.forget(t)
			delete(m.targets, id)
		}
	}
	m.leftOut.Set(float64(over))
	m.reloaded.Set(1)
	m.reloadedAt.Set(float64(now.UnixNano()) / 1e9)
}

// ProberError counts an engine that ended with an error.
func (m *Metrics) ProberError() { m.proberErrors.Inc() }

// forget lets go of a target's series; those that nobody else uses go.
func (m *Metrics) forget(t *target) {
	for _, l := range t.used {
		m.release(l)
	}
	t.used = nil
}

func (m *Metrics) release(l labels) {
	s := m.series[l]
	if s.users--; s.users > 0 {
		return
	}
	delete(m.series, l)
	v := l.values()
	m.requests.DeleteLabelValues(v...)
	m.durations.DeleteLabelValues(v...)
	m.duplicates.DeleteLabelValues(v...)
	m.sendErrors.DeleteLabelValues(v...)
	m.ttls.DeleteLabelValues(v...)
}

// of is the series of a target at an address.
func (m *Metrics) of(t *target, ip string) *series {
	l := t.base
	l.ip = ip
	if n := len(t.used); n > 0 && t.used[n-1] == l {
		return m.series[l]
	}
	for i, u := range t.used {
		if u == l {
			t.used = append(append(t.used[:i:i], t.used[i+1:]...), l)
			return m.series[l]
		}
	}
	if len(t.used) >= MaxAddresses {
		m.release(t.used[0])
		t.used = append(t.used[:0], t.used[1:]...)
	}
	t.used = append(t.used, l)
	s := m.series[l]
	if s == nil {
		v := l.values()
		s = &series{labels: l, requests: m.requests.WithLabelValues(v...), duration: m.durations.WithLabelValues(v...),
			duplicates: m.duplicates.WithLabelValues(v...), sendErrors: m.sendErrors.WithLabelValues(v...)}
		m.series[l] = s
	}
	s.users++
	return s
}

// Observe counts results of this machine's own probes. Those of targets that
// SetTargets did not name are passed over, and what was not measured counts as
// nothing at all.
func (m *Metrics) Observe(results []latency.Result) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range results {
		r := &results[i]
		t := m.targets[r.Target]
		if t == nil || r.Outcome == latency.NotMeasured || r.Outcome == latency.Pending {
			continue
		}
		ip := ""
		if r.Address.IsValid() {
			ip = r.Address.WithZone("").String()
		}
		s := m.of(t, ip)
		if r.TTL != 0 && r.Outcome != latency.Duplicate {
			// Unknown until an answer tells, rather than 0: TCP, DNS and HTTP never do.
			m.ttls.WithLabelValues(s.labels.values()...).Set(float64(r.TTL))
		}
		switch {
		case r.Outcome == latency.Reply:
			s.requests.Inc()
			s.duration.Observe(r.RTT.Seconds())
		case r.Outcome.Lost():
			s.requests.Inc()
			if r.Outcome == latency.BadReply {
				m.receiveErrors.Inc()
			}
		case r.Outcome == latency.SendError:
			s.sendErrors.Inc()
		case r.Outcome == latency.Duplicate:
			s.duplicates.Inc()
		}
	}
}
