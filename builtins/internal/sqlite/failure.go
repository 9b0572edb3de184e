package sqlite

// Error is what SQLite says is wrong.
type Error struct {
	Code    int // an extended one
	Message string
	Offset  int // of the place in the statement that it is about, in bytes; -1: nobody knows
}

// Error implements error.
func (e *Error) Error() string { return e.Message }

// Code is an error to ask for: see [Error.Is].
type Code int

// Error implements error.
func (c Code) Error() string { return (&Error{Code: int(c)}).Name() }
