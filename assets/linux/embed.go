// Package linux holds what is built into the program of the files for Linux. It
// is apart from the other assets, since the verbs link no window toolkit.
package linux

import _ "embed" // for LatencyUnit

// LatencyUnit is the systemd unit of the verb "latency run".
//
//go:embed tacklebox-latency.service
var LatencyUnit string
