package containers

import (
	"context"
	"iter"
	"sync"
)

// Ask pings ep once and tells what answered, or why nothing did.
func Ask(ctx context.Context, ep Endpoint, o Options) Answer {
	o = o.withDefaults()
	e, err := open(ep, o)
	if err != nil {
		return Answer{Endpoint: ep, Pinned: o.Getenv("DOCKER_API_VERSION"), Problem: problemOf(err), Err: wrap("connect to", ep.Title(), err)}
	}
	defer e.Close()
	return e.ask(ctx)
}

// AskAll asks all endpoints at once and gives their answers as they come. Leaving
// the loop ends the questions still open.
func AskAll(ctx context.Context, eps []Endpoint, o Options) iter.Seq[Answer] {
	return func(yield func(Answer) bool) {
		ctx, cancel := context.WithCancel(ctx)
		answers := make(chan Answer, len(eps))
		var asking sync.WaitGroup
		defer asking.Wait()
		defer cancel()
		for _, ep := range eps {
			asking.Go(func() { answers <- Ask(ctx, ep, o) })
		}
		for range eps {
			if !yield(<-answers) {
				return
			}
		}
	}
}
