package containers

import "testing"

// TestEndedMeanwhile: a container that ends while its process is asked for gives this
// text in place of output, with exit code 126. It is no output, and no program that
// cannot be run.
func TestEndedMeanwhile(t *testing.T) {
	text := "ttrpc: closed: unknown"
	if !looksFailed([]byte(text + "\r\n")) {
		t.Error("taken for output")
	}
	if err := startError("box", 126, text); CauseOf(err) != CauseNotRunning {
		t.Errorf("%v is %v", err, CauseOf(err))
	}
}
