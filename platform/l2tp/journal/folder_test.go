package journal

import (
	"errors"
	"testing"
)

const users, somebody = "S-1-5-32-545", "S-1-5-21-1-2-3-1001"

func TestFolderTrust(t *testing.T) {
	made := standingFile{directory: true, protected: true, owner: sidAdministrators, links: 1,
		allows: []access{{sidAdministrators, 0x1f01ff}, {sidSystem, 0x1f01ff}, {users, 0x1200a9}}}
	if err := made.ours(); err != nil {
		t.Fatal(err)
	}
	file := made
	file.directory, file.protected = false, false
	if err := file.entry(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*standingFile){
		"owner":            func(s *standingFile) { s.owner = somebody },
		"users own it":     func(s *standingFile) { s.owner = users },
		"reparse":          func(s *standingFile) { s.reparse = true },
		"no list":          func(s *standingFile) { s.noList = true },
		"users create":     func(s *standingFile) { s.allows = append(s.allows, access{users, 0x4}) },
		"users write":      func(s *standingFile) { s.allows = append(s.allows, access{users, 0x2}) },
		"all generic":      func(s *standingFile) { s.allows = append(s.allows, access{"S-1-1-0", 0x10000000}) },
		"changes the list": func(s *standingFile) { s.allows = append(s.allows, access{somebody, 0x40000}) },
		"deletes":          func(s *standingFile) { s.allows = append(s.allows, access{somebody, 0x10000}) },
		"deletes children": func(s *standingFile) { s.allows = append(s.allows, access{somebody, 0x40}) },
		"creator owner":    func(s *standingFile) { s.allows = append(s.allows, access{"S-1-3-0", 0x10000000}) },
	} {
		bad, worse := made, file
		change(&bad)
		change(&worse)
		if err := bad.ours(); !errors.Is(err, ErrFolder) {
			t.Errorf("folder, %s: %v", name, err)
		}
		if err := worse.entry(); !errors.Is(err, ErrFolder) {
			t.Errorf("file, %s: %v", name, err)
		}
	}
	for name, bad := range map[string]standingFile{"file": file, "inherits": func() standingFile { s := made; s.protected = false; return s }()} {
		if err := bad.ours(); !errors.Is(err, ErrFolder) {
			t.Errorf("%s: %v", name, err)
		}
	}
	file.links = 2
	if err := file.entry(); !errors.Is(err, ErrFolder) {
		t.Errorf("hard link: %v", err)
	}
}
