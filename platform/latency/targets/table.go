package targets

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"tacklebox/platform/latency"
	"tacklebox/platform/latency/said"
)

// CSV writes all settings of the targets, one target to a row, as spreadsheets
// read it: a cell that they would take for a formula begins with an apostrophe,
// which ReadCSV takes off again.
func CSV(list []latency.Target) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	header := []string{"group", "name", "kind", "host"}
	for _, s := range settings {
		header = append(header, s.name)
	}
	_ = w.Write(header) // a strings.Builder takes everything
	for _, t := range list {
		row := []string{joinGroup(t.Group), t.Name, string(t.Kind), t.Host}
		for _, s := range settings {
			row = append(row, s.get(&t))
		}
		for i, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@'", rune(cell[0])) {
				row[i] = "'" + cell
			}
		}
		_ = w.Write(row)
	}
	w.Flush()
	return b.String()
}

// joinGroup is a path; a slash within a part becomes one that is none.
func joinGroup(group []string) string {
	parts := make([]string, len(group))
	for i, part := range group {
		parts[i] = strings.ReplaceAll(part, "/", "∕")
	}
	return strings.Join(parts, "/")
}

// ReadCSV reads a table whose first row names the columns; only "host" has to be
// there. The separator is a comma, a semicolon or a tab.
func ReadCSV(r io.Reader) (List, error) {
	var l List
	text, err := read(r)
	if err != nil {
		return l, err
	}
	first, _, _ := strings.Cut(text, "\n")
	c := csv.NewReader(strings.NewReader(text))
	for _, sep := range ";\t" {
		if strings.Count(first, string(sep)) > strings.Count(first, string(c.Comma)) {
			c.Comma = sep
		}
	}
	c.FieldsPerRecord = -1
	header, err := c.Read()
	if err != nil {
		return l, said.New("read the first row of the CSV: %v", err)
	}
	for i, name := range header {
		header[i] = strings.ToLower(strings.TrimSpace(name))
	}
	if !slices.Contains(header, "host") && !slices.Contains(header, "url") {
		return l, said.New("the first row of the CSV names no column \"host\"")
	}
	for i, name := range header {
		if !known(name) {
			l.problem(1, name, said.New("a column that is not known here"), true)
			header[i] = ""
		}
	}
	for {
		row, err := c.Read()
		if err == io.EOF {
			return l, nil
		}
		var parse *csv.ParseError
		if errors.As(err, &parse) { // of this row; the reader is behind it
			l.problem(parse.StartLine, strings.Join(row, ","), parse.Err, false)
			continue
		}
		if err != nil {
			return l, said.New("read the CSV: %v", err)
		}
		line, _ := c.FieldPos(0)
		values := map[string]string{}
		for i, cell := range row {
			if i >= len(header) {
				l.problem(line, cell, said.New("a cell beyond the columns of the first row"), true)
				continue
			}
			if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune("=+-@'", rune(cell[1])) {
				cell = cell[1:]
			}
			values[header[i]] = cell
		}
		if !l.values(line, strings.Join(row, ","), splitGroup(values["group"]), values) {
			return l, nil
		}
	}
}

func known(name string) bool {
	return slices.Contains([]string{"group", "name", "kind", "host"}, name) ||
		slices.ContainsFunc(settings, func(s setting) bool { return s.name == name })
}

// values adds a target from the texts of its settings and says whether there is
// room for more.
func (l *List) values(line int, text string, group []string, values map[string]string) bool {
	t := latency.Target{
		Group: group, Name: strings.TrimSpace(values["name"]),
		Kind: latency.Kind(strings.ToLower(strings.TrimSpace(values["kind"]))), Host: values["host"],
	}
	for _, s := range settings {
		v := strings.TrimSpace(values[s.name])
		if v == "" {
			continue
		}
		if err := s.set(&t, v); err != nil {
			// Without these it would be another target.
			fatal := s.name == "port" || s.name == "url" || s.name == "query"
			l.problem(line, text, said.New("%s: %v", s.name, err), !fatal)
			if fatal {
				return true
			}
		}
	}
	if err := complete(&t); err != nil {
		l.problem(line, text, err, false)
		return true
	}
	return l.add(line, text, t)
}

// JSON writes all settings of the targets as {"targets": [...]}; durations are
// texts such as "200ms".
func JSON(list []latency.Target) ([]byte, error) {
	rows := make([]map[string]any, 0, len(list))
	for _, t := range list {
		row := map[string]any{"name": t.Name, "kind": t.Kind, "host": t.Host}
		if len(t.Group) > 0 {
			row["group"] = t.Group
		}
		for _, s := range settings {
			switch v := s.get(&t); {
			case v == "":
			case s.name == "paused":
				row[s.name] = true
			case slices.Contains([]string{"port", "size", "dscp", "ttl"}, s.name):
				row[s.name] = json.Number(v)
			default:
				row[s.name] = v
			}
		}
		rows = append(rows, row)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(map[string]any{"targets": rows})
	return b.Bytes(), err
}

// ReadJSON reads what JSON writes; a bare array will do. Problems count the
// targets from 1 instead of lines.
func ReadJSON(r io.Reader) (List, error) {
	var l List
	text, err := read(r)
	if err != nil {
		return l, err
	}
	raw := []byte(text)
	var rows []map[string]any
	decode := func(to any) error {
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		return d.Decode(to)
	}
	if strings.HasPrefix(strings.TrimSpace(text), "[") {
		err = decode(&rows)
	} else {
		var doc map[string]json.RawMessage
		if err = decode(&doc); err == nil {
			for name := range doc {
				if name != "targets" {
					l.problem(0, name, said.New("%q is not understood: only \"targets\" is", Printable(name, 40)), true)
				}
			}
			if raw = doc["targets"]; raw == nil {
				return l, said.New("the JSON has no \"targets\"")
			}
			err = decode(&rows)
		}
	}
	if err != nil {
		return l, said.New("read the JSON: %v", err)
	}
	for i, row := range rows {
		values := map[string]string{}
		var group []string
		for name, v := range row {
			switch v := v.(type) {
			case []any:
				if name != "group" {
					l.problem(i+1, name, said.New("not understood"), true)
				}
				for _, part := range v {
					if s, ok := part.(string); ok && name == "group" {
						group = append(group, strings.TrimSpace(s))
					}
				}
				continue
			case string:
				values[name] = v
			case json.Number:
				values[name] = v.String()
			case bool:
				values[name] = fmt.Sprint(v)
			}
			if !known(name) {
				l.problem(i+1, name, said.New("not understood"), true)
			}
		}
		if g, ok := values["group"]; ok {
			group = splitGroup(g)
		}
		if !l.values(i+1, fmt.Sprint(values["name"], " ", values["host"]), group, values) {
			break
		}
	}
	return l, nil
}
