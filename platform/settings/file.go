package settings

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"
)

// fileName is the settings file in the data folder.
const fileName = "settings.json"

// document is the settings file as it stands: what this version knows, and
// every other key, which is written back untouched.
type document struct {
	settings Settings
	version  int
	foreign  map[string]json.RawMessage
}

// decode reads a settings file. Keys of the wrong type are an error: the caller
// keeps the file aside rather than lose what stands in it.
func decode(content []byte) (document, error) {
	d := document{settings: Default(), version: version}
	// Editors on Windows put a byte order mark in front.
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(content)) == 0 {
		return d, errors.New("it is empty")
	}
	if err := json.Unmarshal(content, &d.foreign); err != nil {
		return document{settings: Default(), version: version}, err
	}
	if d.foreign == nil {
		return document{settings: Default(), version: version}, errors.New("it holds no settings")
	}
	if raw, ok := d.foreign["version"]; ok {
		if err := json.Unmarshal(raw, &d.version); err != nil {
			return document{settings: Default(), version: version}, fmt.Errorf("version: %w", err)
		}
		delete(d.foreign, "version")
	}
	// Known keys by their exact names only: encoding/json would also take
	// "LANGUAGE", and a key that differs in case is somebody else's.
	known := map[string]json.RawMessage{}
	for _, key := range knownKeys() {
		if raw, ok := d.foreign[key]; ok {
			known[key] = raw
			delete(d.foreign, key)
		}
	}
	exact, err := json.Marshal(known)
	if err == nil {
		err = json.Unmarshal(exact, &d.settings)
	}
	if err != nil {
		return document{settings: Default(), version: version}, err
	}
	d.settings = d.settings.sane()
	return d, nil
}

// encode writes d with the foreign keys that were found.
func (d document) encode() ([]byte, error) {
	known, err := json.Marshal(d.settings.sane())
	if err != nil {
		return nil, err
	}
	all := map[string]json.RawMessage{}
	for key, raw := range d.foreign {
		all[key] = raw
	}
	if err := json.Unmarshal(known, &all); err != nil {
		return nil, err
	}
	all["version"] = json.RawMessage(fmt.Sprint(max(version, d.version)))
	out, err := json.MarshalIndent(all, "", "  ")
	return append(out, '\n'), err
}

// knownKeys are the JSON names of Settings' fields.
func knownKeys() []string {
	t := reflect.TypeFor[Settings]()
	keys := make([]string, 0, t.NumField())
	for i := range t.NumField() {
		key, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		keys = append(keys, key)
	}
	return keys
}

// BrokenFile tells that the settings file could not be understood and was kept
// aside; Tacklebox goes on with its defaults.
type BrokenFile struct {
	Path  string // the file that was read
	Aside string // where it stands now
	Err   error  // what was wrong with it
}

// Error names both files.
func (e *BrokenFile) Error() string {
	return fmt.Sprintf("read settings %q: %v: kept as %q, the defaults hold", e.Path, e.Err, e.Aside)
}

// Unwrap is what was wrong with the file.
func (e *BrokenFile) Unwrap() error { return e.Err }

// load reads the settings file in dir. A file that is absent gives the defaults;
// one that is broken is renamed, so that nothing a person wrote is overwritten.
func load(dir string, now func() time.Time) (document, error) {
	path := filepath.Join(dir, fileName)
	content, err := readBounded(path)
	if errors.Is(err, fs.ErrNotExist) {
		return document{settings: Default().sane(), version: version}, nil
	}
	var d document
	if err == nil {
		d, err = decode(content)
	}
	if err == nil {
		return d, nil
	}
	var pathErr *os.PathError
	if errors.As(err, &pathErr) {
		// Unreadable is not broken: leave it where it is.
		return document{settings: Default().sane(), version: version}, fmt.Errorf("read settings %q: %w", path, pathErr.Err)
	}
	broken := &BrokenFile{Path: path, Err: err, Aside: path + ".broken-" + now().UTC().Format("20060102-150405")}
	for i := 2; ; i++ {
		if _, err := os.Lstat(broken.Aside); errors.Is(err, fs.ErrNotExist) || i > 100 {
			break
		}
		broken.Aside = fmt.Sprintf("%s.broken-%s-%d", path, now().UTC().Format("20060102-150405"), i)
	}
	if err := os.Rename(path, broken.Aside); err != nil {
		return document{settings: Default().sane(), version: version}, fmt.Errorf("keep broken settings %q aside: %w", path, err)
	}
	return document{settings: Default().sane(), version: version}, broken
}

// readBounded reads a file that is not larger than a settings file can be.
func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err == nil && len(content) > maxSize {
		err = errors.New("it is larger than settings can be")
	}
	return content, err
}

// save writes d so that a crash at any moment leaves either the old file or the
// new one, whole.
func save(dir string, d document) error {
	content, err := d.encode()
	if err != nil {
		return fmt.Errorf("write settings in %q: %w", dir, err)
	}
	f, err := os.CreateTemp(dir, fileName+".tmp-*") // mode 0600
	if err != nil {
		return fmt.Errorf("write settings in %q: %w", dir, err)
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, fileName))
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("write settings in %q: %w", dir, err)
	}
	// The rename itself is only durable once the folder is on disk. A file
	// system that cannot sync a folder (Windows) has its own journal.
	if folder, err := os.Open(dir); err == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
	return nil
}
