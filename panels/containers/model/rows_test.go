package model

import (
	"fmt"
	"strings"
	"testing"

	"tacklebox/platform/containers"
)

func snapshot() Snapshot {
	img := func(tags ...string) containers.Image {
		return containers.Image{ID: "sha256:ffffffffffffffff", Tags: tags}
	}
	return Snapshot{
		ImagesLoaded: true, ContainersLoaded: true,
		Images: []containers.Image{img("shop/debian-tools:1"), img("debian:12", "debian:bookworm"), img("mydebian:1"), {ID: "sha256:0123456789abcdef"}},
		Containers: []containers.Container{
			{ID: "1", Name: "api", Image: "shop/api:2", State: "exited", ExitCode: 127},
			{ID: "2", Name: "theirs", Image: "debian:12", State: "running", Session: &containers.SessionInfo{User: "eve"}},
			{ID: "3", Name: "ours", Image: "debian:12", State: "running", Session: &containers.SessionInfo{Mine: true}},
		},
	}
}

func keys(rows []Row) string {
	var k []string
	for _, r := range rows {
		k = append(k, r.Key)
	}
	return strings.Join(k, " ")
}

func TestBuildRows(t *testing.T) {
	tests := []struct{ name, query, want, first string }{
		{"everything", "", "heading:images image:shop/debian-tools:1 image:debian:12 image:debian:bookworm image:mydebian:1 image:0123456789ab " +
			"heading:sessions container:3 container:2 heading:containers container:1", "image:shop/debian-tools:1"},
		{"the repository itself comes first", "debian", "heading:images image:debian:12 image:debian:bookworm image:shop/debian-tools:1 image:mydebian:1 pull:debian " +
			"heading:sessions container:3 container:2", "image:debian:12"},
		{"a tag that is here is not pulled", "debian:12", "heading:images image:debian:12 heading:sessions container:3 container:2", "image:debian:12"},
		{"words in any order", "12 ian:", "heading:images image:debian:12 heading:sessions container:3 container:2", "image:debian:12"},
		{"a container by its state", "exited", "heading:images pull:exited heading:containers container:1", "container:1"},
		{"only to pull", "quay.io/x/y:1", "heading:images pull:quay.io/x/y:1", "pull:quay.io/x/y:1"},
		{"no reference at all", "???", "heading:images note:images", ""},
		{"a session by its owner", "eve", "heading:images pull:eve heading:sessions container:2", "container:2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rows := BuildRows(snapshot(), RowOptions{Query: tt.query})
			if got := keys(rows); got != tt.want {
				t.Errorf("rows\n got %s\nwant %s", got, tt.want)
			}
			if got := FirstSelectable(rows); got != tt.first {
				t.Errorf("first %q, want %q", got, tt.first)
			}
		})
	}
}

func TestManyImagesLeaveRoomForContainers(t *testing.T) {
	s := snapshot()
	for i := range 200 {
		s.Images = append(s.Images, containers.Image{ID: fmt.Sprint(i), Tags: []string{fmt.Sprintf("img:%d", i)}})
	}
	rows := BuildRows(s, RowOptions{Recent: []string{"img:150"}})
	if rows[1].Key != "image:img:150" {
		t.Errorf("a recent image comes first, got %s", rows[1].Key)
	}
	if rows[FewImages+1].Kind != RowMore || rows[FewImages+1].Count == 0 {
		t.Errorf("row %d is %+v", FewImages+1, rows[FewImages+1])
	}
	if all := BuildRows(s, RowOptions{AllImages: true}); len(all) < 200 {
		t.Errorf("%d rows with all images", len(all))
	}
}

func TestNotes(t *testing.T) {
	for want, s := range map[NoteKind]Snapshot{
		NoteLoading: {},
		NoteEmpty:   {ImagesLoaded: true, ContainersLoaded: true},
		NoteError:   {ImagesLoaded: true, ContainersLoaded: true, ImagesErr: fmt.Errorf("x"), ContainersErr: fmt.Errorf("x")},
	} {
		n := 0
		for _, r := range BuildRows(s, RowOptions{}) {
			if r.Kind == RowNote && r.Note == want {
				n++
			}
		}
		if n != 2 {
			t.Errorf("%s: %d notes", want, n)
		}
	}
}
