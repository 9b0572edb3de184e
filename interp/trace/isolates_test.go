package trace_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/trace"
)

// isolated is a job of isolates, one of which makes another.
const isolated = `
	sleep(1)
	parallel.map({ "a", "b", "c" }, function(x)
		gather(function() sleep(5) end, function() sleep(2) end)
		if x == "b" then parallel.run(function() sleep(3) end) end
		if x == "c" then error("no", 0) end
	end, { limit = 2 })`

// The tasks of isolates are in the file, the main task of each below the task that has made it, with what it is in its name.
func TestIsolatesAreRecorded(t *testing.T) {
	file := record(t, isolated)
	tr := read(t, file)
	var b strings.Builder
	for _, k := range tr.Tasks {
		fmt.Fprintf(&b, "%d %s, below %d: %v to %v, %d turns, %s %s\n", k.ID, k.Name, k.Spawner, k.Spawned, k.End, len(k.Turns), k.State, k.Text)
	}
	want := `1 main, below 0: 0s to 11s, 3 turns, failed no
2 a (isolate of 'map', item 1), below 1: 1s to 6s, 2 turns, done 
3 gather[1], below 2: 1s to 6s, 2 turns, done 
4 gather[2], below 2: 1s to 3s, 2 turns, done 
5 b (isolate of 'map', item 2), below 1: 1s to 9s, 3 turns, done 
6 gather[1], below 5: 1s to 6s, 2 turns, done 
7 gather[2], below 5: 1s to 3s, 2 turns, done 
8 main (isolate of 'run'), below 5: 6s to 9s, 2 turns, done 
9 c (isolate of 'map', item 3), below 1: 6s to 11s, 2 turns, failed no
10 gather[1], below 9: 6s to 11s, 2 turns, done 
11 gather[2], below 9: 6s to 8s, 2 turns, done 
`
	if got := b.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if page := string(tr.Text()); !strings.Contains(page, "isolate of 'map', item 3") {
		t.Errorf("the summary is\n%s", page)
	}
	for n := range file { // a file that was cut short is read up to there
		if _, err := trace.Read(bytes.NewReader(file[:n])); err != nil && n > 200 {
			t.Fatalf("cut at %d: %v", n, err)
		}
	}
}

// Isolates on several cores write into one file, and what each of them says is whole.
func TestIsolatesOnCoresAreRecorded(t *testing.T) {
	var file bytes.Buffer
	rec, err := trace.NewRecorder(&file, trace.Header{Script: "job.lua"})
	if err != nil {
		t.Fatal(err)
	}
	run(t, rec, `
		local items = {}
		for i = 1, 40 do items[i] = "item" .. i end
		parallel.map(items, function(x)
			for i = 1, 200 do
				gather(function() sleep(0) end, function() sleep(0) end)
			end
		end, { limit = 8 })
		parallel.map(items, function(x) sleep(0) end, { limit = 4, setup = function() end })`, interp.WithCores(4))
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	tr := read(t, file.Bytes())
	first, again := 0, 0
	for _, k := range tr.Tasks {
		switch {
		case k.State != "done":
			t.Errorf("%d %s: %s", k.ID, k.Name, k.State)
		case strings.Contains(k.Name, "(isolate of 'map', item "):
			first++
		case strings.Contains(k.Name, "(isolate of 'map')"):
			again++
		}
	}
	if n := len(tr.Tasks); n < 40*401+1 || first != 40 || again < 40 || tr.Truncated {
		t.Errorf("%d tasks, %d and %d of isolates", n, first, again)
	}
}

func run(t *testing.T, rec *trace.Recorder, src string, opts ...interp.Option) {
	t.Helper()
	rt, err := interp.New(append(opts, builtins.Std(), interp.WithTracer(rec), interp.WithStdio(nil, io.Discard, io.Discard))...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rt.RunString(t.Context(), "@job.lua", src); err != nil {
		t.Error(err)
	}
	if err := rt.Close(); err != nil {
		t.Error(err)
	}
}
