package http

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/stream"
	"github.com/lull-lua/lull/interp"
)

// maxEvent bounds the data of an event, and a line of a stream of them.
const maxEvent = 16 << 20

// eventReader takes a stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) apart. Bytes that it
// has read ahead are the next events', whoever asks for these.
type eventReader struct {
	read []byte // and not taken yet
	at   int    // where that begins
	cr   bool   // the last line has ended with a CR: an LF behind it is part of that
	some bool   // a line has been taken
	id   string // of the last event that had one
}

// line is the next line, which ends with LF, CR or both; io.EOF: there is none that has an end.
func (e *eventReader) line(c *interp.Call, src *stream.Source) (string, error) {
	for looked := 0; ; {
		if e.cr && e.at < len(e.read) {
			if e.cr = false; e.read[e.at] == '\n' {
				e.at++
			}
		}
		rest := e.read[e.at:]
		if n := bytes.IndexAny(rest[looked:], "\r\n"); n >= 0 {
			n += looked
			line := string(rest[:n])
			e.at += n + 1
			e.cr = rest[n] == '\r'
			if !e.some {
				line = strings.TrimPrefix(line, "\ufeff")
			}
			e.some = true
			return line, nil
		}
		if looked = len(rest); looked > maxEvent {
			return "", errEvent
		}
		piece, err := src.Next(c, stream.Piece)
		if err != nil {
			return "", err
		}
		if e.at > 0 {
			e.read = append(e.read[:0], rest...)
			e.at = 0
		}
		e.read = append(e.read, piece...)
	}
}

// errEvent is the error of an event that is too long.
var errEvent = errors.New("an event has more than 16 MiB")

// events is r:events(): an iterator over server-sent events.
func events(c *interp.Call) error {
	s := interp.Self[*streamed](c)
	handle := c.Arg(0)
	src, _ := stream.SourceOf("http.stream:events", handle)
	e := &s.events
	next := c.NewFunction("http.stream:events", func(c *interp.Call) error {
		var text []string
		event, size, retry := "", 0, interp.Value{}
		for {
			line, err := e.line(c, src)
			switch {
			case err == io.EOF:
				return c.Return(nil) // what has no end is no event
			case err == errEvent:
				return tooLong(s)
			case err != nil:
				return err
			}
			if line == "" {
				if text == nil {
					event, retry = "", interp.Value{}
					continue
				}
				return returnEvent(c, event, strings.Join(text, "\n"), e.id, retry)
			}
			name, value, _ := strings.Cut(line, ":")
			value = strings.TrimPrefix(value, " ")
			switch name {
			case "data":
				if size += len(value) + 1; size > maxEvent {
					return tooLong(s)
				}
				text = append(text, value)
			case "event":
				event = value
			case "id":
				if !strings.Contains(value, "\x00") {
					e.id = value
				}
			case "retry":
				if ms := parseDigits(value); ms >= 0 {
					retry = interp.Number(ms / 1000)
				}
			}
		}
	}, handle)
	return c.Return(next)
}

func tooLong(s *streamed) error {
	return interp.Errorf(interp.KindLimit, "%s: %s: an event has more than 16 MiB", s.op, s.url)
}

// parseDigits is the number that digits are; -1 for what else there is.
func parseDigits(s string) float64 {
	if s == "" || len(s) > 15 {
		return -1
	}
	n := 0.0
	for _, d := range []byte(s) {
		if d < '0' || d > '9' {
			return -1
		}
		n = 10*n + float64(d-'0')
	}
	return n
}

func returnEvent(c *interp.Call, event, text, id string, retry interp.Value) error {
	t := c.NewTable(0)
	if event == "" {
		event = "message"
	}
	for _, f := range []struct{ name, value string }{{"event", event}, {"data", text}, {"id", id}} {
		if f.value == "" && f.name == "id" {
			continue
		}
		v, err := c.Value(f.value)
		if err != nil {
			return err
		}
		t.SetField(f.name, v)
	}
	if !retry.IsNil() {
		t.SetField("retry", retry)
	}
	return c.Return(t)
}
