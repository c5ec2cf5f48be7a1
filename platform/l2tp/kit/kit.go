// Package kit makes, on any system, what a person carries to a Windows PC: a .reg
// file with the registry values of a plan, and a commented PowerShell script that
// saves what it finds, does services and connections too, and restores.
package kit

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"tacklebox/platform/l2tp/plan"
)

// Format is a kind of file.
type Format string

// The formats.
const (
	FormatReg    Format = "reg"
	FormatScript Format = "ps1"
)

// ErrNothing: the plan has nothing that this format can do.
var ErrNothing = errors.New("the plan changes no registry value: there is nothing for a .reg file, so export the script (ps1)")

// Export makes the file of a format, or the one that takes it back.
func Export(p plan.Plan, f Format, undo bool) ([]byte, error) {
	switch f {
	case FormatReg:
		return Reg(p, undo)
	case FormatScript:
		return Script(p, undo)
	}
	return nil, fmt.Errorf("format %.20q: choose reg or ps1", f)
}

// Reg is a .reg file with the plan's registry values, in UTF-16 with CRLF. Undone,
// a value that was read gets back what it was, and one that was not is deleted:
// the file's first comment says what it assumes.
func Reg(p plan.Plan, undo bool) ([]byte, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	var ops []plan.Op
	for _, o := range p.Ops {
		if o.Op == plan.SetValue || o.Op == plan.DeleteValue {
			ops = append(ops, o)
		}
	}
	if len(ops) == 0 {
		return nil, ErrNothing
	}
	lines := []string{"Windows Registry Editor Version 5.00", ""}
	if undo {
		lines = append(lines, undoComments(ops)...)
	} else {
		lines = append(lines, doComments(ops)...)
	}
	var keys []string
	for _, o := range ops {
		if !slices.Contains(keys, o.Key) {
			keys = append(keys, o.Key)
		}
	}
	for _, key := range keys {
		full, _ := strings.CutPrefix(key, `HKLM\`)
		lines = append(lines, "", `[HKEY_LOCAL_MACHINE\`+full+"]")
		for _, o := range ops {
			if o.Key != key {
				continue
			}
			to := o.New
			if undo {
				to = o.Old
			}
			if to == plan.Absent || to == plan.Unknown {
				to = "-"
			}
			// The names are the vocabulary's own, and need no quoting.
			lines = append(lines, fmt.Sprintf(`"%s"=%s`, o.Name, to))
		}
	}
	return utf16le(lines), nil
}

func doComments(ops []plan.Op) []string {
	out := []string{"; Registry values for L2TP, made by Tacklebox. Merge as an administrator, then restart."}
	for _, o := range ops {
		if why := o.Consequence(); why != "" {
			out = append(out, "; "+o.Name+": "+why+".")
		}
	}
	return out
}

func undoComments(ops []plan.Op) []string {
	var unread, known []string
	for _, o := range ops {
		if o.Old == plan.Unknown {
			unread = append(unread, o.Name)
		} else {
			known = append(known, o.Name)
		}
	}
	var out []string
	if len(unread) > 0 {
		out = append(out, "; Deletes what the other file wrote. It assumes that these were absent before: "+strings.Join(unread, ", ")+".")
	}
	if len(known) > 0 {
		out = append(out, "; Puts back what was read before: "+strings.Join(known, ", ")+".")
	}
	return append(out, "; Merge as an administrator, then restart.")
}

// utf16le is what regedit writes itself.
func utf16le(lines []string) []byte {
	text := strings.Join(lines, "\r\n") + "\r\n"
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(text)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

// crlf is text for Windows, whatever ends the lines of the source.
func crlf(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n")
}

// quote is a PowerShell string that nothing is expanded in. PowerShell takes the
// typographic marks for quotes as well.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for _, r := range s {
		switch r {
		case '\'', '\u2018', '\u2019', '\u201a', '\u201b':
			b.WriteRune(r)
		}
		b.WriteRune(r)
	}
	b.WriteByte('\'')
	return b.String()
}

// Starter is a .cmd file that starts the script beside it, undone or not. The
// script's name is plain ASCII: letters, digits, dots, dashes and underscores.
func Starter(script string, undo bool) ([]byte, error) {
	if !plainName(script) {
		return nil, fmt.Errorf("%.60q: give the script a name of letters, digits, dots and dashes, since a .cmd file starts it", script)
	}
	arg := ""
	if undo {
		arg = " -Undo"
	}
	return []byte(crlf(`@echo off
rem Starts the script beside this file, made by Tacklebox. Choose "Run as administrator".
"%SystemRoot%\System32\WindowsPowerShell\v1.0\powershell.exe" -NoLogo -NoProfile -ExecutionPolicy Bypass -File "%~dp0` + script + `"` + arg + `
pause
`)), nil
}

func plainName(s string) bool {
	if s == "" || len(s) > 100 || s[0] == '-' || s[0] == '.' {
		return false
	}
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '.' && r != '-' && r != '_' {
			return false
		}
	}
	return true
}
