package archive

import (
	"archive/tar"
	"archive/zip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
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

// bounded is the stream of a tar, of which not more than left bytes are read.
type bounded struct {
	a    *archived
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if err := b.a.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, b.a.tooLarge()
	}
	if err != nil && err != io.EOF {
		err = damage(err)
	}
	return n, err
}

// seekable is the stream of a tar that is not packed: members that are not wanted are passed over.
type seekable struct {
	*bounded
	io.Seeker
}

func (a *archived) eachOfTar(fn func(m *member) error) error {
	// Headers are bounded as well, by what they have as a rule.
	b := &bounded{a: a, r: a.f, left: a.size}
	if overhead := 1<<20 + 4096*min(a.files, 1<<40); b.left < 1<<62 {
		b.left += overhead
	}
	var r io.Reader = b
	if a.pack == unpacked {
		if _, err := a.f.Seek(0, io.SeekCurrent); err == nil {
			r = seekable{b, a.f}
		}
	} else {
		packed, err := unpacker(watched{a.ctx, a.f}, a.pack, func(n int) error { return interp.Reserve(a.ctx, n) })
		if err != nil {
			return damage(err)
		}
		if z, ok := packed.(interface{ Close() }); ok {
			defer z.Close()
		}
		b.r = packed
	}
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		if err == io.EOF {
			break
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) { // the names are looked at where they are used
			if errors.Is(err, tar.ErrHeader) {
				return &damaged{"this is no header of a tar: the archive is damaged, or none"}
			}
			return damage(err)
		}
		if h.Typeflag == tar.TypeXGlobalHeader || h.Typeflag == 'V' { // a comment, a label
			continue
		}
		if err := a.next(h.Name); err != nil {
			return err
		}
		m := memberOfTar(h)
		m.open = func() (io.ReadCloser, error) { return io.NopCloser(t), nil }
		if err := fn(m); err != nil {
			return err
		}
	}
	if a.pack == unpacked {
		return nil
	}
	_, err := io.Copy(io.Discard, r) // a checksum stands at the end
	if err != nil {
		return damage(err)
	}
	return nil
}

func memberOfTar(h *tar.Header) *member {
	m := &member{name: h.Name, size: h.Size, mode: h.Mode & 0o7777, mtime: h.ModTime}
	switch h.Typeflag {
	case tar.TypeReg, tar.TypeCont, tar.TypeGNUSparse, 0:
		m.kind = isFile
		if strings.HasSuffix(h.Name, "/") {
			m.kind = isDir
		}
	case tar.TypeDir, 'D': // GNU's folder with a list of what is in it
		m.kind = isDir
	case tar.TypeSymlink:
		m.kind, m.link = isLink, h.Linkname
	case tar.TypeLink:
		m.kind, m.link = isHardLink, h.Linkname
	case tar.TypeChar, tar.TypeBlock:
		m.kind, m.what = isOther, "a device"
	case tar.TypeFifo:
		m.kind, m.what = isOther, "a FIFO"
	default:
		m.kind, m.what = isOther, fmt.Sprintf("of the type %q, which is not known here", h.Typeflag)
	}
	if m.kind != isFile {
		m.size = 0
	}
	return m
}

// maxLink is the longest target of a link.
const maxLink = 4096

// directory reads the directory of a zip, which is held in memory, up to a bound.
type directory struct {
	a    *archived
	r    io.ReaderAt
	left int64
	done bool
}

// ReadAt implements io.ReaderAt.
func (d *directory) ReadAt(p []byte, off int64) (int, error) {
	if err := d.a.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := d.r.ReadAt(p, off)
	if d.done {
		return n, err
	}
	if d.left -= int64(n); d.left < 0 {
		return 0, d.a.limit("its directory is longer than %d members have, as a rule; max_files sets another bound", d.a.files)
	}
	if err := interp.Reserve(d.a.ctx, 10*n); err != nil { // a member's 46 bytes or more become some 400
		return 0, err
	}
	return n, err
}

// readAt reads a file that can only be read and seeked.
type readAt struct{ f *interp.File }

func (r readAt) ReadAt(p []byte, off int64) (int, error) {
	if _, err := r.f.Seek(off, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(r.f, p)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	return n, err
}

func (a *archived) eachOfZip(size int64, fn func(m *member) error) error {
	d := &directory{a: a, r: readAt{a.f}, left: 1<<20 + 256*min(a.files, 1<<40)}
	if sys := a.f.System(); sys != nil {
		d.r = sys
	}
	z, err := zip.NewReader(d, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		if errors.Is(err, zip.ErrFormat) {
			return &damaged{"this is no zip, or its end is missing"}
		}
		return damage(err)
	}
	d.done = true
	if int64(len(z.File)) > a.files {
		a.count = a.files
		return a.next(nameOfZip(z.File[a.files]))
	}
	for _, f := range z.File {
		m := memberOfZip(f)
		if err := a.next(m.name); err != nil {
			return err
		}
		m.open = func() (io.ReadCloser, error) {
			if f.Flags&1 != 0 {
				return nil, &damaged{"it is encrypted, which is not read here"}
			}
			r, err := f.Open()
			if errors.Is(err, zip.ErrAlgorithm) {
				return nil, &damaged{fmt.Sprintf("it is packed by the method %d, which is not known here", f.Method)}
			}
			if err != nil {
				return nil, damage(err)
			}
			return r, nil
		}
		if m.kind == isLink {
			if m.link, err = linkOfZip(m); err != nil {
				return err
			}
		}
		if err := fn(m); err != nil {
			return err
		}
	}
	return nil
}

func linkOfZip(m *member) (string, error) {
	r, err := m.open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxLink+1))
	if err != nil {
		return "", damage(err)
	}
	if len(b) > maxLink {
		return "", &damaged{fmt.Sprintf("the target of a link is longer than %d bytes", maxLink)}
	}
	m.size = 0
	return string(b), nil
}

// Systems on which a zip was made, by the number in its directory.
const (
	madeOnFAT   = 0
	madeOnUnix  = 3
	madeOnMacOS = 19
)

func memberOfZip(f *zip.File) *member {
	m := &member{name: nameOfZip(f), kind: isFile, mode: -1, mtime: f.Modified, size: int64(min(f.UncompressedSize64, 1<<62))}
	if made := f.CreatorVersion >> 8; made == madeOnUnix || made == madeOnMacOS {
		mode := int64(f.ExternalAttrs >> 16)
		if mode != 0 {
			m.mode = mode & 0o7777
		}
		switch mode & 0o170000 {
		case 0o120000:
			m.kind = isLink
		case 0o040000:
			m.kind = isDir
		case 0, 0o100000:
		case 0o010000:
			m.kind, m.what = isOther, "a FIFO"
		case 0o020000, 0o060000:
			m.kind, m.what = isOther, "a device"
		default:
			m.kind, m.what = isOther, "neither a file, a folder nor a link"
		}
	}
	if strings.HasSuffix(m.name, "/") && m.kind == isFile {
		m.kind = isDir
	}
	if m.kind != isFile {
		m.size = 0
	}
	return m
}

// nameOfZip is the name of a member in UTF-8. It is in that, whatever its flag says, if it can be; else a field of Info-ZIP's may have
// it; else it is in the encoding of the first IBM PC, as the format's specification says (APPNOTE.TXT, appendix D).
func nameOfZip(f *zip.File) string {
	name := f.Name
	if !utf8.ValidString(name) {
		if unicode := unicodeName(f); unicode != "" {
			name = unicode
		} else {
			var b strings.Builder
			for _, c := range []byte(f.Name) {
				if c < 0x80 {
					b.WriteByte(c)
				} else {
					b.WriteRune(codePage437[c-0x80])
				}
			}
			name = b.String()
		}
	}
	if f.CreatorVersion>>8 == madeOnFAT && strings.Contains(name, `\`) && !strings.Contains(name, "/") {
		name = strings.ReplaceAll(name, `\`, "/") // by tools of Windows that do not keep to the specification
	}
	return name
}

// unicodeName is the name in the field 0x7075, if it belongs to the name of the member.
func unicodeName(f *zip.File) string {
	for extra := f.Extra; len(extra) >= 4; {
		id, size := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if extra = extra[4:]; size > len(extra) {
			break
		}
		field := extra[:size]
		extra = extra[size:]
		if id == 0x7075 && size > 5 && field[0] == 1 && binary.LittleEndian.Uint32(field[1:]) == crc32.ChecksumIEEE([]byte(f.Name)) && utf8.Valid(field[5:]) {
			return string(field[5:])
		}
	}
	return ""
}

// codePage437 are the characters from 0x80 on.
var codePage437 = []rune("ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡°∙·√ⁿ²■\u00a0")

// list is archive.list(path [, opts]).
func list(c *interp.Call) error {
	path, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	b, err := readBounds(c, 2, nil)
	if err != nil {
		return err
	}
	format, err := formatOf(c, 1, path)
	if err != nil {
		return err
	}
	all, err := run(c, path, func(ctx context.Context, files interp.Files) (all []*member, err error) {
		err = each(ctx, files, "archive.list", path, format, b, func(m *member) error {
			m.open = nil
			all = append(all, m)
			return interp.Reserve(ctx, 200+len(m.name)+len(m.link))
		})
		return all, err
	})
	if err != nil {
		return err
	}
	t := c.NewTable(len(all))
	t.MarkList()
	w := c.InPlace()
	for i, m := range all {
		pairs := []interp.Value{
			w.Name("name"), w.Text(m.name), w.Name("type"), w.Name(m.kind), w.Name("size"), w.Number(float64(m.size)),
		}
		if m.mode >= 0 {
			pairs = append(pairs, w.Name("mode"), w.Text(fmt.Sprintf("%03o", m.mode)))
		}
		if !m.mtime.IsZero() {
			pairs = append(pairs, w.Name("mtime"), w.Number(float64(m.mtime.Unix())+float64(m.mtime.Nanosecond())/1e9))
		}
		if m.link != "" {
			pairs = append(pairs, w.Name("link"), w.Text(m.link))
		}
		t.SetIndex(i+1, w.Map(pairs).Value())
		if err := c.Spend(256 + len(m.name)); err != nil {
			return err
		}
	}
	return c.Return(t)
}

// readBounds reads the options of the i-th argument: max_size, max_files, and others.
func readBounds(c *interp.Call, i int, others map[string]any) (b bounds, err error) {
	size, count := float64(maxSize), float64(maxFiles)
	fields := map[string]any{"max_size": &size, "max_files": &count}
	for name, v := range others {
		fields[name] = v
	}
	if err := c.Options(i, fields); err != nil {
		return b, err
	}
	if b.size, err = bound(c, i, "max_size", size); err != nil {
		return b, err
	}
	b.files, err = bound(c, i, "max_files", count)
	return b, err
}

// permissions are the bits of a mode of Unix that extracted files keep.
func permissions(mode int64) fs.FileMode { return fs.FileMode(mode & 0o777) }
