package archive

import (
	"archive/zip"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/lull-lua/lull/interp"
)

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
var codePage437 = [128]rune([]rune("ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0"))
