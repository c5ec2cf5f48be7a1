package registry

import (
	"strings"
	"testing"

	"tacklebox/platform/registry/fakeharbor"
)

// The first rows wait for no more than they need: whose the credential is, and the
// version, come beside them.
func TestFirstRowsDoNotWaitForTheAccount(t *testing.T) {
	h, fake := onHarbor(t, func(f *fakeharbor.Harbor) {
		f.Push("library", "team/app", "1", fakeharbor.Image{})
		f.Fail(fakeharbor.Fault{Path: "/users/current", Kind: "hang"})
	})
	h.open("library")
	h.see("team/app")
	if h.p.conn.known {
		t.Fatal("the account was known before")
	}
	for _, asked := range fake.Asked() {
		if strings.Contains(asked, "_catalog") {
			t.Errorf("asked %s", asked)
		}
	}
}
