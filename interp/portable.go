package interp

import (
	"encoding/binary"
	"errors"
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/codegen"
	"github.com/lull-lua/lull/interp/internal/convert"
)

// Chunk is the source text of a chunk, and the name that it was compiled by: what code is on its way to another machine. The first line of a file, which
// the compiler skips if it begins with "#", is not in it.
type Chunk struct{ Name, Text string }

// Compile is the program of the chunk; see the function [Compile].
func (c Chunk) Compile() (*Program, error) { return Compile(c.Name, []byte(c.Text)) }

// NewPortablePacker makes a packer for what [Call.Pack] packs, but for objects, and for functions that were typed into a REPL: they cannot go to another
// machine. The portable form of what it has packed is that of [Packed.AppendPortable].
func (c *Call) NewPortablePacker() *Packer {
	return &Packer{c.rt.portablePacker()}
}

func (rt *Runtime) portablePacker() *convert.Packer {
	host := rt.packHost()
	object := host.Object
	host.Object = func(v lua.LValue) (what any, parts []lua.LValue, refused string) {
		if what, parts, refused = object(v); refused == "" {
			if _, ok := what.(concurrent); ok {
				return nil, nil, article(rt.words(v))
			}
		}
		return what, parts, refused
	}
	k := convert.NewPacker(host)
	k.Portable = true
	return k
}

// AppendPortable appends to b the form in which values of a portable packer go to other processes. Functions are in it by the hash of their chunk and
// their number there: chunk is called with each chunk, once, and returns its hash: the caller's own, of both name and text, by which no two chunks that
// it may meet are taken for each other, such as SHA-256. The form is read by the same version of this package alone.
func (p *Packed) AppendPortable(b []byte, chunk func(c Chunk) (hash [32]byte, err error)) ([]byte, error) {
	of := p.p
	if of == nil {
		of = convert.NewPacker(nil).Packed()
	}
	b, err := of.AppendPortable(b, portableHost(chunk, nil))
	if err != nil {
		return nil, fmt.Errorf("interp: Packed: %w", err)
	}
	return b, nil
}

// UnmarshalPortable is the other way round, for the zero value: program is asked for the program of each chunk, by its hash. It may be called from any
// goroutine, believes nothing of b, which stays the caller's, and takes some hundred times the length of b at most.
func (p *Packed) UnmarshalPortable(b []byte, program func(hash [32]byte) (*Program, error)) error {
	if p.p != nil {
		return errors.New("interp: Packed: it has values already")
	}
	of, err := convert.ParsePortable(b, portableHost(nil, program))
	if err == nil && of.HasFailures() {
		err = errors.New("the packed values are errors")
	}
	if err != nil {
		return fmt.Errorf("interp: Packed: %w", err)
	}
	p.p = of
	return nil
}

// Modules are the names of the modules that go along by their names alone: who unpacks the values requires them. Those of builtins are not among them.
func (p *Packed) Modules() []string {
	if p.p == nil {
		return nil
	}
	var names []string
	p.p.Others(func(what any) {
		if m, ok := what.(moduleName); ok {
			names = append(names, m.name)
		}
	})
	return names
}

// ModuleChunk is the chunk that require has run, or would run, for the module of that name, which it looks for but does not run. ok is false where there
// is none: the module is not found, or is a builtin's. It may wait.
func (c *Call) ModuleChunk(name string) (chunk Chunk, ok bool, err error) {
	code, sought := c.rt.libs.ModuleCode(name)
	if sought {
		for _, find := range c.rt.libs.ModuleFinders(c.l) {
			vals, err := c.Call(Value{find, c.rt}, Value{lua.LString(name), c.rt})
			if err != nil {
				return Chunk{}, false, err
			}
			if fn, ok := vals.Get(1).lv.(*lua.LFunction); ok {
				if !fn.IsG && fn.Proto.LineDefined == 0 {
					code = fn.Proto
				}
				break
			}
		}
	}
	if code == nil {
		return Chunk{}, false, nil
	}
	of, _, ok := convert.ChunkOf(c.rt.vm.Original(code))
	return Chunk(of), ok, nil
}

// Failure packs what a run of this runtime has returned as an error of an isolate of that name, for another runtime to raise by [Call.Raises]. A value
// in it that cannot go to another machine becomes text.
func (c *Call) Failure(err error, name string) *IsolateError {
	errs := []error{err}
	if _, ok := err.(*Error); !ok {
		if j, ok := err.(interface{ Unwrap() []error }); ok {
			errs = j.Unwrap()
		}
	}
	k := c.rt.portablePacker()
	for _, err := range errs {
		if x, ok := err.(ExitError); ok {
			err = &Error{Kind: KindError, Msg: fmt.Sprintf("%s ended with status %d", name, x.Code)}
		}
		_ = k.AddError(errorPart{c.rt.own(asError(err))}) // there is no error of it
	}
	return &IsolateError{p: &Packed{k.Packed()}, name: name}
}

// AppendPortable is [Packed.AppendPortable] of an error that [Call.Failure] has made.
func (f *IsolateError) AppendPortable(b []byte, chunk func(c Chunk) (hash [32]byte, err error)) ([]byte, error) {
	if f.p == nil {
		return nil, errors.New("interp: IsolateError: it is none of Call.Failure")
	}
	return f.p.AppendPortable(b, chunk)
}

// ParseFailure makes an error for [Call.Raises] of the portable form of one; see [Packed.UnmarshalPortable]. name is how its tracebacks call the isolate.
func ParseFailure(b []byte, name string, program func(hash [32]byte) (*Program, error)) (*IsolateError, error) {
	of, err := convert.ParsePortable(b, portableHost(nil, program))
	if err == nil && !of.AllFailures() {
		err = errors.New("the packed values are no errors")
	}
	if err != nil {
		return nil, fmt.Errorf("interp: ParseFailure: %w", err)
	}
	return &IsolateError{p: &Packed{of}, name: name}, nil
}

// portableHost is what the runtime knows of the portable form: for writing or for reading.
func portableHost(chunk func(Chunk) ([32]byte, error), program func(hash [32]byte) (*Program, error)) *convert.PortableHost {
	return &convert.PortableHost{
		Chunk: func(c convert.Chunk) ([convert.HashSize]byte, error) { return chunk(Chunk(c)) },
		Program: func(hash [32]byte) (*lua.FunctionProto, error) {
			p, err := program(hash)
			if err != nil {
				return nil, err
			}
			return p.proto, nil
		},
		Encode: func(what any) ([]byte, bool, error) { return encodeKnown(what, chunk) },
		Decode: func(b []byte) (any, bool, int, int, error) { return decodeKnown(b, program) },
	}
}

// Tags of what convert does not know.
const (
	wireNative byte = iota
	wireModule
	wireError // as it was raised
	wireValue // an error value
)

// encodeKnown is convert.PortableHost.Encode.
func encodeKnown(what any, chunk func(Chunk) ([32]byte, error)) (b []byte, failure bool, err error) {
	w := &wire{writes: true, chunk: chunk}
	switch x := what.(type) {
	case native:
		w.b = append(w.b, wireNative)
		w.text(&x.table)
		w.text(&x.name)
	case moduleName:
		w.b = append(w.b, wireModule)
		w.text(&x.name)
		w.text(&x.field)
	case *packedError:
		w.b, failure = append(w.b, wireError), true
		x.wire(w)
	case valueOf:
		w.b = append(w.b, wireValue)
		x.e.wire(w)
	default:
		return nil, false, fmt.Errorf("a %T has no portable form", what)
	}
	return w.b, failure, nil
}

// decodeKnown is convert.PortableHost.Decode.
func decodeKnown(b []byte, program func(hash [32]byte) (*Program, error)) (what any, failure bool, values, failures int, err error) {
	if len(b) == 0 {
		return nil, false, 0, 0, errWire
	}
	w := &wire{b: b[1:], program: program}
	switch b[0] {
	case wireNative:
		var x native
		w.text(&x.table)
		w.text(&x.name)
		what = x
	case wireModule:
		var x moduleName
		w.text(&x.name)
		w.text(&x.field)
		what = x
	case wireError, wireValue:
		x := &packedError{}
		x.wire(w)
		values, failures = len(x.names), x.others
		if x.value {
			values++
		}
		if x.behind {
			failures++
		}
		if what, failure = x, true; b[0] == wireValue {
			what, failure = valueOf{x}, false
		}
	default:
		w.bad = true
	}
	if w.bad || len(w.b) > 0 {
		return nil, false, 0, 0, errWire
	}
	return what, failure, values, failures, nil
}

var errWire = errors.New("the packed values are damaged")

// wire writes fields one after the other, or reads them: so that there is one list of them.
type wire struct {
	b      []byte
	writes bool
	bad    bool

	chunk   func(Chunk) ([32]byte, error)
	program func(hash [32]byte) (*Program, error)
	known   map[Chunk]int        // by number, those that frames have named; 0: it cannot be sent
	sent    int                  // how many of them have a number
	mains   []*lua.FunctionProto // of the chunks that were read; nil: it cannot be had
}

func (w *wire) number(n *int) {
	if w.writes {
		w.b = binary.AppendVarint(w.b, int64(*n))
		return
	}
	v, size := binary.Varint(w.b)
	if size <= 0 || v != int64(int(v)) {
		w.bad, w.b = true, nil
		return
	}
	*n, w.b = int(v), w.b[size:]
}

func (w *wire) flag(is *bool) {
	n := 0
	if *is {
		n = 1
	}
	w.number(&n)
	*is = n != 0
}

func (w *wire) text(s *string) {
	n := len(*s)
	w.number(&n)
	switch {
	case w.writes:
		w.b = append(w.b, *s...)
	case n < 0 || n > len(w.b):
		w.bad, w.b = true, nil
	default:
		*s, w.b = string(w.b[:n]), w.b[n:]
	}
}

// length is that of a list, each entry of which takes a byte or more.
func (w *wire) length(n int) int {
	w.number(&n)
	if !w.writes && (n < 0 || n > len(w.b)) {
		w.bad, w.b, n = true, nil, 0
	}
	return n
}

func (w *wire) texts(list *[]string) {
	n := w.length(len(*list))
	if !w.writes && n > 0 { // none is nil
		*list = make([]string, n)
	}
	for i := range *list {
		w.text(&(*list)[i])
	}
}

func (w *wire) frame(f *Frame) {
	w.text(&f.Func)
	w.text(&f.Source)
	w.number(&f.Line)
	w.flag(&f.note)
	w.code(f)
}

// code writes or reads where a frame's code is: the number of a chunk, from 1, with its hash the first time, the function's number there, and the instruction. A
// chunk that cannot be sent or had takes no error along with it: its frames have no code then, so that nobody sees which part of a line they stand at.
func (w *wire) code(f *Frame) {
	var c convert.Chunk
	var number int
	if w.writes && f.proto != nil {
		c, number, _ = convert.ChunkOf(f.proto)
	}
	nth, anew, hash := w.nth(Chunk(c))
	if w.number(&nth); nth == 0 {
		return
	}
	if !w.writes {
		anew = nth == len(w.mains)+1
	}
	if anew {
		w.main(hash)
	}
	w.number(&number)
	w.number(&f.pc)
	switch {
	case w.writes:
	case nth < 1 || nth > len(w.mains):
		w.bad = true
	case w.mains[nth-1] != nil:
		f.proto = codegen.Function(w.mains[nth-1], number)
	}
}

// nth is the number of a chunk that is to be written; 0: there is none.
func (w *wire) nth(c Chunk) (n int, anew bool, hash [32]byte) {
	if c.Text == "" {
		return 0, false, hash
	}
	n, known := w.known[c]
	if known {
		return n, false, hash
	}
	if w.known == nil {
		w.known = map[Chunk]int{}
	}
	hash, err := w.chunk(c)
	if anew = err == nil; anew {
		w.sent++
		n = w.sent
	}
	w.known[c] = n
	return n, anew, hash
}

// main writes a chunk's hash, or reads one and asks for its program.
func (w *wire) main(hash [32]byte) {
	switch {
	case w.writes:
		w.b = append(w.b, hash[:]...)
	case len(w.b) < len(hash):
		w.bad, w.b = true, nil
	default:
		p, err := w.program([32]byte(w.b))
		if err != nil {
			p = &Program{}
		}
		w.mains, w.b = append(w.mains, p.proto), w.b[len(hash):]
	}
}

// wire writes or reads an error without its values. Its cause in Go stays here.
func (x *packedError) wire(w *wire) {
	e, kind, stack := &x.e, string(x.e.Kind), string(x.e.stack)
	for _, s := range []*string{&kind, &e.Msg, &e.Task, &e.pos, &e.shown, &stack} {
		w.text(s)
	}
	located := e.at != nil
	if w.flag(&located); located {
		if e.at == nil {
			e.at = &Frame{}
		}
		w.frame(e.at)
	}
	n := w.length(len(e.Frames))
	if !w.writes {
		e.Kind, e.Frames = Kind(kind), make([]Frame, n)
		if stack != "" {
			e.stack = []byte(stack)
		}
	}
	for i := range e.Frames {
		w.frame(&e.Frames[i])
	}
	w.texts(&e.where)
	w.texts(&x.names)
	for _, is := range []*bool{&e.boxed, &e.worded, &e.unraised, &x.value, &x.behind} {
		w.flag(is)
	}
	w.number(&e.leftOut)
	w.number(&x.others)
}
