package vm

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// Panic is the error of code in Go that has panicked: a builtin's, or another function of the host's.
type Panic struct {
	Who   string // "a builtin", "the host's tracer"
	Value any
	Stack []byte
}

// Error names the builtin that has panicked, and its panic.
func (p *Panic) Error() string { return fmt.Sprintf("%s panicked: %v", p.Who, p.Value) }

// Unwrap is the value, where that is an error.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// Guard calls fn, which is code of the host's or calls some, and returns the panic in it: a *Panic, or nil.
func Guard(who string, fn func()) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &Panic{who, p, debug.Stack()}
		}
	}()
	fn()
	return nil
}

// Panics goes on with a panic that Guard has stopped, if err is one: in the function in Go that runs.
func Panics(err error) {
	if p := (*Panic)(nil); errors.As(err, &p) {
		panic(p)
	}
}
