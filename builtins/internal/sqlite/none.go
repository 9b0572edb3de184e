//go:build js || wasip1

// Package sqlite is SQLite where it is; here it is not.
package sqlite

import (
	"context"
	"errors"
	"time"
)

// Available says that SQLite is not there on this system: nothing else of the package does anything.
const Available = false

var errNone = errors.New("SQLite is not there on this system")

// Options say how a database is opened.
type Options struct {
	ReadOnly, Immutable, Existing bool
	MaxLength                     int
}

// Conn is an open database.
type Conn struct{}

// Open fails.
func Open(string, Options) (*Conn, error) { return nil, errNone }

// OpenToRead fails.
func OpenToRead(string, Options) (*Conn, error) { return nil, errNone }

// Moved is none.
func (c *Conn) Moved() error { return nil }

// Writable is no error.
func Writable(string) error { return nil }

// Close fails.
func (c *Conn) Close() error { return errNone }

// Memory is 0.
func (c *Conn) Memory() int { return 0 }

// Bound does nothing.
func (c *Conn) Bound(int) {}

// Exceeded is 0.
func (c *Conn) Exceeded() int { return 0 }

// Interrupt does nothing.
func (c *Conn) Interrupt() {}

// InterruptUntil waits.
func (c *Conn) InterruptUntil(_ context.Context, first, _ <-chan struct{}) { <-first }

// InTransaction reports false.
func (c *Conn) InTransaction() bool { return false }

// LastID is 0.
func (c *Conn) LastID() int64 { return 0 }

// Changes is 0.
func (c *Conn) Changes() int64 { return 0 }

// TotalChanges is 0.
func (c *Conn) TotalChanges() int64 { return 0 }

// Exec fails.
func (c *Conn) Exec(string) error { return errNone }

// Integer fails.
func (c *Conn) Integer(string) (int64, error) { return 0, errNone }

// Backup fails.
func (c *Conn) Backup(*Conn) (*Backup, error) { return nil, errNone }

// Backup is a copy that is under way.
type Backup struct{}

// Step fails.
func (b *Backup) Step(int) (bool, error) { return false, errNone }

// Finish fails.
func (b *Backup) Finish() error { return errNone }

// Script fails.
func (c *Conn) Script(string) (*Script, error) { return nil, errNone }

// Script is a text of statements.
type Script struct{}

// Close does nothing.
func (x *Script) Close() {}

// Next fails.
func (x *Script) Next() (*Stmt, error) { return nil, errNone }

// Stmt is a statement.
type Stmt struct{}

// Done does nothing.
func (s *Stmt) Done() {}

// Reset does nothing.
func (s *Stmt) Reset() {}

// Again does nothing.
func (s *Stmt) Again() {}

// Params are none.
func (s *Stmt) Params() []string { return nil }

// ReadOnly reports true.
func (s *Stmt) ReadOnly() bool { return true }

// Kind is what a value is.
type Kind int

// The kinds of values.
const (
	Integer Kind = 1 + iota
	Real
	Text
	Blob
	Null
)

// Value is a value that a parameter is bound to.
type Value struct {
	Kind Kind
	Int  int64
	Real float64
	Text string
}

// Bind fails.
func (s *Stmt) Bind([]Value) error { return errNone }

// Step fails.
func (s *Stmt) Step() (bool, error) { return false, errNone }

// Columns are none.
func (s *Stmt) Columns() []string { return nil }

// ColumnKind is that of NULL.
func (s *Stmt) ColumnKind(int) Kind { return Null }

// Int is 0.
func (s *Stmt) Int(int) int64 { return 0 }

// Float is 0.
func (s *Stmt) Float(int) float64 { return 0 }

// Bytes are none.
func (s *Stmt) Bytes(int) []byte { return nil }

// Size is 0.
func (s *Stmt) Size(int) int { return 0 }

// Name is a code's own.
func (e *Error) Name() string { return "SQLITE_ERROR" }

// Busy reports false.
func (e *Error) Busy() bool { return false }

// Codes that callers ask for.
const (
	Interrupted Code = 1 + iota
	CannotOpen
	Generic
	BusyCode
	NotADB
	Corrupt
	Full
	TooBig
	ReadOnly
)

// Patience is how long a lock that another process holds is waited for.
type Patience struct{ Left time.Duration }

// Again reports false.
func (p *Patience) Again(context.Context, error) bool { return false }
