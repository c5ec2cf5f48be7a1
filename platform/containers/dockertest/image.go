package dockertest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"
)

// Kind is an image that Image makes.
type Kind string

// The kinds. All but Scratch and its variants have a busybox with its applets.
const (
	Busybox     Kind = "busybox"      // CMD /bin/sh
	False       Kind = "false"        // ENTRYPOINT /bin/false
	Bash        Kind = "bash"         // with the machine's bash beside busybox
	User        Kind = "user"         // USER 65532
	Volume      Kind = "volume"       // VOLUME /data
	Healthcheck Kind = "healthcheck"  // HEALTHCHECK that fails
	Env         Kind = "env"          // ENV with a secret-looking value
	WorkDir     Kind = "workdir"      // WORKDIR /srv/app
	Scratch     Kind = "scratch"      // one static program, no shell; prints a line and stays
	ScratchUser Kind = "scratch-user" // the same with USER 65532

	// Images whose own command does not start, one defect each.
	BadMissing     Kind = "bad-missing"     // the entrypoint is not there
	BadMode        Kind = "bad-mode"        // it is not executable
	BadInterpreter Kind = "bad-interpreter" // a script for a missing interpreter
	BadCRLF        Kind = "bad-crlf"        // "#!/bin/sh" with a carriage return
	BadArch        Kind = "bad-arch"        // a program for another architecture
	BadLoader      Kind = "bad-loader"      // a dynamic program without its loader
	BadUser        Kind = "bad-user"        // USER nobodyx, which no file knows
	BadWorkDir     Kind = "bad-workdir"     // WORKDIR is a file
	BadExit        Kind = "bad-exit"        // writes a line and exits with 3
)

// Image makes an image of kind on d, once for each test process, and gives its
// reference. It is removed at the end.
func Image(t testing.TB, d *Daemon, kind Kind) string {
	t.Helper()
	ref, err := d.images.get(d.api, kind)
	if err != nil {
		Missing(t, "the image "+string(kind), err.Error())
	}
	t.Cleanup(func() { d.images.release(d.api, kind) })
	return ref
}

// Import makes an image of these files and changes ("CMD [...]") under ref and
// removes it at the end of the test.
func Import(t testing.TB, d *Daemon, ref string, files []File, changes ...string) string {
	t.Helper()
	if err := importImage(d.api, ref, "", files, changes); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { removeImage(d.api, ref) })
	return ref
}

// imageCache counts who uses each image.
type imageCache struct {
	mu    sync.Mutex
	refs  map[Kind]string
	users map[Kind]int
}

func (c *imageCache) get(api *client.Client, kind Kind) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refs == nil {
		c.refs, c.users = map[Kind]string{}, map[Kind]int{}
	}
	if _, ok := c.refs[kind]; !ok {
		// Other test processes make and remove theirs on the same engine.
		ref := fmt.Sprintf("tacklebox-test/%s:p%d", kind, os.Getpid())
		r, err := recipeOf(kind)
		if err != nil {
			return "", err
		}
		if err := importImage(api, ref, r.platform, r.files, r.changes); err != nil {
			return "", fmt.Errorf("import image %q: %w", ref, err)
		}
		c.refs[kind] = ref
	}
	c.users[kind]++
	return c.refs[kind], nil
}

// release removes an image that nobody uses, unless Main does so at the end.
func (c *imageCache) release(api *client.Client, kind Kind) {
	shared.Lock()
	kept := shared.kept
	shared.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.users[kind]--; c.users[kind] == 0 && !kept {
		removeImage(api, c.refs[kind])
		delete(c.refs, kind)
	}
}

func (c *imageCache) removeAll(api *client.Client) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, ref := range c.refs {
		removeImage(api, ref)
	}
	c.refs, c.users = nil, nil
}

func importImage(api *client.Client, ref, platform string, files []File, changes []string) error {
	archive, err := tarOf(files)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	answer, err := api.ImageImport(ctx, image.ImportSource{Source: bytes.NewReader(archive), SourceName: "-"}, ref,
		image.ImportOptions{Changes: changes, Platform: platform})
	if err != nil {
		return err
	}
	defer answer.Close()
	said, err := io.ReadAll(answer)
	if err == nil && bytes.Contains(said, []byte(`"error"`)) {
		err = fmt.Errorf("%s", said)
	}
	return err
}

func removeImage(api *client.Client, ref string) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	_, _ = api.ImageRemove(ctx, ref, image.RemoveOptions{Force: true, PruneChildren: true})
}
