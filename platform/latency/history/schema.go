package history

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ncruces/go-sqlite3"
)

// ErrNewer is a store written by a later version. It is left as it is.
var ErrNewer = errors.New("it was written by a newer version")

var errNoDatabase = errors.New("it is no database")

// applicationID stands in the header of our files ("Tkbx"), so that another
// program's database is not taken for one.
const applicationID = 0x546b6278

// migrations lead the main file from version i to i+1. They never change once
// released; the newest version is their number.
var migrations = []string{
	`create table meta (key text primary key, value integer not null) without rowid;
	create table settings (key text primary key, value blob not null) without rowid;
	create table targets (id integer primary key autoincrement, place integer not null, body text not null);
	create table events (id integer primary key, node integer not null, target integer not null, at integer not null, until integer not null, kind text not null, body text not null);
	create index events_at on events (at);
	create table series (id integer primary key, node integer not null, target integer not null, interval integer not null, engine text not null, address text not null, t0 integer not null, seq0 integer not null);
	create table journal (id integer primary key autoincrement, hour integer not null, data blob not null);
	create table months (month text primary key) without rowid;
	create table minute (target integer, node integer, source integer, start integer, data blob not null, primary key (target, node, source, start));
	create table five (target integer, node integer, source integer, start integer, data blob not null, primary key (target, node, source, start));
	create table hour (target integer, node integer, source integer, start integer, data blob not null, primary key (target, node, source, start));
	create table day (target integer, node integer, source integer, start integer, data blob not null, primary key (target, node, source, start));`,
}

// rawMigrations are those of the monthly files.
var rawMigrations = []string{
	`create table part (id integer primary key, data blob not null);
	create table sealed (target integer, node integer, hour integer, part integer not null, at integer not null, size integer not null, primary key (target, node, hour)) without rowid;`,
}

// headerVersion is the version in the header of a database file, read without
// SQLite, which would make files beside it. Migrations end with a checkpoint, so
// the header is never behind.
func headerVersion(path string) (version uint32, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	var head [100]byte
	if _, err := io.ReadFull(f, head[:]); err != nil {
		return 0, nil // empty: made and never written
	}
	if string(head[:16]) != "SQLite format 3\x00" {
		return 0, errNoDatabase
	}
	if id := binary.BigEndian.Uint32(head[68:]); id != applicationID && id != 0 {
		return 0, errors.New("it is another program's database")
	}
	return binary.BigEndian.Uint32(head[60:]), nil
}

// checkVersion refuses a file that this version cannot keep.
func checkVersion(path string, known int) error {
	v, err := headerVersion(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("file %q: %w", path, err)
	case int(v) > known:
		return fmt.Errorf("file %q: %w (its schema is %d, this one knows %d): install the newer version, or use another data folder", path, ErrNewer, v, known)
	}
	return nil
}

// uri names a file for SQLite on the store's VFS.
func (o *Options) uri(path string) string {
	path = filepath.ToSlash(path)
	if len(path) > 1 && path[1] == ':' {
		path = "/" + path
	}
	out := []byte("file:")
	for i := range len(path) {
		switch c := path[i]; c {
		case '%', '?', '#':
			out = fmt.Appendf(out, "%%%02x", c)
		default:
			out = append(out, c)
		}
	}
	if o.vfs != "" {
		out = append(out, "?vfs="+o.vfs...)
	}
	return string(out)
}

// openFile opens a database and brings it to the newest version.
func (o *Options) openFile(path, journal string, steps []string) (*sqlite3.Conn, error) {
	if o.vfs == "" {
		if err := checkVersion(path, len(steps)); err != nil {
			return nil, err
		}
	}
	c, err := sqlite3.OpenFlags(o.uri(path), sqlite3.OPEN_READWRITE|sqlite3.OPEN_CREATE|sqlite3.OPEN_URI)
	if err != nil {
		return nil, fmt.Errorf("file %q: %w", path, err)
	}
	err = o.prepare(c, journal, steps)
	if err != nil {
		_ = c.Close()
		return nil, fmt.Errorf("file %q: %w", path, err)
	}
	return c, nil
}

// pageSize is that of new files: the months' larger rows fill small pages best.
func pageSize(journal string) string {
	if journal == "wal" {
		return "8192"
	}
	return "4096"
}

func (o *Options) prepare(c *sqlite3.Conn, journal string, steps []string) error {
	// EXTRA syncs the folder after a journal is removed, without which a power cut
	// could bring the journal back and undo what was reported as written.
	//
	// Pages of 8 kB hold several rows of roll-ups: one that does not fit into its
	// page wastes up to a whole further one.
	if err := c.Exec("pragma busy_timeout=10000; pragma page_size=" + pageSize(journal) + "; pragma auto_vacuum=incremental; pragma journal_mode=" + journal + "; pragma synchronous=extra; pragma temp_store=memory; pragma cache_size=-4096"); err != nil {
		return err
	}
	return migrate(c, steps)
}

func migrate(c *sqlite3.Conn, steps []string) (err error) {
	version, err := queryInt(c, "pragma user_version")
	if err != nil || int(version) == len(steps) {
		return err
	}
	if int(version) > len(steps) {
		return ErrNewer
	}
	tx, err := c.BeginExclusive()
	if err != nil {
		return err
	}
	defer tx.End(&err)
	for _, step := range steps[version:] {
		if err := c.Exec(step); err != nil {
			return err
		}
	}
	if err := c.Exec(fmt.Sprintf("pragma application_id=%d; pragma user_version=%d", applicationID, len(steps))); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	return c.Exec("pragma wal_checkpoint(truncate)")
}

// queryInt is the first column of a query's only row, 0 without rows.
func queryInt(c *sqlite3.Conn, sql string, args ...any) (n int64, err error) {
	err = query(c, sql, args, func(s *sqlite3.Stmt) error { n = s.ColumnInt64(0); return nil })
	return n, err
}

// query runs a statement and calls row for each of its rows, if there is one.
func query(c *sqlite3.Conn, sql string, args []any, row func(*sqlite3.Stmt) error) error {
	st, _, err := c.Prepare(sql)
	if err != nil {
		return err
	}
	defer st.Close()
	if err := bind(st, args); err != nil {
		return err
	}
	for st.Step() {
		if row == nil {
			continue
		}
		if err := row(st); err != nil {
			return err
		}
	}
	return st.Err()
}

func exec(c *sqlite3.Conn, sql string, args ...any) error { return query(c, sql, args, nil) }

func bind(st *sqlite3.Stmt, args []any) error {
	for i, a := range args {
		var err error
		switch a := a.(type) {
		case int:
			err = st.BindInt(i+1, a)
		case int64:
			err = st.BindInt64(i+1, a)
		case string:
			err = st.BindText(i+1, a)
		case []byte:
			err = st.BindBlob(i+1, a)
		default:
			panic(fmt.Sprintf("history: cannot bind a %T", a))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
