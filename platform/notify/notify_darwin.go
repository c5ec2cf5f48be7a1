package notify

import (
	"context"
	"fmt"
	"os/exec"
)

// script reads its text from its arguments: nothing of it is ever source.
const script = `on run argv
	display notification (item 2 of argv) with title (item 1 of argv)
end run`

// send runs the fixed script.
func send(ctx context.Context, n Notification) error {
	out, err := exec.CommandContext(ctx, "/usr/bin/osascript", "-e", script, "--", n.Title, n.Text).CombinedOutput()
	if err != nil {
		return fmt.Errorf("run osascript: %w: %.200q", err, out)
	}
	return nil
}
