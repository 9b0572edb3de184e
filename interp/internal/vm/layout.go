package vm

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"sync"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// Mirrors of gopher-lua's unexported types; checkLayout compares them field by field. When the version in go.mod moves
// and the check fails, compare each with _state.go and value.go, and everything in this package that uses them.

type callFrame struct {
	Idx        int
	Fn         *lua.LFunction
	Parent     *callFrame
	Pc         int
	Base       int
	LocalBase  int
	ReturnBase int
	NArgs      int
	NRet       int
	TailCall   int
}

const framesPerSegment = 8

type segment struct{ array [framesPerSegment]callFrame }

type growStack struct {
	segments []*segment
	segIdx   uint16
	segSp    uint8
}

type registry struct {
	array   []lua.LValue
	top     int
	growBy  int
	maxSize int
	alloc   unsafe.Pointer
	handler iface
}

// allocator makes boxes of numbers for gopher-lua's own handlers.
type allocator struct {
	size          int
	fptrs         []float64
	fheader       unsafe.Pointer // to fptrs
	scratchValue  lua.LValue
	scratchValueP unsafe.Pointer // to scratchValue
}

const numbersPerBlock = 32

type iface struct{ tab, word unsafe.Pointer }

type upvalue struct {
	next   *lua.Upvalue
	reg    *registry
	index  int
	value  lua.LValue
	closed bool
}

type lstate struct {
	G       *lua.Global
	Parent  *lua.LState
	Env     *lua.LTable
	Panic   func(*lua.LState)
	Dead    bool
	Options lua.Options

	stop         int32
	reg          *registry
	stack        iface
	alloc        unsafe.Pointer
	currentFrame *callFrame
	wrapped      bool
	uvcache      *lua.Upvalue
	hasErrorFunc bool
	mainLoop     func(*lua.LState, *callFrame)
	ctx          context.Context
	ctxCancelFn  context.CancelFunc
}

type table struct {
	Metatable lua.LValue
	array     []lua.LValue
	dict      map[lua.LValue]lua.LValue
	strdict   map[string]lua.LValue
	keys      []lua.LValue
	k2i       map[lua.LValue]int
}

type global struct {
	MainThread    *lua.LState
	CurrentThread *lua.LState
	Registry      *lua.LTable
	Global        *lua.LTable

	builtinMts map[int]lua.LValue
	tempFiles  []*os.File
	gccount    int32
}

func in(L *lua.LState) *lstate { return (*lstate)(unsafe.Pointer(L)) }

func inTable(t *lua.LTable) *table { return (*table)(unsafe.Pointer(t)) }

func inGlobal(g *lua.Global) *global { return (*global)(unsafe.Pointer(g)) }

func inUpvalue(uv *lua.Upvalue) *upvalue { return (*upvalue)(unsafe.Pointer(uv)) }

// layoutChecked is what checkLayout says, which is the same for as long as the program runs.
var layoutChecked = sync.OnceValue(checkLayout)

// stockState is a state that gopher-lua has made, after which newStates makes others. Nobody runs it or writes to it.
var stockState = sync.OnceValue(func() *lstate {
	return in(lua.NewState(lua.Options{SkipOpenLibs: true, MinimizeStackMemory: true, RegistrySize: 128,
		RegistryMaxSize: registryMax, RegistryGrowStep: registryStep, CallStackSize: 8 * rootSegments}))
})

// checkLayout fails if gopher-lua is not the version that this package was written for.
func checkLayout() error {
	field := func(t reflect.Type, name string) reflect.Type {
		f, ok := t.FieldByName(name)
		if !ok {
			return reflect.TypeFor[struct{}]()
		}
		return f.Type
	}
	elem := func(t reflect.Type) reflect.Type {
		if k := t.Kind(); k == reflect.Pointer || k == reflect.Slice {
			return t.Elem()
		}
		return t
	}
	L := (*lua.LState)(unsafe.Pointer(stockState()))
	state := reflect.TypeFor[lua.LState]()
	stack := reflect.TypeFor[struct{}]()
	if f := reflect.ValueOf(L).Elem().FieldByName("stack"); f.IsValid() && f.Kind() == reflect.Interface {
		stack = elem(f.Elem().Type())
	}
	for _, p := range [][2]reflect.Type{
		{state, reflect.TypeFor[lstate]()},
		{elem(field(state, "reg")), reflect.TypeFor[registry]()},
		{elem(field(state, "alloc")), reflect.TypeFor[allocator]()},
		{elem(field(state, "currentFrame")), reflect.TypeFor[callFrame]()},
		{reflect.TypeFor[lua.Upvalue](), reflect.TypeFor[upvalue]()},
		{reflect.TypeFor[lua.LTable](), reflect.TypeFor[table]()},
		{reflect.TypeFor[lua.Global](), reflect.TypeFor[global]()},
		{stack, reflect.TypeFor[growStack]()},
		{elem(elem(field(stack, "segments"))), reflect.TypeFor[segment]()},
	} {
		if err := sameLayout(p[0], p[1]); err != nil {
			return fmt.Errorf("gopher-lua 1.1.2 is needed, this is another: %w", err)
		}
	}
	for op, handler := range jumpTable {
		if handler == nil {
			return fmt.Errorf("gopher-lua 1.1.2 is needed, this is another: it has no handler for instruction %d", op)
		}
	}
	return nil
}

func sameLayout(real, mine reflect.Type) error {
	if real.Kind() != reflect.Struct || real.NumField() != mine.NumField() || real.Size() != mine.Size() {
		return fmt.Errorf("%v has another size than %v", real, mine)
	}
	for i := range real.NumField() {
		r, m := real.Field(i), mine.Field(i)
		same := r.Type.Kind() == m.Type.Kind() ||
			r.Type.Kind() == reflect.Pointer && m.Type.Kind() == reflect.UnsafePointer ||
			r.Type.Kind() == reflect.Interface && m.Type == reflect.TypeFor[iface]()
		if r.Name != m.Name || r.Offset != m.Offset || !same {
			return fmt.Errorf("%v.%s at %d is %v; expected %s at %d, %v", real, r.Name, r.Offset, r.Type, m.Name, m.Offset, m.Type)
		}
	}
	return nil
}
