package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/lull-lua/lull/interp"
)

// format is how an archive is made.
type format struct {
	zip  bool
	pack packing // of a tar
}

// ends are the ends of names, with what they say about the format.
var ends = []struct {
	end string
	format
}{
	{".tar", format{}}, {".tar.gz", format{pack: gzipped}}, {".tgz", format{pack: gzipped}}, {".tar.zst", format{pack: zstded}}, {".tzst", format{pack: zstded}},
	{".zip", format{zip: true}},
}

// formatOf is the format that the end of a path, the i-th argument, says.
func formatOf(c *interp.Call, i int, path string) (format, error) {
	lower := strings.ToLower(path)
	var all []string
	for _, e := range ends {
		if strings.HasSuffix(lower, e.end) {
			return e.format, nil
		}
		all = append(all, e.end)
	}
	return format{}, c.ArgError(i, fmt.Sprintf("the name of an archive ends with one of %s, and %.200q does not", strings.Join(all, " "), path))
}

// The types of members, as scripts have them.
const (
	isFile     = "file"
	isDir      = "dir"
	isLink     = "link"
	isHardLink = "hardlink"
	isOther    = "other"
)

// member is what an archive says about one of its members.
type member struct {
	name  string // as it is in the archive
	kind  string
	size  int64
	mode  int64 // its bits of Unix; -1: the archive has none
	mtime time.Time
	link  string
	what  string // with isOther: what it is
	holes bool   // it may have zeros that are not in the archive
	open  func() (io.ReadCloser, error)
}

var (
	errIsFolder   = syscall.EISDIR
	errNotRegular = errors.New("not a regular file; archive.open reads others")
)

// archived is an archive that is read.
type archived struct {
	ctx  context.Context
	op   string
	path string
	format
	bounds

	f     *interp.File
	count int64
	last  string // the name of the last member
}

// each calls fn for each member, in the archive's order. The contents can be read until fn returns.
func each(ctx context.Context, files interp.Files, op, path string, format format, b bounds, fn func(m *member) error) error {
	f, err := files.Open(ctx, path, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	switch {
	case err != nil:
		return err
	case st.IsDir():
		return errIsFolder
	case !st.Mode().IsRegular():
		return errNotRegular
	}
	a := &archived{ctx: ctx, op: op, path: path, format: format, bounds: b, f: f}
	if format.zip {
		err = a.eachOfZip(st.Size(), fn)
	} else {
		err = a.eachOfTar(fn)
	}
	if b := (*damaged)(nil); errors.As(err, &b) {
		where := path
		if a.last != "" {
			where += ": at or behind " + short(a.last)
		}
		return interp.Errorf(interp.KindParse, "%s: %s: %s", op, where, b.words).With("path", path)
	}
	return err
}

// short is a name from an archive for a message.
func short(name string) string {
	if len(name) > 200 {
		name = name[:200] + "..."
	}
	if !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return fmt.Sprintf("%q", name)
	}
	return name
}

// next counts a member.
func (a *archived) next(name string) error {
	a.last = name
	if a.count++; a.count > a.files {
		return a.limit("more than %d members; max_files sets another bound", a.files)
	}
	return a.ctx.Err()
}

func (a *archived) limit(format string, args ...any) error {
	where := a.path
	if a.last != "" {
		where += ": " + short(a.last)
	}
	return interp.Errorf(interp.KindLimit, "%s: %s: %s", a.op, where, fmt.Sprintf(format, args...)).With("path", a.path)
}

// tooLarge is the error of members that are more than max_size together.
func (a *archived) tooLarge() error {
	return a.limit("more than %d bytes; max_size sets another bound", a.size)
}

// watched is a file that is read until the context ends.
type watched struct {
	ctx context.Context
	r   io.Reader
}

func (w watched) Read(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.r.Read(p)
}

// permissions are the bits of a mode of Unix that extracted files keep.
func permissions(mode int64) fs.FileMode { return fs.FileMode(mode & 0o777) }
