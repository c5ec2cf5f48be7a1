package containers

import "context"

// ExitCode is stub
type ExplainCode string

const ExitRunning ExplainCode = "running"

type Explanation struct {
	Code ExplainCode
}

func (e *Engine) Explain(ctx context.Context, id string) (*Explanation, error) { return &Explanation{Code: ExitRunning}, nil }
