package step

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lull-lua/lull/builtins/internal/replace"
	"github.com/lull-lua/lull/builtins/internal/sqlite"
)

// A journal is a database of SQLite, marked as one of Lull's: whoever wants to can look into it while it is written. A run has a row in
// runs, and a step that has ended, or one that must not be run twice and has begun, one in steps. Times are seconds since 1970.
const (
	application = 0x4c756c6c // "Lull"
	format      = 1
	schema      = `
CREATE TABLE runs (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	named INTEGER NOT NULL,   -- by who started it
	key TEXT NOT NULL,        -- what the keys of its steps are made of
	script TEXT NOT NULL,     -- its absolute path, or "sha256:" and its hash
	args TEXT NOT NULL,       -- a JSON list; {"base64": ...} is one that is no UTF-8
	source TEXT NOT NULL,     -- the hash of the script
	began REAL NOT NULL,
	ended REAL                -- well; NULL: it is to be gone on with
) STRICT;
CREATE TABLE steps (
	run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
	name TEXT NOT NULL,
	state TEXT NOT NULL,      -- "done"; "begun": it must not be run again
	version REAL,
	began REAL NOT NULL,
	ended REAL,
	until REAL,               -- of a sleep
	vals BLOB,                -- what it has returned, as interp.Packed has it
	PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;
`
)

// lockTime is how long a statement waits while another process, such as one that forgets a run, writes to the journal.
const lockTime = 10 * time.Second

// looksLikeJournal looks at the beginning of a file, and changes nothing. there says that there is a journal; an empty file may become one.
func looksLikeJournal(path string) (there bool, err error) {
	st, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, reason(err)
	case !st.Mode().IsRegular():
		return false, errors.New("it is no file that could be a journal")
	case st.Size() == 0:
		return false, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return false, reason(err)
	}
	defer f.Close()
	var head [100]byte // as SQLite's description of its files has it
	if _, err := io.ReadFull(f, head[:]); err != nil && err != io.ErrUnexpectedEOF {
		return false, reason(err)
	}
	if string(head[:16]) != "SQLite format 3\x00" || binary.BigEndian.Uint32(head[68:]) != application {
		return false, errors.New("it is no journal of Lull's: it is left as it is")
	}
	if v := binary.BigEndian.Uint32(head[60:]); v != format {
		return false, fmt.Errorf("it is a journal of the format %d, and this version of Lull knows %d: it is left as it is", v, format)
	}
	return true, nil
}

// writable is an error if a journal, or what SQLite has left beside it, cannot be written, or has several names.
func writable(path string) error {
	if err := sqlite.Writable(path); err != nil {
		return fmt.Errorf("it cannot be written: %w", reason(err))
	}
	for _, end := range []string{"-wal", "-shm"} {
		if st, err := os.Stat(path + end); err == nil && sqlite.Writable(path+end) != nil {
			return fmt.Errorf("%s%s cannot be written, which belongs to it: its mode is %v", filepath.Base(path), end, st.Mode())
		}
	}
	if st, err := os.Stat(path); err == nil && names(st) > 1 { // each would have a log of its own
		return errors.New("it has several names (hard links), and two of them in use at once would damage it: keep one of them, or make copies of the others")
	}
	return nil
}

// reason is a system's error without the file's name, which the message has already.
func reason(err error) error {
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// create makes a journal. It is written beside, and gets its name when it is whole. The caller has the lock.
func create(path string) (err error) {
	if err := sweep(path); err != nil {
		return err
	}
	beside := filepath.Join(filepath.Dir(path), replace.Name(filepath.Base(path)))
	f, err := os.OpenFile(beside, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return reason(err)
	}
	defer func() {
		if err != nil {
			for _, end := range []string{"", "-journal", "-wal", "-shm"} {
				_ = os.Remove(beside + end) // the reason is the error to tell
			}
		}
	}()
	if err := f.Close(); err != nil {
		return reason(err)
	}
	c, err := sqlite.Open(beside, sqlite.Options{Existing: true})
	if err != nil {
		return err
	}
	err = c.Exec(fmt.Sprintf("PRAGMA synchronous=FULL; PRAGMA application_id=%d; PRAGMA user_version=%d; BEGIN; %s COMMIT; PRAGMA journal_mode=WAL", application, format, schema))
	if err = errors.Join(err, c.Close()); err != nil {
		return err
	}
	if err := os.Rename(beside, path); err != nil {
		return reason(err)
	}
	return syncFolder(filepath.Dir(path))
}

// sweep removes what processes have left that were killed while they made the journal.
func sweep(path string) error {
	dir, like := filepath.Dir(path), replace.Name(filepath.Base(path))
	f, err := os.Open(dir)
	if err != nil {
		return reason(err)
	}
	defer f.Close()
	for {
		list, err := f.Readdirnames(1000)
		for _, name := range list {
			if len(name) < len(like) || !replace.IsName(name[:len(like)]) || !strings.HasPrefix(name, like[:len(like)-8]) {
				continue
			}
			switch name[len(like):] {
			case "", "-journal", "-wal", "-shm":
				if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
					return fmt.Errorf("%s, which a process has left that was killed: %w", name, reason(err))
				}
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return reason(err)
		}
	}
}

// maxChecked is how large a journal is that is looked through as a whole before it is gone on with.
const maxChecked = 64 << 20

// whole looks whether a journal is damaged, and changes nothing.
func whole(path string) error {
	o := sqlite.Options{ReadOnly: true}
	if wal, err := os.Stat(path + "-wal"); err != nil || wal.Size() == 0 { // with one, SQLite has to look into that as well
		o.Immutable = true
	}
	c, err := sqlite.Open(path, o)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }() // nothing was written
	check := "SELECT count(*) FROM runs"
	if st, err := os.Stat(path); err == nil && st.Size() <= maxChecked {
		check = "PRAGMA quick_check(1)"
	}
	text := ""
	err = each(c, check, nil, func(s *sqlite.Stmt) error {
		text = string(s.Bytes(0))
		return nil
	})
	if err == nil && check[0] == 'P' && text != "ok" {
		err = fmt.Errorf("%w: %s", errDamaged, text)
	}
	return damaged(err)
}

var errDamaged = errors.New("it is damaged, and left as it is")

// damaged is an error of a journal that cannot be read, in words.
func damaged(err error) error {
	if errors.Is(err, sqlite.Corrupt) || errors.Is(err, sqlite.NotADB) || errors.Is(err, sqlite.Generic) { // the last: a table is not there
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	return err
}

// connect opens a journal to write to it.
func connect(path string) (*sqlite.Conn, error) {
	c, err := sqlite.Open(path, sqlite.Options{Existing: true})
	if err != nil {
		return nil, err
	}
	if err := patiently(context.Background(), func() error {
		return c.Exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=1")
	}); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// patiently does something again for as long as another process has the journal locked.
func patiently(ctx context.Context, fn func() error) error {
	wait := sqlite.Patience{Left: lockTime}
	for {
		err := fn()
		if err == nil {
			return nil
		}
		if !wait.Again(ctx, err) {
			if errors.Is(err, sqlite.BusyCode) && ctx.Err() == nil {
				err = fmt.Errorf("%w: another program has it locked, which was waited for %v: end that program's transaction", err, lockTime)
			}
			return err
		}
	}
}

// each runs a statement, and calls fn for each of its rows, which may be nil.
func each(c *sqlite.Conn, text string, values []sqlite.Value, fn func(s *sqlite.Stmt) error) error {
	x, err := c.Script(text)
	if err != nil {
		return err
	}
	defer x.Close()
	s, err := x.Next()
	if err != nil {
		return err
	}
	defer s.Done()
	if err := s.Bind(values); err != nil {
		return err
	}
	for {
		more, err := s.Step()
		if err != nil || !more {
			return err
		}
		if fn != nil {
			if err := fn(s); err != nil {
				return err
			}
		}
	}
}

// Values for parameters.

func text(s string) sqlite.Value   { return sqlite.Value{Kind: sqlite.Text, Text: s} }
func blob(b []byte) sqlite.Value   { return sqlite.Value{Kind: sqlite.Blob, Text: string(b)} }
func integer(n int64) sqlite.Value { return sqlite.Value{Kind: sqlite.Integer, Int: n} }

// moment is a time; NULL for the zero value.
func moment(t time.Time) sqlite.Value {
	if t.IsZero() {
		return sqlite.Value{Kind: sqlite.Null}
	}
	return sqlite.Value{Kind: sqlite.Real, Real: float64(t.UnixMicro()) / 1e6}
}

// momentOf is a column as a time; the zero value for NULL.
func momentOf(s *sqlite.Stmt, i int) time.Time {
	if s.ColumnKind(i) == sqlite.Null {
		return time.Time{}
	}
	return time.UnixMicro(int64(s.Float(i)*1e6 + 0.5)).UTC()
}
