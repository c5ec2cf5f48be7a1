package history

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ncruces/go-sqlite3"

	"tacklebox/platform/latency"
)

// ErrLogin is what SaveTarget gives for a target with a user name or password in its
// URL or name: the file is readable to whoever gets hold of it, or of an export.
var ErrLogin = errors.New("its URL has a user name or password, which is never kept: leave it out")

// savedTarget is a row of the table targets.
type savedTarget struct {
	id    int64
	place int
	body  string
}

// forgetLogins takes user names and passwords out of targets that an earlier version
// kept, and out of the file.
func (s *Store) forgetLogins() error {
	if !s.Writer() {
		return nil
	}
	var rows []savedTarget
	some := false
	err := query(s.w, "select id, place, body from targets", nil, func(r *sqlite3.Stmt) error {
		row := savedTarget{id: r.ColumnInt64(0), place: r.ColumnInt(1), body: r.ColumnText(2)}
		var t latency.Target
		if err := json.Unmarshal([]byte(row.body), &t); err != nil {
			return fmt.Errorf("target %d: %w", row.id, err)
		}
		var inURL, inName bool
		t.URL, inURL = latency.WithoutLogin(t.URL)
		t.Name, inName = latency.WithoutLogin(t.Name)
		if inURL || inName {
			some = true
			body, err := json.Marshal(t)
			if err != nil {
				return err
			}
			row.body = string(body)
		}
		rows = append(rows, row)
		return nil
	})
	if err != nil || !some {
		return err
	}
	// Rows that were saved again have left their old text in the table's pages, so all
	// of these are overwritten; the log and free pages may have more of it.
	if err := s.w.Exec("pragma secure_delete=on"); err != nil {
		return err
	}
	err = inTransaction(s.w, func() error {
		if err := exec(s.w, "delete from targets"); err != nil {
			return err
		}
		for _, r := range rows {
			if err := exec(s.w, "insert into targets values (?,?,?)", r.id, r.place, r.body); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = s.w.Exec("pragma incremental_vacuum; pragma wal_checkpoint(truncate)")
	}
	return errors.Join(err, s.w.Exec("pragma secure_delete=off"))
}
