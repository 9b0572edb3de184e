package http

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"mime/multipart"
	"os"
	"path/filepath"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/replace"
	"github.com/lull-lua/lull/builtins/internal/stream"
	"github.com/lull-lua/lull/interp"
)

// maxParts bounds how many fields and files a form has, and maxField how long a field is.
const (
	maxParts = 1000
	maxField = 1 << 20
)

// part is a field of a form, or a file.
type part struct {
	name, text      string
	isFile          bool
	file, typ, path string
	size            int64
}

// multipart is req:form() of a form with files, which are written to temporary ones.
func (r *request) multipart(c *interp.Call, boundary string) error {
	if r.over {
		return isOver("req:form")
	}
	if r.text == nil && !r.handle.IsNil() {
		return interp.Errorf(interp.KindError, "req:form: the body is being read as a stream")
	}
	files, dir := c.Files(), tempDir(c)
	var parts []part
	var made []string
	res := c.Defer("the files of "+r.name, nil, func(context.Context) error {
		var errs []error
		for _, path := range made {
			if err := files.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				errs = append(errs, err)
			}
		}
		return errors.Join(errs...)
	})
	read := func(ctx context.Context, body io.Reader) error {
		form := multipart.NewReader(body, boundary)
		for {
			p, err := form.NextRawPart()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return badForm(err)
			}
			if len(parts) == maxParts {
				return interp.Errorf(interp.KindLimit, "req:form: the form has more than %d parts", maxParts)
			}
			next := part{name: p.FormName(), file: p.FileName(), typ: p.Header.Get("Content-Type")}
			if next.isFile = next.file != "" || next.typ == "application/octet-stream"; !next.isFile {
				b, err := io.ReadAll(io.LimitReader(p, maxField+1))
				if err != nil {
					return badForm(err)
				}
				if len(b) > maxField {
					return interp.Errorf(interp.KindLimit, "req:form: the field %.100q has more than %d bytes", next.name, maxField)
				}
				if err := interp.Reserve(ctx, len(b)); err != nil {
					return err
				}
				next.text = string(b)
			} else {
				name := replace.Name("upload")
				next.path = filepath.ToSlash(filepath.Join(dir, strings.TrimPrefix(name, ".")))
				f, err := files.Open(ctx, next.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
				if err != nil {
					return interp.PathErrorf("req:form", next.path, err)
				}
				made = append(made, next.path)
				next.size, err = io.Copy(f, p)
				if cerr := f.Close(); err == nil {
					err = cerr
				}
				if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
					return interp.PathErrorf("req:form", next.path, err)
				}
				if err != nil {
					return badForm(err)
				}
			}
			parts = append(parts, next)
		}
	}
	var err error
	if r.text != nil {
		err = c.BlockFirm(func(ctx context.Context) error { return read(ctx, strings.NewReader(*r.text)) })
	} else {
		err = r.x.whole(c, read)
	}
	if err != nil {
		c.Close(res)
		return r.bad(err)
	}
	if len(made) == 0 {
		res.Release()
	}
	t := c.NewTable(0)
	for _, p := range parts {
		if p.name == "" {
			continue
		}
		var v any = p.text
		if p.isFile {
			v = uploaded(c, p)
		}
		lv, err := c.Value(v)
		if err != nil {
			return err
		}
		t.SetField(p.name, lv)
	}
	return c.Return(t)
}

// uploaded is a file of a form as scripts see it.
func uploaded(c *interp.Call, p part) interp.Table {
	t := c.NewTable(0)
	for _, f := range []struct {
		name string
		v    any
	}{{"name", p.file}, {"type", p.typ}, {"size", float64(p.size)}, {"path", p.path}} {
		if v, err := c.Value(f.v); err == nil {
			t.SetField(f.name, v)
		}
	}
	return t
}

// badForm is the error of a body that is no form, unless reading it has failed.
func badForm(err error) error {
	if e := (*interp.Error)(nil); errors.As(err, &e) {
		return e
	}
	return interp.Errorf(interp.KindParse, "req:form: the form cannot be read: %s", strings.TrimPrefix(err.Error(), "multipart: "))
}

// tempDir is where temporary files go.
func tempDir(c *interp.Call) string {
	if _, ok := c.Files().OnMachine("."); !ok {
		return "."
	}
	for _, name := range []string{"TMPDIR", "TEMP", "TMP"} {
		if v, _ := c.Env(name); v != "" && filepath.IsAbs(v) {
			return v
		}
	}
	return os.TempDir()
}

// save writes what src gives to a new file in the place of path, and returns how many bytes that were. The old file stays where
// it is ended before.
func save(c *interp.Call, src *stream.Source, path string) (int, error) {
	files := c.Files()
	var n *replace.File
	if err := c.BlockFirm(func(ctx context.Context) (err error) {
		n, err = replace.Begin(ctx, files, path, -1)
		return err
	}); err != nil {
		if n != nil {
			err = n.Abort(err)
		}
		return 0, interp.PathErrorf("req:save", path, err)
	}
	res := c.Defer("req:save "+path, nil, func(context.Context) error { return n.Abort(nil) })
	total := 0
	for {
		piece, err := src.Next(c, stream.Piece)
		if err == io.EOF {
			break
		}
		if err == nil {
			if err = c.BlockFirm(func(context.Context) error {
				_, err := io.WriteString(n.System(), piece)
				return err
			}); err != nil {
				err = interp.PathErrorf("req:save", path, err)
			}
		}
		if err != nil {
			c.Close(res)
			return 0, err
		}
		total += len(piece)
	}
	res.Release()
	if err := c.BlockFirm(n.Commit); err != nil {
		return 0, interp.PathErrorf("req:save", path, err)
	}
	return total, nil
}
