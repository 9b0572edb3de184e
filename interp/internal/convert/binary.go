package convert

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// The binary form of data, of which there is one for the same values in the same order: a version, how many values there are and how many
// tables, the values, and the tables in the order in which they are met. Numbers without a fraction are varints, the others the eight bytes
// of a float64; the names of a record's fields stand where records like it begin.
const binaryVersion = 1

// A tag stands before each value.
const (
	tagNil byte = iota
	tagFalse
	tagTrue
	tagFloat
	tagInt
	tagText
	tagTable
)

// Flags stand before each table.
const (
	flagList byte = 1 << iota
	flagNewShape
	flagShape
	flagPairs
)

// ErrNoData is the error of a Packed that has no binary form.
var ErrNoData = errors.New("there is more than data in it")

// AppendBinary appends the binary form of data to b.
func (p *Packed) AppendBinary(b []byte) ([]byte, error) {
	if !p.data {
		return nil, ErrNoData
	}
	w := encoder{b: b, numbers: make([]int, p.nodes), shapes: make([]int, p.shapes)}
	w.b = append(w.b, binaryVersion)
	w.count(len(p.roots))
	w.count(p.nodes)
	for _, v := range p.roots {
		w.value(v)
	}
	for i := 0; i < len(w.met); i++ {
		w.table(w.met[i])
	}
	return w.b, nil
}

type encoder struct {
	b       []byte
	numbers []int // of the tables that were met, from 1, by the number of the node
	met     []*packedTable
	shapes  []int // from 1
	shaped  int
	each    func(v lua.LValue) // writes a value in a table; nil: value does
	err     error
}

// inTable writes a value in a table.
func (w *encoder) inTable(v lua.LValue) {
	if w.each != nil {
		w.each(v)
	} else {
		w.value(v)
	}
}

func (w *encoder) count(n int) { w.b = binary.AppendUvarint(w.b, uint64(n)) }

func (w *encoder) text(s string) {
	w.count(len(s))
	w.b = append(w.b, s...)
}

func (w *encoder) value(v lua.LValue) {
	switch x := v.(type) {
	case lua.LBool:
		if x {
			w.b = append(w.b, tagTrue)
		} else {
			w.b = append(w.b, tagFalse)
		}
	case lua.LNumber:
		f := float64(x)
		if i := int64(f); i > -1<<53 && i < 1<<53 && math.Float64bits(float64(i)) == math.Float64bits(f) {
			w.b = binary.AppendVarint(append(w.b, tagInt), i)
			return
		}
		if f != f {
			f = math.NaN() // there is one form of it
		}
		w.b = binary.LittleEndian.AppendUint64(append(w.b, tagFloat), math.Float64bits(f))
	case lua.LString:
		w.b = append(w.b, tagText)
		w.text(string(x))
	case *packedTable:
		if w.numbers[x.at] == 0 {
			w.met = append(w.met, x)
			w.numbers[x.at] = len(w.met)
		}
		w.b = append(w.b, tagTable)
		w.count(w.numbers[x.at] - 1)
	default:
		w.b = append(w.b, tagNil)
	}
}

func (w *encoder) table(n *packedTable) {
	var flags byte
	if n.list {
		flags = flagList
	}
	switch {
	case n.shape == nil && len(n.pairs) > 0:
		flags |= flagPairs
	case n.shape == nil:
	case w.shapes[n.shape.at] == 0:
		flags |= flagNewShape
	default:
		flags |= flagShape
	}
	if n.meta != nil {
		flags |= flagMeta
	}
	w.b = append(w.b, flags)
	w.count(len(n.items))
	for _, v := range n.items {
		w.inTable(v)
	}
	switch {
	case flags&flagNewShape != 0:
		w.shaped++
		w.shapes[n.shape.at] = w.shaped
		w.count(len(n.shape.names))
		for _, name := range n.shape.names {
			w.text(string(name.(lua.LString)))
		}
	case flags&flagShape != 0:
		w.count(w.shapes[n.shape.at] - 1)
	case flags&flagPairs != 0:
		w.count(len(n.pairs) / 2)
	}
	for _, v := range n.fields {
		w.inTable(v)
	}
	for _, v := range n.pairs {
		w.inTable(v)
	}
}

// ParseBinary makes packed values of their binary form. It believes nothing: what it takes is bounded by the length of b.
func ParseBinary(b []byte) (*Packed, error) {
	if len(b) == 0 {
		return nil, errors.New("these are no packed values: there is nothing")
	}
	if b[0] != binaryVersion {
		return nil, fmt.Errorf("these are no packed values of a form that is known here: it begins with %d, and not with %d", b[0], binaryVersion)
	}
	d := decoder{b: b[1:], all: len(b)}
	p := &Packed{data: true}
	if !d.packed(p) {
		return nil, fmt.Errorf("the packed values are damaged at byte %d", d.all-len(d.b))
	}
	return p, nil
}

type decoder struct {
	b      []byte
	all    int
	tables []packedTable
	shapes []*shape
	maker  vm.Maker

	other   func(tag byte) (lua.LValue, bool) // values of other tags; nil: there are none
	ignored byte                              // flags of tables that others look at
}

// index is a number that stands for something.
func (d *decoder) index() (uint64, bool) {
	i, size := binary.Uvarint(d.b)
	if size <= 0 {
		return 0, false
	}
	d.b = d.b[size:]
	return i, true
}

// packed parses all but the version. It and what it calls report false where something cannot be.
func (d *decoder) packed(p *Packed) bool {
	roots, ok := d.count(1)
	if !ok {
		return false
	}
	tables, ok := d.count(2)
	if !ok {
		return false
	}
	d.tables = make([]packedTable, tables)
	if p.roots, ok = d.values(roots, true); !ok {
		return false
	}
	for i := range d.tables {
		n := &d.tables[i]
		n.at = i
		if !d.table(n) {
			return false
		}
	}
	p.nodes, p.shapes = tables, len(d.shapes)
	p.size = d.maker.Took() + 64*tables + d.all
	return len(d.b) == 0
}

// count is a number of what takes so many bytes each, at least.
func (d *decoder) count(each int) (int, bool) {
	n, size := binary.Uvarint(d.b)
	if size <= 0 || n > uint64((len(d.b)-size)/each) {
		return 0, false
	}
	d.b = d.b[size:]
	return int(n), true
}

func (d *decoder) bytes() ([]byte, bool) {
	n, ok := d.count(1)
	if !ok {
		return nil, false
	}
	b := d.b[:n]
	d.b = d.b[n:]
	return b, true
}

func (d *decoder) values(n int, nils bool) ([]lua.LValue, bool) {
	if n == 0 {
		return nil, true
	}
	vals := make([]lua.LValue, n)
	for i := range vals {
		v, ok := d.value()
		if !ok || v == lua.LNil && !nils {
			return nil, false
		}
		vals[i] = v
	}
	return vals, true
}

func (d *decoder) value() (lua.LValue, bool) {
	if len(d.b) == 0 {
		return nil, false
	}
	tag := d.b[0]
	d.b = d.b[1:]
	switch tag {
	case tagNil:
		return lua.LNil, true
	case tagFalse, tagTrue:
		return lua.LBool(tag == tagTrue), true
	case tagFloat:
		if len(d.b) < 8 {
			return nil, false
		}
		f := math.Float64frombits(binary.LittleEndian.Uint64(d.b))
		d.b = d.b[8:]
		return d.maker.Number(f), true
	case tagInt:
		i, size := binary.Varint(d.b)
		if size <= 0 || i <= -1<<53 || i >= 1<<53 {
			return nil, false
		}
		d.b = d.b[size:]
		return d.maker.Number(float64(i)), true
	case tagText:
		s, ok := d.bytes()
		if !ok {
			return nil, false
		}
		return d.maker.Bytes(s), true
	case tagTable:
		i, ok := d.index()
		if !ok || i >= uint64(len(d.tables)) {
			return nil, false
		}
		return &d.tables[i], true
	}
	if d.other == nil {
		return nil, false
	}
	return d.other(tag)
}

func (d *decoder) table(n *packedTable) bool {
	if len(d.b) == 0 {
		return false
	}
	flags := d.b[0]
	d.b = d.b[1:]
	n.list = flags&flagList != 0
	items, ok := d.count(1)
	if !ok {
		return false
	}
	if n.items, ok = d.values(items, true); !ok || items > 0 && n.items[items-1] == lua.LNil {
		return false
	}
	switch flags &^ (flagList | d.ignored) {
	case 0:
		return true
	case flagNewShape:
		names, ok := d.count(2)
		if !ok || names == 0 {
			return false
		}
		n.shape = &shape{at: len(d.shapes), names: make([]lua.LValue, names)}
		d.shapes = append(d.shapes, n.shape)
		known := make(map[string]bool, names)
		for i := range n.shape.names {
			s, ok := d.bytes()
			if !ok || known[string(s)] {
				return false
			}
			known[string(s)] = true
			if n.shape.names[i] = d.maker.Bytes(s); !vm.ShortKey(n.shape.names[i]) {
				return false
			}
		}
	case flagShape:
		i, ok := d.index()
		if !ok || i >= uint64(len(d.shapes)) {
			return false
		}
		n.shape = d.shapes[i]
	case flagPairs:
		pairs, ok := d.count(2)
		if !ok || pairs == 0 {
			return false
		}
		if n.pairs, ok = d.values(2*pairs, false); !ok {
			return false
		}
		for i := 0; i < len(n.pairs); i += 2 {
			if f, ok := n.pairs[i].(lua.LNumber); ok && f != f {
				return false
			}
		}
		return true
	default:
		return false
	}
	n.fields, ok = d.values(len(n.shape.names), false)
	return ok
}
