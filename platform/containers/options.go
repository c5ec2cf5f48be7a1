package containers

import (
	"context"
	"os"
	"os/user"
	"path/filepath"

	"tacklebox/platform/dockerconfig"
)

// Options say how engines are looked for and who we are. The zero value works:
// the environment, the home folder and the user of this process.
type Options struct {
	// Explicit is the person's choice: an endpoint's ID, a host, or "".
	Explicit string
	// Context is a docker context chosen by name, or "".
	Context string
	Home    string
	Getenv  func(string) string
	// LoginPath gives PATH as the person's login shell has it. A program started
	// from a launcher has a shorter one, without the folder that a credential
	// helper or ssh wrapper lies in.
	LoginPath func() string
	// Credential gives what a pull sends to a registry's host ("docker.io" for
	// Docker Hub) before Docker's own files are asked; false goes on to those. nil
	// is always false.
	Credential func(ctx context.Context, host string) (dockerconfig.Auth, bool, error)
	// DataDir is our data folder; with User and Host it makes a session ours.
	DataDir    string
	AppVersion string
	User       string
	Host       string
}

// withDefaults fills what is empty from this process.
func (o Options) withDefaults() Options {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.Home == "" {
		o.Home, _ = os.UserHomeDir()
	}
	if o.User == "" {
		if u, err := user.Current(); err == nil {
			o.User = u.Username
		}
	}
	if o.Host == "" {
		o.Host, _ = os.Hostname()
	}
	return o
}

// configDir is the Docker CLI's folder.
func (o Options) configDir() string {
	if dir := o.Getenv("DOCKER_CONFIG"); dir != "" {
		return dir
	}
	return filepath.Join(o.Home, ".docker")
}
