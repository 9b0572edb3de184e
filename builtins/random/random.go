// Package random is the table random: random numbers, tokens and UUIDs from the system's source, which nobody can guess.
package random

import (
	"crypto/rand"
	_ "embed"
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"github.com/lull-lua/lull/interp"
)

//go:embed random.lua
var stub string

// Module is the table random.
func Module() interp.Module {
	u := &uuids{}
	return interp.Module{
		Name: "random",
		Stub: stub,
		Defs: []interp.Def{
			{Name: "bytes", Fn: randomBytes},
			{Name: "token", Fn: token},
			{Name: "uuid", Fn: u.uuid},
			{Name: "int", Fn: integer},
		},
	}
}

// maxBytes is how many bytes there may be at once.
const maxBytes = 64 << 20

// take is n random bytes. Package rand ends the process where the system has none to give: it never says so.
func take(c *interp.Call, n int) ([]byte, error) {
	if err := c.Room(n); err != nil {
		return nil, err
	}
	b := make([]byte, n)
	for at := 0; at < n; at += 64 << 10 {
		end := min(n, at+64<<10)
		if _, err := rand.Read(b[at:end]); err != nil {
			return nil, err
		}
		if err := c.Spend(end - at); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func size(c *interp.Call, i int) (int, error) {
	n, err := c.Int64(i)
	if err == nil && (n < 0 || n > maxBytes) {
		err = c.ArgError(i, fmt.Sprintf("0 to %d bytes expected, got %s", maxBytes, c.Arg(i)))
	}
	return int(n), err
}

// randomBytes is random.bytes(n).
func randomBytes(c *interp.Call) error {
	n, err := size(c, 1)
	if err != nil {
		return err
	}
	b, err := take(c, n)
	if err != nil {
		return err
	}
	return c.Return(c.Adopt(b))
}

// token is random.token([n]).
func token(c *interp.Call) error {
	n := 32
	if !c.Arg(1).IsNil() {
		var err error
		if n, err = size(c, 1); err != nil {
			return err
		}
	}
	b, err := take(c, n)
	if err != nil {
		return err
	}
	if err := c.Room(base64.RawURLEncoding.EncodedLen(n)); err != nil {
		return err
	}
	return c.Return(base64.RawURLEncoding.EncodeToString(b))
}

// integer is random.int(m, n).
func integer(c *interp.Call) error {
	m, err := c.Int64(1)
	if err != nil {
		return err
	}
	n, err := c.Int64(2)
	if err != nil {
		return err
	}
	if m > n {
		return c.ArgError(2, fmt.Sprintf("%d is less than %d: there is no number between them", n, m))
	}
	span := uint64(n-m) + 1 // at most 2^54+1
	for limit := -span % span; ; {
		var b [8]byte
		if _, err := rand.Read(b[:]); err != nil {
			return err
		}
		if x := binary.LittleEndian.Uint64(b[:]); x >= limit { // those below would make some numbers likelier
			return c.Return(m + int64(x%span))
		}
	}
}
