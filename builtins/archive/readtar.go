package archive

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/lull-lua/lull/interp"
)

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
	m.holes = h.Typeflag == tar.TypeGNUSparse
	for name := range h.PAXRecords {
		m.holes = m.holes || strings.HasPrefix(name, "GNU.sparse.")
	}
	return m
}
