package house

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestLinks: what a page refers to in this repository is there.
func TestLinks(t *testing.T) {
	top := root(t)
	pages, err := filepath.Glob(filepath.Join(top, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob(filepath.Join(top, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`\]\(([^)#]+)\)|(?:src|srcset)="([^"]+)"`)
	for _, page := range append(pages, more...) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			target := m[1] + m[2]
			if strings.Contains(target, "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), target)); err != nil {
				t.Errorf("%s refers to %s, which is not there", filepath.Base(page), target)
			}
		}
	}
}

// TestReadmesAlike: both READMEs show the same commands.
func TestReadmesAlike(t *testing.T) {
	verb := regexp.MustCompile(`(?m)^(?:make|tacklebox) [^#\n]*`)
	var lists []string
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		text, err := os.ReadFile(filepath.Join(root(t), name))
		if err != nil {
			t.Fatal(err)
		}
		lists = append(lists, strings.Join(verb.FindAllString(string(text), -1), "\n"))
	}
	if lists[0] != lists[1] {
		t.Errorf("the commands differ:\n%s\n\n%s", lists[0], lists[1])
	}
}
