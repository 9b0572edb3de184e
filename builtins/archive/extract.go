package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/lull-lua/lull/builtins/internal/glob"
	"github.com/lull-lua/lull/builtins/internal/replace"
	"github.com/lull-lua/lull/interp"
)

// extraction is a call of archive.extract under way. Every file is reached by way of root, which nothing leads out of; links that would
// lead out of it for others are not made.
type extraction struct {
	ctx     context.Context
	a       bounds
	path    string // of the archive
	dir     string
	root    *os.Root
	strip   int
	exclude []*glob.Pattern

	total  int64 // bytes
	count  int
	parent string // that was made last; "": none
	dirs   []dirTime
	buf    []byte
}

// dirTime is a folder that gets its mode and time when all that is in it is there.
type dirTime struct {
	name  string
	mode  int64
	mtime time.Time
}

// extract is archive.extract(path, dir [, opts]).
func extract(c *interp.Call) error {
	from, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	dir, err := pathArg(c, 2)
	if err != nil {
		return err
	}
	var strip float64
	var exclude interp.Value
	b, err := readBounds(c, 3, map[string]any{"strip": &strip, "exclude": &exclude})
	if err != nil {
		return err
	}
	if !(strip >= 0 && strip <= math.MaxInt32) || strip != math.Trunc(strip) {
		return c.ArgError(3, fmt.Sprintf("option 'strip': how many leading folders are left out expected, got %v", interp.Number(strip)))
	}
	patterns, err := glob.Argument(c, 3, "exclude", exclude)
	if err != nil {
		return err
	}
	format, err := formatOf(c, 1, from)
	if err != nil {
		return err
	}
	n, err := run(c, from, func(ctx context.Context, files interp.Files) (int, error) {
		e := &extraction{ctx: ctx, a: b, path: from, dir: dir, strip: int(strip), exclude: patterns, buf: make([]byte, bufSize)}
		if _, err := files.Stat(from); err != nil { // before a folder is made for it
			return 0, err
		}
		if err := files.MkdirAll(dir, 0o777); err != nil {
			return 0, &at{dir, err}
		}
		for range 2 { // the folder, and the file that is written
			closed, err := files.Opens()
			if err != nil {
				return 0, err
			}
			defer closed()
		}
		var err error
		if e.root, err = files.OpenRoot(dir); err != nil {
			return 0, &at{dir, err}
		}
		defer e.root.Close()
		err = each(ctx, files, "archive.extract", from, format, b, func(m *member) error { return e.failed(m, e.member(m)) })
		if derr := e.finish(); err == nil {
			err = derr
		}
		return e.count, err
	})
	if err != nil {
		return err
	}
	return c.Return(n)
}

// refused is why a member is not extracted, in words.
type refused struct{ words string }

func (r *refused) Error() string { return r.words }

// failed is the error of a member, which names it.
func (e *extraction) failed(m *member, err error) error {
	if err == nil || e.ctx.Err() != nil {
		return err
	}
	if known := (*interp.Error)(nil); errors.As(err, &known) {
		return err
	}
	where := e.path + ": " + short(m.name)
	if r := (*refused)(nil); errors.As(err, &r) {
		return interp.Errorf(interp.KindDenied, "archive.extract: %s: %s", where, r.words).With("path", m.name)
	}
	if escapes(err) {
		return interp.Errorf(interp.KindDenied, "archive.extract: %s: a link in %s, on the way to it, leads out of there", where, e.dir).With("path", m.name)
	}
	if b := (*damaged)(nil); errors.As(err, &b) {
		return interp.Errorf(interp.KindParse, "archive.extract: %s: %s", where, b.words).With("path", e.path)
	}
	return interp.PathErrorf("archive.extract: "+e.path, short(m.name), err).With("path", path.Join(filepath.ToSlash(e.dir), m.name))
}

// local is a name from an archive as one below the folder, "" for the folder itself.
func local(name string) (string, error) {
	switch {
	case strings.Contains(name, "\x00"):
		return "", &refused{"the name contains a NUL byte"}
	case strings.HasPrefix(name, "/"):
		return "", &refused{"the name is absolute"}
	}
	var parts []string
	for part := range strings.SplitSeq(name, "/") {
		switch {
		case part == "" || part == ".":
			continue
		case part == "..":
			return "", &refused{`the name has ".." in it, and may lead out of the folder`}
		case runtime.GOOS == "windows" && (strings.ContainsAny(part, `<>:"|?*\`) || strings.TrimRight(part, ". ") != part || !filepath.IsLocal(part)):
			return "", &refused{fmt.Sprintf("%q is no name of a file on Windows", part)}
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "/"), nil
}

// excluded reports whether a member, or a folder that it is in, is left out.
func (e *extraction) excluded(name string) bool {
	for i := 0; len(e.exclude) > 0 && i < len(name); {
		end := strings.IndexByte(name[i:], '/')
		if end < 0 {
			end = len(name) - i
		}
		if glob.Any(e.exclude, name[i:i+end], name[:i+end]) {
			return true
		}
		i += end + 1
	}
	return false
}

// stripped is a name without leading folders; "": nothing is left.
func (e *extraction) stripped(name string) string {
	for range e.strip {
		_, rest, ok := strings.Cut(name, "/")
		if !ok {
			return ""
		}
		name = rest
	}
	return name
}

// member extracts a member.
func (e *extraction) member(m *member) error {
	if e.exclude != nil && e.excluded(strings.Trim(path.Clean("/"+m.name), "/")) {
		return nil
	}
	name, err := local(m.name)
	if err != nil {
		return err
	}
	if m.kind == isOther {
		return &refused{"it is " + m.what + "; only files, folders and links are extracted"}
	}
	if name = e.stripped(name); name == "" {
		if m.kind != isDir && e.strip == 0 {
			return &refused{"it has no name"}
		}
		return nil
	}
	if m.kind == isDir {
		if err := e.root.MkdirAll(name, 0o777); err != nil {
			return err
		}
		e.count++
		e.dirs = append(e.dirs, dirTime{name, m.mode, m.mtime})
		return interp.Reserve(e.ctx, 64+len(name))
	}
	if parent := path.Dir(name); parent != "." && parent != e.parent {
		if err := e.root.MkdirAll(parent, 0o777); err != nil {
			return err
		}
		e.parent = parent
	}
	switch m.kind {
	case isFile:
		err = e.file(m, name)
	case isLink:
		err = e.link(m, name)
	case isHardLink:
		err = e.hardLink(m, name)
	}
	if err == nil {
		e.count++
	}
	return err
}

// clear takes away what stands where a member is to be; a link is taken away itself.
func (e *extraction) clear(name string) error {
	st, err := e.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case st.IsDir():
		return syscall.EISDIR
	case !st.Mode().IsRegular() && st.Mode()&fs.ModeSymlink == 0: // as everywhere, nothing takes the place of a FIFO, a socket or a device
		return replace.ErrNotRegular
	}
	return e.root.Remove(name)
}

func (e *extraction) file(m *member, name string) error {
	tooLarge := func() error {
		return interp.Errorf(interp.KindLimit, "archive.extract: %s: %s: more than %d bytes; max_size sets another bound", e.path, short(m.name), e.a.size).With("path", e.path)
	}
	if m.size > e.a.size-e.total {
		return tooLarge()
	}
	r, err := m.open()
	if err != nil {
		return err
	}
	defer r.Close()
	if err := e.clear(name); err != nil {
		return err
	}
	perm := fs.FileMode(0o666)
	if m.mode >= 0 {
		perm = 0o600
	}
	f, err := e.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return err
	}
	err = e.copy(f, r, m.holes, tooLarge)
	if err == nil && m.mode >= 0 {
		err = f.Chmod(permissions(m.mode))
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil && !m.mtime.IsZero() {
		err = e.root.Chtimes(name, m.mtime, m.mtime)
	}
	if err != nil {
		_ = e.root.Remove(name) // half a file; the reason is the error to tell
	}
	return err
}

// bufSize is how much is read at once, and zeros are as many.
const bufSize = 64 << 10

var zeros [bufSize]byte

// copy writes a member to its file. With holes zeros take no room: ten bytes of an archive can stand for as many GB.
func (e *extraction) copy(f *os.File, r io.Reader, holes bool, tooLarge func() error) error {
	size, begun := int64(0), e.total
	for {
		if err := e.ctx.Err(); err != nil {
			return err
		}
		n, err := r.Read(e.buf)
		if e.total += int64(n); e.total > e.a.size {
			return tooLarge()
		}
		if err := interp.WillWrite(e.ctx, int64(n)); err != nil {
			return err
		}
		if !holes || !bytes.Equal(e.buf[:n], zeros[:n]) {
			if _, werr := f.WriteAt(e.buf[:n], e.total-begun-int64(n)); werr != nil {
				return werr
			}
			size = e.total - begun
		}
		if err == io.EOF && size < e.total-begun {
			return f.Truncate(e.total - begun)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return damage(err)
		}
	}
}

// link makes a link, if it leads to a place below the folder for everybody who follows it. The target may go up only at its beginning,
// from the real folder that the link is in: so no other link, made now or later, changes where its ".." leads.
func (e *extraction) link(m *member, name string) error {
	target := m.link
	if runtime.GOOS == "windows" {
		target = filepath.ToSlash(target)
	}
	out := &refused{fmt.Sprintf("it is a link to %s, which leads out of the folder", short(m.link))}
	switch {
	case target == "" || strings.Contains(target, "\x00"):
		return &damaged{"it is a link without a target"}
	case strings.HasPrefix(target, "/") || filepath.VolumeName(target) != "":
		return out
	}
	depth, err := e.depth(path.Dir(name))
	if err != nil {
		return err
	}
	ups, down := 0, false
	for part := range strings.SplitSeq(target, "/") {
		switch {
		case part == "" || part == ".":
		case part != "..":
			down = true
		case down:
			return &refused{fmt.Sprintf(`it is a link to %s: ".." behind a name may lead out of the folder`, short(m.link))}
		default:
			ups++
		}
	}
	if ups > depth {
		return out
	}
	if err := e.clear(name); err != nil {
		return err
	}
	e.parent = "" // it may have led through what stood there
	return e.root.Symlink(m.link, name)
}

// depth is how many folders the real place of a folder, whose name may lead through links, is below root.
func (e *extraction) depth(dir string) (int, error) {
	var done []string
	left := strings.Split(dir, "/")
	for links := 0; len(left) > 0; {
		part := left[0]
		left = left[1:]
		switch part {
		case "", ".":
			continue
		case "..":
			if len(done) == 0 {
				return 0, &refused{"a link on the way to it leads out of the folder"}
			}
			done = done[:len(done)-1]
			continue
		}
		next := strings.Join(append(done[:len(done):len(done)], part), "/")
		st, err := e.root.Lstat(next)
		if err != nil {
			return 0, err
		}
		if st.Mode()&fs.ModeSymlink == 0 {
			done = append(done, part)
			continue
		}
		if links++; links > 40 {
			return 0, syscall.ELOOP
		}
		to, err := e.root.Readlink(next)
		if err != nil {
			return 0, err
		}
		if filepath.IsAbs(to) {
			return 0, &refused{"a link on the way to it leads out of the folder"}
		}
		left = append(strings.Split(filepath.ToSlash(to), "/"), left...)
	}
	return len(done), nil
}

// hardLink makes another name of a file that the archive has extracted. One of a link would be a link elsewhere, which may lead out.
func (e *extraction) hardLink(m *member, name string) error {
	was, err := local(m.link)
	if err != nil {
		return &refused{fmt.Sprintf("it is a link to %s: %s", short(m.link), err)}
	}
	was = e.stripped(was)
	st, err := e.root.Lstat(was)
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		err = p.Err
	}
	if err != nil {
		return fmt.Errorf("it is a link to %s: %w", short(m.link), err)
	}
	if was == name {
		return nil
	}
	if !st.Mode().IsRegular() {
		return &refused{fmt.Sprintf("it is a hard link to %s, which is no regular file", short(m.link))}
	}
	if err := e.clear(name); err != nil {
		return err
	}
	return e.root.Link(was, name)
}

// finish gives folders their modes and times, what is deepest first.
func (e *extraction) finish() error {
	for i := len(e.dirs) - 1; i >= 0; i-- {
		d := e.dirs[i]
		st, err := e.root.Lstat(d.name)
		if err != nil || !st.IsDir() { // a link that stood there, or something that came later
			continue
		}
		if !d.mtime.IsZero() {
			err = e.root.Chtimes(d.name, d.mtime, d.mtime)
		}
		if err == nil && d.mode >= 0 {
			err = e.root.Chmod(d.name, permissions(d.mode))
		}
		if err != nil {
			return &at{path.Join(filepath.ToSlash(e.dir), d.name), err}
		}
	}
	return nil
}
