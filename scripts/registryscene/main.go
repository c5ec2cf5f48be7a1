// Command registryscene runs a program beside a made-up Harbor, with a connection to
// it in the program's data folder: what the pictures of the Registries tab show.
//
//	registryscene -data DIR PROGRAM [ARGUMENT...]
//
// The Harbor is the one that the tests use. Its credential is put where Docker keeps
// one, in DOCKER_CONFIG, since a program of its own has no keychain to give.
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"tacklebox/platform/registry"
	"tacklebox/platform/registry/connect"
	"tacklebox/platform/registry/fakeharbor"
	"tacklebox/platform/settings"
)

func main() {
	data := flag.String("data", "", "the data folder")
	many := flag.Bool("many", false, "with 20,000 repositories, and 300 ms before each answer")
	flag.Parse()
	if *data == "" || flag.NArg() == 0 {
		flag.Usage()
		os.Exit(64)
	}
	if err := run(*data, *many, flag.Args()); err != nil {
		var ended *exec.ExitError
		if errors.As(err, &ended) {
			os.Exit(max(ended.ExitCode(), 1))
		}
		fmt.Fprintln(os.Stderr, "registryscene:", err)
		os.Exit(1)
	}
}

func run(data string, many bool, command []string) error {
	h, stop := fakeharbor.Serve()
	defer stop()
	fill(h)
	if many {
		crowd(h)
	}
	host := strings.TrimPrefix(h.URL, "http://")
	if err := signIn(host); err != nil {
		return err
	}
	set, err := settings.Open(data)
	if err != nil {
		return err
	}
	store := connect.New(connect.Options{Settings: set, Secrets: connect.Keychain(data)})
	_, _, err = store.Add(context.Background(), registry.Connection{Name: "harbor.corp", URL: h.URL, Source: registry.SourceDocker}, "")
	store.Close()
	if err != nil {
		return err
	}
	ctx, done := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer done()
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	return c.Run()
}

// signIn keeps the credential where Docker does.
func signIn(host string) error {
	dir := os.Getenv("DOCKER_CONFIG")
	if dir == "" {
		return errors.New("DOCKER_CONFIG names no folder: a person's own is not touched")
	}
	file := filepath.Join(dir, "config.json")
	config := map[string]any{}
	if text, err := os.ReadFile(file); err == nil {
		if err := json.Unmarshal(text, &config); err != nil {
			return fmt.Errorf("read %s: %w", file, err)
		}
	}
	auth := base64.StdEncoding.EncodeToString([]byte("admin:" + fakeharbor.Password))
	config["auths"] = map[string]any{host: map[string]string{"auth": auth}}
	text, err := json.Marshal(config)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}
