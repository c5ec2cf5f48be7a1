package containers

import "testing"

func TestAskClassifiesPipes(t *testing.T) {
	wantProblem(t, "npipe:////./pipe/tacklebox-no-such-engine", ProblemNoSocket, "no such")
}
