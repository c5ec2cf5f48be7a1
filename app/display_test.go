package app

import (
	"errors"
	"strings"
	"testing"
)

func TestDisplay(t *testing.T) {
	for name, c := range map[string]struct {
		env     map[string]string
		sockets string // what answers
		want    string
		none    bool
	}{
		"nothing set":      {env: map[string]string{}, none: true},
		"X11":              {env: map[string]string{"DISPLAY": ":0"}, sockets: "/tmp/.X11-unix/X0"},
		"abstract X11":     {env: map[string]string{"DISPLAY": "unix:1.0"}, sockets: "@/tmp/.X11-unix/X1"},
		"X11 gone":         {env: map[string]string{"DISPLAY": ":7"}, none: true},
		"X11 far away":     {env: map[string]string{"DISPLAY": "localhost:10.0"}},
		"Wayland":          {env: map[string]string{"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": "/run/user/1"}, sockets: "/run/user/1/wayland-0"},
		"Wayland by path":  {env: map[string]string{"WAYLAND_DISPLAY": "/x/way"}, sockets: "/x/way"},
		"Wayland gone":     {env: map[string]string{"WAYLAND_DISPLAY": "wayland-0"}, none: true},
		"both, no method":  {env: both(), sockets: "/tmp/.X11-unix/X0 /run/user/1/wayland-0"},
		"both, fcitx":      {env: both("XMODIFIERS", "@im=fcitx"), sockets: "/tmp/.X11-unix/X0 /run/user/1/wayland-0", want: "x11"},
		"both, ibus":       {env: both("GTK_IM_MODULE", "ibus"), sockets: "/tmp/.X11-unix/X0 /run/user/1/wayland-0", want: "x11"},
		"both, qt fcitx5":  {env: both("QT_IM_MODULE", "fcitx5"), sockets: "/tmp/.X11-unix/X0 /run/user/1/wayland-0", want: "x11"},
		"both, not a real": {env: both("XMODIFIERS", "@im=none"), sockets: "/tmp/.X11-unix/X0 /run/user/1/wayland-0"},
		"X11 gone, fcitx":  {env: both("XMODIFIERS", "@im=fcitx"), sockets: "/run/user/1/wayland-0"},
		"person's choice":  {env: both("XMODIFIERS", "@im=fcitx", "FYNE_PLATFORM", "wayland"), sockets: "/tmp/.X11-unix/X0 /run/user/1/wayland-0"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := displayEnv(func(k string) string { return c.env[k] },
				func(s string) bool { return strings.Contains(" "+c.sockets+" ", " "+s+" ") })
			if errors.Is(err, ErrNoDisplay) != c.none || got != c.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func both(more ...string) map[string]string {
	env := map[string]string{"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": "/run/user/1"}
	for i := 0; i+1 < len(more); i += 2 {
		env[more[i]] = more[i+1]
	}
	return env
}

func TestFirstLine(t *testing.T) {
	for in, want := range map[string]string{
		"":                                 "",
		"\n \t\n":                          "",
		"  debian:12\r\n":                  "debian:12",
		"\n\na\nb":                         "a",
		strings.Repeat("x", maxImageText):  strings.Repeat("x", maxImageText),
		strings.Repeat("x", 2000) + "\nok": "",
	} {
		if got := firstLine(in); got != want {
			t.Errorf("firstLine(%.20q) = %.20q, want %.20q", in, got, want)
		}
	}
}
