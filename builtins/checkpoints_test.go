package builtins_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unsafe"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// Every builtin that waits, under every cause that ends its wait, in every place that a wait can stand in. Each builtin that a stub
// marks @async is shown to be a checkpoint here or in brief_test.go, and no other is.

// checkpoint is a call that waits, as a line of a table's testdata/checkpoints.txt has it.
type checkpoint struct {
	call       string // in the reference
	made, wait string // what is made before, and the wait
	others     bool   // it waits for other tasks, or for what they hold
	brief      bool   // it ends by itself; all others wait for ever
}

func checkpoints(t *testing.T) (all []checkpoint) {
	t.Helper()
	for _, r := range rows(t, "checkpoints.txt", 3) {
		c := checkpoint{call: r[0], made: r[1], wait: r[2]}
		switch r = append(r, ""); r[3] {
		case "":
		case "others":
			c.others = true
		case "brief":
			c.brief = true
		default:
			t.Errorf("the checkpoint %s is %q: it may be others or brief", c.call, r[3])
		}
		all = append(all, c)
	}
	return all
}

// rows are the lines of a file in the folder testdata of each table, and of this package, taken apart at |.
func rows(t *testing.T, name string, columns int) (all [][]string) {
	t.Helper()
	files, err := filepath.Glob("*/testdata/" + name)
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files of the name %s, %v", len(files), name, err)
	}
	if _, err := os.Stat("testdata/" + name); err == nil {
		files = append(files, "testdata/"+name)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n") {
			if line == "" || line[0] == '#' {
				continue
			}
			row := strings.Split(line, "|")
			for i := range row {
				row[i] = strings.TrimSpace(row[i])
			}
			if len(row) < columns || len(row) > columns+1 {
				t.Fatalf("%s:%d has %d columns: %s", file, i+1, len(row), line)
			}
			all = append(all, row)
		}
	}
	return all
}

// places are where a call of wait() can stand.
var places = []struct{ name, code string }{
	{"plain", "wait()"},
	{"pcall", "pcall(wait)"},
	{"nested pcall", "while true do pcall(pcall, xpcall, wait, function() end) end"},
	{"coroutine", "coroutine.wrap(wait)()"},
	{"coroutine in coroutine", "coroutine.resume(coroutine.create(function() coroutine.wrap(wait)() end))"},
	{"metamethod", "local _ = setmetatable({}, { __index = wait }).field"},
	{"show", "show({ setmetatable({}, { __tostring = wait }) })"},
	{"comparator", "table.sort({ 2, 1, 3 }, wait)"},
	{"gsub", "string.gsub('abc', '%w', wait)"},
	{"iterator", "for _ in wait do end"},
	{"cleanup", "finally(function() end, wait)"},
}

// causes end the wait of body() at 1 s.
var causes = []struct{ name, code string }{
	{"cancel", "local t = spawn(body) sleep(1) t:cancel() t:join() print(t:cancelled())"},
	{"time-out", "print(not pcall(wait_for, body, 1))"},
	{"move on", "print(not task.move_on_after(body, 1))"},
	{"stop", "spawn(body) sleep(1) print(true) stop()"},
	{"exit", "spawn(body) sleep(1) print(true) os.exit(0)"},
	{"host", "print(true) spawn(function() sleep(1) interrupt() end) body()"},
	{"sibling", "print(not pcall(group, function(g) g:spawn(body) sleep(1) error('sibling') end))"},
	{"gather", "print(not pcall(gather, body, function() sleep(1) error('sibling') end))"},
	{"race", "print(race(body, function() return sleep(1, true) end))"},
	{"daemon", "task.daemon(body) sleep(1) print(true)"},
	{"failing main", "spawn(body) sleep(1) print(true) error('main')"},
}

const checkpointScript = `
%s
local function wait() %s print("never") end
local function place() %s end
local function body()
  finally(place, function(ok, e) print("cleanup", ok, e.kind, now()) unwound() end)
  print("never")
end
%s
`

func TestEveryCheckpointUnderEveryCause(t *testing.T) {
	for _, w := range checkpoints(t) {
		if w.brief {
			continue
		}
		t.Run(w.call, func(t *testing.T) {
			for _, p := range places {
				for _, cause := range causes {
					switch {
					case cause.name == "host" && p.name == "cleanup":
						continue // time would have to stand still and to pass
					case cause.name == "daemon" && w.others:
						continue // which end at the same time, or keep the script from ending
					}
					src := fmt.Sprintf(checkpointScript, w.made, w.wait, p.code, cause.code)
					if msg := checkCheckpoint(src, p.name == "cleanup"); msg != "" {
						t.Errorf("%s in %s: %s\nscript:%s", cause.name, p.name, msg, src)
					}
				}
			}
		})
	}
}

func checkCheckpoint(src string, inCleanup bool) string {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	unwound := make(chan struct{})
	var kept []any
	var out, errw bytes.Buffer
	rt, err := interp.New(builtins.Std(), interptest.Signals(), interp.WithStdio(nil, &out, &errw), interp.WithVirtualTime(), interp.WithModule(interp.Module{
		Defs: []interp.Def{
			{Name: "keep", Fn: func(c *interp.Call) error {
				kept = append(kept, c.Arg(1).Object())
				return c.Return(c.Arg(1))
			}},
			// The host's cancellation comes from another goroutine; virtual time stands still until it has arrived.
			{Name: "interrupt", Fn: func(c *interp.Call) error {
				return c.BlockFirm(func(context.Context) error {
					cancel()
					<-unwound
					return nil
				})
			}},
			{Name: "unwound", Fn: func(*interp.Call) error {
				close(unwound)
				return nil
			}},
		},
	}))
	if err != nil {
		return err.Error()
	}
	_, runErr := rt.RunString(ctx, "=t", src)
	closeErr := rt.Close()
	for _, err := range []error{runErr, closeErr} {
		// The host's cancellation and main's error are what the scripts of these causes end with.
		if e := (*interp.Error)(nil); errors.As(err, &e) && e.Kind != interp.KindCancelled && !strings.HasSuffix(e.Msg, ": main") {
			return "ends with " + err.Error()
		}
	}
	at := 1
	if inCleanup {
		at = 6 // the grace
	}
	got := out.String()
	want := fmt.Sprintf("cleanup\tfalse\tcancelled\t%d\n", at)
	if !strings.Contains(got, want) || strings.Count(got, "cleanup") != 1 || strings.Contains(got, "never") || !strings.Contains(got, "true") {
		return fmt.Sprintf("prints\n%swant once\n%sstandard error:\n%s", got, want, errw.String())
	}
	if s := rt.Stats(); s.Live != 0 || s.Timers > 1 { // Close's own grace
		return fmt.Sprintf("%d tasks and %d timers are left", s.Live, s.Timers)
	}
	for _, k := range kept {
		if msg := leftovers(k); msg != "" {
			return msg
		}
	}
	return ""
}

// leftovers tells what a primitive of the table sync still holds when no task is left: waiters, a place, a holder. It looks into its
// unexported fields, so that a new primitive needs nothing.
func leftovers(p any) string {
	v := reflect.ValueOf(p).Elem()
	for i := range v.NumField() {
		name, f := v.Type().Field(i).Name, v.Field(i)
		f = reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())) // a pointer to it, as if it were exported
		if waiters, ok := f.Interface().(interface{ Len() int }); ok && waiters.Len() != 0 {
			return fmt.Sprintf("%s: %d are left", name, waiters.Len())
		}
		switch name {
		case "places", "holder":
			if !f.Elem().IsZero() {
				return fmt.Sprintf("%s: %v", name, f.Elem())
			}
		case "lock": // of a condition
			if msg := leftovers(f.Elem().Interface()); msg != "" {
				return "its lock: " + msg
			}
		}
	}
	return ""
}
