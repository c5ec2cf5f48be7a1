package main

import (
	"fmt"
	"slices"
	"time"

	"tacklebox/platform/registry/fakeharbor"
)

// image is one that a shop would have.
func image(entry, cmd []string, user string, env ...string) fakeharbor.Image {
	return fakeharbor.Image{OS: "linux", Arch: "amd64", Config: map[string]any{
		"Entrypoint": entry, "Cmd": cmd, "Env": append([]string{"PATH=/usr/local/bin:/usr/bin:/bin"}, env...), "User": user, "WorkingDir": "/srv",
		"ExposedPorts": map[string]any{"8080/tcp": map[string]any{}},
		"Labels":       map[string]string{"org.opencontainers.image.source": "https://git.example/shop/api", "org.opencontainers.image.version": "2.4"},
	}, Steps: []string{
		"/bin/sh -c #(nop) ADD file:7c1b9a4f in / ", "RUN /bin/sh -c apt-get update && apt-get install -y ca-certificates # buildkit",
		"COPY start.sh /bin/start.sh # buildkit", "RUN /bin/sh -c DB_PASSWORD=hunter2 ./configure # buildkit", "USER app", `ENTRYPOINT ["/bin/start.sh"]`, `CMD ["--prod"]`}}
}

// sized gives an artifact the size of a real one: the fake's layers are a few bytes.
func sized(a *fakeharbor.Artifact, mb int64) *fakeharbor.Artifact {
	a.Size = mb * 1_000_000
	return a
}

// fill makes a Harbor that is worth a look.
func fill(h *fakeharbor.Harbor) {
	now := time.Now()
	shop := h.AddProject("shop", false)
	for _, name := range []string{"base", "data", "web-team"} {
		h.AddProject(name, false)
	}
	old := sized(h.Push("shop", "api", "2.3", image([]string{"/bin/start.sh"}, []string{"--prod"}, "app", "LOG_LEVEL=info")), 79)
	arm := image([]string{"/bin/start.sh"}, []string{"--prod"}, "app", "LOG_LEVEL=info", "DB_PASSWORD=hunter2")
	arm.Arch = "arm64"
	a := sized(h.Push("shop", "api", "", image([]string{"/bin/start.sh"}, []string{"--prod"}, "app", "LOG_LEVEL=info", "DB_PASSWORD=hunter2", "DB_URL=postgres://api:hunter2@db/shop")), 81)
	b := sized(h.Push("shop", "api", "", arm), 80)
	both := sized(h.PushIndex("shop", "api", "2.4", a, b), 161)
	for _, tag := range []string{"web", "worker", "cron", "tools/migrate", "tools/seed"} {
		sized(h.Push("shop", tag, "2.4", image([]string{"/bin/" + tag}, nil, "app")), 64)
	}
	chart := h.PushOther("shop", "charts/shop", "1.8.0", "CHART", map[string]any{"name": "shop", "version": "1.8.0", "appVersion": "2.4", "description": "The shop with all that it needs"})
	chart.Additions = map[string]string{
		"readme.md":    "# The shop\n\n    helm install shop oci://harbor.corp/shop/charts/shop --version 1.8.0\n\nIt needs PostgreSQL, which the chart brings along unless `postgresql.enabled` is false.\n",
		"values.yaml":  "replicas: 2\nimage:\n  repository: harbor.corp/shop/api\n  tag: \"2.4\"\npostgresql:\n  enabled: true\n",
		"dependencies": `[{"name":"postgresql","version":"12.1.9","repository":"https://charts.corp/stable"},{"name":"common","version":"2.2.2","repository":"https://charts.corp/stable"}]`,
	}
	sized(h.Push("base", "debian", "12", image(nil, []string{"bash"}, "")), 49)
	sized(h.Push("base", "busybox", "1.36", image(nil, []string{"sh"}, "")), 2)
	sized(h.Push("library", "postgres", "16", image([]string{"docker-entrypoint.sh"}, []string{"postgres"}, "")), 158)
	h.Repository("data", "empty")

	h.Attach("shop", "api", both, `{"spdxVersion":"SPDX-2.3","name":"shop/api","packages":[{"name":"openssl","versionInfo":"3.0.15-1","licenseConcluded":"Apache-2.0"},{"name":"zlib","versionInfo":"1:1.2.13","licenseConcluded":"Zlib"},{"name":"curl","versionInfo":"7.88.1-10","licenseConcluded":"curl"}]}`)
	list := h.Repository("shop", "api")
	h.Lock()
	defer h.Unlock()
	slices.Reverse(list.Artifacts) // the newest first, as Harbor lists them
	vulns := []fakeharbor.Vuln{
		{ID: "CVE-2026-21441", Package: "openssl", Version: "3.0.15-1", Fix: "3.0.17-1", Severity: "Critical", Description: "A crafted certificate makes the verifier read past its buffer."},
		{ID: "CVE-2026-10872", Package: "glibc", Version: "2.36-9", Severity: "Critical", Description: "An attacker who controls a locale archive can run code."},
		{ID: "CVE-2026-0964", Package: "curl", Version: "7.88.1-10", Fix: "7.88.1-12", Severity: "High"},
		{ID: "CVE-2025-68973", Package: "gnupg2", Version: "2.2.40-1", Fix: "2.2.40-2", Severity: "High"},
		{ID: "CVE-2025-15467", Package: "zlib", Version: "1:1.2.13", Severity: "Medium"},
		{ID: "CVE-2025-11187", Package: "perl", Version: "5.36.0-7", Severity: "Low"},
	}
	a.Scan = &fakeharbor.Scan{ID: "r1", Status: "Success", Vulns: vulns, Log: "2026-11-26T07:02:11Z [INFO] [/pkg/scan/job.go:147]: Report mime types: application/vnd.security.vulnerability.report\n2026-11-26T07:02:11Z [INFO] [/pkg/scan/job.go:174]: Get report for mime type\n2026-11-26T07:02:31Z [INFO] [/pkg/scan/job.go:264]: 6 vulnerabilities in 3 packages\n"}
	both.Scan = &fakeharbor.Scan{ID: "r2", Status: "Success", Vulns: vulns}
	old.Scan = &fakeharbor.Scan{ID: "r3", Status: "Success", Vulns: vulns[4:]}
	both.Accessories = append(both.Accessories, map[string]any{"type": "signature.cosign", "digest": "sha256:5f1c", "size": 1200})
	both.Labels = []map[string]any{{"name": "released", "color": "#00ab9a"}}
	shop.Metadata["prevent_vul"], shop.Metadata["severity"] = "true", "critical"
	operate(h, now)
}

// operate has the Harbor do what they do all day.
func operate(h *fakeharbor.Harbor, now time.Time) {
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	h.Components["jobservice"] = "failed to check health: dial tcp 10.2.0.14:8080: connect: connection refused"
	h.Queues = []*fakeharbor.Queue{{Type: "REPLICATION", Count: 14, Latency: 1260}, {Type: "IMAGE_SCAN", Count: 3, Latency: 40}, {Type: "RETENTION", Paused: true, Count: 2}}
	h.Workers = []*fakeharbor.Worker{{ID: "w1", Pool: "p1", Job: "IMAGE_SCAN", JobID: "scan-1", Start: ago(22 * time.Minute)}, {ID: "w2", Pool: "p1", Job: "REPLICATION", JobID: "repl-1", Start: ago(4 * time.Minute)}, {ID: "w3", Pool: "p1"}, {ID: "w4", Pool: "p1"}}
	h.JobLogs["scan-1"] = "2026-11-26T08:01:10Z [INFO] start to scan shop/api@sha256:9f6c\n2026-11-26T08:01:12Z [INFO] registry: http://core:8080\n2026-11-26T08:01:40Z [WARNING] the scanner has not answered for 30 s\n2026-11-26T08:02:10Z [WARNING] the scanner has not answered for 60 s\n"
	h.JobLogs["repl-1"] = "2026-11-26T08:19:02Z [INFO] copying shop/web:2.4\n"
	h.Schedules = []fakeharbor.Schedule{{ID: 1, Vendor: "GARBAGE_COLLECTION", Cron: "0 0 3 * * *"}, {ID: 2, Vendor: "RETENTION", Cron: "0 0 4 * * 0"}}
	h.Policies = []*fakeharbor.Policy{{ID: 1, Name: "to-dr-site", Enabled: true, From: "harbor.corp", To: "harbor.dr"}, {ID: 2, Name: "from-hub", Enabled: true, From: "docker.io", To: "harbor.corp"}}
	task := func(id int64, status, source, log string, at time.Time) *fakeharbor.Task {
		return &fakeharbor.Task{ID: id, JobID: fmt.Sprint("job-", id), Status: status, Source: source, Destination: "dr/" + source, Start: at, End: at.Add(40 * time.Second), Log: log}
	}
	quota := "2026-11-26T07:30:02Z [INFO] client for source registry created\n2026-11-26T07:30:31Z [ERROR] [transfer.go:191]: failed to push manifest: 412 adding 81.0 MiB of storage will exceed the quota of 20.0 GiB\n"
	h.Executions = []*fakeharbor.Execution{
		{ID: 31, PolicyID: 2, Status: "Failed", StatusText: "toomanyrequests: you have reached your pull rate limit", Start: ago(26 * time.Hour), End: ago(26 * time.Hour)},
		{ID: 32, PolicyID: 1, Status: "Failed", Start: ago(3 * time.Hour), End: ago(3*time.Hour - 3*time.Minute), Tasks: []*fakeharbor.Task{
			task(321, "Succeed", "shop/web:2.4", "done\n", ago(3*time.Hour)), task(322, "Failed", "shop/api:2.4", quota, ago(3*time.Hour)), task(323, "Failed", "shop/tools/migrate:2.4", quota, ago(3*time.Hour))}},
		{ID: 33, PolicyID: 1, Status: "Succeed", Start: ago(50 * time.Minute), End: ago(48 * time.Minute), Tasks: []*fakeharbor.Task{task(331, "Succeed", "shop/web:2.4", "2026-11-26T08:00:01Z [INFO] copied\n", ago(50*time.Minute))}},
	}
	h.GCs = []*fakeharbor.GC{
		{ID: 21, Status: "Success", Start: ago(29 * time.Hour), Freed: 1_840_000_000, Log: "2026-11-25T03:00:00Z [INFO] start to run gc in job.\n2026-11-25T03:04:09Z [INFO] success to run gc in job.\n", Parameters: `{"freed_space":1840000000,"purged_blobs":412}`},
		{ID: 22, Status: "Success", Start: ago(5 * time.Hour), Freed: 96_000_000, Log: "2026-11-26T03:00:00Z [INFO] success to run gc in job.\n", Parameters: `{"freed_space":96000000,"purged_blobs":18}`},
	}
	h.GCCron = "0 0 3 * * *"
	h.Quotas = map[string][2]int64{"shop": {20 << 30, 19<<30 + 600<<20}, "base": {-1, 3 << 30}, "data": {50 << 30, 44 << 30}, "library": {-1, 12 << 30}}
	h.ServerClock = 7 * time.Minute // which the doctor finds
	h.Volume = [2]uint64{500 << 30, 131 << 30}
}

// crowd makes it large and far away.
func crowd(h *fakeharbor.Harbor) {
	h.Fill(200, 20_000)
	h.Lock()
	h.Delay = 300 * time.Millisecond
	h.Unlock()
}
