package crash

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tacklebox/platform/testbed"
)

const canary = "canary-7f3e9a"

func TestMain(m *testing.M) {
	dir := os.Getenv("TACKLEBOX_TEST_CRASH")
	if dir == "" {
		os.Exit(m.Run())
	}
	g, err := Install(dir, About{Version: "1.2.3"})
	if err != nil {
		fmt.Println(err)
		os.Exit(3)
	}
	switch os.Getenv("TACKLEBOX_TEST_HOW") {
	case "panic":
		panic("pull with password=" + canary + " from https://me:" + canary + "@registry")
	case "goroutine":
		go panic("in a goroutine")
		select {}
	case "clean":
		if err := g.Close(); err != nil {
			fmt.Println(err)
			os.Exit(3)
		}
		os.Exit(0)
	default: // runs until it is killed
		fmt.Println("running")
		_, _ = os.Stdin.Read(make([]byte, 1))
	}
}

// run is a run of the program that ends in this way.
func run(t *testing.T, dir, how string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "TACKLEBOX_TEST_CRASH="+dir, "TACKLEBOX_TEST_HOW="+how)
	out, _ := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() == 3 {
		t.Fatalf("%s", out)
	}
}

func pending(t *testing.T, dir string) []Report {
	t.Helper()
	reports, err := Pending(dir)
	if err != nil {
		t.Fatal(err)
	}
	return reports
}

func TestCrash(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "crashes")
	if got := pending(t, dir); len(got) != 0 {
		t.Fatalf("before anything ran: %v", got)
	}
	run(t, dir, "clean")
	if got := pending(t, dir); len(got) != 0 {
		t.Errorf("after a clean exit: %v", got)
	}
	run(t, dir, "panic")
	reports := pending(t, dir)
	if len(reports) != 1 {
		t.Fatalf("after a panic: %d reports", len(reports))
	}
	text := reports[0].Text
	for _, want := range []string{"Tacklebox 1.2.3\n", "started ", "panic: pull with password=***", "https://me:***@registry", "crash_test.go", "goroutine 1"} {
		if !strings.Contains(text, want) {
			t.Errorf("the report lacks %q:\n%s", want, text)
		}
	}
	if time.Since(reports[0].Time) > time.Minute {
		t.Errorf("at %v", reports[0].Time)
	}
	// The secret is nowhere in the folder.
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("%v, %v", entries, err)
	}
	for _, e := range entries {
		if content, err := os.ReadFile(filepath.Join(dir, e.Name())); err != nil || strings.Contains(string(content), canary) {
			t.Errorf("%s: %v, or the secret stands in it", e.Name(), err)
		}
		testbed.OwnerOnly(t, filepath.Join(dir, e.Name()))
	}
	// Offered until it was seen, then never again.
	if got := pending(t, dir); len(got) != 1 {
		t.Errorf("asked again: %d", len(got))
	}
	if err := reports[0].Seen(); err != nil {
		t.Fatal(err)
	}
	if got := pending(t, dir); len(got) != 0 {
		t.Errorf("after it was seen: %d", len(got))
	}
}

func TestGoroutineCrash(t *testing.T) {
	dir := t.TempDir()
	run(t, dir, "goroutine")
	if got := pending(t, dir); len(got) != 1 || !strings.Contains(got[0].Text, "panic: in a goroutine") {
		t.Errorf("got %v", got)
	}
}

// TestKilled: to be killed is no crash; and a run that goes on is let alone.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "TACKLEBOX_TEST_CRASH="+dir)
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	files := func() []string {
		names, _ := filepath.Glob(filepath.Join(dir, "*"))
		return names
	}
	testbed.Wait(t, "its file", func() bool {
		names := files()
		if len(names) != 1 {
			return false
		}
		content, err := os.ReadFile(names[0])
		return err == nil && strings.Contains(string(content), separator)
	})
	if got := pending(t, dir); len(got) != 0 || len(files()) != 1 {
		t.Errorf("while it runs: %v, %v", got, files())
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if got := pending(t, dir); len(got) != 0 || len(files()) != 0 {
		t.Errorf("after it was killed: %v, %v", got, files())
	}
}

func TestKeepsFive(t *testing.T) {
	dir := t.TempDir()
	for i := range 9 {
		name := fmt.Sprintf("%s2026010%d-000000.000-1%s", pendingPrefix, i, suffix)
		content := "Tacklebox" + separator + fmt.Sprintf("panic: %d", i) + strings.Repeat(" x", i*50_000)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if i == 8 {
			break
		}
		for _, r := range pending(t, dir) {
			if err := r.Seen(); err != nil {
				t.Fatal(err)
			}
		}
	}
	reports := pending(t, dir)
	if len(reports) != 1 || !strings.Contains(reports[0].Text, "panic: 8") || len(reports[0].Text) > maxReport+100 {
		t.Errorf("%d reports", len(reports))
	}
	names, err := os.ReadDir(dir)
	if err != nil || len(names) != keep {
		t.Errorf("%d kept, %v", len(names), err)
	}
}

func TestMask(t *testing.T) {
	t.Setenv("HOME", "/home/alice")
	t.Setenv("USERPROFILE", "/home/alice") // HOME on Windows
	for _, c := range []struct{ text, want string }{
		{"nothing secret in here", "nothing secret in here"},
		{"POSTGRES_PASSWORD=hunter2 x", "POSTGRES_PASSWORD=*** x"},
		{`{"auth_token": "abc def", "user": "me"}`, `{"auth_token": ***, "user": "me"}`},
		{"-e API_KEY='a b' -e A=b", "-e API_KEY=*** -e A=b"},
		{"https://bob:pa55@host/x", "https://bob:***@host/x"},
		{"Authorization: Bearer abcdefgh.ijkl", "Authorization: Bearer ***"},
		{"a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nb", "a\n(private key)\nb"},
		{"-----BEGIN PRIVATE KEY-----\nMIIE", "(private key)"},
		{"/home/alice/src/x.go:3", "~/src/x.go:3"},
	} {
		if got := Mask(c.text); got != c.want {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

func FuzzMask(f *testing.F) {
	f.Add("API_KEY=x https://a:b@c")
	f.Fuzz(func(t *testing.T, text string) { _ = Mask("password=" + text) })
}
