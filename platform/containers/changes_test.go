package containers

import (
	"slices"
	"strings"
	"testing"

	"tacklebox/platform/containers/dockertest"
	"tacklebox/platform/containers/launch"
)

func TestFilterChanges(t *testing.T) {
	parse := func(lines string) []Change {
		kinds := map[byte]string{'A': ChangeAdded, 'C': ChangeChanged, 'D': ChangeDeleted}
		var list []Change
		for line := range strings.FieldsSeq(lines) {
			list = append(list, Change{kinds[line[0]], line[1:]})
		}
		return list
	}
	for _, tc := range []struct {
		name, diff string
		mounts     []string
		want       string
	}{
		{"a fresh container", "C/sbin A/sbin/docker-init C/etc C/etc/hosts C/dev A/dev/pts C/run A/run/secrets", nil, ""},
		{"history only", "C/root A/root/.bash_history", nil, ""},
		{"history beside work", "C/root A/root/.bash_history A/root/notes", nil, "A/root/notes"},
		{"fish", "A/root/.local A/root/.local/share A/root/.local/share/fish A/root/.local/share/fish/fish_history C/root", nil, ""},
		{"an edited file", "C/etc C/etc/passwd", nil, "C/etc/passwd"},
		{"a deleted file", "C/etc D/etc/passwd", nil, "D/etc/passwd"},
		{"a new folder", "A/srv A/srv/x A/srv/x/y", nil, "A/srv A/srv/x A/srv/x/y"},
		{"mount points", "A/mnt A/mnt/a A/mnt/a/data C/opt A/opt/b", []string{"/mnt/a/data", "/opt/b"}, ""},
		{"work beside a mount point", "A/mnt A/mnt/a A/mnt/a/data A/mnt/a/own", []string{"/mnt/a/data"}, "A/mnt A/mnt/a A/mnt/a/own"},
		{"below a mount point", "C/data A/data/x", []string{"/data"}, ""},
		{"a name that only begins alike", "A/database", []string{"/data"}, "A/database"},
		{"our own folder", "A/.tacklebox A/.tacklebox/busybox", nil, ""},
		{"a mount on the root", "A/x", []string{"/"}, "A/x"},
		{"nothing", "", nil, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := filterChanges(parse(tc.diff), tc.mounts); !slices.Equal(got, parse(tc.want)) {
				t.Errorf("got %v, want %s", got, tc.want)
			}
		})
	}
}

func TestChanges(t *testing.T) {
	e, d := realEngine(t)
	s := launched(t, e, launch.Spec{Image: dockertest.Image(t, d, dockertest.Volume), Mounts: []launch.Mount{
		{Kind: launch.MountTmpfs, Target: "/made/for/tmpfs"}, {Kind: launch.MountBind, Source: t.TempDir(), Target: "/made/for/bind"},
	}})
	_, v := openShell(t, e, ShellRequest{Container: s.ContainerID, Argv: s.Spec.Shell, Cols: 80, Rows: 24})
	v.send(t, "echo x > /data/in-volume; echo x > /made/for/bind/x; echo x > /tmp/gone; rm /tmp/gone; echo h > /root/.ash_history; exit\n")
	if _, err := v.untilEnd(t); err != nil {
		t.Fatal(err)
	}
	if got, err := e.Changes(t.Context(), s.ContainerID); err != nil || len(got) > 0 {
		t.Errorf("changes %v, %v, want none", got, err)
	}
	_, v = openShell(t, e, ShellRequest{Container: s.ContainerID, Argv: s.Spec.Shell, Cols: 80, Rows: 24})
	v.send(t, "echo x > /etc/new; echo x >> /etc/passwd; rm /etc/group; exit\n")
	if _, err := v.untilEnd(t); err != nil {
		t.Fatal(err)
	}
	got, err := e.Changes(t.Context(), s.ContainerID)
	slices.SortFunc(got, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	want := []Change{{ChangeDeleted, "/etc/group"}, {ChangeAdded, "/etc/new"}, {ChangeChanged, "/etc/passwd"}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("changes %v, %v, want %v", got, err, want)
	}
}
