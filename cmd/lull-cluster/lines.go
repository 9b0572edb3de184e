package main

import (
	"fmt"
	"io"
	"slices"
	"sync"
)

// lines writes whole lines of several at once.
type lines struct {
	mu sync.Mutex
	w  io.Writer
}

// of is a writer for one of them, which is called name; "" has no name before its lines.
func (l *lines) of(name string) *lineWriter { return &lineWriter{l: l, name: name} }

// say writes a line of the worker's own about a job.
func (l *lines) say(id, format string, args ...any) {
	w := l.of(id)
	fmt.Fprintf(w, format+"\n", args...)
}

type lineWriter struct {
	l    *lines
	name string
	mu   sync.Mutex
	rest []byte
}

// maxLine is how long a line may be that waits for its end.
const maxLine = 1 << 16

// Write implements io.Writer.
func (w *lineWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rest = append(w.rest, b...)
	for end := lastLine(w.rest); end > 0; end = lastLine(w.rest) {
		err := w.l.put(w.name, w.rest[:end])
		w.rest = w.rest[end:]
		if err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

// lastLine is where the last whole line ends; 0: nothing is to be written yet.
func lastLine(b []byte) int {
	for i := len(b); i > 0; i-- {
		if b[i-1] == '\n' {
			return i
		}
	}
	if len(b) > maxLine {
		return len(b)
	}
	return 0
}

// end writes what has no end yet.
func (w *lineWriter) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.rest) > 0 {
		_ = w.l.put(w.name, append(w.rest, '\n'))
		w.rest = nil
	}
}

func (l *lines) put(name string, b []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if name == "" {
		_, err := l.w.Write(b)
		return err
	}
	for len(b) > 0 {
		end := slices.Index(b, '\n') + 1
		if end == 0 {
			end = len(b)
		}
		if _, err := fmt.Fprintf(l.w, "%s: %s", name, b[:end]); err != nil {
			return err
		}
		b = b[end:]
	}
	return nil
}
