//go:build !js && !wasip1

// Package sqlite is a connection to SQLite, by modernc.org's translation of it into Go, as the tables db and step use it: without
// package database/sql, which makes text of dates and copies of everything. A connection, with its statements, is for one goroutine at a
// time; [Conn.Interrupt] alone may be called from any.
package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// Available says that SQLite is there on this system.
const Available = true

// Options say how a database is opened.
type Options struct {
	ReadOnly  bool
	Immutable bool // with ReadOnly: nobody writes to it, so that nothing is locked, and no other file is made
	Existing  bool // it is not made
	MaxLength int  // of a text, a blob or a statement, in bytes; 0: SQLite's own limit
}

// Conn is an open database.
type Conn struct {
	tls   *libc.TLS
	db    uintptr
	out   uintptr          // of SQLite's memory, for what it returns by way of a pointer
	cache map[string]*Stmt // not in use, by their text
	order []*Stmt          // of the cache, the latest used last
	spare *Script          // for the next
	live  map[*Stmt]bool   // all that were prepared, and not finalized

	inMemory bool
	settled  int // bytes that a database in memory had before the transaction that is under way
	most     int // bytes; see Bound
	exceeded int

	unlocked string // the file, of one that is read without locks
	state    state  // of that, when it was opened

	interrupts sync.Mutex // guards what follows
	other      *libc.TLS  // of who interrupts; nil: closed
}

// maxCached bounds the statements of a connection that are kept for the next call of the same text, and maxCachedText their texts.
const (
	maxCached     = 64
	maxCachedText = 8 << 10
)

// Open opens the database in the file of that name; ":memory:" is one of its own, in memory. SQLite looks at the file when the first
// statement runs.
func Open(path string, o Options) (*Conn, error) {
	c := &Conn{tls: libc.NewTLS(), other: libc.NewTLS()}
	tune(c.tls)
	c.inMemory = path == ":memory:"
	uri, log := int32(0), false
	if o.Immutable {
		c.unlocked, c.state = path, stateOf(path)
		u := url.URL{Path: filepath.ToSlash(path), RawQuery: "immutable=1"}
		if log = c.state[1].size > 0; log { // which an immutable one is taken not to have
			u.RawQuery = "vfs=" + lockless
		}
		if !strings.HasPrefix(u.Path, "/") {
			u.Path = "/" + u.Path
		}
		path, uri = "file://"+u.String(), lib.SQLITE_OPEN_URI
	}
	name, err := libc.CString(path)
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, name)
	if c.out = lib.Xsqlite3_malloc(c.tls, 16); c.out == 0 {
		c.release()
		return nil, &Error{Code: lib.SQLITE_NOMEM, Message: "out of memory"}
	}
	flags := int32(lib.SQLITE_OPEN_READWRITE | lib.SQLITE_OPEN_CREATE)
	if o.Existing {
		flags = lib.SQLITE_OPEN_READWRITE
	}
	if o.ReadOnly {
		flags = lib.SQLITE_OPEN_READONLY
	}
	rc := lib.Xsqlite3_open_v2(c.tls, name, c.out, flags|uri|lib.SQLITE_OPEN_NOMUTEX|lib.SQLITE_OPEN_EXRESCODE, 0)
	c.db = c.pointer(0)
	if rc != lib.SQLITE_OK {
		err := c.failure(rc)
		_ = c.Close() // the reason is the error to tell
		return nil, err
	}
	if o.MaxLength > 0 {
		n := int32(min(o.MaxLength, lib.SQLITE_MAX_LENGTH))
		lib.Xsqlite3_limit(c.tls, c.db, lib.SQLITE_LIMIT_LENGTH, n)
		lib.Xsqlite3_limit(c.tls, c.db, lib.SQLITE_LIMIT_SQL_LENGTH, n)
	}
	c.cache, c.live = map[string]*Stmt{}, map[*Stmt]bool{}
	if log {
		va := libc.NewVaList(int32(1), uintptr(0))
		lib.Xsqlite3_db_config(c.tls, c.db, lib.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, va)
		libc.Xfree(c.tls, va)
		if err := c.Exec("PRAGMA locking_mode=EXCLUSIVE"); err != nil { // the log's index is in memory then
			return nil, errors.Join(err, c.Close())
		}
	}
	return c, nil
}

const pointerSize = strconv.IntSize / 8

// pointer is the i-th pointer of what SQLite has returned.
func (c *Conn) pointer(i int) uintptr {
	b := libc.GoBytes(c.out+uintptr(i*pointerSize), pointerSize)
	if pointerSize == 4 {
		return uintptr(binary.NativeEndian.Uint32(b))
	}
	return uintptr(binary.NativeEndian.Uint64(b))
}

// Close closes it; a transaction that is open is undone.
func (c *Conn) Close() error {
	c.finalizeAll()        // else SQLite would keep the file open
	_ = c.Exec("SELECT 1") // an interruption that came too late would end the last checkpoint: it ends with the next statement
	c.finalizeAll()
	bounded.Delete(c.db)
	c.interrupts.Lock()
	rc := lib.Xsqlite3_close_v2(c.tls, c.db)
	c.other.Close()
	c.other = nil
	c.interrupts.Unlock()
	var err error
	if rc != lib.SQLITE_OK {
		err = &Error{Code: int(rc), Message: libc.GoString(lib.Xsqlite3_errstr(c.tls, rc))}
	}
	c.release()
	return err
}

func (c *Conn) finalizeAll() {
	for s := range c.live {
		s.finalize()
	}
	clear(c.cache)
	c.order = nil
}

func (c *Conn) release() {
	lib.Xsqlite3_free(c.tls, c.out)
	c.tls.Close()
}

// Interrupt ends the statement that runs, if one does: one that begins later is not its concern. It may be called from any goroutine.
func (c *Conn) Interrupt() {
	c.interrupts.Lock()
	defer c.interrupts.Unlock()
	if c.other != nil {
		lib.Xsqlite3_interrupt(c.other, c.db)
	}
}

// InTransaction reports whether a transaction is open.
func (c *Conn) InTransaction() bool { return lib.Xsqlite3_get_autocommit(c.tls, c.db) == 0 }

// LastID is the id of the row that was inserted last.
func (c *Conn) LastID() int64 { return lib.Xsqlite3_last_insert_rowid(c.tls, c.db) }

// Changes is how many rows the last statement has changed that changes rows.
func (c *Conn) Changes() int64 { return lib.Xsqlite3_changes64(c.tls, c.db) }

// TotalChanges is how many rows were changed since it was opened, by triggers as well.
func (c *Conn) TotalChanges() int64 { return lib.Xsqlite3_total_changes64(c.tls, c.db) }

// Exec runs statements that have no parameters and whose rows nobody wants.
func (c *Conn) Exec(text string) error {
	x, err := c.Script(text)
	if err != nil {
		return err
	}
	defer x.Close()
	for {
		s, err := x.Next()
		if s == nil || err != nil {
			return err
		}
		for more := true; more && err == nil; {
			more, err = s.Step()
		}
		s.Done()
		if err != nil {
			return err
		}
	}
}

// Integer runs a statement without parameters, and returns the first column of its first row.
func (c *Conn) Integer(text string) (int64, error) {
	x, err := c.Script(text)
	if err != nil {
		return 0, err
	}
	defer x.Close()
	s, err := x.Next()
	if err != nil {
		return 0, err
	}
	defer s.Done()
	ok, err := s.Step()
	if err == nil && !ok {
		err = fmt.Errorf("%s: there is no row", text)
	}
	if err != nil {
		return 0, err
	}
	return s.Int(0), nil
}

// Backup copies the database into another, which is open and which it replaces.
func (c *Conn) Backup(to *Conn) (*Backup, error) {
	main, err := libc.CString("main")
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, main)
	p := lib.Xsqlite3_backup_init(c.tls, to.db, main, c.db, main)
	if p == 0 {
		return nil, to.failure(lib.Xsqlite3_extended_errcode(c.tls, to.db))
	}
	return &Backup{c: c, to: to, p: p}, nil
}

// Backup is a copy that is under way.
type Backup struct {
	c, to *Conn
	p     uintptr
}

// Step copies so many pages, and reports whether there are more.
func (b *Backup) Step(pages int) (more bool, err error) {
	switch rc := lib.Xsqlite3_backup_step(b.c.tls, b.p, int32(pages)); rc {
	case lib.SQLITE_OK:
		return true, nil
	case lib.SQLITE_DONE:
		return false, nil
	default:
		return false, &Error{Code: int(rc), Message: libc.GoString(lib.Xsqlite3_errstr(b.c.tls, rc))}
	}
}

// Finish ends it: before the last page was copied, the copy is worth nothing.
func (b *Backup) Finish() error {
	if rc := lib.Xsqlite3_backup_finish(b.c.tls, b.p); rc != lib.SQLITE_OK {
		return b.to.failure(rc)
	}
	return nil
}

// failure is the error of a call that has returned rc.
func (c *Conn) failure(rc int32) error {
	e := &Error{Code: int(rc), Offset: -1}
	if c.db == 0 {
		e.Message = libc.GoString(lib.Xsqlite3_errstr(c.tls, rc))
		return e
	}
	if code := lib.Xsqlite3_extended_errcode(c.tls, c.db); code&0xff == rc&0xff {
		e.Code = int(code)
		e.Message = libc.GoString(lib.Xsqlite3_errmsg(c.tls, c.db))
		e.Offset = int(lib.Xsqlite3_error_offset(c.tls, c.db))
	} else {
		e.Message = libc.GoString(lib.Xsqlite3_errstr(c.tls, rc))
	}
	if e.Code&0xff == lib.SQLITE_IOERR {
		if n := lib.Xsqlite3_system_errno(c.tls, c.db); n != 0 { // "disk I/O error" is all that SQLite says of a full disk
			e.Message += ": " + syscall.Errno(n).Error()
		}
	}
	return e
}
