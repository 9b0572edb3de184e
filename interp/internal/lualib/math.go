package lualib

import (
	"math"
	"math/rand/v2"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

func (lib *Library) openMath(L *lua.LState) {
	t := vm.NewTable(32)
	lib.register(L, "math", t)
	lib.seed(0)
	t.RawSetString("pi", lua.LNumber(math.Pi))
	t.RawSetString("huge", lua.LNumber(math.Inf(1)))
	for _, f := range []struct {
		name string
		fn   func(float64) float64
	}{
		{"abs", math.Abs}, {"acos", math.Acos}, {"asin", math.Asin}, {"atan", math.Atan}, {"ceil", math.Ceil}, {"cos", math.Cos},
		{"cosh", math.Cosh}, {"deg", func(x float64) float64 { return x / (math.Pi / 180) }}, {"exp", math.Exp}, {"floor", math.Floor},
		{"log", math.Log}, {"log10", math.Log10}, {"rad", func(x float64) float64 { return x * (math.Pi / 180) }}, {"sin", math.Sin},
		{"sinh", math.Sinh}, {"sqrt", math.Sqrt}, {"tan", math.Tan}, {"tanh", math.Tanh},
	} {
		t.RawSetString(f.name, L.NewFunction(func(L *lua.LState) int {
			L.Push(lua.LNumber(f.fn(checkNumber(L, 1))))
			return 1
		}))
	}
	for _, f := range []struct {
		name string
		fn   func(x, y float64) float64
	}{
		{"atan2", math.Atan2}, {"fmod", math.Mod}, {"ldexp", ldexp}, {"pow", math.Pow},
	} {
		t.RawSetString(f.name, L.NewFunction(func(L *lua.LState) int {
			y := checkNumber(L, 2) // first, as PUC compiled by gcc does
			L.Push(lua.LNumber(f.fn(checkNumber(L, 1), y)))
			return 1
		}))
	}
	t.RawSetString("mod", t.RawGetString("fmod")) // its name in Lua 5.0
	for _, f := range []struct {
		name string
		fn   lua.LGFunction
	}{
		{"frexp", mathFrexp}, {"max", mathMax}, {"min", mathMin}, {"modf", mathModf}, {"random", lib.mathRandom}, {"randomseed", lib.mathRandomseed},
	} {
		t.RawSetString(f.name, L.NewFunction(f.fn))
	}
}

func ldexp(x, exp float64) float64 {
	return math.Ldexp(x, int(max(min(exp, 1<<20), -1<<20)))
}

func mathFrexp(L *lua.LState) int {
	m, e := math.Frexp(checkNumber(L, 1))
	L.Push(lua.LNumber(m))
	L.Push(lua.LNumber(e))
	return 2
}

func mathModf(L *lua.LState) int {
	x := checkNumber(L, 1)
	whole, frac := math.Modf(x)
	if math.IsInf(x, 0) {
		frac = math.Copysign(0, x)
	}
	L.Push(lua.LNumber(whole))
	L.Push(lua.LNumber(frac))
	return 2
}

func mathMax(L *lua.LState) int {
	n := checkNumber(L, 1)
	for i := 2; i <= L.GetTop(); i++ {
		if f := checkNumber(L, i); f > n {
			n = f
		}
	}
	L.Push(lua.LNumber(n))
	return 1
}

func mathMin(L *lua.LState) int {
	n := checkNumber(L, 1)
	for i := 2; i <= L.GetTop(); i++ {
		if f := checkNumber(L, i); f < n {
			n = f
		}
	}
	L.Push(lua.LNumber(n))
	return 1
}

// seed starts the runtime's random numbers; those that every runtime starts with are of seed 0.
func (lib *Library) seed(n float64) { lib.random = rand.New(rand.NewPCG(math.Float64bits(n), 0)) }

// Seed begins the numbers of math.random anew.
func (lib *Library) Seed(n uint64) { lib.random = rand.New(rand.NewPCG(n, 1)) }

func (lib *Library) mathRandomseed(L *lua.LState) int {
	lib.seed(checkNumber(L, 1))
	return 0
}

func (lib *Library) mathRandom(L *lua.LState) int {
	r := lib.random.Float64()
	low, high := 1.0, 0.0
	switch L.GetTop() {
	case 0:
		L.Push(lua.LNumber(r))
		return 1
	case 1:
		if high = math.Trunc(checkNumber(L, 1)); !(high >= 1) {
			vm.ArgError(L, 1, "interval is empty")
		}
	case 2:
		low, high = math.Trunc(checkNumber(L, 1)), math.Trunc(checkNumber(L, 2))
		if !(low <= high) {
			vm.ArgError(L, 2, "interval is empty")
		}
	default:
		vm.Errorf(L, "wrong number of arguments")
	}
	L.Push(lua.LNumber(math.Floor(r*(high-low+1)) + low))
	return 1
}
