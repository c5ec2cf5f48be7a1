package history

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/ncruces/go-sqlite3"
)

// An exported store is a zip archive of its database files, each as it is. The
// main file comes first: a month's file that is newer holds more than the main
// one counts, which sealing sorts out, never less.

var fileNames = regexp.MustCompile(`^(history|raw-[0-9]{4}-[0-9]{2})\.db$`)

// Export writes a copy of the whole store into the new file path, an archive that
// Restore opens elsewhere. It is consistent as of its beginning and holds all that
// was appended by then. Measuring and reading go on meanwhile; a writer seals
// nothing until it is done. A file that exists is never overwritten, and one that
// was not finished is removed.
func (s *Store) Export(ctx context.Context, path string) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("export history to %q: %w", path, unopened(err))
		}
	}()
	if s.Writer() {
		s.exports.Add(1)
		defer s.exports.Add(-1)
		if err := s.Flush(); err != nil {
			return err
		}
	}
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%w: choose another name, or move that file away", fs.ErrExist)
		}
		return err
	}
	defer func() {
		if err = errors.Join(err, out.Close()); err != nil {
			_ = os.Remove(path)
		}
	}()
	// Beside it, where there is room for it if anywhere.
	work, err := os.MkdirTemp(filepath.Dir(path), ".tacklebox-export-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	z := zip.NewWriter(out)
	main := filepath.Join(work, mainName)
	if err := s.copyMain(ctx, main); err != nil {
		return err
	}
	if err := addFile(ctx, z, mainName, main); err != nil {
		return err
	}
	_ = os.Remove(main)
	months, err := filepath.Glob(filepath.Join(globQuote(s.dir), "raw-????-??.db"))
	if err != nil {
		return err
	}
	for _, month := range months {
		if err := s.exportMonth(ctx, z, month); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	return out.Sync()
}

// globQuote makes a folder's name stand for itself in a pattern.
func globQuote(dir string) string {
	if filepath.Separator == '\\' {
		return dir // no escapes there; a bracket in it is rare and finds nothing
	}
	return regexp.MustCompile(`[\\*?\[]`).ReplaceAllString(dir, `\$0`)
}

// copyMain writes the main file's content as of now to a new file, with a
// connection of its own, so that nobody waits for it.
func (s *Store) copyMain(ctx context.Context, to string) (err error) {
	c, err := s.openMain(filepath.Join(s.dir, mainName))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if err := c.Exec("pragma query_only=0"); err != nil {
		return err
	}
	defer c.SetInterrupt(c.SetInterrupt(ctx))
	return exec(c, "vacuum into ?", to)
}

// exportMonth adds a month's file under a lock that keeps its writer from
// changing it.
func (s *Store) exportMonth(ctx context.Context, z *zip.Writer, path string) (err error) {
	c, err := sqlite3.OpenFlags(s.o.uri(path), sqlite3.OPEN_READWRITE|sqlite3.OPEN_URI)
	if errors.Is(err, sqlite3.CANTOPEN) {
		return nil // deleted in the meantime
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if err := c.Exec("pragma busy_timeout=10000; begin; select count(*) from sqlite_schema"); err != nil {
		// Damaged: taken along as it is, there may be something to save.
		if !isDamage(err) {
			return err
		}
	}
	return addFile(ctx, z, filepath.Base(path), path)
}

// isDamage is true for what SQLite and the decoders say of a file that is broken.
func isDamage(err error) bool {
	return errors.Is(err, sqlite3.CORRUPT) || errors.Is(err, sqlite3.NOTADB) || errors.Is(err, ErrDecode) || errors.Is(err, errNoDatabase)
}

func addFile(ctx context.Context, z *zip.Writer, name, path string) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
	if err != nil {
		return err
	}
	_, err = io.Copy(w, reader{ctx, in})
	return err
}

// reader is a reader that ends with a context.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// Restore unpacks an exported store into the folder dir, which must not hold a
// history yet and is made when it is absent. Then Open opens it.
func Restore(ctx context.Context, path, dir string) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("restore history %q into %q: %w", path, dir, unopened(err))
		}
	}()
	z, err := zip.OpenReader(path)
	if err != nil {
		return fmt.Errorf("%w: it is no complete export of a history", err)
	}
	defer z.Close()
	if len(z.File) == 0 || z.File[0].Name != mainName {
		return errors.New("it is no export of a history")
	}
	seen := map[string]bool{}
	for _, f := range z.File {
		if !fileNames.MatchString(f.Name) || f.Method != zip.Store || seen[f.Name] {
			return fmt.Errorf("it holds %q, which no export of a history does", f.Name)
		}
		seen[f.Name] = true
		// Nothing of a history that is there is replaced, nor mixed with another.
		if _, err := os.Lstat(filepath.Join(dir, f.Name)); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%w: %q: choose an empty folder", fs.ErrExist, f.Name)
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	var made []string
	defer func() {
		if err != nil {
			for _, name := range made {
				_ = os.Remove(name)
			}
		}
	}()
	// The main file last and under its name at once: without it there is no history.
	for i := len(z.File) - 1; i >= 0; i-- {
		f := z.File[i]
		to := filepath.Join(dir, f.Name)
		part := to + ".part"
		made = append(made, part)
		if err := unpackFile(ctx, f, part); err != nil {
			return err
		}
		if err := os.Rename(part, to); err != nil {
			return err
		}
		made[len(made)-1] = to
	}
	return nil
}

func unpackFile(ctx context.Context, f *zip.File, to string) (err error) {
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err = io.Copy(out, reader{ctx, in}); err == nil {
		err = out.Sync()
	}
	return errors.Join(err, out.Close())
}
