package http

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/lull-lua/lull/interp"
)

// folder is what http.files gives the files of.
type folder struct {
	dir    string
	index  string
	list   bool
	hidden bool
}

// served is a file as an answer. It is closed when that is written.
type served struct {
	f      *os.File
	st     fs.FileInfo
	closed func()
	page   string           // a list of names in its place
	res    *interp.Resource // of the request's task, until it is the answer
}

var servedType = interp.Type{Name: "http.file", Of: (*served)(nil)}

// serveFiles is http.files(dir [, opts]).
func serveFiles(c *interp.Call) error {
	dir, err := c.Text(1)
	if err != nil {
		return err
	}
	d := &folder{dir: dir, index: "index.html"}
	if err := c.Options(2, map[string]any{"index": &d.index, "list": &d.list, "hidden": &d.hidden}); err != nil {
		return err
	}
	if strings.ContainsAny(d.index, "/\\\x00") {
		return c.ArgError(2, fmt.Sprintf("option 'index': the name of a file expected, got %.60q", d.index))
	}
	switch st, err := c.Files().Stat(dir); {
	case err != nil:
		return interp.PathErrorf("http.files", dir, err)
	case !st.IsDir():
		return interp.PathErrorf("http.files", dir, errors.New("it is no folder"))
	}
	return c.Return(c.NewFunction("http.files", d.answer))
}

// answer is the handler: it returns the file, or a status.
func (d *folder) answer(c *interp.Call) error {
	r, ok := c.Arg(1).Object().(*request)
	if !ok {
		return c.ArgError(1, "the request expected that a handler is given")
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if m := r.http.Method; m != http.MethodGet && m != http.MethodHead {
		h := c.NewTable(0)
		allow, err := c.Value("GET, HEAD")
		if err != nil {
			return err
		}
		h.SetField("Allow", allow)
		return c.Return(http.StatusMethodNotAllowed, "Method Not Allowed\n", h)
	}
	name := r.http.URL.Path
	if r.route != nil && len(r.route.params) > 0 {
		name = r.http.PathValue(r.route.params[len(r.route.params)-1])
	}
	files := c.Files()
	var found *served
	var to string
	err := c.BlockFirm(func(context.Context) (err error) {
		found, to, err = d.find(files, name, strings.HasSuffix(r.http.URL.Path, "/"))
		return err
	})
	if found != nil {
		found.res = c.Defer("http.files "+name, found, func(context.Context) error {
			found.close()
			return nil
		})
	}
	switch pe := (*fs.PathError)(nil); {
	case err == errCrowded:
		return c.Return(http.StatusServiceUnavailable, "Service Unavailable\n")
	case to != "":
		h := c.NewTable(0)
		if q := r.http.URL.RawQuery; q != "" {
			to += "?" + q
		}
		location, err := c.Value(to)
		if err != nil {
			return err
		}
		h.SetField("Location", location)
		return c.Return(http.StatusMovedPermanently, nil, h)
	case errors.As(err, &pe): // there is none, or it is not to be seen
		return c.Return(http.StatusNotFound, "Not Found\n")
	case err != nil:
		return err
	}
	return c.Return(found)
}

// find opens the file of that name, or the index of a folder. A folder that is asked for without a slash at the end is at to, with one.
func (d *folder) find(files interp.Files, name string, asFolder bool) (found *served, to string, err error) {
	none := &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	if strings.ContainsAny(name, "\x00\\:") {
		return nil, "", none
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == ".." || strings.HasPrefix(part, ".") && !d.hidden && part != "." && part != ".well-known" {
			return nil, "", none
		}
	}
	inside := strings.Trim(path.Clean("/"+name), "/")
	if inside == "" {
		inside = "."
	}
	root, err := files.OpenRoot(d.dir)
	if err != nil {
		return nil, "", err
	}
	defer root.Close()
	st, err := root.Stat(inside)
	if err != nil {
		return nil, "", none
	}
	if st.IsDir() {
		if !asFolder {
			return nil, "./" + (&url.URL{Path: path.Base("/" + inside)}).EscapedPath() + "/", nil
		}
		index := path.Join(inside, d.index)
		if ist, err := root.Stat(index); d.index != "" && err == nil && ist.Mode().IsRegular() {
			inside, st = index, ist
		} else if d.list {
			page, err := d.page(root, inside)
			return &served{page: page}, "", err
		}
	} else if asFolder {
		return nil, "", none
	}
	if !st.Mode().IsRegular() {
		return nil, "", none
	}
	closed, err := files.Opens()
	if err != nil {
		return nil, "", errCrowded
	}
	f, err := root.OpenFile(inside, os.O_RDONLY|noWait, 0)
	if err == nil {
		if st, err = f.Stat(); err == nil && !st.Mode().IsRegular() { // it was replaced
			err = none
		}
		if err == nil {
			return &served{f: f, st: st, closed: closed}, "", nil
		}
		f.Close()
	}
	closed()
	return nil, "", none
}

// errCrowded says that the run has as many files open as it may: who asks for one more of this server is told to come again.
var errCrowded = errors.New("too many open files")

// maxListed bounds a list of names.
const maxListed = 10_000

// page is a list of the names in a folder.
func (d *folder) page(root *os.Root, inside string) (string, error) {
	f, err := root.Open(inside)
	if err != nil {
		return "", err
	}
	defer f.Close()
	entries, err := f.ReadDir(maxListed + 1)
	if err != nil && err != io.EOF {
		return "", err
	}
	var names []string
	for _, e := range entries {
		if name := e.Name(); d.hidden || !strings.HasPrefix(name, ".") {
			if e.IsDir() {
				name += "/"
			}
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var b strings.Builder
	b.WriteString("<!doctype html>\n<meta charset=\"utf-8\">\n<ul>\n")
	if inside != "." {
		b.WriteString("<li><a href=\"../\">../</a>\n")
	}
	for i, name := range names {
		if i == maxListed {
			b.WriteString("<li>and more\n")
			break
		}
		fmt.Fprintf(&b, "<li><a href=\"./%s\">%s</a>\n", html.EscapeString((&url.URL{Path: name}).EscapedPath()), html.EscapeString(name))
	}
	b.WriteString("</ul>\n")
	return b.String(), nil
}

// serve writes the answer: the file, the ranges of it that are asked for, or that the client has it already.
func (f *served) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	if h.Get("X-Content-Type-Options") == "" {
		h.Set("X-Content-Type-Options", "nosniff")
	}
	if f.f == nil {
		h.Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, f.page) // nobody is there to be told
		return
	}
	defer f.close()
	if h.Get("ETag") == "" {
		h.Set("ETag", fmt.Sprintf(`"%x-%x"`, f.st.ModTime().UnixNano(), f.st.Size()))
	}
	http.ServeContent(w, r, f.st.Name(), f.st.ModTime(), f.f)
}

func (f *served) close() {
	if f.f != nil {
		f.f.Close()
		f.closed()
		f.f = nil
	}
}
