package i18n

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2/lang"

	"tacklebox/assets"
)

// TestFyneWords compares our table with the words that the linked Fyne has, so
// that a newer Fyne cannot show an untranslated one.
func TestFyneWords(t *testing.T) {
	out, err := exec.Command("go", "list", "-mod=mod", "-f", "{{.Dir}}", "fyne.io/fyne/v2/lang").Output()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(strings.TrimSpace(string(out)), "translations")
	content, err := os.ReadFile(filepath.Join(dir, "base.en.json"))
	if err != nil {
		t.Fatal(err)
	}
	var words map[string]json.RawMessage
	if err := json.Unmarshal(content, &words); err != nil {
		t.Fatal(err)
	}
	for word := range words {
		if !slices.Contains(fyneWords, word) {
			t.Errorf("Fyne's word %q is not in the table", word)
		}
	}
	if len(words) != len(fyneWords) {
		t.Errorf("the table has %d words, Fyne %d", len(fyneWords), len(words))
	}
	files, err := filepath.Glob(filepath.Join(dir, "base.*.json"))
	if err != nil || len(files) != len(fyneLocales) {
		t.Errorf("the table has %d languages, Fyne %d (%v)", len(fyneLocales), len(files), err)
	}
}

func TestFilesHaveFyneWords(t *testing.T) {
	for _, language := range Languages() {
		c, err := read(assets.I18n, language)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range fyneWords {
			if c.texts[word].other == "" {
				t.Errorf("%s: Fyne's word %q has no text", language, word)
			}
		}
	}
}

func TestChoose(t *testing.T) {
	for _, c := range []struct{ setting, system, want string }{
		{System, "en-US", English}, {System, "zh-CN", SimplifiedChinese}, {System, "zh", SimplifiedChinese},
		{System, "zh_TW", SimplifiedChinese}, {System, "de-DE", English}, {System, "", English}, {"", "zh-CN", SimplifiedChinese},
		{English, "zh-CN", English}, {SimplifiedChinese, "en-US", SimplifiedChinese},
	} {
		if got, err := choose(c.setting, c.system); got != c.want || err != nil {
			t.Errorf("choose(%q, %q) = %q, %v, want %q", c.setting, c.system, got, err, c.want)
		}
	}
	if got, err := choose("xx", "zh-CN"); got != SimplifiedChinese || !errors.Is(err, ErrLanguage) {
		t.Errorf("unknown: %q, %v", got, err)
	}
}

func TestTexts(t *testing.T) {
	c, err := parse(English, []byte(`{"plain":"a","filled":"at {{.Time}}","shells":{"one":"{{.Count}} shell in {{.Name}}","other":"{{.Count}} shells in {{.Name}}"}}`))
	if err != nil {
		t.Fatal(err)
	}
	old := current.Swap(c)
	defer current.Store(old)
	for _, x := range []struct{ got, want string }{
		{T("plain"), "a"},
		{T("plain", map[string]any{"X": 1}), "a"},
		{T("filled", map[string]any{"Time": "noon"}), "at noon"},
		{T("filled", struct{ Time string }{"noon"}), "at noon"},
		{T("none"), "none"},
		{N("shells", 1, map[string]any{"Name": "api"}), "1 shell in api"},
		{N("shells", 3, map[string]any{"Name": "api"}), "3 shells in api"},
		{N("none", 3), "none"},
		// What fills a text is never read as a template itself.
		{T("filled", map[string]any{"Time": "{{.Secret}}"}), "at {{.Secret}}"},
	} {
		if x.got != x.want {
			t.Errorf("got %q, want %q", x.got, x.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, content := range []string{``, `[]`, `{"a":1}`, `{"a":"{{.Open"}`} {
		if _, err := parse(English, []byte(content)); err == nil {
			t.Errorf("%q was taken", content)
		}
	}
	if _, err := read(assets.I18n, "xx"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// TestLoad runs Load under many systems' locales in a process each, since Fyne
// looks at the system once.
func TestLoad(t *testing.T) {
	if setting := os.Getenv("TACKLEBOX_TEST_LANGUAGE"); setting != "" {
		if err := Load(setting); err != nil {
			t.Fatal(err)
		}
		os.Stdout.WriteString("\nresult " + Language() + " " + T("Cancel") + " " + lang.L("Cancel") + " " + lang.X("monday.short", "?") + "\n")
		return
	}
	english, chinese := "en Cancel Cancel Mon", "zh_Hans 取消 取消 周一"
	for _, c := range []struct{ locale, setting, want string }{
		{"C", System, english},
		{"C", SimplifiedChinese, chinese},
		{"", SimplifiedChinese, chinese},
		{"C.UTF-8", SimplifiedChinese, chinese},
		{"en_US.UTF-8", System, english},
		{"en_US.UTF-8", SimplifiedChinese, chinese},
		{"zh_CN.UTF-8", System, chinese},
		{"zh_CN.UTF-8", English, english},
		{"zh_TW.UTF-8", English, english},
		{"zh_TW.UTF-8", System, chinese},
		{"zh_Hans_CN.UTF-8", English, english},
		{"de_DE.UTF-8", System, english},
		{"de_DE.UTF-8", SimplifiedChinese, chinese},
		{"pt_BR.UTF-8", English, english},
		{"sr_RS@latin", SimplifiedChinese, chinese},
		{"tlh", SimplifiedChinese, chinese},
	} {
		t.Run(c.locale+" "+c.setting, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run=^TestLoad$")
			cmd.Env = append(os.Environ(), "LC_ALL="+c.locale, "LANG="+c.locale, "LANGUAGE=", "TACKLEBOX_TEST_LANGUAGE="+c.setting)
			out, err := cmd.CombinedOutput()
			if err != nil || !strings.Contains(string(out), "\nresult "+c.want+"\n") {
				t.Errorf("want %q: %v\n%s", c.want, err, out)
			}
		})
	}
}

// TestLoadAgain switches the language while the program runs.
func TestLoadAgain(t *testing.T) {
	t.Cleanup(func() { _ = Load(English) })
	for _, c := range []struct{ setting, cancel string }{
		{SimplifiedChinese, "取消"}, {English, "Cancel"}, {SimplifiedChinese, "取消"},
	} {
		if err := Load(c.setting); err != nil {
			t.Fatal(err)
		}
		if Language() != c.setting || T("Cancel") != c.cancel || lang.L("Cancel") != c.cancel {
			t.Errorf("%s: %s, ours %q, Fyne's %q", c.setting, Language(), T("Cancel"), lang.L("Cancel"))
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if err := Load(SimplifiedChinese); err != nil {
			b.Fatal(err)
		}
	}
}
