// Package hash is the table hash: digests of strings and files.
package hash

import (
	"context"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	_ "embed"
	"encoding/hex"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"os"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/stream"
	"github.com/lull-lua/lull/interp"
)

//go:embed hash.lua
var stub string

// Module is the table hash.
func Module() interp.Module {
	m := interp.Module{
		Name: "hash",
		Stub: stub,
		Defs: []interp.Def{
			{Name: "file", Fn: file, Outside: true},
			{Name: "hmac", Fn: keyed},
			{Name: "new", Fn: newHash},
			{Name: "equal", Fn: equal},
		},
		Types: []interp.Type{{
			Name: "hash.running",
			Of:   (*running)(nil),
			Methods: []interp.Def{
				{Name: "add", Fn: add},
				{Name: "hex", Fn: digits},
			},
			String: func(v any) string { return "hash " + v.(*running).name },
		}},
	}
	for _, k := range kinds {
		m.Defs = append(m.Defs, interp.Def{Name: k.name, Fn: func(c *interp.Call) error {
			s, err := c.Text(1)
			if err != nil {
				return err
			}
			return sum(c, k.make(), s)
		}})
	}
	return m
}

// kind is one way to make a digest.
type kind struct {
	name string
	make func() hash.Hash
}

var kinds = []kind{
	{"sha256", sha256.New},
	{"sha512", sha512.New},
	{"sha1", sha1.New},
	{"md5", md5.New},
	{"crc32", func() hash.Hash { return crc32.NewIEEE() }},
}

// kindArg is the first argument as the name of a kind.
func kindArg(c *interp.Call) (kind, error) {
	name, err := c.Text(1)
	if err != nil {
		return kind{}, err
	}
	var names []string
	for _, k := range kinds {
		if k.name == name {
			return k, nil
		}
		names = append(names, k.name)
	}
	if len(name) > 60 {
		name = name[:60] + "..."
	}
	return kind{}, c.ArgError(1, fmt.Sprintf("unknown hash '%s'; there are: %s", name, strings.Join(names, ", ")))
}

// piece is how much is taken in before it is looked whether to go on.
const piece = 64 << 10

// write takes in s.
func write(c *interp.Call, h hash.Hash, s string) error {
	return c.Compute(len(s), interp.LargeInput, func(w *interp.Work) error {
		buf := make([]byte, min(piece, len(s)))
		for len(s) > 0 {
			n := copy(buf, s)
			s = s[n:]
			h.Write(buf[:n])
			if err := w.Did(n); err != nil {
				return err
			}
		}
		return nil
	})
}

// sum returns the digest of s.
func sum(c *interp.Call, h hash.Hash, s string) error {
	if err := write(c, h, s); err != nil {
		return err
	}
	return c.Return(hex.EncodeToString(h.Sum(nil)))
}

// keyed is hash.hmac(name, key, s).
func keyed(c *interp.Call) error {
	k, err := kindArg(c)
	if err != nil {
		return err
	}
	if k.name == "crc32" {
		return c.ArgError(1, "crc32 is no cryptographic hash: there is no HMAC with it")
	}
	key, err := c.Text(2)
	if err != nil {
		return err
	}
	s, err := c.Text(3)
	if err != nil {
		return err
	}
	return sum(c, hmac.New(k.make, []byte(key)), s)
}

// equal is hash.equal(a, b).
func equal(c *interp.Call) error {
	a, err := c.Text(1)
	if err != nil {
		return err
	}
	b, err := c.Text(2)
	if err != nil {
		return err
	}
	if err := c.Spend(len(a)); err != nil {
		return err
	}
	return c.Return(subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1)
}

// running is a digest that grows.
type running struct {
	name string
	h    hash.Hash
	busy bool // an add is under way, or was cut short
}

// newHash is hash.new(name).
func newHash(c *interp.Call) error {
	k, err := kindArg(c)
	if err != nil {
		return err
	}
	return c.Return(&running{name: k.name, h: k.make()})
}

func (r *running) free(c *interp.Call) error {
	if r.busy {
		return interp.Errorf(interp.KindError, "%s: another add of this hash is under way, or was cancelled", c.Name())
	}
	return nil
}

// add is h:add(s).
func add(c *interp.Call) error {
	r := interp.Self[*running](c)
	s, err := c.Text(1)
	if err != nil {
		return err
	}
	if err := r.free(c); err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil { // nothing is taken in of what is cancelled here
		return err
	}
	if err := r.free(c); err != nil { // others have had a turn
		return err
	}
	r.busy = true
	if err := write(c, r.h, s); err != nil {
		return err
	}
	r.busy = false
	return c.Return(c.Arg(0))
}

// digits is h:hex().
func digits(c *interp.Call) error {
	r := interp.Self[*running](c)
	if err := r.free(c); err != nil {
		return err
	}
	return c.Return(hex.EncodeToString(r.h.Sum(nil)))
}

// file is hash.file(name, path).
func file(c *interp.Call) error {
	k, err := kindArg(c)
	if err != nil {
		return err
	}
	path, err := c.Text(2)
	if err != nil {
		return err
	}
	if strings.Contains(path, "\x00") {
		return c.ArgError(2, "the path contains a NUL byte")
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	h := k.make()
	files := c.Files()
	regular := false
	var failure error
	if err := c.Block(func(ctx context.Context) error {
		st, err := files.Stat(path)
		if err != nil {
			failure = err
			return nil
		}
		if regular = st.Mode().IsRegular(); !regular && !st.IsDir() {
			return nil // what may wait is read through a handle
		}
		failure = readFile(ctx, files, path, h)
		regular = true
		return nil
	}); err != nil {
		return err
	}
	if failure != nil {
		return interp.PathErrorf("hash.file", path, failure)
	}
	if !regular {
		if err := readStream(c, h, path); err != nil {
			return err
		}
	}
	return c.Return(hex.EncodeToString(h.Sum(nil)))
}

func readFile(ctx context.Context, files interp.Files, path string, h hash.Hash) error {
	f, err := files.Open(ctx, path, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	buf := make([]byte, 256<<10)
	for {
		n, err := f.Read(buf)
		h.Write(buf[:n])
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
	}
}

// readStream takes in a device or FIFO.
func readStream(c *interp.Call, h hash.Hash, path string) error {
	src, err := stream.Open(c, "hash.file", path)
	if err != nil {
		return err
	}
	for {
		s, err := src.Next(c, stream.Piece)
		if err == io.EOF {
			return src.Close(c)
		}
		if err != nil {
			return err
		}
		if err := c.Spend(len(s)); err != nil {
			return err
		}
		if _, err := io.WriteString(h, s); err != nil {
			return err
		}
	}
}
