package transfer

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"

	"tacklebox/platform/latency/said"
)

// File writes a file that is there whole or not at all. One that is there stays,
// with fs.ErrExist, unless force is set.
func File(name string, force bool, write func(io.Writer) error) error {
	temporary, done, err := NewFile(name, force)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return said.New("write %q: %v", name, err)
	}
	err = write(out)
	if err == nil {
		err = out.Sync()
	}
	return done(errors.Join(err, out.Close()))
}

// NewFile gives the name of a new file beside the one that is wanted. done moves
// it there, or removes it after an error. Without force one that is there stays.
func NewFile(name string, force bool) (temporary string, done func(error) error, err error) {
	there := said.New("write %q: %v", name, fs.ErrExist)
	info, err := os.Lstat(name)
	switch {
	case err == nil && info.IsDir():
		return "", nil, said.New("write %q: it is a folder: name a file in it", name)
	case err == nil && !force:
		return "", nil, there
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "", nil, said.New("write %q: %v", name, err)
	}
	temporary = name + "." + rand.Text()[:8] + ".part"
	return temporary, func(err error) error {
		defer os.Remove(temporary) // of what was not moved
		switch {
		case err != nil:
			return err
		case force:
			err = os.Rename(temporary, name)
		default:
			// A file that came meanwhile stays, too: a link never replaces one. Where the
			// file system has no links it was looked at a moment ago.
			if err = os.Link(temporary, name); errors.Is(err, fs.ErrExist) {
				return there
			} else if err != nil {
				err = os.Rename(temporary, name)
			}
		}
		if err != nil {
			return said.New("write %q: %v", name, err)
		}
		return nil
	}, nil
}
