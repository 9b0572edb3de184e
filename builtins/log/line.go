package log

import (
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

// field is one field of an event. Its value is text, unless is says otherwise.
type field struct {
	key  string
	text string // numbers and booleans have theirs, too
	is   byte   // 'n' a number, 'b' a boolean, 'e' an error
	err  *interp.Error
}

// maxFields bounds the fields of one event.
const maxFields = 1000

// shownWidth is how wide Show may make a table: it stands in one line.
const shownWidth = math.MaxInt32

// readFields is the i-th argument, a table or nothing, behind the fields that there are. One of a name that is there takes its place.
func readFields(c *interp.Call, i int, before []field) ([]field, error) {
	if c.Arg(i).IsNil() && i > 1 {
		return before, nil
	}
	t, ok := c.Arg(i).Table()
	if !ok {
		if v := c.Arg(i); v.Type() != "nil" {
			return nil, c.ArgError(i, "table of fields expected, got "+data.TypeOf(v)+"; it is { name = value }")
		}
		return nil, c.TypeError(i, "table of fields")
	}
	fields := append(make([]field, 0, len(before)+4), before...)
	for k, v := range t.All() {
		key, ok := k.Text()
		if !ok {
			return nil, c.ArgError(i, "the name of a field is a "+data.TypeOf(k)+", a string is expected")
		}
		f := field{key: key}
		switch v.Type() {
		case "string":
			f.text, _ = v.Text()
		case "number":
			n, _ := v.Number()
			f.text, f.is = numberText(n), 'n'
		case "boolean":
			f.text, f.is = strconv.FormatBool(v.Truth()), 'b'
		default:
			if e, ok := v.Object().(*interp.Error); ok {
				f.text, f.is, f.err = v.String(), 'e', e
				break
			}
			text, err := c.Show(v, shownWidth)
			if err != nil {
				return nil, err
			}
			f.text = text
		}
		at := len(fields)
		for j := range fields[:at] {
			if fields[j].key == key {
				at = j
			}
		}
		if at < len(fields) {
			fields[at] = f
		} else if fields = append(fields, f); len(fields) > maxFields {
			return nil, c.ArgError(i, fmt.Sprintf("an event has %d fields at most", maxFields))
		}
	}
	return fields, nil
}

// numberText is the shortest text that reads back.
func numberText(n float64) string {
	switch {
	case math.IsNaN(n):
		return "nan"
	case math.IsInf(n, 0):
		return interp.Number(n).String()
	}
	return data.Format(n)
}

// attr is the field as the host's logger takes it.
func (f field) attr() slog.Attr {
	switch f.is {
	case 'n':
		n, _ := strconv.ParseFloat(f.text, 64)
		if n == math.Trunc(n) && math.Abs(n) <= 1<<53 {
			return slog.Int64(f.key, int64(n))
		}
		return slog.Float64(f.key, n)
	case 'b':
		return slog.Bool(f.key, f.text == "true")
	case 'e':
		return slog.Any(f.key, f.err)
	}
	return slog.String(f.key, f.text)
}

// size is about how many bytes an event takes.
func size(message string, fields []field) int {
	n := len(message) + 40
	for i := range fields {
		n += len(fields[i].key) + len(fields[i].text) + 2
	}
	return n
}

// Colours of a terminal.
const (
	plain = "\x1b[0m"
	faint = "\x1b[2m"
)

var colours = map[slog.Level]string{slog.LevelDebug: "\x1b[36m", slog.LevelInfo: "\x1b[32m", slog.LevelWarn: "\x1b[33m", slog.LevelError: "\x1b[31m"}

// event appends the line of an event, with its end.
func (s *settings) event(b []byte, at time.Time, level slog.Level, message string, fields []field, task *interp.Task, coloured bool) []byte {
	if s.json {
		return s.jsonEvent(b, at, level, message, fields, task)
	}
	between := func(colour string) {
		if coloured {
			b = append(b, colour...)
		}
	}
	if !s.noTime {
		between(faint)
		b = s.time(b, at)
		between(plain)
		b = append(b, ' ')
	}
	between(colours[level])
	b = append(b, level.String()...)
	between(plain)
	b = append(b, ' ')
	b = appendEscaped(b, message, false)
	pair := func(key, value string) {
		b = append(b, ' ')
		between(faint)
		b = appendWord(b, key)
		b = append(b, '=')
		between(plain)
		b = appendWord(b, value)
	}
	for i := range fields {
		f := &fields[i]
		pair(f.key, f.text)
		if f.is == 'e' && s.level <= slog.LevelDebug {
			pair(f.key+".traceback", f.err.Traceback())
		}
	}
	if name := task.Name(); name != "main" && !has(fields, "task") {
		pair("task", name)
	}
	return append(b, '\n')
}

func (s *settings) jsonEvent(b []byte, at time.Time, level slog.Level, message string, fields []field, task *interp.Task) []byte {
	b = append(b, '{')
	if !s.noTime {
		b = append(b, `"time":"`...)
		b = s.time(b, at)
		b = append(b, `",`...)
	}
	b = append(b, `"level":"`...)
	b = append(b, level.String()...)
	b = append(b, `","msg":`...)
	b = appendJSON(b, message)
	for i := range fields {
		f := &fields[i]
		key := f.key
		if key == "time" || key == "level" || key == "msg" {
			key = "fields." + key // the event's own are not hidden
		}
		b = append(b, ',')
		b = appendJSON(b, key)
		b = append(b, ':')
		if f.is == 'b' || f.is == 'n' && f.text[len(f.text)-1] <= '9' { // neither nan nor inf
			b = append(b, f.text...)
		} else {
			b = appendJSON(b, f.text)
		}
		if f.is == 'e' && s.level <= slog.LevelDebug {
			b = append(b, ',')
			b = appendJSON(b, key+".traceback")
			b = append(b, ':')
			b = appendJSON(b, f.err.Traceback())
		}
	}
	text := func(key, value string) {
		if value != "" && !has(fields, key) {
			b = append(append(append(b, `,"`...), key...), `":`...)
			b = appendJSON(b, value)
		}
	}
	number := func(key string, n uint64) {
		if !has(fields, key) {
			b = append(append(append(b, `,"`...), key...), `":`...)
			b = strconv.AppendUint(b, n, 10)
		}
	}
	text("task", task.Name())
	number("task_id", task.ID())
	number("run", task.Run())
	text("spawned_at", task.SpawnSite().Place())
	return append(b, "}\n"...)
}

// time appends the moment, in UTC and milliseconds.
func (s *settings) time(b []byte, at time.Time) []byte {
	if sec := at.Unix(); s.stamp == nil || sec != s.stamped {
		s.stamped = sec
		s.stamp = at.UTC().AppendFormat(s.stamp[:0], "2006-01-02T15:04:05.")
	}
	b = append(b, s.stamp...)
	ms := at.Nanosecond() / 1e6
	return append(b, byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10), 'Z')
}

// appendWord appends a key or a value: as it is if it reads as one word, else quoted.
func appendWord(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c == '"' || c == '=' || c >= 0x7f {
			b = append(b, '"')
			b = appendEscaped(b, s, true)
			return append(b, '"')
		}
	}
	if s == "" {
		return append(b, `""`...)
	}
	return append(b, s...)
}

// appendEscaped appends text so that it is one line which does to a terminal what text does: whatever is no printable character is
// written as Go and Lua write it in quotes.
func appendEscaped(b []byte, s string, quoted bool) []byte {
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < 0x7f && !(quoted && (c == '"' || c == '\\')) {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if n > 1 && unicode.IsPrint(r) {
			i += n
			continue
		}
		b = append(b, s[start:i]...)
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c == '\t':
			b = append(b, `\t`...)
		case n > 1:
			b = fmt.Appendf(b, `\u{%X}`, r)
		default:
			b = fmt.Appendf(b, `\x%02X`, c)
		}
		i += n
		start = i
	}
	return append(b, s[start:]...)
}

// appendJSON appends a string of JSON. Bytes that are no UTF-8 are there as U+FFFD.
func appendJSON(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < 0x7f && c != '"' && c != '\\' {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if n > 1 && r != '\u2028' && r != '\u2029' && r != '\u0085' {
			i += n
			continue
		}
		b = append(b, s[start:i]...)
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c == '\t':
			b = append(b, `\t`...)
		default:
			b = fmt.Appendf(b, `\u%04x`, r)
		}
		i += n
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}
