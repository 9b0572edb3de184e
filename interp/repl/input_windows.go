package repl

import (
	"os"
	"sync/atomic"
)

// input does nothing here: the line editor reads the console itself. A wait for a key cannot be ended.
type input struct {
	file  *os.File
	ours  bool
	ended atomic.Bool
}

func newInput(in *os.File) (*input, error) { return &input{file: in}, nil }
func (in *input) read([]byte) (int, error) { return 0, os.ErrInvalid }
func (in *input) interrupt()               {}
func (in *input) resume()                  {}
func (in *input) onResize(func())          {}
func (in *input) close()                   {}
func (in *input) free()                    {}
func (in *input) lend(out *os.File, run func(in, out *os.File) error) error {
	return run(in.file, out)
}
func suspend() {}
