package repl

import (
	"os"
	"sync/atomic"
)

// input does nothing here: the line editor reads the console itself. A wait for a key cannot be ended.
type input struct {
	ours  bool
	ended atomic.Bool
}

func newInput(*os.File) (*input, error)    { return &input{}, nil }
func (in *input) read([]byte) (int, error) { return 0, os.ErrInvalid }
func (in *input) interrupt()               {}
func (in *input) resume()                  {}
func (in *input) onResize(func())          {}
func (in *input) close()                   {}
func (in *input) free()                    {}
func suspend()                             {}
