package house

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "tacklebox"

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
	Module                               *struct{ Path string }
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
func (s *source) callee(call *ast.CallExpr) (path, name string) {
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
		err := filepath.WalkDir(filepath.Join(top, dir), func(path string, d os.DirEntry, err error) error {
			if os.IsNotExist(err) {
				return nil
			}
			if err != nil {
				return err
			}
			if d.IsDir() {
				if name := d.Name(); path != top && (name == "build" || name == "dist" || name == "testdata" || name[0] == '.') {
					return filepath.SkipDir
				}
				return nil
			}
			if !strings.HasSuffix(path, ".go") {
				return nil
			}
			s, err := parse(top, path)
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

func parse(top, path string) (*source, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	rel, err := filepath.Rel(top, path)
	if err != nil {
		return nil, err
	}
	return parseText(filepath.ToSlash(rel), text)
}

func parseText(path string, text []byte) (*source, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	s := &source{path: path, text: text, file: file, fset: fset, names: map[string]string{}}
	for _, imp := range file.Imports {
		p, err := strconv.Unquote(imp.Path.Value)
		if err != nil {
			return nil, err
		}
		name := p[strings.LastIndex(p, "/")+1:]
		if imp.Name != nil {
			name = imp.Name.Name
		}
		s.names[name] = p
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
