package registry

import (
	"strings"
	"testing"

	"tacklebox/panels/i18n"
	"tacklebox/platform/registry/fakeharbor"
)

// TestKeptForThisRun: where there is no keychain the person is told.
func TestKeptForThisRun(t *testing.T) {
	h := start(t, i18n.English)
	h.secrets.Broken = true
	fake := fakeharbor.New(t)
	h.show()
	h.Press("Add a registry")
	f := h.p.detail.form
	f.address.SetText(fake.URL)
	f.user.SetText("admin")
	f.secret.SetText(fakeharbor.Password)
	h.Press("Connect")
	h.See("library")
	h.See("it is remembered for this run only")
}

// TestRobot makes a robot that the connection uses from then on: it browses as
// before, and the person's password is kept no longer.
func TestRobot(t *testing.T) {
	h, fake := onHarbor(t, shop)
	h.See("shop")
	h.p.showRobot()
	h.See("A read-only robot for Tacklebox")
	h.See("library")
	h.p.detail.robot.pull.Choose("shop", true)
	h.Press("Make the robot")
	h.See("On " + h.p.conn.host() + " a robot account is made.")
	if len(fake.Robots) != 0 {
		t.Error("it was made before it was confirmed")
	}
	pressIn(h, "Make the robot")
	h.See("was made and is used from now on")
	h.open("shop")
	h.choose("shop/team/api")
	h.See("/bin/start.sh")
	c, _ := h.store.Connections()
	if len(c) != 1 || c[0].Robot == 0 || !strings.HasPrefix(c[0].User, "robot$") || c[0].Expires.IsZero() {
		t.Errorf("the connection is %+v", c)
	}
	for _, name := range h.secrets.Names() {
		if s, _ := h.secrets.Get(t.Context(), name); s == fakeharbor.Password {
			t.Error("the person's password is still kept")
		}
	}
	nowhere(t, h.dir, fakeharbor.Password)
}

// TestRobotOffersAll: the 200 projects of a large Harbor come in pages.
func TestRobotOffersAll(t *testing.T) {
	h, _ := onHarbor(t, func(f *fakeharbor.Harbor) { f.Fill(210, 210) })
	h.See("team-000")
	h.p.showRobot()
	h.p.detail.robot.pull.Choose("team-003", true)
	h.Until("the last project", func() bool {
		h.p.detail.robot.pull.Choose("team-209", true)
		all := h.p.detail.robot.pull.Chosen()
		return len(all) == 2 && all[0] == "team-003" && h.p.detail.robot.pull.Offers("team-209")
	})
}
