package archive

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/glob"
	"github.com/lull-lua/lull/builtins/internal/replace"
	"github.com/lull-lua/lull/interp"
)

// entry is a file or folder that an archive is made of.
type entry struct{ name, path string }

// create is archive.create(path, files [, opts]).
func create(c *interp.Call) error {
	to, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	t, ok := c.Arg(2).Table()
	if !ok {
		return c.TypeError(2, "table of paths")
	}
	var base string
	var exclude interp.Value
	level := -1.0
	if err := c.Options(3, map[string]any{"base": &base, "exclude": &exclude, "level": &level}); err != nil {
		return err
	}
	if strings.Contains(base, "\x00") {
		return c.ArgError(3, "option 'base': the path contains a NUL byte")
	}
	entries, err := entriesOf(c, t, base)
	if err != nil {
		return err
	}
	patterns, err := glob.Argument(c, 3, "exclude", exclude)
	if err != nil {
		return err
	}
	format, err := formatOf(c, 1, to)
	if err != nil {
		return err
	}
	if level != -1 {
		most := 9.0
		switch {
		case format.zip || format.pack == gzipped:
		case format.pack == zstded:
			most = 22
		default:
			return c.ArgError(3, "option 'level': a .tar is not packed")
		}
		if !(level >= 1 && level <= most) || level != float64(int(level)) {
			return c.ArgError(3, fmt.Sprintf("option 'level': a level from 1 to %v expected, got %v", most, interp.Number(level)))
		}
	}
	n, err := run(c, to, func(ctx context.Context, files interp.Files) (int, error) {
		k := &creation{ctx: ctx, files: files, path: to, exclude: patterns, buf: make([]byte, 64<<10)}
		k.old, _ = files.Stat(to) // where it is in a folder that goes into it, it is left out
		out, err := replace.Begin(ctx, files, to, -1)
		if err != nil {
			return 0, err
		}
		done := false
		defer func() {
			if !done {
				_ = out.Abort(nil) // a panic goes through
			}
		}()
		err = k.write(out.System(), format, int(level), entries)
		done = true
		if err != nil {
			return 0, out.Abort(err)
		}
		return k.count, out.Commit(ctx)
	})
	if err != nil {
		return err
	}
	return c.Return(n)
}

// entriesOf are the files and folders that the second argument names: a list of paths, and names with their paths.
func entriesOf(c *interp.Call, t interp.Table, base string) ([]entry, error) {
	under := func(p string) string {
		if base == "" || filepath.IsAbs(p) {
			return p
		}
		return filepath.Join(base, p)
	}
	// inside is a name as it stands in the archive.
	inside := func(name, kind string) (string, error) {
		name = filepath.ToSlash(name)
		switch {
		case name == "" || strings.Contains(name, "\x00"):
			return "", c.ArgError(2, fmt.Sprintf("%q is no %s", name, kind))
		case strings.HasPrefix(name, "/") || filepath.VolumeName(name) != "", slices.Contains(strings.Split(name, "/"), ".."):
			return "", c.ArgError(2, fmt.Sprintf(`names in an archive are relative and without "..", %.200q is not: use { [name] = path }, or the option base`, name))
		}
		return path.Clean(name), nil
	}
	var entries []entry
	for i := 1; i <= t.Len(); i++ {
		p, ok := t.Index(i).Text()
		if !ok {
			return nil, c.ArgError(2, fmt.Sprintf("item %d: path expected, got %s", i, data.TypeOf(t.Index(i))))
		}
		name, err := inside(p, "path")
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry{name, under(p)})
	}
	for k, v := range t.All() {
		if n, ok := k.Number(); ok && n >= 1 && n <= float64(t.Len()) && n == float64(int(n)) {
			continue
		}
		key, ok := k.Text()
		if k.Type() != "string" || !ok {
			return nil, c.ArgError(2, "keys are names in the archive; a "+data.TypeOf(k)+" is none")
		}
		p, ok := v.Text()
		if !ok || p == "" || strings.Contains(p, "\x00") {
			return nil, c.ArgError(2, fmt.Sprintf("%.200q: path expected, got %s", key, data.TypeOf(v)))
		}
		name, err := inside(key, "name")
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry{name, under(p)})
	}
	return entries, nil
}

// creation is a call of archive.create under way.
type creation struct {
	ctx     context.Context
	files   interp.Files
	path    string // of the archive
	exclude []*glob.Pattern
	old     fs.FileInfo // of the archive that is replaced; nil: there is none
	count   int
	buf     []byte
	to      sink
}

// sink is what members are written to.
type sink interface {
	// begin begins a member, whose contents are then written.
	begin(name string, st fs.FileInfo, link string) (io.Writer, error)
	Close() error
}

func (k *creation) write(f *os.File, format format, level int, entries []entry) error {
	b := bufio.NewWriterSize(counted{k.ctx, f, k.path}, 64<<10)
	var pack io.WriteCloser
	switch {
	case format.zip:
		k.to = newZipSink(b, level)
	case format.pack == gzipped:
		if err := interp.Reserve(k.ctx, 1<<20); err != nil {
			return err
		}
		z, err := gzip.NewWriterLevel(b, level)
		if err != nil {
			return err
		}
		pack = z
	case format.pack == zstded:
		const window = 4 << 20
		if err := interp.Reserve(k.ctx, 8*window); err != nil {
			return err
		}
		speed := zstd.SpeedDefault
		if level > 0 {
			speed = zstd.EncoderLevelFromZstd(level)
		}
		z, err := zstd.NewWriter(b, zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true), zstd.WithWindowSize(window), zstd.WithEncoderLevel(speed))
		if err != nil {
			return err
		}
		pack = z
	}
	if pack != nil {
		k.to = tarSink{tar.NewWriter(pack)}
	} else if !format.zip {
		k.to = tarSink{tar.NewWriter(b)}
	}
	for _, e := range entries {
		if err := k.add(e.path, e.name); err != nil {
			return err
		}
	}
	if err := k.to.Close(); err != nil {
		return err
	}
	if pack != nil {
		if err := pack.Close(); err != nil {
			return err
		}
	}
	return b.Flush()
}

// counted is a file whose bytes count as output.
type counted struct {
	ctx  context.Context
	f    *os.File
	path string // in errors
}

func (c counted) Write(p []byte) (int, error) {
	if err := interp.WillWrite(c.ctx, int64(len(p))); err != nil {
		return 0, err
	}
	n, err := c.f.Write(p)
	if err != nil {
		err = &at{c.path, err}
	}
	return n, err
}

// add writes a file, a link or a folder with all that is in it.
func (k *creation) add(p, name string) error {
	if err := k.ctx.Err(); err != nil {
		return err
	}
	if base := path.Base(name); name != "." && glob.Any(k.exclude, base, name) || replace.IsName(base) {
		return nil
	}
	if err := k.one(p, name); err != nil {
		if known := (*interp.Error)(nil); errors.As(err, &known) {
			return err
		}
		if known := (*at)(nil); !errors.As(err, &known) {
			err = &at{p, err}
		}
		return err
	}
	return nil
}

func (k *creation) one(p, name string) error {
	st, err := k.files.Lstat(p)
	if err != nil {
		return err
	}
	if k.old != nil && os.SameFile(k.old, st) {
		return nil
	}
	switch mode := st.Mode(); {
	case mode.IsRegular():
		return k.file(p, name)
	case mode&fs.ModeSymlink != 0:
		link, err := k.files.Readlink(p)
		if err != nil {
			return err
		}
		if _, err := k.to.begin(name, st, filepath.ToSlash(link)); err != nil {
			return err
		}
		k.count++
		return nil
	case mode.IsDir():
		return k.folder(p, name, st)
	}
	return errors.New("neither a file, a folder nor a link; the option exclude leaves it out")
}

func (k *creation) file(p, name string) error {
	f, err := k.files.Open(k.ctx, p, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	if !st.Mode().IsRegular() {
		return errors.New("it is no regular file any more")
	}
	w, err := k.to.begin(name, st, "")
	if err != nil {
		return err
	}
	k.count++
	for left := st.Size(); left > 0; { // what is added meanwhile is not in it
		if err := k.ctx.Err(); err != nil {
			return err
		}
		n, err := f.Read(k.buf[:min(left, int64(len(k.buf)))])
		if left -= int64(n); n > 0 {
			if _, err := w.Write(k.buf[:n]); err != nil {
				return err
			}
		}
		if err == io.EOF && left > 0 {
			return errors.New("it became shorter while it was read")
		}
		if err != nil && err != io.EOF {
			return err
		}
	}
	return nil
}

func (k *creation) folder(p, name string, st fs.FileInfo) error {
	if name != "." {
		if _, err := k.to.begin(name+"/", st, ""); err != nil {
			return err
		}
		k.count++
	}
	names, err := k.names(p)
	if err != nil {
		return err
	}
	for _, n := range names {
		if err := k.add(filepath.ToSlash(filepath.Join(p, n)), path.Join(name, n)); err != nil {
			return err
		}
	}
	return nil
}

// names are the names in a folder, sorted by bytes.
func (k *creation) names(dir string) (names []string, err error) {
	f, err := k.files.Open(k.ctx, dir, os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for {
		some, err := f.ReadDir(1000)
		held := 0
		for _, e := range some {
			names = append(names, e.Name())
			held += 32 + len(e.Name())
		}
		if rerr := interp.Reserve(k.ctx, held); rerr != nil {
			return nil, rerr
		}
		if err == io.EOF || err == nil && len(some) == 0 {
			slices.Sort(names)
			return names, nil
		}
		if err == nil {
			err = k.ctx.Err()
		}
		if err != nil {
			return nil, err
		}
	}
}

// bitsOf are the bits of a mode as Unix has them.
func bitsOf(m fs.FileMode) int64 {
	n := int64(m.Perm())
	for bit, is := range map[int64]fs.FileMode{0o4000: fs.ModeSetuid, 0o2000: fs.ModeSetgid, 0o1000: fs.ModeSticky} {
		if m&is != 0 {
			n |= bit
		}
	}
	return n
}

type tarSink struct{ *tar.Writer }

func (t tarSink) begin(name string, st fs.FileInfo, link string) (io.Writer, error) {
	h := &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: bitsOf(st.Mode()), ModTime: st.ModTime().Truncate(time.Second), Linkname: link}
	switch {
	case st.IsDir():
		h.Typeflag = tar.TypeDir
	case link != "":
		h.Typeflag = tar.TypeSymlink
	default:
		h.Size = st.Size()
	}
	if !utf8.ValidString(name) || !utf8.ValidString(link) {
		h.Format = tar.FormatGNU // pax names are UTF-8
	}
	return t, t.WriteHeader(h)
}

// zipSink writes a zip.
type zipSink struct{ *zip.Writer }

func newZipSink(w io.Writer, level int) zipSink {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, level) })
	return zipSink{z}
}

func (z zipSink) begin(name string, st fs.FileInfo, link string) (io.Writer, error) {
	if !utf8.ValidString(name) {
		return nil, errors.New("the name is no UTF-8, as names in a zip have to be; a .tar takes any")
	}
	h := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: st.ModTime()}
	h.SetMode(st.Mode())
	if st.IsDir() || link != "" || st.Size() == 0 {
		h.Method = zip.Store
	}
	w, err := z.CreateHeader(h)
	if err == nil && link != "" {
		_, err = io.WriteString(w, link)
	}
	return w, err
}
