//go:build cgo

// Command l2tpscene is the window with the L2TP tab of Windows over a recorded PC
// and recorded answers of a server: what the pictures of that tab show.
//
//	l2tpscene -data DIR
//
// The PC is one on which somebody followed the guides that circulate. Its first
// test connection fails, the second one works.
package main

import (
	"context"
	"flag"
	"os"
	"strings"
	"sync"
	"time"

	"tacklebox/app"
	"tacklebox/platform/l2tp"
	"tacklebox/platform/l2tp/codes"
	"tacklebox/platform/l2tp/pc/pctest"
	"tacklebox/platform/l2tp/probe"
)

func main() {
	data := flag.String("data", "", "the data folder")
	flag.Parse()
	if *data == "" {
		flag.Usage()
		os.Exit(64)
	}
	m := machine()
	os.Exit(app.Run(app.Options{DataDir: *data, OwnDataDir: true, Version: "1.2.3",
		L2TP: app.L2TP{System: "windows", Machine: m, Probe: ask}}, os.Stderr))
}

// machine takes about as long for each step as a PC would.
func machine() *pctest.Machine {
	r := pctest.Leftovers()
	r.BootTime = time.Now().Add(-2 * time.Hour)
	m := &pctest.Machine{Reading: r, Script: pctest.Fails(codes.StageIKE, 789)}
	var once sync.Once
	m.Gate = func(ctx context.Context, step string) error {
		if step == "dial 1" {
			once.Do(func() {
				m.Lock()
				defer m.Unlock()
				m.Script = pctest.Connects()
			})
		}
		if strings.HasPrefix(step, "dial") || strings.HasPrefix(step, "op") {
			return pause(ctx, 150*time.Millisecond)
		}
		return nil
	}
	return m
}

func ask(ctx context.Context, server string, o probe.Options) (l2tp.Report, error) {
	r := pctest.Strong(true, true)
	if o.PSK != nil {
		r = pctest.Keyed(r, l2tp.PSKRight)
	}
	r.Server = server
	return r, pause(ctx, 400*time.Millisecond)
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
