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
	return (&Packer{convert.NewPacker(nil)}).all(c, vals)
}

// Pack packs values for an isolate, or back from one: nil, booleans, numbers, strings, tables with their metatables, functions of Lua, error values,
// and objects of a [Type] that is Concurrent. With a function go its variables, shared as they are, and the globals that its code, or that of a function
// which it holds, names and the script has set; so do fields, named there, that the script has put into a table of builtins. Builtins, and modules that
// were required, go by their names. Anything else is an error that names the way to it: "upvalue 'q' of function 'work' (job.lua:3): a sync.queue
// cannot go to another isolate".
func (c *Call) Pack(vals ...Value) (*Packed, error) { return c.NewPacker().all(c, vals) }

// Packer packs values one after the other, which share what they have in common.
type Packer struct{ k *convert.Packer }

// NewPacker makes a packer for what [Call.Pack] packs. It is used while this call runs.
func (c *Call) NewPacker() *Packer {
	k := convert.NewPacker(c.rt.packHost())
	return &Packer{k}
}

// Add packs one more value, which is called name in messages: "item 3"; "" is for one that needs no words. A packer that has returned an error is of no
// use any more.
func (p *Packer) Add(c *Call, v Value, name string) error {
	p.k.Work, p.k.Words = func(n int) { vm.Work(c.l, n) }, c.rt.words
	before := p.k.Packed().Size()
	if err := p.k.Add(v.lua(), name); err != nil {
		return &Error{Kind: KindError, Msg: err.Error()}
	}
	vm.Room(c.l, p.k.Packed().Size()-before)
	return nil
}

// AddArg is Add of the i-th argument, which is called what the script calls it.
func (p *Packer) AddArg(c *Call, i int) error {
	p.k.Called = vm.ArgName(c.l, i)
	defer func() { p.k.Called = "" }()
	return p.Add(c, c.Arg(i), "")
}

func (p *Packer) all(c *Call, vals []Value) (*Packed, error) {
	for i, v := range vals {
		name := ""
		if len(vals) > 1 {
			name = fmt.Sprintf("value %d", i+1)
		}
		if err := p.Add(c, v, name); err != nil {
			return nil, err
		}
	}
	return p.Packed(), nil
}

// Packed is what was packed.
func (p *Packer) Packed() *Packed { return &Packed{p.k.Packed()} }

// packHost is what the runtime adds to a packer.
func (rt *Runtime) packHost() *convert.PackHost {
	var modules map[*lua.LTable]string
	return &convert.PackHost{
		Globals: rt.vm.State().G.Global,
		Code:    rt.vm.Original,
		Named:   rt.globalsNamed,
		Text:    rt.partText,
		Known: func(v lua.LValue) (any, bool) {
			return rt.isNative(v, func() map[*lua.LTable]string {
				if modules == nil {
					modules = map[*lua.LTable]string{}
					rt.libs.Loaded(func(name string, t *lua.LTable) {
						if was, ok := modules[t]; !ok || name < was {
							modules[t] = name
						}
					})
				}
				return modules
			})
		},
		Object: rt.packObject,
		FuncName: func(p *lua.FunctionProto, name string) string {
			place := fmt.Sprintf("%s:%d", p.SourceName, p.LineDefined)
			switch {
			case p.LineDefined == 0:
				return "the main chunk of " + p.SourceName
			case name == "":
				return "the function of " + place
			}
			return fmt.Sprintf("function '%s' (%s)", vm.Short(name), place)
		},
	}
}

// packObject is convert.PackHost.Object.
func (rt *Runtime) packObject(v lua.LValue) (what any, parts []lua.LValue, refused string) {
	switch x := v.(type) {
	case errorPart:
		what, parts = packError(x.e)
		return what, parts, ""
	case *lua.LUserData:
		switch o := object(x).(type) {
		case *Error:
			what, parts = packError(o)
			return valueOf{what.(*packedError)}, parts, ""
		case nil:
		default:
			if t := rt.objects(reflect.TypeOf(o)); t != nil && t.typ.Concurrent {
				return concurrent{o}, nil, ""
			}
		}
	case *lua.LFunction:
		if rt.given().names[x].host {
			return nil, nil, "a function of the host's, which interp.Concurrent does not mark,"
		}
		return nil, nil, "a function in Go"
	case *lua.LTable:
		return nil, nil, "a table of the host's, which interp.Concurrent does not mark,"
	}
	return nil, nil, article(rt.words(v))
}

// article puts one before a word.
func article(name string) string {
	if strings.ContainsAny(name[:1], "aeio") {
		return "an " + name
	}
	return "a " + name
}

// concurrent is an object that goes along as it is.
type concurrent struct{ o any }

// words is what a value is, for a message: "sync.queue", "file", "function".
func (rt *Runtime) words(v lua.LValue) string {
	ud, ok := v.(*lua.LUserData)
	if !ok {
		if v.Type() == lua.LTThread {
			return "coroutine"
		}
		return v.Type().String()
	}
	if o := rt.objects(reflect.TypeOf(object(v))); o != nil {
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

// Unpack makes the runtime's own copies of what is in p. Modules that are in it are required, so it may wait where there are functions in it.
func (c *Call) Unpack(p *Packed) (Values, error) {
	if p.p == nil {
		return nil, nil
	}
	n := p.TextSize()
	c.rt.mem.Reserve(n)
	defer c.rt.mem.Reserve(-n)
	if err := c.rt.took(n); err != nil {
		return nil, err
	}
	u := &Unpacker{p: p, counted: true}
	vals := make(Values, p.Len())
	for i := range vals {
		v, err := u.Value(c, i+1)
		if err != nil {
			return nil, err
		}
		vals[i] = v
	}
	return vals, nil
}

// Unpacker makes a runtime's own copies of packed values one by one, which share what these share.
type Unpacker struct {
	u       *convert.Unpacker
	p       *Packed
	counted bool // the strings, for limits
}

// NewUnpacker makes an unpacker, for one runtime. The strings count for who has packed them.
func NewUnpacker(p *Packed) *Unpacker { return &Unpacker{p: p} }

// Value is a copy of the i-th value, from 1.
func (u *Unpacker) Value(c *Call, i int) (Value, error) {
	if i < 1 || i > u.p.Len() {
		return Value{}, nil
	}
	if u.u == nil {
		u.u = convert.NewUnpacker(u.p.p, c.rt.unpackHost())
	}
	if !u.counted {
		u.counted = true
		c.rt.shares(u.p.TextSize())
	}
	made := 0 // bytes that no estimate finds yet
	defer func() { c.rt.mem.Reserve(-made) }()
	u.u.Work = func(n int) {
		made += n
		c.rt.mem.Reserve(n)
		vm.Work(c.l, n)
	}
	u.u.Require = func(name string) (lua.LValue, error) {
		vals, err := c.Call(Value{c.rt.libs.Require(), c.rt}, Value{lua.LString(name), c.rt})
		if err != nil {
			return nil, err
		}
		return vals.Get(1).lua(), nil
	}
	v, err := u.u.Value(i - 1)
	if err == nil {
		err = c.rt.took(made)
	}
	return Value{v, c.rt}, err
}

// Keep has all that was copied so far stay the same in what is copied later, whatever Forget says.
func (u *Unpacker) Keep() {
	if u.u != nil {
		u.u.Keep()
	}
}

// Forget forgets what was copied since Keep: it is copied anew where it comes again.
func (u *Unpacker) Forget() {
	if u.u != nil {
		u.u.Forget()
	}
}

// unpackHost is what the runtime adds to an unpacker.
func (rt *Runtime) unpackHost() *convert.UnpackHost {
	return &convert.UnpackHost{
		Globals:  rt.vm.State().G.Global,
		NewTable: rt.vm.NewTable,
		Make: func(what any, require func(name string) (lua.LValue, error)) (lua.LValue, error) {
			switch x := what.(type) {
			case native:
				return rt.native(x)
			case moduleName:
				v, err := require(x.name)
				if t, ok := v.(*lua.LTable); ok && x.field != "" {
					v = vm.Field(t, x.field)
				}
				return v, err
			case concurrent:
				return rt.value(x.o)
			case *packedError:
				return errorPart{x.begin(rt)}, nil
			case valueOf:
				return rt.errorValue(x.e.begin(rt)), nil
			}
			return nil, fmt.Errorf("a %T cannot be unpacked", what)
		},
		Fill: func(v lua.LValue, what any, parts []lua.LValue) {
			switch x := what.(type) {
			case *packedError:
				x.fill(v.(errorPart).e, parts)
			case valueOf:
				x.e.fill(object(v).(*Error), parts)
			}
		},
		Function: func(p *lua.FunctionProto) *lua.FunctionProto {
			if !rt.unpacked[p] {
				if rt.unpacked == nil || len(rt.unpacked) >= maxCodes {
					rt.unpacked = map[*lua.FunctionProto]bool{}
				}
				rt.unpacked[p] = true
				rt.complete(p)
			}
			return rt.vm.Covered(p)
		},
		Set: func(table, name string, v lua.LValue) {
			t := rt.vm.State().G.Global
			if table != "" {
				rt.completeNamed(table)
				var ok bool
				if t, ok = vm.Field(t, table).(*lua.LTable); !ok {
					return
				}
			}
			vm.SetField(t, name, v)
		},
	}
}

// Len is how many values are in it.
func (p *Packed) Len() int {
	if p.p == nil {
		return 0
	}
	return p.p.Len()
}

// Size is about how many bytes a copy takes, without its strings.
func (p *Packed) Size() int {
	if p.p == nil {
		return 0
	}
	return p.p.Size()
}

// TextSize is about how many bytes its strings take, each once, where it was packed for an isolate; short ones are in Size.
func (p *Packed) TextSize() int {
	if p.p == nil {
		return 0
	}
	return p.p.TextSize()
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
