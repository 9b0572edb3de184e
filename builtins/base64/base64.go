// Package base64 is the table base64: bytes as text (RFC 4648), and back.
package base64

import (
	_ "embed"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

//go:embed base64.lua
var stub string

// Module is the table base64.
func Module() interp.Module {
	return interp.Module{
		Name: "base64",
		Stub: stub,
		Defs: []interp.Def{
			{Name: "encode", Fn: encode},
			{Name: "decode", Fn: decode},
		},
	}
}

// piece is how much is done before it is looked whether to go on: a multiple of 3 and of 4.
const piece = 48 << 10

func arguments(c *interp.Call) (s string, url bool, err error) {
	if s, err = c.Text(1); err == nil {
		err = c.Options(2, map[string]any{"url": &url})
	}
	return s, url, err
}

// encode is base64.encode(s [, opts]).
func encode(c *interp.Call) error {
	s, url, err := arguments(c)
	if err != nil {
		return err
	}
	enc := base64.StdEncoding
	if url {
		enc = base64.RawURLEncoding
	}
	size := enc.EncodedLen(len(s))
	if err := c.Room(size); err != nil {
		return err
	}
	out := make([]byte, 0, size)
	err = c.Compute(len(s), interp.LargeInput, func(w *interp.Work) error {
		for at := 0; at < len(s); at += piece {
			n := min(piece, len(s)-at)
			out = enc.AppendEncode(out, []byte(s[at:at+n]))
			if err := w.Did(n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.Return(c.Adopt(out))
}

// decode is base64.decode(s [, opts]).
func decode(c *interp.Call) error {
	s, url, err := arguments(c)
	if err != nil {
		return err
	}
	if err := c.Room(len(s) / 4 * 3); err != nil {
		return err
	}
	var out []byte
	err = c.Compute(len(s), interp.LargeInput, func(w *interp.Work) (err error) {
		d := decoder{s: s, url: url, w: w}
		out, err = d.decode()
		return err
	})
	if err != nil {
		return err
	}
	return c.Return(c.Adopt(out))
}

// decoder is one text under way.
type decoder struct {
	s   string
	url bool
	w   *interp.Work
}

func (d *decoder) errorf(i int, format string, args ...any) error {
	return data.ParseError("base64.decode", "", d.s, i, format, args...)
}

// decode takes the text without line ends, some at a time: a multiple of four characters, but for the last.
func (d *decoder) decode() ([]byte, error) {
	enc := base64.RawStdEncoding
	if d.url {
		enc = base64.RawURLEncoding
	}
	body, err := d.body()
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, body/4*3+3)
	chars := make([]byte, 0, piece)
	from := 0 // where the first of chars was
	for at := 0; at < body || len(chars) > 0; {
		if len(chars) == 0 {
			from = at
		}
		for at < body && len(chars) < piece {
			end := min(body, at+piece-len(chars))
			run := d.s[at:end]
			if i := strings.IndexAny(run, "\r\n"); i == 0 {
				at++
				continue
			} else if i > 0 {
				run = run[:i]
			}
			chars = append(chars, run...)
			at += len(run)
		}
		if out, err = enc.AppendDecode(out, chars); err != nil {
			return nil, d.wrong(from, body, err)
		}
		if err := d.w.Did(len(chars)); err != nil {
			return nil, err
		}
		chars = chars[:0]
	}
	return out, nil
}

// body is where the characters end that stand for bytes: padding may follow, which fills up four, and line ends.
func (d *decoder) body() (int, error) {
	end := strings.TrimRight(d.s, "\r\n")
	padding := 0
	body := len(end)
	for body > 0 && strings.IndexByte("=\r\n", d.s[body-1]) >= 0 {
		if body--; d.s[body] == '=' {
			padding++
		}
	}
	if padding == 0 {
		return len(end), nil
	}
	chars := 0
	for i := 0; i < body; i++ {
		if c := d.s[i]; c != '\r' && c != '\n' {
			chars++
		}
	}
	if err := d.foreign(0, body); err != nil { // which is the reason where the count is wrong
		return 0, err
	}
	if padding > 2 || (chars+padding)%4 != 0 {
		return 0, d.errorf(body, "%d '=' where there is nothing for so many to fill up", padding)
	}
	return body, nil
}

// wrong is the error of the characters from the byte from of d.s on, up to body, which are not decoded.
func (d *decoder) wrong(from, body int, err error) error {
	if !errors.As(err, new(base64.CorruptInputError)) {
		return err
	}
	if err := d.foreign(from, body); err != nil {
		return err
	}
	return d.errorf(body, "the text ends within a byte: a character is missing, or one too many")
}

// foreign is the error of the first character from one byte on, up to another, that is none of base64; nil: there is none.
func (d *decoder) foreign(from, body int) error {
	for i := from; i < body; i++ {
		switch c := d.s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '\r', c == '\n':
		case c == '-' || c == '_':
			if !d.url {
				return d.errorf(i, "'%c' is a character of base64url; { url = true } reads that", c)
			}
		case c == '+' || c == '/':
			if d.url {
				return d.errorf(i, "'%c' is no character of base64url; without url it is read", c)
			}
		case c == '=':
			return d.errorf(i, "'=' before the end: it fills up the last four characters")
		default:
			return d.errorf(i, "%s is no character of base64", data.Byte(d.s, i))
		}
	}
	return nil
}
