package convert

import (
	"errors"
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/codegen"
)

// The portable form of packed values is read by other processes, on other machines. To what the binary form of data has it adds metatables,
// functions, each by the hash of its chunk and its number there, their variables and globals, and what the host knows.
const portableVersion = 0x81

// Chunk is the text of a chunk, and the name that it was compiled by.
type Chunk struct{ Name, Text string }

// HashSize is the size of the hash that a host makes of a chunk. The host makes it, so that nobody else links one.
const HashSize = 32

// ChunkOf is the chunk that a function is in, and its number there; ok is false where it cannot be compiled again.
func ChunkOf(p *lua.FunctionProto) (c Chunk, number int, ok bool) {
	text, number, ok := codegen.TextOf(p)
	return Chunk{codegen.SourceOf(p), text}, number, ok
}

// PortableHost is what a runtime adds to the portable form.
type PortableHost struct {
	// Chunk is told of each chunk that functions are in, once, and returns its hash.
	Chunk func(c Chunk) ([HashSize]byte, error)
	// Program is the code of the chunk of that hash.
	Program func(hash [HashSize]byte) (*lua.FunctionProto, error)
	// Encode is what Known or Object have packed, as bytes: failure says that it is an error as it was raised, which stands only among the last parts of
	// another, and at the roots.
	Encode func(what any) (b []byte, failure bool, err error)
	// Decode is the other way round. The parts are so many values, then so many failures.
	Decode func(b []byte) (what any, failure bool, values, failures int, err error)
}

// Kinds of nodes.
const (
	kindTable byte = iota
	kindFunction
	kindOther
	kindFailure
)

const (
	tagNode        = tagTable + 1
	flagMeta  byte = 1 << 4
	maxBehind      = 100 // how far failures may stand behind failures
)

// portable encodes.
type portable struct {
	encoder // its numbers are of the nodes
	host    *PortableHost
	kinds   []byte
	nodes   []lua.LValue
	cells   map[*packedCell]int
	vars    []*packedCell
	globals map[int]int // by their numbers in the Packed
	named   []int
	chunks  map[Chunk]int
	hashes  []byte
}

// AppendPortable appends the portable form to b.
func (p *Packed) AppendPortable(b []byte, host *PortableHost) ([]byte, error) {
	w := &portable{host: host, cells: map[*packedCell]int{}, globals: map[int]int{}, chunks: map[Chunk]int{}}
	w.numbers, w.shapes = make([]int, p.nodes), make([]int, p.shapes)
	for _, v := range p.roots {
		w.put(v)
	}
	roots := w.take()
	var nodes, cells, globals []byte
	for n, c, g := 0, 0, 0; n < len(w.nodes) || c < len(w.vars) || g < len(w.named); {
		for ; n < len(w.nodes); n++ {
			if err := w.node(w.nodes[n], w.kinds[n]); err != nil {
				return nil, err
			}
		}
		nodes = append(nodes, w.take()...)
		for ; c < len(w.vars); c++ {
			w.put(w.vars[c].v)
		}
		cells = append(cells, w.take()...)
		for ; g < len(w.named); g++ {
			x := p.globals[w.named[g]]
			w.text(x.table)
			w.text(x.name)
			w.put(x.v)
		}
		globals = append(globals, w.take()...)
	}
	if w.err != nil {
		return nil, w.err
	}
	w.b = append(b, portableVersion)
	w.count(len(p.roots))
	w.count(len(w.hashes) / HashSize)
	w.b = append(w.b, w.hashes...)
	w.count(len(w.kinds))
	w.b = append(w.b, w.kinds...)
	w.count(len(w.vars))
	w.count(len(w.named))
	for _, part := range [][]byte{roots, nodes, cells, globals} {
		w.b = append(w.b, part...)
	}
	return w.b, nil
}

// take is what was written since it was called last.
func (w *portable) take() []byte {
	b := w.b
	w.b = nil
	return b
}

// put writes a value; nodes are met by it.
func (w *portable) put(v lua.LValue) {
	kind, at := byte(0), 0
	switch x := v.(type) {
	case *packedTable:
		kind, at = kindTable, x.at
	case *packedFunction:
		kind, at = kindFunction, x.at
	case *packedOther:
		kind, at = kindOther, x.at
	default:
		w.value(v)
		return
	}
	if w.numbers[at] == 0 {
		if x, ok := v.(*packedOther); ok {
			_, failure, err := w.host.Encode(x.what)
			if w.fails(err); failure {
				kind = kindFailure
			}
		}
		w.nodes, w.kinds = append(w.nodes, v), append(w.kinds, kind)
		w.numbers[at] = len(w.nodes)
	}
	w.b = append(w.b, tagNode)
	w.count(w.numbers[at] - 1)
}

func (w *portable) node(v lua.LValue, kind byte) error {
	switch n := v.(type) {
	case *packedTable:
		w.each = w.put
		w.table(n)
		if n.meta != nil {
			w.put(n.meta)
		}
	case *packedFunction:
		chunk, number, ok := ChunkOf(n.code)
		if !ok {
			return errors.New("a function has no text that it could be compiled from")
		}
		i, known := w.chunks[chunk]
		if !known {
			sum, err := w.host.Chunk(chunk)
			if err != nil {
				return err
			}
			i = len(w.chunks)
			w.chunks[chunk] = i
			w.hashes = append(w.hashes, sum[:]...)
		}
		w.count(i)
		w.count(number)
		w.count(len(n.vars))
		for _, c := range n.vars {
			w.count(placeIn(c, w.cells, &w.vars))
		}
		env := n.env
		if env == nil {
			env = lua.LNil
		}
		w.put(env)
		w.count(len(n.globals))
		for _, g := range n.globals {
			w.count(placeIn(g, w.globals, &w.named))
		}
	case *packedOther:
		b, _, err := w.host.Encode(n.what)
		if err != nil {
			return err
		}
		w.text(string(b))
		for _, v := range n.parts {
			w.put(v)
		}
	}
	return w.err
}

// placeIn is the place of x in a list, at whose end it is put if it is not there; places has those that are.
func placeIn[T comparable](x T, places map[T]int, list *[]T) int {
	at, known := places[x]
	if !known {
		at = len(*list)
		places[x] = at
		*list = append(*list, x)
	}
	return at
}

func (w *portable) fails(err error) {
	if w.err == nil {
		w.err = err
	}
}

// ParsePortable makes packed values of their portable form. It believes nothing of b but the chunks that host has for its hashes. Failures may be roots.
func ParsePortable(b []byte, host *PortableHost) (*Packed, error) {
	if len(b) == 0 || b[0] != portableVersion {
		return nil, errors.New("these are no packed values of a form that is known here: both sides must be the same version of lull")
	}
	d := &unportable{decoder: decoder{b: b[1:], all: len(b)}, host: host}
	p := &Packed{}
	switch ok := d.packed(p); {
	case d.err != nil:
		return nil, d.err
	case !ok:
		return nil, fmt.Errorf("the packed values are damaged at byte %d", d.all-len(d.b))
	}
	return p, nil
}

// unportable decodes.
type unportable struct {
	decoder
	host   *PortableHost
	chunks []*lua.FunctionProto
	kinds  []byte
	nodes  []lua.LValue
	vars   []*packedCell
	named  int
	behind [][]int // of failures, by number: the failures among their parts
	err    error
}

func (d *unportable) packed(p *Packed) bool {
	roots, ok := d.count(1)
	if !ok {
		return false
	}
	hashes, ok := d.count(HashSize)
	if !ok {
		return false
	}
	for range hashes {
		code, err := d.host.Program([HashSize]byte(d.b[:HashSize]))
		if err != nil {
			d.err = err
			return false
		}
		d.chunks = append(d.chunks, code)
		d.b = d.b[HashSize:]
	}
	nodes, ok := d.count(3)
	if !ok {
		return false
	}
	d.kinds, d.b = d.b[:nodes], d.b[nodes:]
	for i, kind := range d.kinds {
		switch kind {
		case kindTable:
			d.nodes = append(d.nodes, &packedTable{node: node{i}})
		case kindFunction:
			d.nodes = append(d.nodes, &packedFunction{node: node{i}})
		case kindOther, kindFailure:
			d.nodes = append(d.nodes, &packedOther{node: node{i}})
		default:
			return false
		}
	}
	vars, ok := d.count(1)
	if !ok {
		return false
	}
	for i := range vars {
		d.vars = append(d.vars, &packedCell{at: i})
	}
	if d.named, ok = d.count(1); !ok {
		return false
	}
	d.other = d.reference
	d.behind = make([][]int, nodes)
	for range roots {
		v, ok := d.root()
		if !ok {
			return false
		}
		p.roots = append(p.roots, v)
	}
	for i, v := range d.nodes {
		switch n := v.(type) {
		case *packedTable:
			ok = d.withMeta(n)
		case *packedFunction:
			ok = d.function(n)
		case *packedOther:
			ok = d.known(n, i)
		}
		if !ok {
			return false
		}
	}
	for _, c := range d.vars {
		if c.v, ok = d.value(); !ok {
			return false
		}
	}
	for range d.named {
		table, ok1 := d.bytes()
		name, ok2 := d.bytes()
		if !ok1 || !ok2 {
			return false
		}
		g := packedGlobal{table: string(table), name: string(name)}
		if g.v, ok = d.value(); !ok {
			return false
		}
		p.globals = append(p.globals, g)
	}
	p.nodes, p.cells, p.shapes = nodes, vars, len(d.shapes)
	p.size = d.maker.Took() + 64*nodes + d.all
	return len(d.b) == 0 && d.ends()
}

// reference is a value that the binary form of data does not have: a node that stands among values.
func (d *unportable) reference(tag byte) (lua.LValue, bool) {
	if tag != tagNode {
		return nil, false
	}
	i, ok := d.number(len(d.nodes))
	if !ok || d.kinds[i] == kindFailure {
		return nil, false
	}
	return d.nodes[i], true
}

// number is one below n.
func (d *unportable) number(n int) (int, bool) {
	i, ok := d.index()
	return int(i), ok && i < uint64(n)
}

// failure is the number of a failure.
func (d *unportable) failure() (int, bool) {
	if len(d.b) == 0 || d.b[0] != tagNode {
		return 0, false
	}
	d.b = d.b[1:]
	i, ok := d.number(len(d.nodes))
	return i, ok && d.kinds[i] == kindFailure
}

// root is a value or a failure.
func (d *unportable) root() (lua.LValue, bool) {
	was := d.b
	if i, ok := d.failure(); ok {
		return d.nodes[i], true
	}
	d.b = was
	return d.value()
}

func (d *unportable) withMeta(n *packedTable) (ok bool) {
	meta := len(d.b) > 0 && d.b[0]&flagMeta != 0
	d.ignored = flagMeta
	if !d.table(n) {
		return false
	}
	if !meta {
		return true
	}
	n.meta, ok = d.value()
	switch n.meta.(type) {
	case *packedTable, *packedOther: // a table of its own, or one that the host knows
		return ok
	}
	return false
}

func (d *unportable) function(n *packedFunction) bool {
	chunk, ok := d.number(len(d.chunks))
	if !ok {
		return false
	}
	number, ok := d.index()
	if !ok || number > 1<<30 {
		return false
	}
	n.code = codegen.Function(d.chunks[chunk], int(number))
	vars, ok := d.count(1)
	if !ok || n.code == nil || vars != int(n.code.NumUpvalues) {
		return false
	}
	for range vars {
		i, ok := d.number(len(d.vars))
		if !ok {
			return false
		}
		n.vars = append(n.vars, d.vars[i])
	}
	if n.env, ok = d.value(); !ok {
		return false
	}
	if n.env == lua.LNil {
		n.env = nil
	}
	globals, ok := d.count(1)
	if !ok {
		return false
	}
	for range globals {
		g, ok := d.number(d.named)
		if !ok {
			return false
		}
		n.globals = append(n.globals, g)
	}
	return true
}

func (d *unportable) known(n *packedOther, at int) bool {
	b, ok := d.bytes()
	if !ok {
		return false
	}
	what, failure, values, failures, err := d.host.Decode(b)
	if err != nil || failure != (d.kinds[at] == kindFailure) || values < 0 || failures < 0 || values+failures > len(d.b) {
		return false
	}
	n.what, n.failure = what, failure
	for range values {
		v, ok := d.value()
		if !ok {
			return false
		}
		n.parts = append(n.parts, v)
	}
	for range failures {
		i, ok := d.failure()
		if !ok {
			return false
		}
		n.parts = append(n.parts, d.nodes[i])
		d.behind[at] = append(d.behind[at], i)
	}
	return true
}

// ends reports whether no failure stands behind itself, or too many behind one another, for whoever goes along them.
func (d *unportable) ends() bool {
	depths := make([]int, len(d.behind)) // 0: not known yet; -1: it is being looked at
	var depth func(i, far int) bool
	depth = func(i, far int) bool {
		if depths[i] != 0 || far > maxBehind {
			return depths[i] > 0 && far+depths[i] <= maxBehind
		}
		depths[i] = -1
		deepest := 0
		for _, j := range d.behind[i] {
			if !depth(j, far+1) {
				return false
			}
			deepest = max(deepest, depths[j])
		}
		depths[i] = deepest + 1
		return true
	}
	for i := range d.behind {
		if !depth(i, 0) {
			return false
		}
	}
	return true
}

// HasFailures reports whether a root of what was parsed is an error as it was raised.
func (p *Packed) HasFailures() bool { return p.failures() > 0 }

// AllFailures reports whether there are roots, all of them errors as they were raised.
func (p *Packed) AllFailures() bool { return len(p.roots) > 0 && p.failures() == len(p.roots) }

func (p *Packed) failures() (n int) {
	for _, v := range p.roots {
		if x, ok := v.(*packedOther); ok && x.failure {
			n++
		}
	}
	return n
}

// Others calls yield with all that the host has packed.
func (p *Packed) Others(yield func(what any)) {
	for _, what := range p.known {
		yield(what)
	}
}
