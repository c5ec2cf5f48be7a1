// Package i18n gives every text a person reads in the chosen language.
//
// Fyne's own lang package cannot be told a language (fyne#5333), so Tacklebox
// keeps its texts in a catalogue of its own and only hands Fyne the words that
// Fyne itself shows (OK, Cancel, weekdays, the file dialog): it loads the chosen
// file's words under the system locale's name.
package i18n

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"sort"
	"strings"
	"sync/atomic"
	"text/template"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"tacklebox/assets"
)

// The values of the language setting.
const (
	System            = "system"
	English           = "en"
	SimplifiedChinese = "zh_Hans"
)

// ErrLanguage is returned for a language Tacklebox has no file for.
var ErrLanguage = errors.New("no texts in this language")

// current is the one catalogue in use. Texts are asked for from widgets' code in
// every panel, which makes it the process-wide state that Fyne's lang package is
// as well; it is only ever replaced whole, by Load.
var current atomic.Pointer[catalogue]

// text is one entry of a language file.
type text struct {
	one, other string
	// Templates are nil where the text has no place to fill in.
	oneTemplate, otherTemplate *template.Template
}

// catalogue is one language file, parsed.
type catalogue struct {
	language string
	texts    map[string]text
}

// Languages are the languages a person can choose, without System.
func Languages() []string { return []string{English, SimplifiedChinese} }

// Load makes setting ("system", "en" or "zh_Hans") the language of all texts,
// Fyne's own included. Widgets built earlier keep their old texts. An unknown
// setting means the system's language and is told as ErrLanguage.
func Load(setting string) error {
	system := lang.SystemLocale().LanguageString()
	chosen, unknown := choose(setting, system)
	c, err := read(assets.I18n, chosen)
	if err != nil {
		return err
	}
	if err := tellFyne(c, system); err != nil {
		return err
	}
	current.Store(c)
	return unknown
}

// Language is the language in use: "en" or "zh_Hans".
func Language() string { return catalogueInUse().language }

// choose turns a setting into the name of a file.
func choose(setting, system string) (string, error) {
	switch setting {
	case English, SimplifiedChinese:
		return setting, nil
	case System, "":
		return forLocale(system), nil
	}
	return forLocale(system), fmt.Errorf("language %q: %w", setting, ErrLanguage)
}

// forLocale is the file for a system's locale. Every Chinese reader is better
// served by Simplified Chinese than by English.
func forLocale(locale string) string {
	language, _, _ := strings.Cut(strings.ReplaceAll(locale, "_", "-"), "-")
	if strings.EqualFold(language, "zh") {
		return SimplifiedChinese
	}
	return English
}

// tellFyne loads Fyne's own words under the system locale's name, which is the
// only name Fyne looks them up by. Where Fyne's matcher prefers one of its own
// files all the same (a macOS locale with a script, say), they are loaded in
// place of all of those too.
func tellFyne(c *catalogue, system string) error {
	words := make(map[string]string, len(fyneWords))
	for _, key := range fyneWords {
		words[key] = c.texts[key].other
	}
	content, err := json.Marshal(words)
	if err != nil {
		return fmt.Errorf("collect Fyne's own words in %q: %w", c.language, err)
	}
	const probe = "Cancel" // differs in every language
	for _, name := range append([]string{system}, fyneLocales...) {
		// A system can be in a language that Fyne's plural rules do not know.
		err = lang.AddTranslations(fyne.NewStaticResource(name+".json", content))
		if err == nil && lang.X(probe, "") == words[probe] {
			return nil
		}
	}
	if err != nil {
		return fmt.Errorf("load Fyne's own words in %q: %w", c.language, err)
	}
	return nil
}

// read parses the file of one language.
func read(files fs.FS, language string) (*catalogue, error) {
	content, err := fs.ReadFile(files, "i18n/"+language+".json")
	if err != nil {
		return nil, fmt.Errorf("read the texts of language %q: %w", language, err)
	}
	return parse(language, content)
}

// parse reads a language file: each value is a text or an object with the
// plural forms "one" and "other".
func parse(language string, content []byte) (*catalogue, error) {
	var entries map[string]json.RawMessage
	if err := json.Unmarshal(content, &entries); err != nil {
		return nil, fmt.Errorf("read the texts of language %q: %w", language, err)
	}
	c := &catalogue{language: language, texts: make(map[string]text, len(entries))}
	var problems []error
	for key, raw := range entries {
		var forms struct{ One, Other string }
		if err := json.Unmarshal(raw, &forms.Other); err != nil {
			if err := json.Unmarshal(raw, &forms); err != nil {
				problems = append(problems, fmt.Errorf("text %q: %w", key, err))
				continue
			}
		}
		if forms.One == "" {
			forms.One = forms.Other // Chinese has one form
		}
		t := text{one: forms.One, other: forms.Other}
		var err error
		if t.oneTemplate, err = fill(key, t.one); err == nil {
			t.otherTemplate, err = fill(key, t.other)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("text %q: %w", key, err))
		}
		c.texts[key] = t
	}
	sort.Slice(problems, func(i, j int) bool { return problems[i].Error() < problems[j].Error() })
	return c, errors.Join(problems...)
}

// fill prepares a text with places to fill in; nil for a plain one.
func fill(key, s string) (*template.Template, error) {
	if !strings.Contains(s, "{{") {
		return nil, nil
	}
	return template.New(key).Parse(s)
}

// catalogueInUse is what Load chose, or English where nothing was loaded (tests).
func catalogueInUse() *catalogue {
	if c := current.Load(); c != nil {
		return c
	}
	c, err := read(assets.I18n, English)
	if err != nil {
		c = &catalogue{language: English}
	}
	current.CompareAndSwap(nil, c)
	return current.Load()
}

// T is the text with this key in the language in use. data, at most one value,
// fills the text's {{.Name}} places: a map or a struct. A key without a text is
// returned as it is; a test makes sure that there is none.
func T(key string, data ...any) string {
	t, ok := catalogueInUse().texts[key]
	if !ok {
		return key
	}
	return t.render(false, data)
}

// N is the text with this key for n things. The text's places can name
// {{.Count}} (n) besides what data has, which must be a map[string]any.
func N(key string, n int, data ...any) string {
	t, ok := catalogueInUse().texts[key]
	if !ok {
		return key
	}
	values := map[string]any{"Count": n, "N": n, "PluralCount": n}
	for _, d := range data {
		if m, ok := d.(map[string]any); ok {
			for name, value := range m {
				values[name] = value
			}
		}
	}
	return t.render(n == 1, []any{values})
}

// render fills the text's places. What cannot be filled is shown unfilled: half
// a sentence helps more than none.
func (t text) render(one bool, data []any) string {
	plain, tmpl := t.other, t.otherTemplate
	if one {
		plain, tmpl = t.one, t.oneTemplate
	}
	if tmpl == nil {
		return plain
	}
	var values any
	if len(data) > 0 {
		values = data[0]
	}
	var b strings.Builder
	if err := tmpl.Execute(&b, values); err != nil {
		return plain
	}
	return b.String()
}
