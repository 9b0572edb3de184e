//go:build js

package main

import (
	stdbytes "bytes"
	"fmt"
	"syscall/js"
	"unicode/utf8"
)

// A stream shows so much of its beginning, and of its end when there is more. A page with a million lines does not move any more.
const (
	firstBytes, firstLines = 256 << 10, 10_000
	lastBytes, lastLines   = 32 << 10, 1_000
)

// stream is standard output or error.
type stream struct {
	post         js.Value
	kind         string
	bytes, lines int    // of the beginning, which was posted
	full         bool   // the beginning is over
	last         []byte // of what came then, the end
	cut          int    // bytes between the two
}

func newStream(post js.Value, kind string) *stream { return &stream{post: post, kind: kind} }

// Write implements io.Writer.
func (s *stream) Write(p []byte) (int, error) {
	n := len(p)
	if !s.full {
		first := s.beginning(p)
		s.bytes += len(first)
		s.lines += stdbytes.Count(first, newline)
		if len(first) > 0 {
			s.post.Invoke(s.kind, bytes(first))
		}
		p = p[len(first):]
		s.full = len(p) > 0
	}
	s.last = append(s.last, p...)
	if len(s.last) > 2*lastBytes {
		s.keep(lastBytes)
	}
	return n, nil
}

var newline = []byte("\n")

// beginning is what of p belongs to the beginning.
func (s *stream) beginning(p []byte) []byte {
	if room := firstBytes - s.bytes; room < len(p) {
		for room > 0 && !utf8.RuneStart(p[room]) {
			room--
		}
		p = p[:room]
	}
	left := firstLines - s.lines
	for i := range p {
		if p[i] == '\n' {
			if left--; left == 0 {
				return p[:i+1]
			}
		}
	}
	return p
}

// keep drops all but the last n bytes.
func (s *stream) keep(n int) {
	more := max(0, len(s.last)-n)
	s.cut += more
	s.last = append(s.last[:0], s.last[more:]...)
}

// end posts the end of what was written.
func (s *stream) end() {
	s.keep(lastBytes)
	at := len(s.last)
	for range lastLines + 1 {
		if at = stdbytes.LastIndexByte(s.last[:at], '\n'); at < 0 {
			break
		}
	}
	if at < 0 && s.cut > 0 { // one long line, which was cut somewhere
		for at++; at < len(s.last) && !utf8.RuneStart(s.last[at]); at++ {
		}
		at--
	}
	if s.keep(len(s.last) - at - 1); s.cut > 0 { // from the beginning of a line on
		s.post.Invoke("note", fmt.Sprintf("\n... %d bytes more than the playground shows; this is the end:\n", s.cut))
	}
	if len(s.last) > 0 {
		s.post.Invoke(s.kind, bytes(s.last))
	}
}
