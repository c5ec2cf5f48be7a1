package house

import (
	"encoding/json"
	"go/ast"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const i18nPackage = module + "/panels/i18n"

// entry is one text: its forms and the places that they leave to fill in.
type entry struct {
	forms  map[string]string // "other" and, where it counts, "one"
	places []string
}

var (
	place = regexp.MustCompile(`{{[^}]*}}`)
	field = regexp.MustCompile(`\.([A-Z]\w*)`)
	// keyShape is what our keys look like; Fyne's own words are listed by themselves.
	keyShape = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$`)
)

func texts(t *testing.T, language string) map[string]entry {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root(t), "assets", "i18n", language+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(content, &raw); err != nil {
		t.Fatalf("%s.json: %v", language, err)
	}
	all := make(map[string]entry, len(raw))
	for key, value := range raw {
		e := entry{forms: map[string]string{}}
		var one string
		if json.Unmarshal(value, &one) == nil {
			e.forms["other"] = one
		} else if err := json.Unmarshal(value, &e.forms); err != nil {
			t.Errorf("%s.json: %q: %v", language, key, err)
		}
		found := map[string]bool{}
		for form, text := range e.forms {
			if form != "one" && form != "other" {
				t.Errorf("%s.json: %q has a form %q: only one and other are read", language, key, form)
			}
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s.json: %q is empty", language, key)
			}
			for _, p := range place.FindAllString(text, -1) {
				for _, f := range field.FindAllStringSubmatch(p, -1) {
					found[f[1]] = true
				}
			}
		}
		if e.forms["other"] == "" {
			t.Errorf("%s.json: %q has no form other", language, key)
		}
		e.places = slices.Sorted(maps.Keys(found))
		all[key] = e
	}
	return all
}

// TestLanguagesComplete: both files have the same keys, and the same places in
// each text.
func TestLanguagesComplete(t *testing.T) {
	en, zh := texts(t, "en"), texts(t, "zh_Hans")
	for _, key := range slices.Sorted(maps.Keys(en)) {
		z, ok := zh[key]
		if !ok {
			t.Errorf("zh_Hans.json lacks %q", key)
			continue
		}
		if !slices.Equal(en[key].places, z.places) {
			t.Errorf("%q fills in %v in en.json, %v in zh_Hans.json", key, en[key].places, z.places)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(zh)) {
		if _, ok := en[key]; !ok {
			t.Errorf("en.json lacks %q", key)
		}
	}
}

// use is one place in the code that names a text.
type use struct {
	at, key string
	// places are the names it fills in; nil when they cannot be seen here.
	places []string
	counts bool // i18n.N
}

// TestTextsUsed: no text is missing and none is left over, and each gets just
// what it has places for.
func TestTextsUsed(t *testing.T) {
	en := texts(t, "en")
	uses, mentioned := usesOf(t, sources(t, "panels", "app", "main.go", "main_cgo.go"))
	for _, u := range uses {
		e, ok := en[u.key]
		switch {
		case !ok:
			t.Errorf("%s: no text %q", u.at, u.key)
		case u.places != nil:
			want := slices.DeleteFunc(slices.Clone(e.places), func(p string) bool {
				return u.counts && (p == "Count" || p == "N" || p == "PluralCount")
			})
			if !slices.Equal(want, u.places) {
				t.Errorf("%s: text %q has places %v, the call fills in %v", u.at, u.key, want, u.places)
			}
		}
		if ok && e.forms["one"] != "" && !u.counts && u.places != nil {
			t.Errorf("%s: text %q has a singular, so it wants i18n.N", u.at, u.key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(en)) {
		if !mentioned[key] {
			t.Errorf("text %q is used nowhere", key)
		}
	}
}

// usesOf finds every key that the code names: as the argument of i18n.T and
// i18n.N, in fields, variables and functions whose name ends in Key, and as an
// action's ID, whose label's key is "action." + ID. mentioned has every string
// literal besides: tables of keys come in many shapes.
func usesOf(t *testing.T, files []*source) (uses []use, mentioned map[string]bool) {
	mentioned = map[string]bool{}
	for _, s := range files {
		if s.test() || strings.HasPrefix(s.path, "app/cli/") {
			continue
		}
		named := func(at ast.Node, name string, value ast.Expr) {
			if v, ok := literal(value); ok && strings.HasSuffix(name, "Key") && keyShape.MatchString(v) {
				uses = append(uses, use{at: s.at(at), key: v})
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.BasicLit:
				if v, ok := literal(x); ok {
					mentioned[v] = true
				}
			case *ast.CallExpr:
				if u, ok := textCall(t, s, x); ok {
					uses = append(uses, u)
				}
			case *ast.KeyValueExpr:
				if id, ok := x.Key.(*ast.Ident); ok {
					named(x, id.Name, x.Value)
				}
			case *ast.CompositeLit:
				if id := actionID(x); id != "" {
					uses = append(uses, use{at: s.at(x), key: "action." + id})
					mentioned["action."+id] = true
				}
			case *ast.FuncDecl:
				if x.Body == nil {
					return true
				}
				ast.Inspect(x.Body, func(n ast.Node) bool {
					if ret, ok := n.(*ast.ReturnStmt); ok && len(ret.Results) == 1 {
						named(ret, x.Name.Name, ret.Results[0])
					}
					return true
				})
			}
			return true
		})
	}
	return uses, mentioned
}

// actionID is the literal ID of a panels.Action or of a tab's tool, which becomes
// one, or "".
func actionID(x *ast.CompositeLit) string {
	switch typ := x.Type.(type) {
	case *ast.Ident:
		if typ.Name != "Action" && typ.Name != "action" {
			return ""
		}
	case *ast.SelectorExpr:
		if typ.Sel.Name != "Action" && typ.Sel.Name != "Tool" {
			return ""
		}
	case nil: // an element of a slice literal: its fields tell
		if !hasField(x, "Do") {
			return ""
		}
	default:
		return ""
	}
	for _, el := range x.Elts {
		kv, ok := el.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		if id, ok := kv.Key.(*ast.Ident); ok && id.Name == "ID" {
			v, _ := literal(kv.Value)
			return v
		}
	}
	return ""
}

func hasField(x *ast.CompositeLit, name string) bool {
	for _, el := range x.Elts {
		if kv, ok := el.(*ast.KeyValueExpr); ok {
			if id, ok := kv.Key.(*ast.Ident); ok && id.Name == name {
				return true
			}
		}
	}
	return false
}

// textCall reads a call of i18n.T or i18n.N.
func textCall(t *testing.T, s *source, call *ast.CallExpr) (use, bool) {
	path, name := s.callee(call)
	if path != i18nPackage || name != "T" && name != "N" || len(call.Args) == 0 {
		return use{}, false
	}
	u := use{at: s.at(call), counts: name == "N"}
	data := 1
	if u.counts {
		data = 2
	}
	key, ok := literal(call.Args[0])
	if !ok {
		// A key out of a table is found by its own literal; one that is put
		// together cannot be.
		if bin, isBin := call.Args[0].(*ast.BinaryExpr); isBin && !actionPrefix(bin) {
			t.Errorf("%s: a key that is put together cannot be checked: use a table of whole keys", u.at)
		}
		return use{}, false
	}
	u.key = key
	if len(call.Args) <= data {
		u.places = []string{}
		return u, true
	}
	lit, ok := call.Args[data].(*ast.CompositeLit)
	if !ok {
		return u, true
	}
	u.places = []string{}
	for _, el := range lit.Elts {
		kv, ok := el.(*ast.KeyValueExpr)
		if !ok {
			u.places = nil
			break
		}
		if v, ok := literal(kv.Key); ok {
			u.places = append(u.places, v)
		} else if id, ok := kv.Key.(*ast.Ident); ok {
			u.places = append(u.places, id.Name)
		}
	}
	slices.Sort(u.places)
	return u, true
}

// actionPrefix is the one prefix allowed: an action's label, "action." + its ID.
func actionPrefix(b *ast.BinaryExpr) bool {
	v, ok := literal(b.X)
	return ok && b.Op == token.ADD && v == "action."
}
