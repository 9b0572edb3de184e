package fs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/lull-lua/lull/interp"
)

// maxLine bounds a line, as everywhere.
const maxLine = 16 << 20

// lookAgain is how often a file that has not grown is looked at again.
const lookAgain = 100 * time.Millisecond

// tailer follows a file. A read that was given up leaves what it has brought for the next.
type tailer struct {
	files interp.Files
	path  string

	mu     sync.Mutex
	f      *interp.File // nil: it is to be opened
	at     int64
	part   []byte // of a line
	lines  [][]byte
	err    error
	closed bool
}

// tail is fs.tail(path [, opts]).
func tail(c *interp.Call) error {
	path, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	from := "end"
	if err := c.Options(2, map[string]any{"from": &from}); err != nil {
		return err
	}
	if from != "start" && from != "end" {
		return c.ArgError(2, fmt.Sprintf("option 'from': start or end expected, got %.60q", from))
	}
	t, err := run(c, true, path, func(ctx context.Context, files interp.Files) (*tailer, error) {
		t := &tailer{files: files, path: path}
		f, err := files.Open(ctx, path, os.O_RDONLY, 0)
		if err != nil {
			return nil, err
		}
		st, err := f.Stat()
		if err == nil && !st.Mode().IsRegular() {
			err = errors.New("not a regular file; it cannot be followed")
		}
		if err == nil && from == "end" {
			t.at, err = f.Seek(0, io.SeekEnd)
		}
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		t.f = f
		return t, nil
	})
	if err != nil {
		return err
	}
	next := c.NewFunction("fs.tail", t.next)
	r := c.Defer("fs.tail "+path, nil, func(context.Context) error { return t.close() })
	r.For(next)
	r.Stays()
	return c.Return(next)
}

func (t *tailer) close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	if t.f == nil {
		return nil
	}
	f := t.f
	t.f = nil
	return f.Close()
}

// next returns the next line; nothing once the task that opened it has ended.
func (t *tailer) next(c *interp.Call) error {
	if err := c.Checkpoint(); err != nil {
		return err
	}
	for {
		line, ok, err := t.take()
		switch {
		case err != nil:
			return failedAs("fs.tail", t.path, err)
		case ok:
			if err := c.Spend(len(line) + 64); err != nil {
				return err
			}
			return c.Return(c.Adopt(line))
		case line != nil:
			return nil
		}
		if err := c.BlockPassive(t.wait); err != nil {
			return err
		}
	}
}

// take is a line that is there. One that is not nil without ok says that nothing comes any more.
func (t *tailer) take() (line []byte, ok bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.lines) > 0 {
		line, t.lines = t.lines[0], t.lines[1:]
		return line, true, nil
	}
	if t.closed {
		return []byte{}, false, nil
	}
	return nil, false, t.err
}

// wait waits until there are lines, or an error.
func (t *tailer) wait(ctx context.Context) error {
	timer := time.NewTimer(lookAgain)
	defer timer.Stop()
	for {
		if t.look(ctx) {
			return nil
		}
		select {
		case <-timer.C:
			timer.Reset(lookAgain)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// look reads what there is. It reports whether somebody has something to see.
func (t *tailer) look(ctx context.Context) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for !t.closed && t.err == nil && len(t.lines) == 0 {
		if t.f == nil { // the old one is gone, and the new one may not be there yet
			f, err := t.files.Open(ctx, t.path, os.O_RDONLY, 0)
			if err != nil {
				if !absent(err) && ctx.Err() == nil {
					t.err = err
				}
				return t.err != nil
			}
			t.f, t.at = f, 0
		}
		buf := make([]byte, 64<<10)
		n, err := t.f.Read(buf)
		t.at += int64(n)
		t.add(buf[:n])
		if n > 0 {
			continue
		}
		if err != nil && err != io.EOF {
			t.err = err
			break
		}
		if !t.turned() {
			return false
		}
	}
	return true
}

// turned looks, at the end of the file, whether another has its name now, or it was cut: then that is read from its start.
func (t *tailer) turned() bool {
	mine, err := t.f.Stat()
	if err != nil {
		t.err = err
		return true
	}
	if mine.Size() < t.at { // cut, to be written anew
		if _, err := t.f.Seek(0, io.SeekStart); err != nil {
			t.err = err
			return true
		}
		t.at, t.part = 0, nil
		return true
	}
	now, err := t.files.Stat(t.path)
	if err == nil && os.SameFile(mine, now) || mine.Sys() == nil || err != nil && !absent(err) {
		return false
	}
	if mine.Size() > t.at { // written to since it was read
		return true
	}
	if len(t.part) > 0 { // a last line without an end
		t.lines, t.part = append(t.lines, t.part), nil
	}
	t.err = t.f.Close()
	t.f = nil
	return true
}

// add parts what was read into lines.
func (t *tailer) add(b []byte) {
	for {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			break
		}
		line := append(t.part, b[:i]...)
		t.part = nil
		t.lines = append(t.lines, bytes.TrimSuffix(line, []byte("\r")))
		b = b[i+1:]
	}
	if t.part = append(t.part, b...); len(t.part) > maxLine {
		t.part, t.err = nil, interp.Errorf(interp.KindLimit, "fs.tail: %s: a line of more than %d bytes", t.path, maxLine).With("path", t.path)
	}
}
