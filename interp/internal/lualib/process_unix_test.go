//go:build unix

package lualib_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

func TestProcesses(t *testing.T) { check(t, "processes") }

// A cancelled process ends with all that it started.
func TestCancelledProcess(t *testing.T) {
	for _, tt := range []struct{ name, src string }{
		{"execute", `os.execute("echo $$ >pid.new; mv pid.new pid; sleep 100 & wait")`},
		{"execute, which ignores SIGTERM", `os.execute("trap '' TERM; echo $$ >pid.new; mv pid.new pid; while :; do sleep 0.01; done")`},
		{"popen", `local p = io.popen("echo $$ >pid.new; mv pid.new pid; echo x; sleep 100") p:read() p:close()`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			start := time.Now()
			got := script(t, dir, nil, `
				local runs = spawn(function() `+tt.src+` end)
				repeat
					sleep(0.01)
					local f = io.open("pid")
				until f and f:close()
				runs:cancel()
				runs:join()
				print(runs:cancelled())`, interp.WithGrace(300*time.Millisecond))
			if got != "true\n" {
				t.Errorf("printed %q", got)
			}
			if d := time.Since(start); d > 50*time.Second {
				t.Errorf("took %v", d)
			}
			var pid int
			if b, err := os.ReadFile(filepath.Join(dir, "pid")); err != nil {
				t.Fatal(err)
			} else if _, err := fmt.Sscan(string(b), &pid); err != nil {
				t.Fatal(err)
			}
			if err := syscall.Kill(pid, 0); err == nil {
				t.Errorf("process %d is still there", pid)
			}
		})
	}
}

func TestOpenProcessAtTheEnd(t *testing.T) {
	dir := t.TempDir()
	script(t, dir, nil, `p = io.popen("cat >x", "w") p:write("kept")`)
	if got, err := os.ReadFile(filepath.Join(dir, "x")); err != nil || string(got) != "kept" {
		t.Errorf("%q, %v", got, err)
	}
	start := time.Now()
	script(t, dir, nil, `p = io.popen("sleep 100")`, interp.WithGrace(100*time.Millisecond))
	if d := time.Since(start); d > 50*time.Second {
		t.Errorf("a process that was left open kept Close for %v", d)
	}
}

// A cancelled run, or daemon, ends at once what it has opened with popen; what another run has opened goes on.
func TestOpenProcessOfACancelledRun(t *testing.T) {
	want := map[string]string{"other": "got it\n", "sorted": "a\nb\n"}
	for try := 1; ; try++ { // what was written is taken soon, if the machine has nothing else to do
		got := openProcessOfACancelledRun(t, t.TempDir())
		if maps.Equal(got, want) {
			return
		}
		if try == 5 || got["other"] != want["other"] {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
}

// openProcessOfACancelledRun returns what the processes have written to files.
func openProcessOfACancelledRun(t *testing.T, dir string) map[string]string {
	t.Helper()
	var cancel context.CancelFunc
	rt, err := interp.New(builtins.Std(), interp.WithDir(dir), interp.WithEnv([]string{"PATH=" + os.Getenv("PATH")}),
		interp.WithFunc("cancel", func() { cancel() }))
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if _, err := rt.RunString(context.Background(), "=other", `other = io.popen("read x; echo got $x >other", "w")`); err != nil {
		t.Error(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	cancel = stop
	if _, err = rt.RunString(ctx, "=t", `
		writer = io.popen("sleep 100", "w")
		writer:write("never taken")
		local sorted = io.popen("echo >begun; sort >sorted", "w")
		sorted:write("b\na\n")
		task.daemon(function()
			for l in io.popen("sleep 100"):lines() do end
		end)
		task.daemon(function() repeat sleep(0.05) until fs.exists("begun") cancel() end)
		io.popen("sleep 100"):read("*a")`); !errors.Is(err, interp.ErrCancelled) {
		t.Error(err)
	}
	if _, err := rt.RunString(context.Background(), "=other", `other:write("it\n") other:close()`); err != nil {
		t.Error(err)
	}
	if err := rt.Close(); err != nil {
		t.Error(err)
	}
	if d := time.Since(start); d > 50*time.Second {
		t.Errorf("took %v", d)
	}
	got := map[string]string{}
	for _, name := range []string{"other", "sorted"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && name != "sorted" {
			t.Error(err)
		}
		got[name] = string(text)
	}
	return got
}

func TestFIFO(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Skip(err)
	}
	// An abandoned read, before there is a writer and while there is one that writes nothing, takes nothing.
	got := script(t, dir, nil, `
		local f = io.open("fifo")
		local r = spawn(f.read, f) sleep(0) r:cancel() r:join() print(r:cancelled())
		local w = io.open("fifo", "w")
		r = spawn(f.read, f) sleep(0) r:cancel() r:join() print(r:cancelled())
		w:write("a line\nanother") w:close()
		print(f:read(), f:read(), f:read()) f:close()
		local got = gather(function() local f = io.open("fifo") return f:read("*a"), f:close() end, function() sleep(0.01) local w = io.open("fifo", "w") w:write("met") w:close() end)
		print(got)
		local ok, e = pcall(wait_for, io.open, 0.05, "fifo", "w") print(ok, e.kind)`)
	if want := "true\ntrue\na line\tanother\tnil\nmet\nfalse\ttimeout\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}

// A chunk that nobody writes is given up like any other read, and one that somebody does is read to its end.
func TestChunkFromFIFO(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "fifo.lua"), 0o600); err != nil {
		t.Skip(err)
	}
	got := script(t, dir, nil, `
		package.path = "./?.lua"
		for _, f in ipairs{dofile, loadfile} do local ok, e = pcall(wait_for, f, 0.02, "fifo.lua") print(ok, e.kind) end
		local ok, e = pcall(wait_for, require, 0.02, "fifo") print(ok, e.kind)
		local w
		print(gather(function() return dofile("fifo.lua") end, function()
			sleep(0.01) w = io.open("fifo.lua", "w") w:write("return ") w:flush() sleep(0.01) w:write("'read'") w:close() end))
		print(pcall(dofile, "none.lua")) print(pcall(dofile, "."))`)
	if want := "false\ttimeout\nfalse\ttimeout\nfalse\ttimeout\nread\tnil\nfalse\tcannot open none.lua: No such file or directory\nfalse\tcannot read .: Is a directory\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}

// A thousand blocked reads, and a thousand blocked opens, do not hold a thread each.
func TestManyBlockedReads(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o600); err != nil {
		t.Skip(err)
	}
	before := threads(t)
	during := 0
	out := script(t, dir, nil, `
		local w = io.open("fifo", "r+")
		local tasks = {}
		io.open("f", "w"):close()
		for i = 1, 1000 do
			tasks[i] = spawn(function() return io.open("fifo"):read() end)
			if i % 50 == 0 then io.open("f"):close() end -- all of them at once would want a thread each to open it
		end
		sleep(0.2)
		print(io.popen("echo others go on"):read())
		count_threads()
		for _, t in ipairs(tasks) do t:cancel() end`, interp.WithModule(interp.Module{
		Defs: []interp.Def{{Name: "count_threads", Fn: func(*interp.Call) error {
			during = threads(t)
			return nil
		}}},
	}))
	if during-before > 500 || out != "others go on\n" {
		t.Errorf("%d threads, then %d; printed %q", before, during, out)
	}
}

func threads(t *testing.T) int {
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Skip(err)
	}
	return len(tasks)
}

func TestDroppedFilesAreClosed(t *testing.T) {
	dir := t.TempDir()
	got := script(t, dir, strings.NewReader(""), `
		for i = 1, 200 do io.open("x" .. i, "w"):write("w") end
		for i = 1, 50 do
			collectgarbage() sleep(0.01)
			io.open("x1")
			local f = io.open("x100") local s = f:read("*a") f:close()
			if s == "w" then print("written") return end
		end`)
	if got != "written\n" {
		t.Errorf("printed %q", got)
	}
}
