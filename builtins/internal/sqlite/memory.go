//go:build !js && !wasip1

package sqlite

import (
	"encoding/binary"
	"reflect"
	"sync"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// Memory is about how many bytes the connection has of pages, which are all of a database in memory, and how much such a one would need to undo what
// is under way.
func (c *Conn) Memory() int {
	lib.Xsqlite3_db_status64(c.tls, c.db, lib.SQLITE_DBSTATUS_CACHE_USED, c.out, c.out+8, 0)
	n := int(binary.NativeEndian.Uint64(libc.GoBytes(c.out, 8)))
	if lib.Xsqlite3_txn_state(c.tls, c.db, 0) == lib.SQLITE_TXN_WRITE {
		return n + min(n, c.settled)
	}
	c.settled = 0
	if c.inMemory {
		c.settled = n
	}
	return n
}

// between is how many instructions of SQLite's run between two looks at its memory. A row that is inserted takes some twenty.
const between = 64

// Bound has statements that begin from now on end as interrupted once Memory is more than most.
func (c *Conn) Bound(most int) {
	if c.most == 0 {
		bounded.Store(c.db, c)
		lib.Xsqlite3_progress_handler(c.tls, c.db, between, looks(), c.db)
	}
	c.most = max(1, most)
}

// Exceeded is what Memory was when a statement was ended for Bound, since the last call; 0: none was.
func (c *Conn) Exceeded() int {
	n := c.exceeded
	c.exceeded = 0
	return n
}

// bounded are the connections that have a bound, by their database.
var bounded sync.Map

// look is SQLite's progress handler: whether to interrupt what runs.
var look = func(_ *libc.TLS, db uintptr) int32 {
	of, ok := bounded.Load(db)
	if !ok {
		return 0
	}
	c := of.(*Conn)
	if n := c.Memory(); n > c.most {
		c.exceeded = n
		return 1
	}
	return 0
}

// looks is look as the translation of SQLite has functions: what a variable holds that is one.
func looks() uintptr {
	return uintptr(reflect.NewAt(reflect.TypeFor[uintptr](), reflect.ValueOf(&look).UnsafePointer()).Elem().Uint())
}
