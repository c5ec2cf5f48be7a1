package assets

import _ "embed" // for LatencyUnit

// LatencyUnit is the systemd unit of the verb "latency run".
//
//go:embed linux/tacklebox-latency.service
var LatencyUnit string
