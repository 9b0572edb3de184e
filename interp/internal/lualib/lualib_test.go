package lualib

import (
	"errors"
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// fakeHost is what the pure part of the library needs of a host.
type fakeHost struct{ Host }

func (fakeHost) Now() time.Time                               { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) }
func (fakeHost) Text(lua.LValue) (string, bool)               { return "", false }
func (fakeHost) Path() (path, cpath string, folders []string) { return "", "", nil }
func (fakeHost) Environ() []string                            { return nil }
func (fakeHost) Getenv(string) (string, bool)                 { return "", false }

// newLibrary returns a library of which only the pure part is open, and a function that calls one of its functions.
func newLibrary(t testing.TB) (m *vm.Machine, call func(name string, args ...lua.LValue) ([]lua.LValue, error)) {
	m, err := vm.New(vm.Config{Interrupted: func() error { return errStopped }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	L := m.State()
	lib := &Library{host: fakeHost{}, m: m}
	lib.modules.loaded = vm.NewTable(0)
	lib.seed(0)
	lib.openBase(L)
	lib.openString(L)
	for name, fill := range map[string]func(*lua.LTable){"table": lib.openTable, "math": lib.openMath, "os": func(t *lua.LTable) { vm.Define(L, t, lib.dateFunctions()) }} {
		t := vm.NewTable(0)
		fill(t)
		L.G.Global.RawSetString(name, t)
	}
	return m, func(name string, args ...lua.LValue) ([]lua.LValue, error) {
		v := lua.LValue(L.G.Global)
		for _, part := range strings.Split(name, ".") {
			v = v.(*lua.LTable).RawGetString(part)
		}
		th := m.NewThread(100)
		defer m.Free(th)
		return th.Run(v.(*lua.LFunction), args)
	}
}

var errStopped = errors.New("stopped")

func TestLongFunctionsCanBeInterrupted(t *testing.T) {
	a := lua.LString(strings.Repeat("a", 5000))
	list := &lua.LTable{Metatable: lua.LNil}
	for i := range 200_000 {
		list.RawSetInt(i+1, lua.LString(strings.Repeat("x", i%7)))
	}
	for _, c := range []struct {
		name string
		args []lua.LValue
	}{
		{"string.find", []lua.LValue{a, lua.LString(".-.-.-.-b")}},
		{"string.match", []lua.LValue{a, lua.LString("(a*)*(a*)*(a*)*b")}},
		{"string.gsub", []lua.LValue{a, lua.LString("a*a*a*b"), lua.LString("")}},
		{"string.find", []lua.LValue{a, lua.LString(strings.Repeat("a?", 40) + strings.Repeat("a", 5000))}},
		{"table.insert", []lua.LValue{list, lua.LNumber(-1e15), lua.LNumber(1)}},
		{"table.sort", []lua.LValue{list}},
		{"table.concat", []lua.LValue{list}},
	} {
		m, call := newLibrary(t)
		m.Poke()
		start := time.Now()
		_, err := call(c.name, c.args...)
		if u := (*vm.Unwound)(nil); !errors.As(err, &u) || u.Err != errStopped {
			t.Errorf("%s%q: %v", c.name, c.args[1:], err)
		}
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("%s took %v to see the interruption", c.name, d)
		}
	}
}

func TestBounds(t *testing.T) {
	_, call := newLibrary(t)
	big := lua.LString(strings.Repeat("x", 1<<20))
	list := &lua.LTable{Metatable: lua.LNil}
	for i := range 2000 {
		list.RawSetInt(i+1, big)
	}
	for _, c := range []struct {
		name, want string
		args       []lua.LValue
	}{
		{"string.rep", "resulting string too large", []lua.LValue{lua.LString("x"), lua.LNumber(1e12)}},
		{"string.rep", "resulting string too large", []lua.LValue{lua.LString("x"), lua.LNumber(1e300)}},
		{"string.rep", "resulting string too large", []lua.LValue{big, lua.LNumber(2000)}},
		{"string.rep", "resulting string too large", []lua.LValue{lua.LString(""), lua.LNumber(1 << 31), lua.LString("x")}},
		{"table.concat", "resulting string too large", []lua.LValue{list}},
		{"table.unpack", "too many results to unpack", []lua.LValue{list, lua.LNumber(1), lua.LNumber(1e7)}},
		{"table.unpack", "too many results to unpack", []lua.LValue{list, lua.LNumber(-1e300), lua.LNumber(1e300)}},
		{"string.byte", "string slice too long", []lua.LValue{lua.LString(strings.Repeat("x", 1<<25)), lua.LNumber(1), lua.LNumber(-1)}},
		{"string.find", "pattern too complex", []lua.LValue{lua.LString(strings.Repeat("a", 20_000)), lua.LString(strings.Repeat("a?", 20_000))}},
	} {
		if _, err := call(c.name, c.args...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

var kept lua.LValue

// A small piece of a large text must not keep it.
func TestPiecesAreCopied(t *testing.T) {
	m, _ := newLibrary(t)
	s := strings.Repeat("abcdefgh", 1000)
	if allocs := testing.AllocsPerRun(10, func() { kept = piece(m.State(), s, 10, 20) }); allocs < 2 { // the bytes, and the box around them
		t.Error("a small piece of a large text shares its memory")
	}
}

func TestRandomIsTheRuntimesOwn(t *testing.T) {
	_, a := newLibrary(t)
	_, b := newLibrary(t)
	first, _ := a("math.random")
	if second, _ := a("math.random"); first[0] == second[0] {
		t.Errorf("twice %v", first)
	}
	if other, _ := b("math.random"); other[0] != first[0] {
		t.Errorf("two runtimes start with %v and %v", first, other)
	}
}

// FuzzPattern looks for panics, and for matches that gsub, find, match and gmatch do not agree on.
func FuzzPattern(f *testing.F) {
	for _, p := range []string{"a*b", "[^%a-z]+", "%b()", "%f[%w]%w+", "(a)(b?)%1", "()", "^x$", "[", "%", "(a-)b", "[]-a]", "((((", ".-.-z"} {
		f.Add("hello (world) abab x", p)
	}
	f.Fuzz(func(t *testing.T, s, p string) {
		if len(s) > 40 || len(p) > 20 {
			return // what takes exponentially long is no finding
		}
		_, call := newLibrary(t)
		found, err := call("string.find", lua.LString(s), lua.LString("("+p+")"))
		raised(t, err)
		count, err := call("string.gsub", lua.LString(s), lua.LString(p), lua.LString("%0"))
		raised(t, err)
		if err == nil && count[0] != lua.LString(s) {
			t.Errorf("gsub of %q with %%0 for %q gives %q", s, p, count[0])
		}
		if err == nil && len(found) >= 3 && p != "" && !strings.ContainsAny(p, "()%$^[") {
			i, j := int(found[0].(lua.LNumber)), int(found[1].(lua.LNumber))
			if lua.LString(s[i-1:j]) != found[2] || count[1] == lua.LNumber(0) {
				t.Errorf("find of %q in %q: %v, gsub finds %v", p, s, found, count[1])
			}
		}
	})
}

func FuzzFormat(f *testing.F) {
	for _, s := range []string{"%5.2f", "%-+ #010.3x", "%q", "%s%%", "%", "%c", "%.99g", "%099d", "%#o", "%i"} {
		f.Add(s, 1.5)
	}
	f.Fuzz(func(t *testing.T, format string, n float64) {
		_, call := newLibrary(t)
		_, err := call("string.format", lua.LString(format), lua.LNumber(n), lua.LNumber(n), lua.LString("x"))
		raised(t, err)
	})
}

func FuzzDate(f *testing.F) {
	f.Add("!%c %j %U %V %W %G", 951782400.0)
	f.Add("*t", -1e15)
	f.Fuzz(func(t *testing.T, format string, at float64) {
		_, call := newLibrary(t)
		_, err := call("os.date", lua.LString(format), lua.LNumber(at))
		raised(t, err)
	})
}

// raised fails unless err is an error that Lua raises.
func raised(t *testing.T, err error) {
	t.Helper()
	if r, ok := err.(*vm.Raised); err != nil && (!ok || r.Stack != nil) {
		t.Fatalf("%v\n%s", err, r.Stack)
	}
}

func BenchmarkStrings(b *testing.B) {
	line := "The quick brown fox, key=42 jumps over the lazy dog; name=value 3.14 \n"
	for _, size := range []struct {
		name string
		n    int
	}{{"1KB", 1 << 10}, {"100KB", 100 << 10}, {"10MB", 10 << 20}} {
		s := lua.LString(strings.Repeat(line, size.n/len(line)+1)[:size.n])
		words := &lua.LTable{Metatable: lua.LNil}
		for i, w := range strings.Fields(string(s)) {
			words.RawSetInt(i+1, lua.LString(w))
		}
		for _, c := range []struct {
			name, fn string
			args     []lua.LValue
		}{
			{"gsub", "string.gsub", []lua.LValue{s, lua.LString("(%w+)=(%w+)"), lua.LString("%2=%1")}},
			{"gsub table", "string.gsub", []lua.LValue{s, lua.LString("%a+"), words}},
			{"find", "string.find", []lua.LValue{s, lua.LString("[0-9]+[A-Z]")}},
			{"match", "string.match", []lua.LValue{s, lua.LString("^(.*)\n")}},
			{"concat", "table.concat", []lua.LValue{words, lua.LString(" ")}},
			{"format", "string.format", []lua.LValue{lua.LString("%s %5d %.2f"), s, lua.LNumber(1), lua.LNumber(2.5)}},
		} {
			b.Run(c.name+"/"+size.name, func(b *testing.B) {
				_, call := newLibrary(b)
				b.SetBytes(int64(size.n))
				for b.Loop() {
					if _, err := call(c.fn, c.args...); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
