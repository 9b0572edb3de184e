// Package file is the globals read and write: whole files, at once.
package file

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/replace"
	"github.com/lull-lua/lull/interp"
)

//go:embed file.lua
var stub string

// Module is the globals read and write.
func Module() interp.Module {
	return interp.Module{Stub: stub, Needs: func(g interp.Granted) bool { return g.Files }, Defs: []interp.Def{
		{Name: "read", Fn: read, Outside: true},
		{Name: "write", Fn: write, Outside: true},
	}}
}

// pathArg is the i-th argument as a file name.
func pathArg(c *interp.Call, i int) (string, error) {
	path, err := c.Text(i)
	if err == nil && strings.Contains(path, "\x00") {
		err = c.ArgError(i, "the path contains a NUL byte")
	}
	return path, err
}

// fileChunk is how much is read or written at once: how far a cancelled write may still go.
const fileChunk = 1 << 20

// read(path [, n]) returns the file's bytes, at most n. Devices, pipes and FIFOs work. When it is cancelled, what comes later
// stays for the next reader.
func read(c *interp.Call) error {
	path, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	limit := int64(math.MaxInt64)
	if !c.Arg(2).IsNil() {
		n, err := c.Number(2)
		switch {
		case err != nil:
			return err
		case n != math.Trunc(n):
			return c.ArgError(2, fmt.Sprintf("integer expected, got %v", interp.Number(n)))
		case n < 0:
			return c.ArgError(2, "the number of bytes is negative")
		case n < math.MaxInt64:
			limit = int64(n)
		}
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	r := &reading{files: c.Files(), path: path, max: int64(c.MaxText())}
	r.limit = min(limit, r.max+1) // one more, to see that it is too long
	return c.BlockReturn(func(ctx context.Context) error {
		var ok bool
		if r.data, ok, err = r.files.ReadWhole(ctx, path, min(fileChunk, r.limit+1)); ok || err != nil {
			return err
		}
		st, err := r.files.Stat(path)
		switch {
		case err != nil: // opening it says so
		case st.Mode()&fs.ModeNamedPipe != 0:
			r.fifo = true
			return nil
		case st.Mode().IsRegular() && min(st.Size(), r.limit) > r.max:
			r.long = true
			return nil
		}
		return r.read(ctx)
	}, r.over)
}

// reading is a call of read under way.
type reading struct {
	files   interp.Files
	path    string
	limit   int64 // of bytes that are read
	max     int64 // of those that a string may have
	fifo    bool
	long    bool // there are more than max
	data    []byte
	failure error
}

// over makes the result.
func (r *reading) over(c *interp.Call, err error) error {
	if err == nil && r.fifo { // it ends at once when cancelled, and must have closed the FIFO: a writer would believe in a reader
		err = c.BlockFirm(r.read)
	}
	switch {
	case err != nil:
		return err
	case r.long:
		return r.tooLong(c)
	case r.failure != nil:
		return interp.PathErrorf("read", r.path, r.failure)
	case cap(r.data) > len(r.data)+len(r.data)/4+1:
		return c.Return(string(r.data)) // a string keeps what it is of
	}
	return c.Return(c.Adopt(r.data))
}

// tooLong is the error of a file that is too long for a string; where a limit of the run's says so, that ends the run.
func (r *reading) tooLong(c *interp.Call) error {
	err := c.Room(int(r.max) + 1)
	if _, told := err.(*interp.Error); !told {
		return err
	}
	return interp.PathErrorf("read", r.path, interp.Errorf(interp.KindLimit,
		"it has more than %d bytes, the most that a string may have; read(path, n) reads its beginning, a file of io.open all of it in pieces", r.max))
}

func (r *reading) read(ctx context.Context) error {
	if r.data, r.failure = readFile(ctx, r.files, r.path, r.limit); int64(len(r.data)) > r.max {
		r.long, r.data = true, nil
	}
	return nil
}

// readFile reads at most limit bytes, and reserves the memory for them.
func readFile(ctx context.Context, files interp.Files, name string, limit int64) ([]byte, error) {
	f, err := files.Open(ctx, name, os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	var r io.Reader = f
	size, room := int64(0), int64(64<<10)
	switch mode := st.Mode(); {
	case mode.IsRegular():
		if size = st.Size(); size > 0 { // some of /proc's say 0
			room = size + 1 // to see the end at once
		}
	case mode&(fs.ModeNamedPipe|fs.ModeCharDevice) != 0:
		dev := f.System()
		if dev == nil {
			return nil, errNotRegular
		}
		p, done := newPolled(ctx, dev, mode&fs.ModeNamedPipe != 0)
		defer done()
		r = p
	}
	room = min(room, limit, 1<<30)
	if err := interp.Reserve(ctx, int(room)); err != nil {
		return nil, err
	}
	data := make([]byte, 0, room)
	for int64(len(data)) < limit {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if len(data) == cap(data) {
			more := max(64<<10, len(data))
			if err := interp.Reserve(ctx, more); err != nil {
				return nil, err
			}
			data = slices.Grow(data, more)
		}
		room := data[len(data):min(int64(cap(data)), limit)]
		room = room[:min(len(room), fileChunk)]
		n, err := r.Read(room)
		data = data[:len(data)+n]
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if n < len(room) && n > 0 && int64(len(data)) == size {
			break // a read to be told of the end is not needed
		}
	}
	return data, nil
}

// write(path, data [, opts]) writes the file and returns the number of bytes. opts: append; atomic, see replace; mode, an octal
// string; parents. A cancelled write stops within the next MiB and is waited for.
func write(c *interp.Call) error {
	path, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	data, err := c.Text(2)
	if err != nil {
		return err
	}
	o := writing{files: c.Files(), perm: -1}
	var mode interp.Value
	if err := c.Options(3, map[string]any{"append": &o.append, "atomic": &o.atomic, "mode": &mode, "parents": &o.parents}); err != nil {
		return err
	}
	if o.append && o.atomic {
		return c.ArgError(3, "options 'append' and 'atomic' exclude each other")
	}
	if !mode.IsNil() {
		digits, ok := mode.Text()
		if !ok {
			return c.ArgError(3, fmt.Sprintf("option 'mode': string expected, got %s", mode.Type()))
		}
		n, err := strconv.ParseUint(digits, 8, 32)
		if err != nil || n > 0o777 {
			return c.ArgError(3, fmt.Sprintf("option 'mode': octal digits such as \"600\" expected, got %q", digits))
		}
		o.perm = int(n)
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if err := c.WillWrite(len(data)); err != nil {
		return err
	}
	var failure error
	err = c.BlockFirm(func(ctx context.Context) error {
		failure = o.file(ctx, path, data)
		return nil
	})
	if err != nil {
		return err
	}
	if failure != nil {
		return interp.PathErrorf("write", path, failure)
	}
	return c.Return(len(data))
}

// writing is how a file is written.
type writing struct {
	files          interp.Files
	append, atomic bool
	parents        bool // folders that are missing are made
	perm           int  // -1: as it is, or as a new file's
}

func (o writing) file(ctx context.Context, name, data string) error {
	if dir := filepath.Dir(name); o.parents && dir != "." && dir != name {
		if err := o.files.MkdirAll(dir, 0o777); err != nil {
			return err
		}
	}
	if o.atomic {
		return replace.Write(ctx, o.files, name, o.perm, func(f *os.File) error { return writeAll(ctx, f, data) })
	}
	flag := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	if o.append {
		flag = os.O_WRONLY | os.O_CREATE | os.O_APPEND
	}
	perm := fs.FileMode(0o666)
	if o.perm >= 0 {
		perm = fs.FileMode(o.perm)
	}
	f, err := o.files.Open(ctx, name, flag, perm)
	if err != nil {
		return err
	}
	if o.perm >= 0 {
		err = chmodRegular(f.System(), perm)
	}
	if err == nil {
		err = writeAll(ctx, f.System(), data)
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// chmodRegular sets the permissions of a file, but not of a device.
func chmodRegular(f *os.File, perm fs.FileMode) error {
	st, err := f.Stat()
	if err != nil || !st.Mode().IsRegular() {
		return err
	}
	return f.Chmod(perm)
}

// writeAll writes data a chunk at a time, until ctx is cancelled. A file that can be written is the system's.
func writeAll(ctx context.Context, f *os.File, data string) error {
	stop := context.AfterFunc(ctx, func() { _ = f.SetWriteDeadline(past) }) // regular files have none, and are soon done
	defer stop()
	for len(data) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := f.WriteString(data[:min(len(data), fileChunk)])
		data = data[n:]
		if err != nil && !(isAgain(err) && pause(ctx)) {
			return err
		}
	}
	return nil
}
