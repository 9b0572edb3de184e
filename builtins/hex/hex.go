// Package hex is the table hex: bytes as hexadecimal digits, and back.
package hex

import (
	_ "embed"
	"encoding/hex"
	"errors"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

//go:embed hex.lua
var stub string

// Module is the table hex.
func Module() interp.Module {
	return interp.Module{
		Name: "hex",
		Stub: stub,
		Defs: []interp.Def{
			{Name: "encode", Fn: encode},
			{Name: "decode", Fn: decode},
		},
	}
}

// piece is how much is done before it is looked whether to go on.
const piece = 64 << 10

// encode is hex.encode(s).
func encode(c *interp.Call) error {
	s, err := c.Text(1)
	if err != nil {
		return err
	}
	if err := c.Room(2 * len(s)); err != nil {
		return err
	}
	out := make([]byte, 0, 2*len(s))
	err = c.Compute(len(s), interp.LargeInput, func(w *interp.Work) error {
		for at := 0; at < len(s); at += piece {
			n := min(piece, len(s)-at)
			out = hex.AppendEncode(out, []byte(s[at:at+n]))
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

// decode is hex.decode(s).
func decode(c *interp.Call) error {
	s, err := c.Text(1)
	if err != nil {
		return err
	}
	if err := c.Room(len(s) / 2); err != nil {
		return err
	}
	out := make([]byte, 0, len(s)/2)
	err = c.Compute(len(s), interp.LargeInput, func(w *interp.Work) error {
		for at := 0; at < len(s); at += piece {
			n := min(piece, len(s)-at)
			var err error
			before := len(out)
			if out, err = hex.AppendDecode(out, []byte(s[at:at+n])); err != nil {
				return wrong(s, at+2*(len(out)-before), err)
			}
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

// wrong is the error of the pair of digits at the byte i of s.
func wrong(s string, i int, err error) error {
	if errors.Is(err, hex.ErrLength) {
		return data.ParseError("hex.decode", "", s, len(s), "half a byte: the number of digits is odd")
	}
	var bad hex.InvalidByteError
	if errors.As(err, &bad) && i < len(s) && s[i] != byte(bad) {
		i++
	}
	return data.ParseError("hex.decode", "", s, i, "%s is no hexadecimal digit", data.Byte(s, i))
}
