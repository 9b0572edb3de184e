package lualib

import (
	"math"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

func (lib *Library) openTable(t *lua.LTable) {
	vm.Define(lib.m.State(), t, []vm.Named{
		{Name: lua.LString("concat"), Fn: lib.tabConcat, NoFields: true}, {Name: lua.LString("foreach"), Fn: tabForeach},
		{Name: lua.LString("foreachi"), Fn: tabForeachi}, {Name: lua.LString("getn"), Fn: tabGetn, NoFields: true},
		{Name: lua.LString("insert"), Fn: tabInsert, Quick: &viaInsert}, {Name: lua.LString("maxn"), Fn: tabMaxn},
		{Name: lua.LString("pack"), Fn: tabPack}, {Name: lua.LString("remove"), Fn: tabRemove, NoFields: true}, {Name: lua.LString("setn"), Fn: tabSetn},
		{Name: lua.LString("sort"), Fn: tabSort, NoFields: true},
	})
	vm.SetNamed(t, lua.LString("unpack"), lib.unpack)
}

func (lib *Library) tabConcat(L *lua.LState) int {
	sep := lib.optString(L, 2, "")
	t, i := checkTable(L, 1), optIndex(L, 3, 1)
	last := int64(0)
	if L.Get(4) == lua.LNil {
		last = int64(vm.Length(L, t))
	} else {
		last = checkIndex(L, 4)
	}
	if i > last {
		L.Push(empty)
		return 1
	}
	// The length is known before anything is made. A run over holes ends at the first one, so it is no longer than t.
	n, next := 0, 0
	for k := i; ; k++ {
		switch v := getAt(t, k).(type) {
		case lua.LString:
			n += len(v)
		case lua.LNumber:
			n += 8
		default:
			s, ok := lib.text(v)
			if !ok {
				vm.Errorf(L, "invalid value (%s) at index %d in table for 'concat'", v.Type(), k)
			}
			n += len(s)
		}
		n += len(sep)
		growing(L, n-len(sep), &next)
		if k%every == 0 {
			vm.Work(L, every)
			vm.Interrupt(L)
		}
		if k == last {
			break
		}
	}
	roomFor(L, n)
	var b strings.Builder
	b.Grow(n)
	for k := i; ; k++ {
		if s, ok := getAt(t, k).(lua.LString); ok {
			b.WriteString(string(s))
		} else {
			s, _ := lib.text(getAt(t, k))
			b.WriteString(s)
		}
		if k%every == 0 {
			vm.Interrupt(L)
		}
		if k == last {
			break
		}
		b.WriteString(sep)
	}
	L.Push(lua.LString(b.String()))
	return 1
}

func tabInsert(L *lua.LState) int {
	t := checkTable(L, 1)
	end := vm.Length(L, t) + 1
	switch L.GetTop() {
	case 2:
		vm.SetInt(L, t, end, L.Get(2))
	case 3:
		at, v := checkIndex(L, 2), L.Get(3)
		if at > int64(end) {
			setAt(L, t, at, v)
			return 0
		}
		pos := int(max(at, math.MinInt)) // the loop is ended long before
		if pos >= 1 && pos < end {
			vm.Work(L, 16*(end-pos))
			if vm.SetInt(L, t, end, vm.GetInt(t, end-1)); vm.Items(t, end) != nil {
				items := vm.Items(t, end)
				copy(items[pos:], items[pos-1:end-1])
				vm.SetInt(L, t, pos, v)
				return 0
			}
		}
		for i := end; i > pos; i-- {
			vm.SetInt(L, t, i, vm.GetInt(t, i-1))
			if i%every == 0 {
				vm.Interrupt(L)
			}
		}
		vm.SetInt(L, t, pos, v)
	default:
		vm.Errorf(L, "wrong number of arguments to 'insert'")
	}
	return 0
}

func tabRemove(L *lua.LState) int {
	t := checkTable(L, 1)
	end := vm.Length(L, t)
	pos := optInt(L, 2, end)
	if pos < 1 || pos > end {
		return 0
	}
	vm.Work(L, 16*(end-pos))
	L.Push(vm.GetInt(t, pos))
	if items := vm.Items(t, end); items != nil {
		copy(items[pos-1:], items[pos:])
	} else {
		for i := pos; i < end; i++ {
			vm.SetInt(L, t, i, vm.GetInt(t, i+1))
			if i%every == 0 {
				vm.Interrupt(L)
			}
		}
	}
	vm.SetInt(L, t, end, lua.LNil)
	return 1
}

func tabGetn(L *lua.LState) int {
	L.Push(lua.LNumber(vm.Length(L, checkTable(L, 1))))
	return 1
}

func tabSetn(L *lua.LState) int {
	checkTable(L, 1)
	vm.Errorf(L, "'setn' is obsolete")
	return 0
}

func tabMaxn(L *lua.LState) int {
	t := checkTable(L, 1)
	n := lua.LNumber(vm.Length(L, t))
	steps := 0
	for k, v, _ := vm.Next(L, t, keyAt(int(n))); k != lua.LNil; k, v, _ = vm.Next(L, t, k) {
		if steps++; steps%every == 0 {
			vm.Work(L, stepWork*every)
		}
		if f, ok := k.(lua.LNumber); ok && v != lua.LNil {
			n = max(n, f)
		}
	}
	L.Push(n)
	return 1
}

func keyAt(n int) lua.LValue {
	if n == 0 {
		return lua.LNil
	}
	return lua.LNumber(n)
}

func tabForeach(L *lua.LState) int {
	t, fn := checkTable(L, 1), checkFunction(L, 2)
	for k, v := next(L, t, lua.LNil); k != lua.LNil; k, v = next(L, t, k) {
		if each(L, fn, k, v) {
			return 1
		}
	}
	return 0
}

func tabForeachi(L *lua.LState) int {
	t, fn := checkTable(L, 1), checkFunction(L, 2)
	for i, n := 1, vm.Length(L, t); i <= n; i++ {
		if each(L, fn, lua.LNumber(i), vm.GetInt(t, i)) {
			return 1
		}
	}
	return 0
}

// each calls fn for foreach and foreachi: a result that is not nil is theirs, and stays on the stack.
func each(L *lua.LState, fn *lua.LFunction, k, v lua.LValue) bool {
	L.Push(fn)
	L.Push(k)
	L.Push(v)
	L.Call(2, 1)
	if L.Get(-1) != lua.LNil {
		return true
	}
	L.Pop(1)
	return false
}

// tabPack is table.pack(...): a list with n, as in LuaJIT.
func tabPack(L *lua.LState) int {
	n := L.GetTop()
	vm.Room(L, 16*n)
	t := L.CreateTable(n, 1)
	for i := 1; i <= n; i++ {
		vm.SetInt(L, t, i, L.Get(i))
	}
	vm.SetField(t, "n", lua.LNumber(n))
	vm.MarkList(t)
	L.Push(t)
	return 1
}

// unpack is unpack(t [, i [, j]]), also as table.unpack.
func unpack(L *lua.LState) int {
	t, i := checkTable(L, 1), optIndex(L, 2, 1)
	j := int64(0)
	if L.Get(3) == lua.LNil {
		j = int64(vm.Length(L, t))
	} else {
		j = checkIndex(L, 3)
	}
	if i > j {
		return 0
	}
	n := j - i + 1
	if n <= 0 || n > math.MaxInt32 || !vm.CheckStack(L, int(n)) { // n <= 0: more than 64 bits can count
		vm.Errorf(L, "too many results to unpack")
	}
	for k := range n {
		if L.Push(getAt(t, i+k)); k%every == every-1 {
			vm.Interrupt(L)
		}
	}
	return int(n)
}

// tabSort sorts as PUC's ltablib.c does, by the same comparisons. Lists of numbers or of strings alone need no function,
// nor the table until they are sorted.
func tabSort(L *lua.LState) int {
	t := checkTable(L, 1)
	n := vm.Length(L, t)
	if L.Get(2) != lua.LNil {
		checkFunction(L, 2)
	} else if sortAlike(L, t, n) {
		return 0
	}
	s := sorter{l: L, t: t, less: L.Get(2), steps: every}
	s.sort(1, n)
	return 0
}

// sortAlike sorts a list of n that are all numbers (none of them NaN) or all strings; else it does nothing.
func sortAlike(L *lua.LState, t *lua.LTable, n int) bool {
	items := vm.Items(t, n)
	if len(items) == 0 {
		return false
	}
	switch items[0].(type) {
	case lua.LNumber:
		vm.Room(L, 8*n)
		list := make([]lua.LNumber, n)
		for i := range list {
			v, ok := items[i].(lua.LNumber)
			if !ok || v != v {
				return false
			}
			list[i] = v
		}
		sortNumbers(L, list)
		for i, v := range list {
			items[i] = v
		}
		return true
	case lua.LString:
		vm.Room(L, 16*n)
		list := make([]lua.LValue, n)
		for i := range list {
			v, ok := items[i].(lua.LString)
			if !ok {
				return false
			}
			list[i] = v
		}
		steps := every
		slices.SortFunc(list, func(a, b lua.LValue) int {
			if steps--; steps == 0 {
				steps = every
				vm.Work(L, 64*every)
				vm.Interrupt(L)
			}
			return vm.Compare(L, string(a.(lua.LString)), string(b.(lua.LString)))
		})
		copy(items, list)
		return true
	}
	return false
}

// sortNumbers sorts pieces of a list and merges them, so that it can be interrupted.
func sortNumbers(L *lua.LState, list []lua.LNumber) {
	const piece = 1 << 16
	for from := 0; from < len(list); from += piece {
		part := list[from:min(from+piece, len(list))]
		vm.Work(L, 256*len(part))
		slices.Sort(part)
	}
	if len(list) <= piece {
		return
	}
	vm.Room(L, 8*len(list))
	other := make([]lua.LNumber, len(list))
	from, to := list, other
	for width := piece; width < len(list); width *= 2 {
		for at := 0; at < len(list); at += 2 * width {
			mid, end := min(at+width, len(list)), min(at+2*width, len(list))
			a, b := from[at:mid], from[mid:end]
			for k := range to[at:end] {
				if k%every == 0 {
					vm.Work(L, stepWork*every)
				}
				if len(b) == 0 || len(a) > 0 && a[0] <= b[0] {
					to[at+k], a = a[0], a[1:]
				} else {
					to[at+k], b = b[0], b[1:]
				}
			}
		}
		from, to = to, from
	}
	copy(list, from)
}

// sorter is quicksort on a table that the comparisons may change meanwhile.
type sorter struct {
	l     *lua.LState
	t     *lua.LTable
	less  lua.LValue // nil: <
	steps int
}

func (s *sorter) lt(a, b lua.LValue) bool {
	if s.steps--; s.steps == 0 {
		s.steps = every
		vm.Work(s.l, 64*every)
		vm.Interrupt(s.l)
	}
	if s.less == lua.LNil {
		return lessThan(s.l, a, b)
	}
	return lua.LVAsBool(vm.Call2(s.l, s.less, a, b))
}

func (s *sorter) at(i int) lua.LValue { return vm.GetInt(s.t, i) }

func (s *sorter) swap(i int, a lua.LValue, j int, b lua.LValue) {
	vm.SetInt(s.l, s.t, i, b)
	vm.SetInt(s.l, s.t, j, a)
}

// order swaps t[i] and t[j] if t[j] < t[i].
func (s *sorter) order(i, j int) bool {
	a, b := s.at(i), s.at(j)
	if !s.lt(b, a) {
		return false
	}
	s.swap(i, a, j, b)
	return true
}

func (s *sorter) sort(lo, hi int) {
	for lo < hi {
		s.order(lo, hi)
		if hi-lo == 1 {
			return
		}
		mid := lo + (hi-lo)/2
		if !s.order(lo, mid) {
			s.order(mid, hi)
		}
		if hi-lo == 2 {
			return
		}
		pivot := s.at(mid)
		s.swap(mid, pivot, hi-1, s.at(hi-1))
		i, j := lo, hi-1
		for { // t[lo..i] <= pivot <= t[j..hi]
			var a, b lua.LValue
			for i++; ; i++ {
				if a = s.at(i); !s.lt(a, pivot) {
					break
				}
				if i > hi {
					vm.Errorf(s.l, "invalid order function for sorting")
				}
			}
			for j--; ; j-- {
				if b = s.at(j); !s.lt(pivot, b) {
					break
				}
				if j < lo {
					vm.Errorf(s.l, "invalid order function for sorting")
				}
			}
			if j < i {
				break
			}
			s.swap(i, a, j, b)
		}
		s.swap(hi-1, s.at(hi-1), i, s.at(i))
		if i-lo < hi-i { // the smaller half first: the depth stays small
			s.sort(lo, i-1)
			lo = i + 1
		} else {
			s.sort(i+1, hi)
			hi = i - 1
		}
	}
}

// lessThan is a < b.
func lessThan(L *lua.LState, a, b lua.LValue) bool {
	switch x := a.(type) {
	case lua.LNumber:
		if y, ok := b.(lua.LNumber); ok {
			return x < y
		}
	case lua.LString:
		if y, ok := b.(lua.LString); ok {
			return vm.Compare(L, string(x), string(y)) < 0
		}
	}
	if ta, tb := a.Type(), b.Type(); ta == tb {
		if mm := L.GetMetaField(a, "__lt"); mm != lua.LNil && mm == L.GetMetaField(b, "__lt") {
			return lua.LVAsBool(vm.Call2(L, mm, a, b))
		}
		vm.Raise(L, lua.LString("attempt to compare two "+ta.String()+" values"))
	}
	vm.Raise(L, lua.LString("attempt to compare "+a.Type().String()+" with "+b.Type().String()))
	return false
}
