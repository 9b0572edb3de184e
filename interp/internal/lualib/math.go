package lualib

import (
	"math"
	"math/rand/v2"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

func (lib *Library) openMath(t *lua.LTable) {
	vm.Define(lib.m.State(), t, []vm.Named{
		{Name: lua.LString("abs"), Fn: ofOne(math.Abs), Quick: &viaAbs}, {Name: lua.LString("acos"), Fn: ofOne(math.Acos), NoFields: true},
		{Name: lua.LString("asin"), Fn: ofOne(math.Asin), NoFields: true}, {Name: lua.LString("atan"), Fn: ofOne(math.Atan), NoFields: true},
		{Name: lua.LString("ceil"), Fn: ofOne(math.Ceil), Quick: &viaCeil}, {Name: lua.LString("cos"), Fn: ofOne(math.Cos), Quick: &viaCos},
		{Name: lua.LString("cosh"), Fn: ofOne(math.Cosh)}, {Name: lua.LString("deg"), Fn: ofOne(deg)},
		{Name: lua.LString("exp"), Fn: ofOne(math.Exp), Quick: &viaExp}, {Name: lua.LString("floor"), Fn: ofOne(math.Floor), Quick: &viaFloor},
		{Name: lua.LString("log"), Fn: ofOne(math.Log), Quick: &viaLog}, {Name: lua.LString("log10"), Fn: ofOne(math.Log10), NoFields: true},
		{Name: lua.LString("rad"), Fn: ofOne(rad)}, {Name: lua.LString("sin"), Fn: ofOne(math.Sin), Quick: &viaSin},
		{Name: lua.LString("sinh"), Fn: ofOne(math.Sinh)}, {Name: lua.LString("sqrt"), Fn: ofOne(math.Sqrt), Quick: &viaSqrt},
		{Name: lua.LString("tan"), Fn: ofOne(math.Tan), NoFields: true}, {Name: lua.LString("tanh"), Fn: ofOne(math.Tanh)},
		{Name: lua.LString("atan2"), Fn: ofTwo(math.Atan2), NoFields: true}, {Name: lua.LString("fmod"), Fn: ofTwo(math.Mod), NoFields: true},
		{Name: lua.LString("ldexp"), Fn: ofTwo(ldexp), NoFields: true}, {Name: lua.LString("pow"), Fn: ofTwo(math.Pow), NoFields: true},
		{Name: lua.LString("frexp"), Fn: mathFrexp, NoFields: true}, {Name: lua.LString("max"), Fn: mathMax, Quick: &viaMax},
		{Name: lua.LString("min"), Fn: mathMin, Quick: &viaMin}, {Name: lua.LString("modf"), Fn: mathModf, NoFields: true},
		{Name: lua.LString("random"), Fn: lib.mathRandom, NoFields: true}, {Name: lua.LString("randomseed"), Fn: lib.mathRandomseed},
		{Name: lua.LString("huge"), Value: lua.LNumber(math.Inf(1))}, {Name: lua.LString("pi"), Value: lua.LNumber(math.Pi)},
	})
	vm.SetNamed(t, lua.LString("mod"), vm.Field(t, "fmod")) // its name in Lua 5.0
}

func ofOne(f func(float64) float64) lua.LGFunction {
	return func(L *lua.LState) int {
		L.Push(lua.LNumber(f(checkNumber(L, 1))))
		return 1
	}
}

func ofTwo(f func(x, y float64) float64) lua.LGFunction {
	return func(L *lua.LState) int {
		y := checkNumber(L, 2) // first, as PUC compiled by gcc does
		L.Push(lua.LNumber(f(checkNumber(L, 1), y)))
		return 1
	}
}

func deg(x float64) float64 { return x / (math.Pi / 180) }
func rad(x float64) float64 { return x * (math.Pi / 180) }

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
