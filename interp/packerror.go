package interp

import (
	"slices"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/convert"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// errorPart stands, among the values of a Packed, for an error as it was raised, and not as scripts have it.
type errorPart struct{ e *Error }

// String implements lua.LValue.
func (errorPart) String() string { return "error" }

// Type implements lua.LValue.
func (errorPart) Type() lua.LValueType { return lua.LTUserData }

// packedError is an error without its values, which are its parts: what was raised, its fields, the others, its cause.
type packedError struct {
	e      Error // without any value of Lua
	names  []string
	value  bool
	others int
	behind bool
}

// valueOf is a packedError as an error value that scripts hold.
type valueOf struct{ e *packedError }

// packError takes an error apart.
func packError(e *Error) (what any, parts []lua.LValue) {
	x := &packedError{e: *e, value: e.Value.lv != nil, others: len(e.Others), behind: e.behind != nil}
	if x.value {
		parts = append(parts, e.Value.lv)
	}
	for _, f := range e.fields {
		x.names = append(x.names, f.name)
		lv := f.lv
		if lv == nil {
			lv = lua.LNil
		}
		parts = append(parts, lv)
	}
	for _, o := range e.Others {
		parts = append(parts, errorPart{o})
	}
	if e.behind != nil {
		parts = append(parts, errorPart{e.behind})
	}
	x.e.rt, x.e.ud, x.e.Value, x.e.fields, x.e.Others, x.e.behind = nil, nil, Value{}, nil, nil, nil
	x.e.returned, x.e.first, x.e.reported, x.e.unwinds = nil, nil, false, nil
	x.e.Frames, x.e.Spawn = spawnFrames(e), nil
	return x, parts
}

// spawnFrames are the frames of an error, then where its task was spawned, as frames, since those of another runtime follow.
func spawnFrames(e *Error) []Frame {
	frames := slices.Clip(e.Frames)
	for _, at := range e.Spawn {
		frames = append(frames, note("spawned at "+at))
	}
	return frames
}

// note is a line of a traceback that is no function.
func note(text string) Frame { return Frame{Func: text, note: true} }

// begin makes the error, without its values.
func (x *packedError) begin(rt *Runtime) *Error {
	e := x.e
	e.rt = rt
	return &e
}

// fill gives the error its values.
func (x *packedError) fill(e *Error, parts []lua.LValue) {
	if x.value {
		e.Value = Value{parts[0], e.rt}
		parts = parts[1:]
	}
	for i, name := range x.names {
		e.fields = append(e.fields, field{name: name, v: Value{parts[i], e.rt}, lv: parts[i]})
	}
	parts = parts[len(x.names):]
	for _, p := range parts[:x.others] {
		e.Others = append(e.Others, p.(errorPart).e)
	}
	if x.behind {
		e.behind = parts[x.others].(errorPart).e
	}
}

// partText is tostring(v), of a part of an error that cannot go along. Where no task runs any more that could be asked, it is what ownTexts has noted.
func (rt *Runtime) partText(v lua.LValue) string {
	if text, ok := rt.partTexts[v]; ok {
		return text
	}
	text := rt.text(v)
	if text == noText(v) {
		text = vm.ValueText(v)
	}
	return text
}

// ownTexts notes the texts of those parts of an error that cannot go along to another runtime, while the task that has failed can be asked for them: for a
// __tostring is the script's.
func (rt *Runtime) ownTexts(e *Error) {
	host := rt.packHost()
	host.Text = func(v lua.LValue) string {
		if rt.partTexts == nil {
			rt.partTexts = map[lua.LValue]string{}
		}
		rt.partTexts[v] = rt.partText(v)
		return rt.partTexts[v]
	}
	_ = convert.NewPacker(host).AddError(errorPart{e}) // there is no error of it
}

// packErrors packs errors of the runtime; whatever in them cannot go along becomes text.
func (rt *Runtime) packErrors(errs []*Error) *Packed {
	k := convert.NewPacker(rt.packHost())
	for _, e := range errs {
		_ = k.AddError(errorPart{e}) // there is no error of it
	}
	return &Packed{k.Packed()}
}

// Raises makes the runtime's own of the errors of an isolate of this call, for the builtin to raise: the first with the others attached. Its traceback goes on
// with the isolate's name, and where the call is.
func (c *Call) Raises(f *IsolateError) *Error {
	switch {
	case f.over != nil:
		return f.over
	case f.Err != nil || f.p == nil:
		return newError(f.Err)
	}
	u := convert.NewUnpacker(f.p.p, c.rt.unpackHost())
	u.Require = func(name string) (lua.LValue, error) { return c.rt.libs.Module(name), nil }
	here := frames(vm.Traceback(vm.ThreadOf(c.l), 0))
	var all []*Error
	for i := range f.p.Len() {
		v, err := u.Value(i)
		if err != nil {
			all = append(all, newError(err))
			continue
		}
		e := v.(errorPart).e
		for _, part := range append([]*Error{e}, e.Others...) {
			if n := len(part.Frames) - 1; n >= 0 && part.Frames[n].Line < 0 && part.Frames[n].proto == nil && !part.Frames[n].note {
				part.Frames = part.Frames[:n] // what Start was given
			}
			part.Frames = slices.Concat(part.Frames, []Frame{note("[" + f.name + "]")}, here)
			part.Spawn = c.task.spawnedAt()
		}
		all = append(all, e)
	}
	return all[0].with(all[1:])
}
