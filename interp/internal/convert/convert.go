// Package convert makes values of Lua of Go's and Go's of Lua's, whatever is in them. It knows the types of Go and of package time; what
// belongs to a runtime (its handles, objects and errors) is made by a Host.
package convert

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"
	"unicode"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// Host is what a runtime adds. Its functions are called on the side of its loop; each but Own may be called with values of any type.
type Host struct {
	// Own reports whether t is a type of the runtime's own, which OwnFromLua and OwnToLua take.
	Own func(t reflect.Type) bool
	// OwnFromLua makes a value of a type of the runtime's own.
	OwnFromLua func(v lua.LValue, t reflect.Type) (reflect.Value, error)
	// OwnToLua makes a Lua value of one of a type of the runtime's own, of an error, and of an object.
	OwnToLua func(v any) (lua.LValue, error)
	// Object says what a pointer, which is not nil, is to scripts: OwnToLua takes it where known is true, else what it leads to is made.
	Object func(t reflect.Type, v any) (known bool)
	// Text is the text of a string, a number and whatever else serves as one.
	Text func(v lua.LValue) (string, bool)
	// Error is an error for a value that is none.
	Error func(v lua.LValue) error
	// Function is what a function of Lua is to Go, where any type will do.
	Function func(fn *lua.LFunction) any
	// Func makes a function of Lua of one of Go.
	Func func(fn any) (lua.LValue, error)
	// Number is a number as a value; NewTable an empty table.
	Number   func(n float64) lua.LValue
	NewTable func(items int) *lua.LTable
}

var (
	typeError    = reflect.TypeFor[error]()
	typeContext  = reflect.TypeFor[context.Context]()
	typeDuration = reflect.TypeFor[time.Duration]()
	typeTime     = reflect.TypeFor[time.Time]()
	typeAny      = reflect.TypeFor[any]()
)

// How far a conversion goes: tables that contain themselves have no end, and those that share others, each of which is
// copied wherever it occurs, may stand for more than there is memory.
const (
	maxConvertDepth = 100
	maxSharedValues = 100_000
)

// Check fails for a type that no Lua value can become or come from. own reports whether a type is the runtime's own.
func Check(t reflect.Type, own func(reflect.Type) bool) error { return check(t, own, nil) }

// check is Check; seen holds the types on the way.
func check(t reflect.Type, own func(reflect.Type) bool, seen map[reflect.Type]bool) error {
	switch t {
	case typeError, typeDuration, typeTime, typeAny:
		return nil
	case typeContext:
		return errors.New("a context.Context can only be the first parameter")
	}
	if own(t) {
		return nil
	}
	switch k := t.Kind(); k {
	case reflect.Bool, reflect.String, reflect.Interface:
		return nil
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map, reflect.Struct:
		if seen[t] || k == reflect.Pointer && t.Elem().Kind() == reflect.Struct {
			return nil // an object: fields that do not convert are errors when they are used
		}
		if seen == nil {
			seen = map[reflect.Type]bool{}
		}
		seen[t] = true
	default:
		if IsNumber(k) {
			return nil
		}
		return fmt.Errorf("a %v has no counterpart in Lua", t)
	}
	switch t.Kind() {
	case reflect.Map:
		if k := t.Key().Kind(); k != reflect.String && !IsNumber(k) {
			return fmt.Errorf("%v: the keys must be strings or numbers", t)
		}
	case reflect.Struct:
		for _, f := range FieldsOf(t).List {
			if err := check(t.FieldByIndex(f.Index).Type, own, seen); err != nil {
				return fmt.Errorf("field %s: %w", f.Name, err)
			}
		}
		return nil
	}
	return check(t.Elem(), own, seen)
}

// isBytes reports whether values of t are bytes, which are strings in Lua: []byte and types like it.
func isBytes(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8
}

// IsNumber reports whether values of that kind are numbers of Lua.
func IsNumber(k reflect.Kind) bool {
	return k >= reflect.Int && k <= reflect.Float64 && k != reflect.Uintptr
}

// Fields are the fields of a struct that scripts see.
type Fields struct {
	List   []Field
	ByName map[string][]int // the index, as reflect has it
}

// Field is one of them.
type Field struct {
	Name  string
	Index []int
}

var fieldCache sync.Map // reflect.Type -> *Fields: what is derived from a type never changes

// FieldsOf are the fields of a struct, by the tag `lua:"name"` or in Lua's manner of names.
func FieldsOf(t reflect.Type) *Fields {
	if f, ok := fieldCache.Load(t); ok {
		return f.(*Fields)
	}
	fs := &Fields{ByName: map[string][]int{}}
	for _, f := range reflect.VisibleFields(t) {
		tag := f.Tag.Get("lua")
		if !f.IsExported() || tag == "-" || f.Anonymous && tag == "" && f.Type.Kind() == reflect.Struct || throughPointer(t, f.Index) {
			continue
		}
		name := tag
		if name == "" {
			name = Name(f.Name)
		}
		if _, twice := fs.ByName[name]; !twice {
			fs.ByName[name] = f.Index
			fs.List = append(fs.List, Field{name, f.Index})
		}
	}
	got, _ := fieldCache.LoadOrStore(t, fs)
	return got.(*Fields)
}

// throughPointer reports whether a promoted field lies behind an embedded pointer, which may be nil.
func throughPointer(t reflect.Type, index []int) bool {
	for _, i := range index[:len(index)-1] {
		if t = t.Field(i).Type; t.Kind() == reflect.Pointer {
			return true
		}
	}
	return false
}

// Name puts a Go name into Lua's manner: ReadAll is read_all, HTTPStatus http_status.
func Name(name string) string {
	var b strings.Builder
	rs := []rune(name)
	for i, r := range rs {
		if unicode.IsUpper(r) {
			if i > 0 && (!unicode.IsUpper(rs[i-1]) || i+1 < len(rs) && unicode.IsLower(rs[i+1])) {
				b.WriteByte('_')
			}
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// maxMessage is how many bytes of a message are kept: a name in it may be a script's.
const maxMessage = 2000

// mismatch is a conversion that failed: where in the value, and why.
type mismatch struct {
	path string
	why  string
}

func (m *mismatch) Error() string {
	if m.path == "" {
		return m.why
	}
	return "field '" + strings.TrimPrefix(m.path, ".") + "': " + m.why
}

// Mismatchf is the error of a value that has no counterpart.
func Mismatchf(format string, args ...any) error {
	return &mismatch{why: vm.Cut(fmt.Sprintf(format, args...), maxMessage)}
}

// Expected is the error of a value of another type than what is asked for.
func Expected(what string, got lua.LValue) error {
	return Mismatchf("%s expected, got %s", what, vm.TypeName(got))
}

// inside says where err happened.
func inside(step string, err error) error {
	if m, ok := err.(*mismatch); ok {
		return &mismatch{step + m.path, m.why}
	}
	return err
}

// Whole is v as an integer: a number without a fraction that a float64 holds exactly, below 2^53,
// and that an int holds.
func Whole(v lua.LValue) (int, bool) {
	x, ok := v.(lua.LNumber)
	n := int64(x)
	return int(n), ok && lua.LNumber(n) == x && n <= 1<<53 && n >= -1<<53 && int64(int(n)) == n
}

// Text is the text of a string or a number.
func Text(v lua.LValue) (string, bool) {
	switch x := v.(type) {
	case lua.LString:
		return string(x), true
	case lua.LNumber:
		return vm.NumberText(x), true
	}
	return "", false
}
