package cli

import (
	"context"
	"errors"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/transfer"
)

// targetFile are the targets of a file, for watching; what is wrong with it is
// said, and the rest goes on.
func (p *program) targetFile(ctx context.Context, name string) ([]latency.Target, error) {
	s, err := p.readSource(ctx, name, transfer.Any)
	if err != nil {
		return nil, err
	}
	for _, text := range s.Skipped {
		p.say("%s", text)
	}
	if s.More > 0 {
		p.say("%s: and %d more that could not be read", plainText(name), s.More)
	}
	return s.Targets, nil
}

// readSource reads a file, or a folder of SmokePing; "-" is stdin.
func (p *program) readSource(_ context.Context, name, kind string) (*transfer.Source, error) {
	if name != "-" {
		return transfer.Open(name, kind)
	}
	if kind == transfer.SmokePing {
		return nil, errors.New("read SmokePing's configuration from stdin: its includes need a folder: give the name of the file")
	}
	return transfer.Read("stdin", kind, p.in)
}
