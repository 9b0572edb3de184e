package profile_test

import (
	"bytes"
	"context"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	lullprofile "github.com/lull-lua/lull/interp/profile"
)

// profiled runs a script and reads the profile of it, as others do. Its function spent() is how many seconds the samples so far make up: a
// machine that has much else to do takes few.
func profiled(t *testing.T, src string) *profile.Profile {
	t.Helper()
	spent := time.Duration(0)
	rt, err := interp.New(builtins.Std(), interp.WithFunc("spent", func() float64 { return spent.Seconds() }))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rt.Sample(t.Context(), func(s interp.Sample) { spent += s.Time }); err != nil {
		t.Fatal(err)
	}
	p, err := lullprofile.Start(t.Context(), rt)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rt.RunString(t.Context(), "@job.lua", src); err != nil {
		t.Fatal(err)
	}
	if err := rt.Close(); err != nil {
		t.Fatal(err)
	}
	p.Stop()
	p.Stop()
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	read, err := profile.Parse(&b)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// shares are what part of the time each function took, its callees included.
func shares(p *profile.Profile) map[string]float64 {
	total, of := 0.0, map[string]float64{}
	for _, s := range p.Sample {
		total += float64(s.Value[1])
		seen := map[string]bool{}
		for _, l := range s.Location {
			if name := l.Line[0].Function.Name; !seen[name] {
				seen[name] = true
				of[name] += float64(s.Value[1])
			}
		}
	}
	for name := range of {
		of[name] /= total
	}
	return of
}

func TestEqualTimesAreEqualShares(t *testing.T) {
	const src = `
		local function busy() local t, n = spent(), 0 while spent() - t < 0.5 do for i = 1, 1000 do n = n + i end end end
		local function one() busy() end
		local function two() busy() end
		local function three() local t, n = spent(), 0 while spent() - t < 0.5 do for i = 1, 1000 do n = n + i end end end
		one() two() three()
		await(spawn(function() sleep(0.2) end))`
	equal := func(of map[string]float64) bool {
		for _, name := range []string{"one", "two", "three"} {
			if of[name] < 0.28 || of[name] > 0.39 {
				return false
			}
		}
		return true
	}
	var p *profile.Profile
	var of map[string]float64
	for try := 1; !equal(of); try++ { // a machine that has other things to do holds one of them up now and then
		if try > 5 {
			t.Fatalf("the shares of a third each are %v", of)
		}
		p = profiled(t, src)
		of = shares(p)
	}
	if of["main chunk"] != 1 {
		t.Errorf("%v", of)
	}
	lines := map[int64]bool{}
	for _, l := range p.Location {
		lines[l.Line[0].Line] = true
	}
	if !lines[2] || !lines[5] || !lines[6] || !slices.ContainsFunc(p.Function, func(f *profile.Function) bool { return f.Filename == "job.lua" }) {
		t.Errorf("lines %v of %v", lines, p.Function)
	}
	if label := p.Sample[0].Label["task"]; len(label) != 1 || label[0] != "main" {
		t.Errorf("labels %v", p.Sample[0].Label)
	}
}

// A function in Go that takes long has its time, and not what is called behind it.
func TestGoFunctionsHaveTheirTime(t *testing.T) {
	p := profiled(t, `
		local s = ("a"):rep(4000)
		local function search() for _ = 1, 3 do s:find(".-.-b") end end
		local function after() for i = 1, 10 do end end
		while spent() < 0.5 do search() after() end`)
	of := shares(p)
	if of["find"] < 0.8 || of["after"] > 0.1 {
		t.Errorf("%v", of)
	}
}

func TestSamplesOfTasks(t *testing.T) {
	p := profiled(t, `
		task.map({ "a", "b" }, function() local t = spent() while spent() - t < 0.15 do end end)`)
	tasks := map[string]int64{}
	for _, s := range p.Sample {
		tasks[s.Label["task"][0]] += s.Value[1]
	}
	if tasks["a"] == 0 || tasks["b"] == 0 {
		t.Errorf("%v", tasks)
	}
	if of := shares(p); of["job.lua:2"] < 0.9 { // one without a name, of which pprof shows nothing that stands in <>
		t.Errorf("%v", of)
	}
}

func ExampleStart() {
	rt, err := interp.New(builtins.Std())
	if err != nil {
		panic(err)
	}
	defer rt.Close()
	p, err := lullprofile.Start(context.Background(), rt)
	if err != nil {
		panic(err)
	}
	if _, err := rt.RunString(context.Background(), "=host", `for i = 1, 1e4 do end`); err != nil {
		panic(err)
	}
	p.Stop()
	if err := p.Write(io.Discard); err != nil || p.Total() > time.Minute {
		panic(err)
	}
}
