package house

import (
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// sameInEveryLanguage may be shown as they are: names and commands.
var sameInEveryLanguage = []string{
	"Tacklebox", "Docker", "Podman", "docker", "podman", "pod", "YAML", "JSON", "English", "中文", "简体中文",
	"ENTRYPOINT", "CMD", "UTF-8", "…",
}

var (
	// shows are methods and functions that put their argument on the screen,
	// whoever has them.
	shows = []string{"SetText", "SetPlaceHolder", "SetTitle", "SetContentText", "ShowError", "ShowInformation", "SetStatus", "Notify", "SetTooltip", "SetToolTip", "SetHint"}
	// shown are fields that a person reads.
	shown = []string{"Text", "PlaceHolder", "Title", "Label", "HintText", "Hint", "Tooltip", "Subtitle", "Placeholder", "Sentence"}
	// verbs of fmt are not words.
	formatVerb = regexp.MustCompile(`%[-+# 0-9.*\[\]]*[a-zA-Z]`)
	// command lines are typed, not read: the same in every language.
	command = regexp.MustCompile(`^\s*(tacklebox|docker|podman|kubectl|sudo|sleep|tail|stty|systemctl|wsl|go) `)
	code    = regexp.MustCompile(`^([/$-]|\w*[0-9_]|.+[/:=@.]\w)`)
	words   = regexp.MustCompile(`\p{L}{2,}[,:]? \p{L}{2,}`)
)

// TestTextsTranslated: nothing that a person reads in the window stands in the
// code. It looks at what is given to widgets, and at every literal that reads
// like a sentence and is not an error's or a log line's.
func TestTextsTranslated(t *testing.T) {
	for _, s := range sources(t, "panels", "app") {
		if s.test() || forTests(s.path) || strings.HasPrefix(s.path, "app/cli/") || strings.HasPrefix(s.path, "panels/i18n/") {
			continue
		}
		for _, problem := range untranslated(s) {
			t.Error(problem)
		}
	}
}

// forTests says whether a file is in a package that only tests import, which are
// named for it: containerstest, paneltest.
func forTests(file string) bool { return strings.HasSuffix(path.Dir(file), "test") }

// TestUntranslatedIsFound keeps the check above from passing because it is blind.
func TestUntranslatedIsFound(t *testing.T) {
	const head = "package p\nimport (\n\"errors\"\n\"fmt\"\n\"fyne.io/fyne/v2/widget\"\n\"fyne.io/fyne/v2\"\n\"tacklebox/panels/i18n\"\n)\nvar _ = errors.New\nfunc f(l *widget.Label, n int) {\n"
	for _, c := range []struct {
		code string
		bad  bool
	}{
		{`widget.NewLabel("Engine")`, true},
		{`widget.NewLabel("引擎")`, true},
		{`widget.NewLabel(i18n.T("app.engine"))`, false},
		{`widget.NewLabel("")`, false},
		{`widget.NewLabel("tacklebox debug IMAGE\ntacklebox --help")`, false},
		{`widget.NewLabel("Tacklebox")`, false},
		{`widget.NewLabel(fmt.Sprintf("%d MB", n))`, true},
		{`widget.NewLabel(fmt.Sprintf("%d / %5.1f", n, 1.0))`, false},
		{`widget.NewLabel("SYS_PTRACE, NET_ADMIN")`, false},
		{`widget.NewLabel("/bin/busybox sh")`, false},
		{`widget.NewLabel("127.0.0.1:8080:80/tcp")`, false},
		{`widget.NewLabel("e.g. debian")`, true},
		{`widget.NewLabel("Loading...")`, true},
		{`l.SetText("wait: " + fmt.Sprint(n))`, true},
		{`l.Text = "ready"`, true},
		{`_ = &widget.Entry{PlaceHolder: "image"}`, true},
		{`_ = fyne.NewMenuItem("Quit", nil)`, true},
		{`_ = []string{"open the window"}`, true},
		{`_ = []string{"containers.open_window"}`, false},
		{`_ = fmt.Errorf("open the window: %w", errors.New("no display"))`, false},
	} {
		s, err := parseText("panels/p/p.go", []byte(head+c.code+"\n}\n"))
		if err != nil {
			t.Fatal(err)
		}
		if got := untranslated(s); (len(got) > 0) != c.bad {
			t.Errorf("%s: found %v, want any: %v", c.code, got, c.bad)
		}
	}
}

func untranslated(s *source) []string {
	var problems []string
	flag := func(e ast.Expr) {
		for _, lit := range shownLiterals(s, e) {
			problems = append(problems, s.at(lit)+": "+lit.Value+" is shown to a person: give it a key")
		}
	}
	quiet := quietRanges(s)
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.CallExpr:
			if showing(s, x) {
				for _, arg := range x.Args {
					flag(arg)
				}
			}
		case *ast.KeyValueExpr:
			if id, ok := x.Key.(*ast.Ident); ok && slices.Contains(shown, id.Name) {
				flag(x.Value)
			}
		case *ast.AssignStmt:
			for i, left := range x.Lhs {
				if sel, ok := left.(*ast.SelectorExpr); ok && slices.Contains(shown, sel.Sel.Name) && i < len(x.Rhs) {
					flag(x.Rhs[i])
				}
			}
		case *ast.BasicLit:
			v, ok := literal(x)
			if ok && words.MatchString(v) && !isCommand(v) && !isCode(v) && !quiet(x) {
				problems = append(problems, s.at(x)+": "+x.Value+" reads like a sentence: give it a key")
			}
		}
		return true
	})
	slices.Sort(problems)
	return slices.Compact(problems)
}

// showing says whether this call puts its string arguments on the screen.
func showing(s *source, call *ast.CallExpr) bool {
	path, name := s.callee(call)
	switch {
	case under(path, "fyne.io/fyne/v2/widget", "fyne.io/fyne/v2/dialog", "fyne.io/fyne/v2/canvas", module+"/panels/widgets"):
		return true
	case path == "fyne.io/fyne/v2/container":
		return strings.HasPrefix(name, "NewTabItem")
	case path == "fyne.io/fyne/v2":
		return name == "NewMenu" || name == "NewMenuItem" || name == "NewNotification"
	}
	return path == "" && slices.Contains(shows, name)
}

// shownLiterals are the literals with a word in them that reach the screen
// through e: joined, formatted, or as they are. Calls translate or compute, and
// are looked at by themselves.
func shownLiterals(s *source, e ast.Expr) []*ast.BasicLit {
	switch x := e.(type) {
	case *ast.BasicLit:
		v, ok := literal(x)
		if ok && hasWord(v) {
			return []*ast.BasicLit{x}
		}
	case *ast.ParenExpr:
		return shownLiterals(s, x.X)
	case *ast.BinaryExpr:
		return append(shownLiterals(s, x.X), shownLiterals(s, x.Y)...)
	case *ast.CompositeLit:
		if _, ok := x.Type.(*ast.ArrayType); !ok {
			return nil // a struct's fields are looked at by name
		}
		var all []*ast.BasicLit
		for _, el := range x.Elts {
			all = append(all, shownLiterals(s, el)...)
		}
		return all
	case *ast.CallExpr:
		if path, name := s.callee(x); path == "fmt" && name == "Sprintf" && len(x.Args) > 0 {
			return shownLiterals(s, x.Args[0])
		}
	}
	return nil
}

func isCommand(v string) bool {
	for line := range strings.Lines(v) {
		if !command.MatchString(line) {
			return false
		}
	}
	return v != ""
}

// isCode says whether v is an example of what is typed into a field, such as
// "127.0.0.1:8080:80/tcp": every part of it has a mark within that words lack.
func isCode(v string) bool {
	parts := strings.Fields(v)
	for _, part := range parts {
		if !code.MatchString(part) && !slices.Contains([]string{"sh", "ro", "rw", "tcp", "udp"}, part) {
			return false
		}
	}
	return len(parts) > 0
}

func hasWord(v string) bool {
	if slices.Contains(sameInEveryLanguage, strings.TrimSpace(v)) || isCommand(v) || isCode(v) {
		return false
	}
	return strings.ContainsFunc(formatVerb.ReplaceAllString(v, ""), unicode.IsLetter)
}

// quietRanges are the parts of a file whose literals nobody reads on the screen:
// imports and tags, errors and logs (English by the house's rule), panics.
func quietRanges(s *source) func(ast.Node) bool {
	type span struct{ from, to int }
	var spans []span
	hush := func(n ast.Node) { spans = append(spans, span{int(n.Pos()), int(n.End())}) }
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.ImportSpec:
			hush(x)
		case *ast.Field:
			if x.Tag != nil {
				hush(x.Tag)
			}
		case *ast.FuncDecl:
			if x.Recv != nil && x.Name.Name == "Error" && x.Body != nil {
				hush(x.Body)
			}
		case *ast.KeyValueExpr:
			// The step of a typed error, which stays English.
			if id, ok := x.Key.(*ast.Ident); ok && id.Name == "Op" {
				hush(x)
			}
		case *ast.CallExpr:
			path, name := s.callee(x)
			switch {
			case path == "errors", path == i18nPackage, path == "log/slog", path == "log", path == "regexp", path == "" && name == "panic",
				path == "fmt" && (name == "Errorf" || strings.HasPrefix(name, "Fprint")),
				path == "" && slices.Contains([]string{"Debug", "Info", "Warn", "Error", "Printf", "Println"}, name):
				hush(x)
			}
		}
		return true
	})
	return func(n ast.Node) bool {
		for _, sp := range spans {
			if int(n.Pos()) >= sp.from && int(n.End()) <= sp.to {
				return true
			}
		}
		return false
	}
}
