package parallel_test

import (
	"context"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// measured runs a chunk that repeats something for the number of times that it is given.
func measured(b *testing.B, src string) {
	rt, err := interp.New(builtins.Std())
	if err != nil {
		b.Fatal(err)
	}
	defer rt.Close()
	p, err := interp.Compile("=bench", []byte(src))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	if _, err := rt.Run(context.Background(), p, b.N); err != nil {
		b.Fatal(err)
	}
}

// An isolate that does nothing, from its beginning to its end.
func BenchmarkIsolate(b *testing.B) {
	measured(b, `local function empty() end for i = 1, (...) do parallel.run(empty) end`)
}

const echo = `
	local there, back = parallel.channel(), parallel.channel()
	local t = spawn(parallel.run, function() for v in there:items() do back:put(v) end end)
	for i = 1, (...) do there:put(v) back:get() end
	there:close()
	await(t)`

// Values through a channel, and back through another.
func BenchmarkText100(b *testing.B) { measured(b, `local v = ("x"):rep(100)`+echo) }

func BenchmarkText1MB(b *testing.B) { measured(b, `local v = ("x"):rep(1e6)`+echo) }

func BenchmarkRecords8000(b *testing.B) {
	measured(b, `local v = {} for i = 1, 8000 do v[i] = { id = i, name = "name" .. i, score = i / 3, tags = "a,b", ok = i % 2 == 0 } end`+echo)
}
