package house

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const module = "tacklebox"

var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

// root is the project's folder.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// pkg is what `go list` says of a package.
type pkg struct {
	ImportPath, Dir, Doc, Name           string
	Imports, TestImports, XTestImports   []string
	Deps                                 []string
	GoFiles, TestGoFiles, XTestGoFiles   []string
	DepOnly, Standard                    bool
	Error                                *struct{ Err string }
	Module                               *struct{ Path, Version string }
	IgnoredGoFiles, CgoFiles, EmbedFiles []string
}

// room is the import path below the module: "" for main, "platform/terminal".
func (p pkg) room() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
}

// list runs `go list` with this environment on top of ours.
func list(t *testing.T, env []string, args ...string) []pkg {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-e", "-json"}, args...)...)
	cmd.Dir = root(t)
	cmd.Env = append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, &stderr)
	}
	var pkgs []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		var p pkg
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
	return pkgs
}

// source is one parsed file of the project.
type source struct {
	path  string // from the project's folder, with slashes
	text  []byte
	file  *ast.File
	fset  *token.FileSet
	names map[string]string // import name -> import path
}

func (s *source) at(n ast.Node) string {
	return s.path + ":" + strconv.Itoa(s.fset.Position(n.Pos()).Line)
}

// callee names what a call calls: the import path of its package ("" for a
// method or a local function) and its name.
func (s *source) callee(call *ast.CallExpr) (pkg, name string) {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return "", f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok && x.Obj == nil {
			return s.names[x.Name], f.Sel.Name
		}
		return "", f.Sel.Name
	}
	return "", ""
}

// sources parses every Go file below these folders, for all systems.
func sources(t *testing.T, dirs ...string) []*source {
	t.Helper()
	top := root(t)
	var all []*source
	for _, dir := range dirs {
		err := filepath.WalkDir(filepath.Join(top, dir), func(name string, d os.DirEntry, err error) error {
			if os.IsNotExist(err) {
				return nil
			}
			if err != nil {
				return err
			}
			if d.IsDir() {
				if base := d.Name(); name != top && (base == "build" || base == "dist" || base == "testdata" || base[0] == '.') {
					return filepath.SkipDir
				}
				return nil
			}
			if !strings.HasSuffix(name, ".go") {
				return nil
			}
			s, err := parse(top, name)
			if err != nil {
				return err
			}
			all = append(all, s)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(all) == 0 {
		t.Fatalf("no Go file below %v", dirs)
	}
	return all
}

func parse(top, file string) (*source, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	rel, err := filepath.Rel(top, file)
	if err != nil {
		return nil, err
	}
	return parseText(filepath.ToSlash(rel), text)
}

func parseText(name string, text []byte) (*source, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	s := &source{path: name, text: text, file: file, fset: fset, names: map[string]string{}}
	for _, imp := range file.Imports {
		p, err := strconv.Unquote(imp.Path.Value)
		if err != nil {
			return nil, err
		}
		base := path.Base(p)
		if majorVersion.MatchString(base) {
			base = path.Base(path.Dir(p))
		}
		if imp.Name != nil {
			base = imp.Name.Name
		}
		s.names[base] = p
	}
	return s, nil
}

func (s *source) test() bool { return strings.HasSuffix(s.path, "_test.go") }

// literal is the value of a string literal; ok is false for anything else.
func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	v, err := strconv.Unquote(lit.Value)
	return v, err == nil
}
