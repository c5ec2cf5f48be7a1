package tuntest

import (
	"fmt"
	"os/exec"

	"golang.org/x/sys/unix"
)

// Serve answers by a script in the network namespace that this process is in
// already, which has no device of that name yet: for programs that show or
// measure something (`unshare -n PROGRAM`). Everything that has no other route
// goes there. It returns a function that ends it.
func Serve(s Script) (end func(), err error) {
	device, err := openDevice()
	if err != nil {
		return nil, err
	}
	for _, args := range append(configuration(), []string{"route", "add", "default", "dev", Device}) {
		if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
			_ = unix.Close(device)
			return nil, fmt.Errorf("ip %v: %w: %s", args, err, out)
		}
	}
	r, err := newResponder(device, s)
	if err != nil {
		_ = unix.Close(device)
		return nil, err
	}
	return r.close, nil
}
