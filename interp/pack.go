package interp

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/convert"
	"github.com/lull-lua/lull/interp/internal/lualib"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// Packed is a copy of values that belongs to no runtime: on its way to another one, or into a file. It is never written to, so that any
// number of goroutines may have it at once, and each [Call.Unpack] makes new copies of it. The zero value has no values in it.
//
// Sharing and cycles within it stay: two values that are one table are one table in each copy. Strings are shared by all copies, so
// their length costs nothing.
type Packed struct{ p *convert.Packed }

// PackData packs values that are data: nil, booleans, numbers, strings, and tables of these. Anything else in them, a metatable too, is an
// error that names the way to it, "field 'conn': a socket cannot be stored". Such a copy has a binary form, see [Packed.MarshalBinary].
func (c *Call) PackData(vals ...Value) (*Packed, error) {
	k := convert.NewPacker(nil)
	k.Work, k.Words = func(n int) { vm.Work(c.l, n) }, c.rt.words
	for i, v := range vals {
		name := ""
		if len(vals) > 1 {
			name = fmt.Sprintf("value %d", i+1)
		}
		if err := k.Add(v.lua(), name); err != nil {
			return nil, &Error{Kind: KindError, Msg: err.Error()}
		}
	}
	return &Packed{k.Packed()}, nil
}

// words is what a value is, for a message: "sync.queue", "file", "function".
func (rt *Runtime) words(v lua.LValue) string {
	ud, ok := v.(*lua.LUserData)
	if !ok {
		if v.Type() == lua.LTThread {
			return "coroutine"
		}
		return v.Type().String()
	}
	if o := rt.types[reflect.TypeOf(object(v))]; o != nil {
		if o.module != "" && o.module != o.typ.Name && !strings.Contains(o.typ.Name, ".") {
			return o.module + "." + o.typ.Name
		}
		return o.typ.Name
	}
	if lualib.IsFile(ud.Value) {
		return "file"
	}
	return vm.TypeName(v)
}

// Unpack makes the runtime's own copies of what is in p.
func (c *Call) Unpack(p *Packed) (Values, error) {
	if p.p == nil {
		return nil, nil
	}
	u := convert.NewUnpacker(p.p, nil)
	u.Work = func(n int) { vm.Work(c.l, n) }
	vals, err := u.All()
	if err != nil {
		return nil, err
	}
	return c.rt.luaValues(vals), nil
}

// Len is how many values are in it.
func (p *Packed) Len() int {
	if p.p == nil {
		return 0
	}
	return p.p.Len()
}

// MarshalBinary implements [encoding.BinaryMarshaler] for data. The same values, put together in the same order, have the same form; it is
// not read by versions of this package that are older than the one that has written it. An error is that there is more than data.
func (p *Packed) MarshalBinary() ([]byte, error) { return p.AppendBinary(nil) }

// AppendBinary implements [encoding.BinaryAppender]; see MarshalBinary.
func (p *Packed) AppendBinary(b []byte) ([]byte, error) {
	of := p.p
	if of == nil {
		of = convert.NewPacker(nil).Packed()
	}
	b, err := of.AppendBinary(b)
	if err != nil {
		return nil, fmt.Errorf("interp: Packed: %w", err)
	}
	return b, nil
}

// UnmarshalBinary implements [encoding.BinaryUnmarshaler] for the zero value. It believes nothing of b, which stays the caller's.
func (p *Packed) UnmarshalBinary(b []byte) error {
	if p.p != nil {
		return errors.New("interp: Packed: it has values already")
	}
	of, err := convert.ParseBinary(b)
	if err != nil {
		return fmt.Errorf("interp: Packed: %w", err)
	}
	p.p = of
	return nil
}
