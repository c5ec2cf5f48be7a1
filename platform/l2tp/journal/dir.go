package journal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Dir is a folder of a person's own, for nobody else to read.
type Dir string

// Create implements Folder; it makes the folder too.
func (d Dir) Create(name string) (File, error) {
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return nil, err
	}
	return os.OpenFile(filepath.Join(string(d), name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
}

// Append implements Folder.
func (d Dir) Append(name string, size int64) (File, error) {
	f, err := os.OpenFile(filepath.Join(string(d), name), os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	return cut(f, size)
}

// cut leaves size bytes of a file, and goes to their end.
func cut(f *os.File, size int64) (File, error) {
	err := f.Truncate(size)
	if err == nil {
		_, err = f.Seek(size, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Read implements Folder.
func (d Dir) Read(name string, most int) ([]byte, error) {
	f, err := os.Open(filepath.Join(string(d), name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, int64(most)))
}

// Names implements Folder.
func (d Dir) Names() ([]string, error) { return namesIn(string(d)) }

func namesIn(dir string) ([]string, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	// The folder may have been filled by anybody: no more is looked at.
	list, err := f.Readdirnames(10 * mostEntries)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("list %q: %w", dir, err)
	}
	return list, nil
}
