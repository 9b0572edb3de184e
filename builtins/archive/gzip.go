package archive

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/lull-lua/lull/interp"
)

// maxUnpacked is what gunzip makes at most, unless max_size says otherwise.
const maxUnpacked = 64 << 20

// piece is how much is done before it is looked whether to go on.
const piece = 32 << 10

// pack is archive.gzip(s [, level]).
func pack(c *interp.Call) error {
	s, err := c.Text(1)
	if err != nil {
		return err
	}
	level := gzip.DefaultCompression
	if !c.Arg(2).IsNil() {
		if level, err = c.Int(2); err != nil {
			return err
		}
		if level < gzip.BestSpeed || level > gzip.BestCompression {
			return c.ArgError(2, fmt.Sprintf("a level from 1 to 9 expected, got %d", level))
		}
	}
	var out grown
	err = c.Compute(8*len(s), 8*interp.LargeInput, func(w *interp.Work) error { // compressing is slower than reading
		out.w = w
		z, err := gzip.NewWriterLevel(&out, level)
		if err != nil {
			return err
		}
		if err := w.Take(1 << 20); err != nil { // the writer's tables
			return err
		}
		for rest := s; rest != ""; {
			n := min(piece, len(rest))
			if _, err := io.WriteString(z, rest[:n]); err != nil {
				return err
			}
			rest = rest[n:]
			if err := w.Did(n); err != nil {
				return err
			}
		}
		return z.Close()
	})
	if err != nil {
		return err
	}
	return c.Return(c.Adopt(slices.Clip(out.b)))
}

// grown is what is written, counted as it grows.
type grown struct {
	w *interp.Work
	b []byte
}

func (g *grown) Write(p []byte) (int, error) {
	if need := len(g.b) + len(p); need > cap(g.b) {
		room := max(2*cap(g.b), need, 4<<10)
		if err := g.w.Take(room); err != nil {
			return 0, err
		}
		g.b = slices.Grow(g.b, room-len(g.b))
	}
	g.b = append(g.b, p...)
	return len(p), nil
}

// unpack is archive.gunzip(s [, opts]).
func unpack(c *interp.Call) error {
	s, err := c.Text(1)
	if err != nil {
		return err
	}
	most := float64(maxUnpacked)
	if err := c.Options(2, map[string]any{"max_size": &most}); err != nil {
		return err
	}
	if math.IsNaN(most) || most < 0 {
		return c.ArgError(2, fmt.Sprintf("option 'max_size': bytes expected, got %v", most))
	}
	limit := min(most, float64(c.MaxText()))
	var out grown
	err = c.Compute(len(s), interp.LargeInput, func(w *interp.Work) error {
		out.w = w
		if err := w.Take(64 << 10); err != nil { // the reader's window
			return err
		}
		in := strings.NewReader(s)
		b := bufio.NewReader(in)
		at := func() int { return len(s) - in.Len() - b.Buffered() }
		z, err := gzip.NewReader(b)
		if errors.Is(err, gzip.ErrHeader) {
			return broken(err, 0)
		}
		if err != nil {
			return broken(err, at())
		}
		z.Multistream(false)
		buf := make([]byte, piece)
		for {
			n, err := z.Read(buf)
			if float64(len(out.b)+n) > limit {
				return interp.Errorf(interp.KindLimit, "archive.gunzip: more than %.0f bytes; max_size sets another bound", limit)
			}
			if _, werr := out.Write(buf[:n]); werr != nil {
				return werr
			}
			if err == io.EOF {
				rest := strings.TrimLeft(s[at():], "\x00")
				if rest == "" { // tapes and disks fill up with zeros, which gzip ignores as well
					return nil
				}
				if !strings.HasPrefix(rest, "\x1f\x8b") || len(rest) < len(s)-at() {
					return behind(at())
				}
				n = memberSize
				if err = z.Reset(b); err == nil {
					z.Multistream(false)
				}
			}
			if err != nil {
				return broken(err, at())
			}
			if err := w.Did(n); err != nil {
				return err
			}
		}
	})
	if err != nil {
		return err
	}
	return c.Return(c.Adopt(slices.Clip(out.b)))
}

// memberSize is about what the head and the end of a member take.
const memberSize = 20

// behind is the error of what stands behind the last member, from the byte at on.
func behind(at int) error {
	return interp.Errorf(interp.KindParse, "archive.gunzip: byte %d: the data ends here, and something else stands behind it", at+1).With("line", 1).With("column", at+1)
}

// broken is the error of data that is not as gzip writes it, around the byte at.
func broken(err error, at int) error {
	what := "the data is damaged"
	switch {
	case errors.Is(err, gzip.ErrHeader):
		what = "this is not what gzip writes"
	case errors.Is(err, gzip.ErrChecksum):
		what = "the checksum is wrong: the data was damaged"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		what = "the data ends too soon"
	}
	return interp.Errorf(interp.KindParse, "archive.gunzip: byte %d: %s", at+1, what).With("line", 1).With("column", at+1)
}
