package archive

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"

	"github.com/lull-lua/lull/interp"
)

// maxWindow is how far back the data of zstd may refer, and so what unpacking it takes in memory: it is what the tool zstd takes
// unless it is told of more.
const maxWindow = 128 << 20

// packing is how data is packed.
type packing int

const (
	unpacked packing = iota
	gzipped
	bzipped
	zstded
)

// packingOf says how data is packed that begins like that.
func packingOf(begin []byte) packing {
	has := func(s string) bool { return len(begin) >= len(s) && string(begin[:len(s)]) == s }
	switch {
	case has("\x1f\x8b"):
		return gzipped
	case has("BZh") && len(begin) > 3 && begin[3] >= '1' && begin[3] <= '9':
		return bzipped
	case has("\x28\xb5\x2f\xfd"), len(begin) > 3 && begin[0]&0xf0 == 0x50 && string(begin[1:4]) == "\x2a\x4d\x18": // a frame to be skipped
		return zstded
	}
	return unpacked
}

// windowOf is the memory that unpacking data takes that zstd has packed and that begins like that.
func windowOf(begin []byte) int {
	var h zstd.Header
	window := uint64(8 << 20) // a later frame may have that much in any case
	if h.Decode(begin) == nil && !h.Skippable {
		window = max(window, h.WindowSize, min(h.FrameContentSize, maxWindow))
	}
	return int(min(window, maxWindow))
}

// unpacker reads what r reads, unpacked. The reserve is told of the memory that it takes.
func unpacker(r io.Reader, how packing, reserve func(n int) error) (io.Reader, error) {
	const readAhead = 64 << 10
	b := bufio.NewReaderSize(r, readAhead)
	switch how {
	case gzipped:
		if err := reserve(2 * readAhead); err != nil {
			return nil, err
		}
		return newMembers(b)
	case bzipped:
		if err := reserve(4 << 20); err != nil {
			return nil, err
		}
		return bzip2.NewReader(b), nil
	case zstded:
		begin, err := b.Peek(zstd.HeaderMaxSize)
		if err != nil && err != io.EOF {
			return nil, err
		}
		window := windowOf(begin)
		if err := reserve(window + 1<<20); err != nil {
			return nil, err
		}
		// Without concurrency there are no goroutines to close.
		z, err := zstd.NewReader(b, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(uint64(window)))
		return &frames{Decoder: z}, err
	}
	return b, nil
}

// errBehind is the error of what stands behind the end of packed data.
var errBehind = errors.New("the packed data ends, and something else stands behind it")

// members reads what gzip has packed, one member behind the other. Zeros behind them are none: tapes and disks fill up with them, which
// gzip ignores as well.
type members struct {
	b *bufio.Reader
	z *gzip.Reader
}

func newMembers(b *bufio.Reader) (*members, error) {
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, err
	}
	z.Multistream(false)
	return &members{b, z}, nil
}

// Read implements io.Reader.
func (m *members) Read(p []byte) (int, error) {
	for {
		n, err := m.z.Read(p)
		if n > 0 || err != io.EOF {
			if err == io.EOF { // with the last bytes; it comes again
				err = nil
			}
			return n, err
		}
		if err := m.next(); err != nil {
			return 0, err
		}
	}
}

// next goes on to the next member.
func (m *members) next() error {
	for zeros := false; ; zeros = true {
		begin, err := m.b.Peek(2)
		switch {
		case len(begin) > 0 && begin[0] == 0:
			if _, err := m.b.Discard(1); err != nil {
				return err
			}
		case len(begin) == 0:
			return err
		case string(begin) != "\x1f\x8b" || zeros:
			return errBehind
		default:
			if err := m.z.Reset(m.b); err != nil {
				return err
			}
			m.z.Multistream(false)
			return nil
		}
	}
}

// frames reads what zstd has packed.
type frames struct {
	*zstd.Decoder
	any bool // something was read
}

// Read implements io.Reader.
func (f *frames) Read(p []byte) (int, error) {
	n, err := f.Decoder.Read(p)
	if f.any = f.any || n > 0; f.any && errors.Is(err, zstd.ErrMagicMismatch) {
		err = errBehind
	}
	return n, err
}

// damage is an error in packed data in words; a failure to read the file is returned as it is.
func damage(err error) error {
	words := ""
	p, corrupt := (*os.PathError)(nil), bzip2.StructuralError("")
	switch {
	case errors.As(err, new(*interp.Error)), errors.As(err, new(*damaged)), errors.As(err, &p), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrClosed):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		words = "the data ends too soon"
	case errors.Is(err, errBehind):
		words = errBehind.Error()
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, zstd.ErrCRCMismatch):
		words = "the checksum is wrong: the data was damaged"
	case errors.Is(err, gzip.ErrHeader):
		words = "this is not what gzip writes"
	case errors.Is(err, zstd.ErrMagicMismatch):
		words = "this is not what zstd writes"
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		words = fmt.Sprintf("to unpack it takes more memory than %d MiB: it was packed with --long or --ultra; zstd -d unpacks it", maxWindow>>20)
	case errors.As(err, &corrupt):
		words = "the data is damaged: " + string(corrupt)
	default:
		words = "the data is damaged: " + err.Error()
	}
	return &damaged{words}
}

// damaged is data that is not as it has to be, in words.
type damaged struct{ words string }

func (b *damaged) Error() string { return b.words }

// opened is the file of a stream, which is unpacked from its first byte on.
type opened struct {
	path string
	f    *interp.File
	head []byte    // of the file, read already
	r    io.Reader // nil: it is not known yet how it is packed
}

// Read implements io.Reader.
func (o *opened) Read(p []byte) (int, error) {
	if o.r == nil {
		b := bufio.NewReaderSize(io.MultiReader(bytes.NewReader(o.head), o.f), 64<<10)
		begin, err := b.Peek(4)
		if err != nil && err != io.EOF {
			return 0, err
		}
		if o.r, err = unpacker(b, packingOf(begin), func(int) error { return nil }); err != nil {
			o.r = nil
			return 0, o.failed(err)
		}
	}
	n, err := o.r.Read(p)
	if err != nil && err != io.EOF {
		err = o.failed(err)
	}
	return n, err
}

func (o *opened) failed(err error) error {
	err = damage(err)
	if b := (*damaged)(nil); errors.As(err, &b) {
		return interp.Errorf(interp.KindParse, "archive.open: %s: %s", o.path, b.words).With("path", o.path)
	}
	return err
}

// open is archive.open(path).
func open(c *interp.Call) error {
	path, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	var head []byte
	f, err := run(c, path, func(ctx context.Context, files interp.Files) (*interp.File, error) {
		f, err := files.Open(ctx, path, os.O_RDONLY, 0)
		if err != nil {
			return nil, err
		}
		st, err := f.Stat()
		switch {
		case err != nil:
		case st.IsDir():
			err = errIsFolder
		case st.Mode().IsRegular(): // reading another one may wait
			head, err = io.ReadAll(io.LimitReader(f, zstd.HeaderMaxSize))
		}
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		return f, nil
	})
	if err != nil {
		if f != nil { // cancelled when it was open
			_ = f.Close()
		}
		return err
	}
	if packingOf(head) == zstded {
		if err := c.Room(windowOf(head)); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	f.Uncount()
	v, err := c.NewStream(interp.Stream{
		Name:   path,
		Reader: &opened{path: path, f: f, head: head},
		Close:  func(context.Context) error { return f.Close() },
	})
	if err != nil {
		return err
	}
	return c.Return(v)
}
