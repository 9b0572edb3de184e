//go:build !js && !wasip1

package sqlite

import (
	"io"
	"os"
	"time"

	lib "modernc.org/sqlite/lib"
)

// OpenToRead opens a database that is not written to. SQLite itself cannot read one with a write-ahead log where it can write nothing beside it, as it
// makes an index of the log there; and of a file that cannot be written it would leave an index that nobody can write to. Where that is so, and nobody has
// the database open, as there is no index, it is read without one and without locks: see [Conn.Moved].
func OpenToRead(path string, o Options) (*Conn, error) {
	o.ReadOnly = true
	o.Immutable = path != ":memory:" && unattended(path)
	return Open(path, o)
}

// unattended reports whether a database with a write-ahead log is one that nobody has open, and whose index cannot be made.
func unattended(path string) bool {
	if Writable(path) == nil || exists(path+"-shm") && exists(path+"-wal") {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false // it is told when it is opened
	}
	defer f.Close()
	var head [20]byte // as SQLite's description of its files has it
	_, err = io.ReadFull(f, head[:])
	const readVersion, wal = 19, 2
	return err == nil && head[readVersion] == wal
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// state is what a database's files were like.
type state [3]struct {
	size int64 // -1: there is no such file
	at   time.Time
}

func stateOf(path string) (s state) {
	for i, end := range []string{"", "-wal", "-shm"} {
		s[i].size = -1
		if st, err := os.Stat(path + end); err == nil {
			s[i].size, s[i].at = st.Size(), st.ModTime()
		}
	}
	return s
}

// Moved is an error if the database is read without locks and somebody has changed it since it was opened: what was read may be of two states.
func (c *Conn) Moved() error {
	if c.unlocked == "" || stateOf(c.unlocked) == c.state {
		return nil
	}
	return &Error{Code: lib.SQLITE_READONLY_DBMOVED, Message: "somebody writes to it, and it is read without locks, as nothing can be written here: open it anew", Offset: -1}
}
