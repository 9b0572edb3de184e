package json

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/jsontext"
	"github.com/lull-lua/lull/interp"
)

// CJSON are the modules "cjson" and "cjson.safe": lua-cjson 2.1 (OpenResty's, with empty_array, empty_array_mt and array_mt), by its
// manual. Its messages and its leniency are cjson's, too: it takes control characters and bytes that are no UTF-8 as they are.
func CJSON() []interp.Module {
	return []interp.Module{
		{Name: "cjson", Make: func(c *interp.Call) error { return newCJSON(c, false) }},
		{Name: "cjson.safe", Make: func(c *interp.Call) error { return newCJSON(c, true) }},
	}
}

// cjson is what a module's options are set to.
type cjson struct {
	safe    bool // errors are returned
	null    interp.Value
	empty   interp.Value // cjson.empty_array
	arrayMT interp.Table // marks a table as a list
	emptyMT interp.Table // the same, where it is empty

	sparseConvert           bool
	sparseRatio, sparseSafe int
	encodeDepth             int
	decodeDepth             int
	precision               int
	keepBuffer              bool
	encodeInvalid           string // "false", "true" or "null"
	decodeInvalid           bool
	emptyAsObject           bool
	arrayWithMT             bool
	escapeSlash             bool
}

// emptyArray is cjson.empty_array.
type emptyArray struct{}

var emptyArrayType = interp.Type{Name: "cjson.empty_array", Of: (*emptyArray)(nil), Equal: func(any, any) bool { return true }}

const cjsonVersion = "2.1.0.14"

// newCJSON returns a module with options of its own.
func newCJSON(c *interp.Call, safe bool) error {
	j := &cjson{
		safe: safe, sparseRatio: 2, sparseSafe: 10, encodeDepth: 1000, decodeDepth: 1000, precision: 14, keepBuffer: true,
		encodeInvalid: "false", decodeInvalid: true, emptyAsObject: true, escapeSlash: true,
		arrayMT: c.NewTable(0), emptyMT: c.NewTable(0),
	}
	var err error
	if j.null, err = c.Value(data.Null); err != nil {
		return err
	}
	if j.empty, err = c.Value(&emptyArray{}); err != nil {
		return err
	}
	t := c.NewTable(0)
	for _, d := range []struct {
		name string
		fn   interp.Func
	}{
		{"encode", j.caught(j.encode)},
		{"decode", j.caught(j.decode)},
		{"new", func(c *interp.Call) error { return newCJSON(c, safe) }},
		{"encode_sparse_array", j.setSparse},
		{"encode_max_depth", j.integer(&j.encodeDepth, 1, math.MaxInt32)},
		{"decode_max_depth", j.integer(&j.decodeDepth, 1, math.MaxInt32)},
		{"encode_number_precision", j.integer(&j.precision, 1, 16)},
		{"encode_keep_buffer", j.boolean(&j.keepBuffer)},
		{"encode_invalid_numbers", j.setInvalid},
		{"decode_invalid_numbers", j.boolean(&j.decodeInvalid)},
		{"encode_empty_table_as_object", j.boolean(&j.emptyAsObject)},
		{"decode_array_with_array_mt", j.boolean(&j.arrayWithMT)},
		{"encode_escape_forward_slash", j.boolean(&j.escapeSlash)},
	} {
		t.SetField(d.name, c.NewFunction(d.name, d.fn, j.arrayMT.Value(), j.emptyMT.Value()))
	}
	t.SetField("null", j.null)
	t.SetField("empty_array", j.empty)
	t.SetField("empty_array_mt", j.emptyMT.Value())
	t.SetField("array_mt", j.arrayMT.Value())
	for name, text := range map[string]string{"_NAME": "cjson", "_VERSION": cjsonVersion} {
		v, err := c.Value(text)
		if err != nil {
			return err
		}
		t.SetField(name, v)
	}
	return c.Return(t)
}

// caught is fn, which takes one argument, with its errors returned, in cjson.safe.
func (j *cjson) caught(fn interp.Func) interp.Func {
	return func(c *interp.Call) error {
		if c.Len() != 1 {
			return c.ArgError(1, "expected 1 argument")
		}
		err := fn(c)
		if e, ok := err.(*interp.Error); ok && j.safe && (e.Kind == interp.KindError || e.Kind == interp.KindParse) {
			return c.Return(nil, e.Msg)
		}
		return err
	}
}

// boolean sets an option, if there is an argument, and returns what it is.
func (j *cjson) boolean(b *bool) interp.Func {
	return func(c *interp.Call) error {
		if v := c.Arg(1); !v.IsNil() {
			if v.Type() != "boolean" {
				return c.ArgError(1, "boolean expected, got "+v.Type())
			}
			*b = v.Truth()
		}
		return c.Return(*b)
	}
}

func (j *cjson) integer(n *int, least, most int) interp.Func {
	return func(c *interp.Call) error {
		if !c.Arg(1).IsNil() {
			i, err := c.Int(1)
			if err != nil {
				return err
			}
			if i < least || i > most {
				return c.ArgError(1, fmt.Sprintf("expected integer between %d and %d", least, most))
			}
			*n = i
		}
		return c.Return(*n)
	}
}

func (j *cjson) setInvalid(c *interp.Call) error {
	if v := c.Arg(1); !v.IsNil() {
		s := v.String()
		if s == "off" {
			s = "false"
		} else if s == "on" {
			s = "true"
		}
		if s != "true" && s != "false" && s != "null" {
			return c.ArgError(1, "invalid option '"+s+"'")
		}
		j.encodeInvalid = s
	}
	if j.encodeInvalid == "null" {
		return c.Return("null")
	}
	return c.Return(j.encodeInvalid == "true")
}

func (j *cjson) setSparse(c *interp.Call) error {
	convert, ratio, safe := j.sparseConvert, j.sparseRatio, j.sparseSafe
	if v := c.Arg(1); !v.IsNil() {
		if v.Type() != "boolean" {
			return c.ArgError(1, "boolean expected, got "+v.Type())
		}
		convert = v.Truth()
	}
	for i, p := range []*int{&ratio, &safe} {
		if c.Arg(i + 2).IsNil() {
			continue
		}
		n, err := c.Int(i + 2)
		if err != nil {
			return err
		}
		if n < 0 || n > math.MaxInt32 {
			return c.ArgError(i+2, fmt.Sprintf("expected integer between %d and %d", 0, math.MaxInt32))
		}
		*p = n
	}
	j.sparseConvert, j.sparseRatio, j.sparseSafe = convert, ratio, safe
	return c.Return(convert, ratio, safe)
}

func (j *cjson) encode(c *interp.Call) error {
	depth := min(j.encodeDepth, maxCJSONDepth)
	text, err := jsontext.Encode(c, c.Arg(1), jsontext.Encoding{Ways: j, Depth: depth, Raw: true, Slash: j.escapeSlash})
	switch u := err.(type) {
	case nil:
		return c.Return(c.Adopt(text))
	case *data.Unreadable: // a cycle, or one of Lull's own bounds
		return interp.Errorf(interp.KindError, "Cannot serialise, excessive depth (%d)", depth+1)
	default:
		return u
	}
}

// cannot is the error of a value that cjson cannot encode.
func cannot(what, why string) error {
	return interp.Errorf(interp.KindError, "Cannot serialise %s: %s", what, why)
}

// The ways of cjson's encoder.

// List implements jsontext.Ways.
func (j *cjson) List(t interp.Table) (n int, ok, holes bool, err error) {
	if mt, has := t.Value().Metatable(); has && mt == j.arrayMT {
		return t.Len(), true, true, nil
	}
	items, most := 0, 0
	for k := range t.All() {
		f, number := k.Number()
		if !number || f < 1 || f != math.Trunc(f) || f > 1<<31 {
			return 0, false, false, nil
		}
		items, most = items+1, max(most, int(min(f, math.MaxInt32))) // beyond every limit as well
	}
	if j.sparseRatio > 0 && most > items*j.sparseRatio && most > j.sparseSafe {
		if !j.sparseConvert {
			return 0, false, false, cannot("table", "excessively sparse array")
		}
		return 0, false, false, nil
	}
	if most == 0 {
		mt, has := t.Value().Metatable()
		return 0, !j.emptyAsObject || has && mt == j.emptyMT, false, nil
	}
	return most, true, true, nil
}

// Key implements jsontext.Ways.
func (j *cjson) Key(k interp.Value) (string, error) {
	if f, ok := k.Number(); ok {
		b, err := j.Number(nil, f)
		return string(b), err
	}
	if s, ok := k.Text(); ok {
		return s, nil
	}
	return "", cannot(k.Type(), "table key must be a number or string")
}

// Number implements jsontext.Ways.
func (j *cjson) Number(b []byte, f float64) ([]byte, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		switch {
		case j.encodeInvalid == "null":
			return append(b, "null"...), nil
		case j.encodeInvalid == "false":
			return b, cannot("number", "must not be NaN or Infinity")
		case math.IsNaN(f):
			return append(b, "NaN"...), nil
		case f > 0:
			return append(b, "Infinity"...), nil
		}
		return append(b, "-Infinity"...), nil
	}
	return append(b, formatG(f, j.precision)...), nil
}

// formatG is C's %.*g.
func formatG(f float64, precision int) string {
	s := strconv.FormatFloat(f, 'e', precision-1, 64)
	mantissa, exp, _ := strings.Cut(s, "e")
	x, _ := strconv.Atoi(exp) // it is a number that FormatFloat wrote
	if x < -4 || x >= precision {
		if strings.Contains(mantissa, ".") {
			mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
		}
		return mantissa + "e" + exp
	}
	s = strconv.FormatFloat(f, 'f', precision-1-x, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// Other implements jsontext.Ways.
func (j *cjson) Other(b []byte, v interp.Value) ([]byte, error) {
	switch o := v.Object().(type) {
	case *emptyArray:
		return append(b, "[]"...), nil
	case *data.Number:
		return append(b, o.Text()...), nil
	}
	if data.IsNull(v) {
		return append(b, "null"...), nil
	}
	return b, cannot(v.Type(), "type not supported")
}

func (j *cjson) decode(c *interp.Call) error {
	s, err := c.Text(1)
	if err != nil {
		return err
	}
	if len(s) >= 2 && (s[0] == 0 || s[1] == 0) {
		return interp.Errorf(interp.KindParse, "JSON parser does not support UTF-16 or UTF-32")
	}
	var v interp.Value
	err = c.Compute(len(s), interp.LargeInput, func(w *interp.Work) (err error) {
		d := cjsonDecoder{cjson: j, s: s, w: w}
		v, err = d.decode()
		return err
	})
	if err != nil {
		return err
	}
	return c.Return(v)
}

// maxCJSONDepth bounds what the options of that name may ask for: each level is a call.
const maxCJSONDepth = 10_000
