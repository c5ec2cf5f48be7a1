package house

import (
	"bytes"
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const longest = 450 // lines of one file; about 300 is the aim

// TestPackageDocs: a package says in a sentence what it is.
func TestPackageDocs(t *testing.T) {
	for _, p := range list(t, []string{"CGO_ENABLED=0"}, "./...") {
		if p.Doc != "" || len(p.GoFiles) == 0 {
			continue
		}
		t.Errorf("%s has no package doc", p.ImportPath)
	}
}

// TestExportedDocs: every exported name of platform has a doc sentence.
func TestExportedDocs(t *testing.T) {
	for _, s := range sources(t, "platform") {
		if s.test() {
			continue
		}
		for _, decl := range s.file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && receiverExported(d) && d.Doc == nil && !wellKnown(d) {
					t.Errorf("%s: %s has no doc", s.at(d), d.Name)
				}
			case *ast.GenDecl:
				exportedSpecs(t, s, d)
			}
		}
	}
}

func exportedSpecs(t *testing.T, s *source, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch x := spec.(type) {
		case *ast.TypeSpec:
			if x.Name.IsExported() && x.Doc == nil && d.Doc == nil && x.Comment == nil {
				t.Errorf("%s: %s has no doc", s.at(x), x.Name)
			}
		case *ast.ValueSpec:
			// A group's doc, a comment at the line's end, or the doc of the closed
			// set's type says enough.
			if x.Type != nil {
				continue
			}
			for _, name := range x.Names {
				if name.IsExported() && x.Doc == nil && d.Doc == nil && x.Comment == nil {
					t.Errorf("%s: %s has no doc", s.at(x), name)
				}
			}
		}
	}
}

func receiverExported(d *ast.FuncDecl) bool {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return true
	}
	typ := d.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	if index, ok := typ.(*ast.IndexExpr); ok {
		typ = index.X
	}
	id, ok := typ.(*ast.Ident)
	return !ok || id.IsExported()
}

// wellKnown methods say what they do by fulfilling an interface of the library.
func wellKnown(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return false
	}
	switch d.Name.Name {
	case "Error", "Unwrap", "Is", "As", "String", "MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText",
		"Len", "Less", "Swap", "Read", "Write", "Close":
		return true
	}
	return false
}

// TestFileLength: a file has one subject.
func TestFileLength(t *testing.T) {
	for _, s := range sources(t, "") {
		if n := bytes.Count(s.text, []byte("\n")); n > longest && !s.test() {
			t.Errorf("%s has %d lines, more than %d: does it have two subjects?", s.path, n, longest)
		}
	}
}

// TestNoSleep: a test waits on a condition with a deadline. What records a
// golden file by hand may watch other programs at their own pace.
func TestNoSleep(t *testing.T) {
	for _, s := range sources(t, "") {
		if !s.test() || strings.Contains(s.path, "_record_") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if path, name := s.callee(call); path == "time" && name == "Sleep" {
					t.Errorf("%s: a test sleeps", s.at(call))
				}
			}
			return true
		})
	}
}

// TestNoSilentSkip: under CI=true a missing part fails. So whatever skips asks
// for CI in the same function.
func TestNoSilentSkip(t *testing.T) {
	for _, s := range sources(t, "") {
		for _, decl := range s.file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Body == nil {
				continue
			}
			skips, asks := false, false
			ast.Inspect(f.Body, func(n ast.Node) bool {
				switch x := n.(type) {
				case *ast.CallExpr:
					if _, name := s.callee(x); name == "Skip" || name == "Skipf" || name == "SkipNow" {
						if sel, ok := x.Fun.(*ast.SelectorExpr); ok && testingVar(sel.X) {
							skips = true
						}
					}
				case *ast.BasicLit:
					asks = asks || x.Value == `"CI"`
				}
				return true
			})
			if skips && !asks {
				t.Errorf("%s: %s skips without failing under CI=true", s.at(f), f.Name)
			}
		}
	}
}

func testingVar(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && (id.Name == "t" || id.Name == "tb" || id.Name == "b" || id.Name == "f")
}

// TestPlatformTexts: errors are lower-case, without a full stop and without
// "failed to"; panels make sentences of them.
func TestPlatformTexts(t *testing.T) {
	for _, s := range sources(t, "platform", "app") {
		if s.test() {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			path, name := s.callee(call)
			if (path != "fmt" || name != "Errorf") && (path != "errors" || name != "New") {
				return true
			}
			text, ok := literal(call.Args[0])
			if !ok {
				return true
			}
			if strings.Contains(text, "failed to") || strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "...") {
				t.Errorf("%s: %q: no \"failed to\", no full stop", s.at(call), text)
			}
			return true
		})
	}
}

// TestPackagesInstalled: what a test says to install, scripts/deps.sh installs.
func TestPackagesInstalled(t *testing.T) {
	deps, err := os.ReadFile(filepath.Join(root(t), "scripts", "deps.sh"))
	if err != nil {
		t.Fatal(err)
	}
	_, tests, _ := strings.Cut(string(deps), "set_display() {")
	tests, _, ok := strings.Cut(tests, "set_screenshots() {")
	if !ok {
		t.Fatal("scripts/deps.sh no longer has the sets of tests")
	}
	known := strings.Fields(tests)
	hint := regexp.MustCompile(`(?:apt-get install |Program\(\w+, "[^"]+", ")([a-z0-9][a-z0-9.+-]+)`)
	for _, s := range sources(t, "platform", "panels", "app", "bench") {
		for _, m := range hint.FindAllSubmatch(s.text, -1) {
			if pkg := string(m[1]); !slices.Contains(known, pkg) && !slices.Contains(always, pkg) {
				t.Errorf("%s says to install %s, which scripts/deps.sh does not", s.path, pkg)
			}
		}
	}
}

// always are packages that every Debian has.
var always = []string{"apt", "bash", "dash", "dpkg", "libc-bin"}
