package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	panel "tacklebox/panels/latency"
	"tacklebox/panels/latency/reasons"
	"tacklebox/platform/keychain"
	"tacklebox/platform/latency/alert/channel"
	"tacklebox/platform/latency/engines"
	"tacklebox/platform/latency/service"
)

// latencyJob measures for as long as the program runs: the Latency tab comes and
// goes with the language, measuring does not.
type latencyJob struct {
	dir     string
	engines *engines.Set
	keys    *keychain.Keychain // addresses of webhooks

	mu    sync.Mutex // held while the folder is opened
	open  *service.Service
	ended bool
}

func newLatencyJob(dataDir string) *latencyJob {
	return &latencyJob{dir: service.Folder(dataDir), engines: engines.New(engines.Options{}), keys: service.Keychain(dataDir)}
}

// errEnding is the answer to whoever asks while the program ends.
var errEnding = errors.New("the program is ending")

// Service opens the folder at the first call and after each failure; it blocks.
func (j *latencyJob) Service(ctx context.Context) (panel.Service, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.ended || ctx.Err() != nil {
		return nil, errEnding
	}
	if j.open == nil {
		var s *service.Service
		// SQLite panics where the system lacks what it maps its memory with, as Wine 8
		// does: then this tab says so, and the others work.
		err := guard(func() (err error) {
			s, err = service.Open(service.Options{Dir: j.dir, Open: j.engines.Open,
				Sender: channel.Sender{Desktop: channel.Desktop{AppID: ID}, Secrets: service.Secrets(j.keys), Say: reasons.Message, Now: time.Now}})
			return err
		})
		if err != nil {
			slog.Warn("open the latency history", "error", err)
			return nil, err
		}
		j.open = s
	}
	return latencyService{j.open}, nil
}

// close ends measuring and writes what is buffered.
func (j *latencyJob) close() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ended = true
	if j.open == nil {
		return
	}
	if err := j.open.Close(); err != nil {
		slog.Error("close the latency history", "error", err)
	}
	j.open = nil
}

// latencyService is the service as the tab sees it.
type latencyService struct{ *service.Service }

// History is what was kept.
func (s latencyService) History() panel.History { return s.Store() }
