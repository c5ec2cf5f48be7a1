package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/docker/go-units"

	"tacklebox/platform/containers"
	"tacklebox/platform/containers/launch"
)

// pull brings an image to the engine and shows how far it is when somebody looks.
func (p *program) pull(ctx context.Context, e engine, ref launch.Reference, platform string) error {
	platform, err := launch.ParsePlatform(platform)
	if err != nil {
		return err
	}
	show := func(containers.PullProgress) {}
	live := !p.json && isTerminal(p.err)
	if !p.json {
		p.say("%s: pulling %s", p.name, ref.Familiar)
	}
	if live {
		show = p.progressLine()
	}
	err = e.Pull(ctx, ref.Full, platform, show)
	if live {
		fmt.Fprint(p.err, "\r\x1b[K")
	}
	return err
}

// progressEvery keeps a fast pull from filling a slow terminal.
const progressEvery = 100 * time.Millisecond

// progressLine writes the progress over and over on one line.
func (p *program) progressLine() func(containers.PullProgress) {
	var last time.Time
	return func(now containers.PullProgress) {
		if time.Since(last) < progressEvery {
			return
		}
		last = time.Now()
		fmt.Fprint(p.err, "\r\x1b[K"+progressText(now))
	}
}

func progressText(now containers.PullProgress) string {
	done := 0
	for _, layer := range now.Layers {
		if layer.Done {
			done++
		}
	}
	text := fmt.Sprintf("%d of %d layers", done, len(now.Layers))
	if now.Total > 0 {
		text += fmt.Sprintf(", %s of %s", units.HumanSize(float64(now.Current)), units.HumanSize(float64(now.Total)))
	}
	return text
}
