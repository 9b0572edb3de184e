package interp

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

// How far a conversion goes: tables that contain themselves have no end, and those that share others, each of which is
// copied wherever it occurs, may stand for more than there is memory.
const (
	maxConvertDepth = 100
	maxSharedValues = 100_000
)

var (
	typeError    = reflect.TypeFor[error]()
	typeContext  = reflect.TypeFor[context.Context]()
	typeDuration = reflect.TypeFor[time.Duration]()
	typeTime     = reflect.TypeFor[time.Time]()
	typeValue    = reflect.TypeFor[Value]()
	typeTable    = reflect.TypeFor[Table]()
	typeFunction = reflect.TypeFor[*Function]()
	typeTask     = reflect.TypeFor[*Task]()
	typeHandle   = reflect.TypeFor[*Handle]()
	typeAny      = reflect.TypeFor[any]()
)

// checkConvertible fails for a type that no Lua value can become or come from. seen holds the types on the way.
func checkConvertible(t reflect.Type, seen map[reflect.Type]bool) error {
	switch t {
	case typeError, typeDuration, typeTime, typeValue, typeTable, typeFunction, typeTask, typeHandle, typeAny:
		return nil
	case typeContext:
		return errors.New("a context.Context can only be the first parameter")
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
		if isNumber(k) {
			return nil
		}
		return fmt.Errorf("a %v has no counterpart in Lua", t)
	}
	switch t.Kind() {
	case reflect.Map:
		if k := t.Key().Kind(); k != reflect.String && !isNumber(k) {
			return fmt.Errorf("%v: the keys must be strings or numbers", t)
		}
	case reflect.Struct:
		for _, f := range fieldsOf(t).list {
			if err := checkConvertible(t.FieldByIndex(f.index).Type, seen); err != nil {
				return fmt.Errorf("field %s: %w", f.name, err)
			}
		}
		return nil
	}
	return checkConvertible(t.Elem(), seen)
}

// isBytes reports whether values of t are bytes, which are strings in Lua: []byte and types like it.
func isBytes(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8
}

func isNumber(k reflect.Kind) bool {
	return k >= reflect.Int && k <= reflect.Float64 && k != reflect.Uintptr
}

// structFields are the fields of a struct that scripts see.
type structFields struct {
	list   []structField
	byName map[string][]int
}

type structField struct {
	name  string
	index []int
}

var fieldCache sync.Map // reflect.Type -> *structFields: what is derived from a type never changes

func fieldsOf(t reflect.Type) *structFields {
	if f, ok := fieldCache.Load(t); ok {
		return f.(*structFields)
	}
	fs := &structFields{byName: map[string][]int{}}
	for _, f := range reflect.VisibleFields(t) {
		tag := f.Tag.Get("lua")
		if !f.IsExported() || tag == "-" || f.Anonymous && tag == "" && f.Type.Kind() == reflect.Struct || throughPointer(t, f.Index) {
			continue
		}
		name := tag
		if name == "" {
			name = luaName(f.Name)
		}
		if _, twice := fs.byName[name]; !twice {
			fs.byName[name] = f.Index
			fs.list = append(fs.list, structField{name, f.Index})
		}
	}
	got, _ := fieldCache.LoadOrStore(t, fs)
	return got.(*structFields)
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

// luaName puts a Go name into Lua's manner: ReadAll is read_all, HTTPStatus http_status.
func luaName(name string) string {
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

func mismatchf(format string, args ...any) error {
	return &mismatch{why: vm.Cut(fmt.Sprintf(format, args...), maxArgError)}
}

func expected(what string, got lua.LValue) error {
	return mismatchf("%s expected, got %s", what, vm.TypeName(got))
}

// inside says where err happened.
func inside(step string, err error) error {
	if m, ok := err.(*mismatch); ok {
		return &mismatch{step + m.path, m.why}
	}
	return err
}
