package http

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/jsontext"
	"github.com/lull-lua/lull/builtins/internal/stream"
	"github.com/lull-lua/lull/interp"
)

// payload is what a request brings along: parts that can be read again for each attempt, or a source that cannot.
type payload struct {
	parts  []piece
	source *stream.Source // a handle or a function; then there are no parts
	typ    string         // its Content-Type, or ""
}

// piece is a part of a body: bytes, or a stretch of a file.
type piece struct {
	data         []byte
	path         string // of a file, if there is one
	offset, size int64  // of what is sent of it; size -1: the rest
}

// inMemory reports whether all of it is there.
func (b *payload) inMemory() bool {
	return b.source == nil && !slices.ContainsFunc(b.parts, func(p piece) bool { return p.path != "" })
}

// repeatable reports whether it can be sent twice.
func (b *payload) repeatable() bool { return b == nil || b.source == nil }

// body reads the options of which one says what is sent; nil: nothing is.
func (r optionReader) body(op string, s *clientOptions) (*payload, error) {
	var names []string
	for _, o := range []struct {
		name string
		v    interp.Value
	}{{"json", s.json}, {"form", s.form}, {"files", s.files}, {"file", s.file}, {"body", s.body}} {
		if !o.v.IsNil() {
			names = append(names, o.name)
		}
	}
	if len(names) > 1 && strings.Join(names, " ") != "form files" {
		return nil, r.wrong(names[1], "there is '%s' as well, and a request has one body", names[0])
	}
	switch {
	case len(names) == 0:
		return nil, nil
	case !s.files.IsNil():
		return r.multipart(s)
	case !s.form.IsNil():
		t, ok := s.form.Table()
		if !ok {
			return nil, r.expected("form", "table", s.form)
		}
		text, err := encoded(r.c, t)
		if err != nil {
			return nil, r.wrong("form", "%v", err)
		}
		return &payload{parts: []piece{{data: []byte(text)}}, typ: "application/x-www-form-urlencoded"}, nil
	case !s.json.IsNil():
		text, err := jsontext.Encode(r.c, s.json, jsontext.Encoding{})
		if u := (*data.Unreadable)(nil); errors.As(err, &u) {
			return nil, r.wrong("json", "%v", u)
		}
		return &payload{parts: []piece{{data: text}}, typ: "application/json"}, err
	case !s.file.IsNil():
		p, err := r.file("file", s.file, false)
		return &payload{parts: []piece{p.piece}, typ: "application/octet-stream"}, err
	}
	if text, ok := scalar(s.body); ok && s.body.Type() != "boolean" {
		return &payload{parts: []piece{{data: []byte(text)}}}, nil
	}
	src, ok := stream.SourceOf(op, s.body)
	if !ok {
		return nil, r.expected("body", "string, file handle or function", s.body)
	}
	return &payload{source: src}, nil
}

// fileOption is what a table of the options file and files says.
type fileOption struct {
	piece
	name, typ string
}

// file reads a path, or a table with one. In a form it may be { data, name, type } as well.
func (r optionReader) file(option string, v interp.Value, inForm bool) (f fileOption, err error) {
	f.size = -1
	if s, ok := v.Text(); ok && v.Type() == "string" {
		f.path = s
		return f, r.path(option, s)
	}
	t, ok := v.Table()
	if !ok {
		return f, r.expected(option, "a path or table", v)
	}
	var text interp.Value
	offset, size := 0.0, math.Inf(1)
	fields := map[string]any{"path": &f.path, "offset": &offset, "size": &size}
	if inForm {
		fields = map[string]any{"path": &f.path, "data": &text, "name": &f.name, "type": &f.typ}
	}
	if err := r.c.OptionsIn(r.i, option, t, fields); err != nil {
		return f, err
	}
	switch {
	case !(offset >= 0 && offset < 1<<53) || offset != math.Trunc(offset):
		return f, r.expected(option+"': 'offset", "a whole number from 0 on", interp.Number(offset))
	case !(size >= 0) || size != math.Trunc(size) && !math.IsInf(size, 1):
		return f, r.expected(option+"': 'size", "a whole number from 0 on", interp.Number(size))
	case !text.IsNil():
		s, ok := text.Text()
		if !ok || f.path != "" {
			return f, r.wrong(option, "'data', a string, stands instead of 'path'")
		}
		f.data = append([]byte{}, s...)
		return f, nil
	}
	f.offset = int64(offset)
	if size < 1<<53 {
		f.size = int64(size)
	}
	return f, r.path(option, f.path)
}

func (r optionReader) path(option, path string) error {
	if path == "" || strings.Contains(path, "\x00") {
		return r.wrong(option, "the path of a file is missing")
	}
	return nil
}

// maxFormParts bounds how many parts a form has.
const maxFormParts = 10_000

// multipart reads the options form and files as a body of multipart/form-data (RFC 7578).
func (r optionReader) multipart(s *clientOptions) (*payload, error) {
	b := &payload{}
	boundary := "lull-" + rand.Text()
	b.typ = "multipart/form-data; boundary=" + boundary
	text := func(s string) error {
		if n := len(b.parts); n > 0 && b.parts[n-1].path == "" {
			b.parts[n-1].data = append(b.parts[n-1].data, s...)
			return r.c.Room(len(b.parts[n-1].data))
		}
		b.parts = append(b.parts, piece{data: []byte(s)})
		return nil
	}
	count := 0
	begin := func(name, more string) error {
		if count++; count > maxFormParts {
			return fmt.Errorf("more than %d parts", maxFormParts)
		}
		return text("--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + quoted(name) + "\"" + more + "\r\n\r\n")
	}
	if !s.form.IsNil() {
		t, ok := s.form.Table()
		if !ok {
			return nil, r.expected("form", "table", s.form)
		}
		if err := fields(t, func(name, value string) error {
			err := begin(name, "")
			if err == nil {
				err = text(value + "\r\n")
			}
			return err
		}); err != nil {
			return nil, r.wrong("form", "%v", err)
		}
	}
	t, ok := s.files.Table()
	if !ok {
		return nil, r.expected("files", "a table as { name = path }", s.files)
	}
	add := func(name string, v interp.Value) error {
		f, err := r.file("files", v, true)
		if err != nil {
			return err
		}
		if f.name == "" && f.path != "" {
			f.name = filepath.Base(filepath.FromSlash(f.path))
		}
		if f.name == "" {
			f.name = name
		}
		if f.typ == "" {
			f.typ = "application/octet-stream"
		}
		if !isFieldValue(f.typ) {
			return r.wrong("files", "'%.40s': its type has a line break in it", name)
		}
		if err := begin(name, "; filename=\""+quoted(f.name)+"\"\r\nContent-Type: "+f.typ); err != nil {
			return r.wrong("files", "%v", err)
		}
		if f.path == "" {
			return text(string(f.data) + "\r\n")
		}
		b.parts = append(b.parts, f.piece)
		return text("\r\n")
	}
	for key, v := range t.All() {
		name, isName := key.Text()
		if _, isNumber := key.Number(); !isName || isNumber {
			return nil, r.wrong("files", "names of fields expected, got the key %s", key)
		}
		list, isList := v.Table()
		if !isList || list.Len() == 0 {
			if err := add(name, v); err != nil {
				return nil, err
			}
			continue
		}
		for i := 1; i <= list.Len(); i++ {
			if err := add(name, list.Index(i)); err != nil {
				return nil, err
			}
		}
	}
	return b, text("--" + boundary + "--\r\n")
}

// quoted is a name as it stands in a header of a form: as browsers write it, so that nobody ends it early.
func quoted(name string) string {
	return strings.NewReplacer("\r", "%0D", "\n", "%0A", `"`, "%22").Replace(name)
}

// open opens a body with parts, off the loop, and says how long it is: as it is now, so that a file that grows is not sent beyond that.
func (b *payload) open(ctx context.Context, op string, files interp.Files) (io.ReadCloser, int64, error) {
	if len(b.parts) == 1 && b.parts[0].path == "" {
		return io.NopCloser(bytes.NewReader(b.parts[0].data)), int64(len(b.parts[0].data)), nil
	}
	o := &opened{}
	total := int64(0)
	for _, p := range b.parts {
		if p.path == "" {
			o.parts = append(o.parts, bytes.NewReader(p.data))
			total += int64(len(p.data))
			continue
		}
		n, err := o.add(ctx, files, p)
		if err != nil {
			o.Close()
			if e := (*interp.Error)(nil); errors.As(err, &e) {
				return nil, 0, err
			}
			return nil, 0, interp.PathErrorf(op, p.path, err)
		}
		total += n
	}
	o.Reader = io.MultiReader(o.parts...)
	if len(o.parts) == 1 {
		o.Reader = o.parts[0]
	}
	return o, total, nil
}

// opened is an open body of files.
type opened struct {
	io.Reader
	parts []io.Reader
	files []*interp.File
}

// add opens a file, and returns how many bytes of it are sent.
func (o *opened) add(ctx context.Context, files interp.Files, p piece) (int64, error) {
	f, err := files.Open(ctx, p.path, os.O_RDONLY, 0)
	if err != nil {
		return 0, err
	}
	o.files = append(o.files, f)
	st, err := f.Stat()
	switch {
	case err != nil:
		return 0, err
	case !st.Mode().IsRegular():
		return 0, errors.New("it is no regular file, whose size is known; the option 'body' sends a handle")
	case p.offset > st.Size():
		return 0, fmt.Errorf("it has %d bytes, and is to be sent from %d on", st.Size(), p.offset)
	}
	n := st.Size() - p.offset
	if p.size >= 0 {
		if p.size > n {
			return 0, fmt.Errorf("it has %d bytes, and %d from %d on are to be sent", st.Size(), p.size, p.offset)
		}
		n = p.size
	}
	if p.offset > 0 {
		if _, err := f.Seek(p.offset, io.SeekStart); err != nil {
			return 0, err
		}
	}
	o.parts = append(o.parts, &exactly{f: f, left: n, path: p.path})
	return n, nil
}

// Close implements io.Closer.
func (o *opened) Close() error {
	for _, f := range o.files {
		f.Close()
	}
	o.files = nil
	return nil
}

// exactly reads so many bytes of a file, and fails where it has become shorter.
type exactly struct {
	f    *interp.File
	left int64
	path string
}

// Read implements io.Reader.
func (e *exactly) Read(b []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n, err := e.f.Read(b[:min(int64(len(b)), e.left)])
	e.left -= int64(n)
	if err == io.EOF && e.left > 0 {
		err = fmt.Errorf("%s has become shorter while it was sent", e.path)
	}
	return n, err
}
