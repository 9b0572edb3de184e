package step_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/builtins/step"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

var start = time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC)

// job is a journal for the tests of one job: each run of a script in it is a process's.
type job struct {
	t    *testing.T
	path string
}

func newJob(t *testing.T) *job { return &job{t, filepath.Join(t.TempDir(), "state.db")} }

// open opens the journal for a run.
func (j *job) open(r step.Run) *step.Journal {
	j.t.Helper()
	if r.Now.IsZero() {
		r.Now = start
	}
	if r.Script == "" {
		r.Script = "/job.lua"
	}
	journal, err := step.Open(j.path, r)
	if err != nil {
		j.t.Fatal(err)
	}
	return journal
}

// run runs a script as the newest run, which ends well if well is true.
func (j *job) run(src, want string, well bool) {
	j.t.Helper()
	j.t.Run("", func(t *testing.T) {
		journal := (&job{t, j.path}).open(step.Run{})
		rt := interptest.New(t, builtins.Std(), interp.WithDir(filepath.Dir(j.path)), journal.Option())
		rt.Check("local function none() end "+src, want)
		if well {
			if err := journal.End(start.Add(time.Hour)); err != nil {
				t.Error(err)
			}
		}
		if err := journal.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestStep(t *testing.T) {
	j := newJob(t)
	src := `
		local shared = { 1, 2 }
		local a, b, c = step("values", function(s) print("runs", #s.key) return shared, { shared, shared, at = 1.5, [true] = "x\0y", big = 2^53, nested = { {} } }, nil end)
		print(a[2], b[1] == b[2], a == b[1], b.at, #b[true], b.big, #b.nested, c, select("#", step("three", function() return nil, nil, nil end)))
		print(step("nothing", function() print("runs") end), step.done("nothing"), step.done("none"), step.run())
		print(select(2, pcall(step, "values", print)).message)
		print(step("outer", function() return step("inner", function() print("inner") return 5 end) + 1 end))
		print(pcall(step, "raises", function() print("raises") error("no", 0) end))
		print(pcall(step, "raises", function() print("again") error("no", 0) end))`
	common := "step 'values' ran already in this run: give each its own name, such as 'values ' .. id\n"
	j.run(src, "runs\t32\n2\ttrue\ttrue\t1.5\t3\t9007199254740992\t1\tnil\t3\nruns\nnil\ttrue\tfalse\t2026-11-28T10:00:00Z.1\n"+common+"inner\n6\nraises\nfalse\tno\nagain\nfalse\tno\n", false)
	j.run(src, "2\ttrue\ttrue\t1.5\t3\t9007199254740992\t1\tnil\t3\nnil\ttrue\tfalse\t2026-11-28T10:00:00Z.1\n"+common+"6\nraises\nfalse\tno\nagain\nfalse\tno\n", true)
	j.run(`print(step.run(), step.done("values"))`, "2026-11-28T10:00:00Z.2\tfalse\n", true)
}

// A step that has raised asks for the steps inside of it again, at the next attempt of the same process as at that of another.
func TestAttempts(t *testing.T) {
	for name, inner := range map[string]string{
		"in its task":      `step("i", function() print("inner") return 1 end)`,
		"in tasks":         `task.map({ 1, 2 }, function(n) return step("i" .. n, function() print("inner", n) end) end, { limit = 1 })`,
		"in a spawned one": `await(spawn(function() return step("i", function() print("inner") end) end))`,
		"in isolates":      `parallel.map({ 1, 2 }, function(n) return step("i" .. n, function() print("inner", n) end) end, { limit = 1 })`,
		"in two levels":    `step("m", function() step("i", function() print("inner") end) return 2 end)`,
	} {
		t.Run(name, func(t *testing.T) {
			j := newJob(t)
			want := map[bool]string{true: "inner\t1\ninner\t2\n", false: "inner\n"}[strings.Contains(inner, "n)")]
			j.run(`local n = 0
				print(task.retry(function()
					return step("o", function() `+inner+` n = n + 1 if n < 3 then error("no") end return n end)
				end, { attempts = 3, delay = 0 }))
				print(select(2, pcall(step, "o", type)).message:match("ran already"))`, want+"3\nran already\n", true)
		})
	}
	// The name of a step beside it stays taken.
	newJob(t).run(`
		step("beside", type)
		local b = spawn(function() sleep(1) end)
		pcall(step, "o", function() await(b) error("no") end)
		print(pcall(step, "beside", type))`, "false\ttest:5: step 'beside' ran already in this run: give each its own name, such as 'beside ' .. id\n", true)
}

func TestKeys(t *testing.T) {
	j := newJob(t)
	key := `
		local function key(name) local k pcall(step, name, function(s) k = s.key error("no") end) return k end
		local old = read("keys") or ""
		local now = key("a") .. " " .. key("b") .. "\n"
		write("keys", old .. now)
		print(now:match("^(%x+) (%x+)\n$") ~= nil, key("a") == key("b"), old == "" or old:sub(-#now) == now)`
	write := func(text string) {
		if err := os.WriteFile(filepath.Join(filepath.Dir(j.path), "keys"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("")
	j.run(key, "true\tfalse\ttrue\n", false)
	j.run(key, "true\tfalse\ttrue\n", true)
	j.run(key, "true\tfalse\tfalse\n", true) // of another run
}

// A step that must not be run twice is not, when it was begun; an error of its own lets it be tried again.
func TestOnce(t *testing.T) {
	j := newJob(t)
	j.run(`
		print(pcall(step, "own error", function() error("no", 0) end, { once = true }))
		print(pcall(wait_for, function() step("late", function() sleep(1e6) end, { once = true }) end, 1) == false)
		local ok, err = pcall(step, "late", print, { once = true })
		print(err.kind, err.step, (err.message:gsub("journal .- %-%-forget", "journal ... --forget")))
		print(pcall(step, "no data", function() return print end, { once = true }) == false)
		print(step("good", function() return 7 end, { once = true }))`,
		"false\tno\ntrue\ninterrupted\tlate\tstep 'late' was begun before and did not end: whether it happened is not known, and it must not be run twice; lull journal ... --forget '2026-11-28T10:00:00Z.1/late' lets it run\ntrue\n7\n", false)
	j.run(`
		print(step("own error", function() return "now" end, { once = true }))
		for _, name in ipairs { "late", "no data" } do local ok, err = pcall(step, name, print, { once = true }) print(ok, err.kind) end
		print(step("good", print, { once = true }), step.done("late"), step.done("good"))
		print(step.forget("late"), step.forget("late"), step("late", function() return "at last" end, { once = true }))`,
		"now\nfalse\tinterrupted\nfalse\tinterrupted\n7\tfalse\ttrue\ntrue\tfalse\tat last\n", true)
}

func TestVersions(t *testing.T) {
	j := newJob(t)
	j.run(`print(step("a", function() return 1 end), step("b", function() return 1 end, { version = 1 }))`, "1\t1\n", false)
	j.run(`
		print(step.done("a"), step.done("a", { version = 1 }), step.done("b"), step.done("b", { version = 1 }))
		print(step("a", function() return 2 end, { version = 2 }), step("b", function() return 2 end, { version = 1 }))`, "true\tfalse\tfalse\ttrue\n2\t1\n", false)
	j.run(`print(step("a", function() return 3 end, { version = 2 }), step("b", function() return 3 end))`, "2\t3\n", true)
}

func TestSleep(t *testing.T) {
	j := newJob(t)
	j.run(`
		print(pcall(wait_for, function() step.sleep("a day", 86400) end, 3600) == false, now())
		step.till("noon", time.now() + 7200) print(now())
		print(pcall(step, "noon", print) == false, step.done("a day"))`, "true\t3600\n10800\ntrue\ttrue\n", false)
	j.run(`
		step.sleep("a day", 10 * 86400) print(now())
		step.till("noon", 2^33) print(now())`, "86400\n86400\n", true)
}

// Values that are no data are an error, and not recorded; so are too many.
func TestBadValues(t *testing.T) {
	j := newJob(t)
	j.run(`
		for _, v in ipairs { print, setmetatable({}, {}), { a = { b = io.stdout } }, sync.queue(), { [{}] = print } } do
			local ok, err = pcall(step, "bad", function() return v end)
			print(ok, err.kind, err.message)
		end
		print(step.done("bad"))
		local ok, err = pcall(step, "large", function() return ("x"):rep(17 * 2^20) end)
		print(ok, err.kind, err.message)
		print(#step("large", function() return ("x"):rep(2^20 - 100) end))
		for _, name in ipairs { "", ("x"):rep(1001), "\255", "a\0b" } do print(select(2, pcall(step, name, print)).message) end
		print(select(2, pcall(step, "a")).message, select(2, pcall(step, "a", print, { version = "1" })).message, select(2, pcall(step, "a", print, { onec = true })).message)`,
		`false	error	step 'bad': its values cannot be recorded: a function cannot be stored
false	error	step 'bad': its values cannot be recorded: a table with a metatable cannot be stored: store its fields
false	error	step 'bad': its values cannot be recorded: field 'b' of field 'a': a file cannot be stored
false	error	step 'bad': its values cannot be recorded: a sync.queue cannot be stored
false	error	step 'bad': its values cannot be recorded: field 'table': a function cannot be stored
false
false	limit	step 'large': its values take 17825800 bytes, and 16777216 can be recorded: write them to a file, and record its name
1048476
bad argument #1 to 'step' (the name is empty)
bad argument #1 to 'step' (the name has more than 1000 bytes)
bad argument #1 to 'step' (the name is no text (UTF-8, without NUL bytes))
bad argument #1 to 'step' (the name is no text (UTF-8, without NUL bytes))
bad argument #2 to 'step' (function expected, got no value)	bad argument #3 to 'step' (option 'version': a number expected, got string)	bad argument #3 to 'step' (unknown option 'onec', did you mean 'once'? there are: once, version)
`, false)
	j.run(`print(#step("large", print), step.done("bad"))`, "1048476\tfalse\n", true)
}

// A time-out that comes while a record is written lets it be written.
func TestRecordedInSpite(t *testing.T) {
	j := newJob(t)
	j.run(`
		local t
		t = spawn(function() step("a", function() t:cancel() return 1 end) sleep(0) print("never") end)
		t:join()
		print(t:cancelled(), step.done("a"))`, "true\ttrue\n", false)
	j.run(`print(step("a", print))`, "1\n", true)
}

// Steps of a thousand tasks at once are recorded together.
func TestManyAtOnce(t *testing.T) {
	j := newJob(t)
	src := `
		local ran = 0
		local list = {}
		for i = 1, 1000 do list[i] = i end
		local out = task.map(list, function(i) return step("n " .. i, function() ran = ran + 1 return i * 2 end) end)
		local sum = 0
		for _, v in ipairs(out) do sum = sum + v end
		print(ran, sum)`
	j.run(src, "1000\t1001000\n", false)
	j.run(src, "0\t1001000\n", true)
}

func TestRuns(t *testing.T) {
	j := newJob(t)
	names := func(r step.Run, well bool) string {
		journal := j.open(r)
		if well {
			if err := journal.End(start); err != nil {
				t.Fatal(err)
			}
		}
		if err := journal.Close(); err != nil {
			t.Fatal(err)
		}
		return journal.Name() + " " + strings.ReplaceAll(strings.Join(journal.Notes(), "; "), j.path, "FILE")
	}
	day := 24 * time.Hour
	for i, tt := range []struct {
		r    step.Run
		well bool
		want string
	}{
		{step.Run{}, false, "2026-11-28T10:00:00Z.1 "},
		{step.Run{Now: start.Add(time.Hour)}, false, "2026-11-28T10:00:00Z.1 "},
		{step.Run{Args: []string{"a b"}}, false, "2026-11-28T10:00:00Z.2 a new run begins, and 1 other has not ended well: lull journal FILE"},
		{step.Run{Script: "/other.lua"}, true, "2026-11-28T10:00:00Z.3 a new run begins, and 2 others have not ended well: lull journal FILE"},
		{step.Run{Args: []string{"a b"}, Source: []byte("print(2)")}, false, "2026-11-28T10:00:00Z.2 the script has changed since the run 2026-11-28T10:00:00Z.2 began: what was recorded stands"},
		{step.Run{Now: start.Add(day), Resume: day / 2}, false, "2026-11-29T10:00:00Z.1 the run 2026-11-28T10:00:00Z.1 is older than 12h0m0s, and not gone on with: a new one begins (--resume says how old it may be, --run 2026-11-28T10:00:00Z.1 goes on with it); a new run begins, and 1 other has not ended well: lull journal FILE"},
		{step.Run{Now: start.Add(day), Name: "2026-11-28T10:00:00Z.1", Resume: day / 2}, true, "2026-11-28T10:00:00Z.1 "},
		{step.Run{Name: "night", Now: start.Add(day)}, false, "night "},
		{step.Run{Name: "night", Now: start.Add(9 * day), Resume: day}, true, "night "},
		{step.Run{Name: step.NewRun, Now: start.Add(day)}, true, "2026-11-29T10:00:00Z.2 "},
		{step.Run{Args: []string{"\xff"}, Now: start.Add(2 * day)}, false, "2026-11-30T10:00:00Z.1 a new run begins, and 2 others have not ended well: lull journal FILE"},
		{step.Run{Args: []string{"\xfe"}, Now: start.Add(2 * day)}, true, "2026-11-30T10:00:00Z.2 a new run begins, and 3 others have not ended well: lull journal FILE"},
		{step.Run{Args: []string{"\xff"}, Now: start.Add(2 * day)}, true, "2026-11-30T10:00:00Z.1 "},
	} {
		if got := names(tt.r, tt.well); got != tt.want {
			t.Errorf("%d: %s\nwant %s", i, got, tt.want)
		}
	}
	for _, tt := range []struct {
		r    step.Run
		want string
	}{
		{step.Run{Name: "night"}, "the run night: the run has ended well before"},
		{step.Run{Name: "night", Args: []string{"x"}}, `the run night is one of /job.lua with the arguments [], and this is /job.lua with ["x"]; to begin it anew: lull journal FILE --forget night`},
		{step.Run{Name: "a/b"}, "FILE: the name of a run is a text without / and line ends, of 200 bytes at most"},
	} {
		tt.r.Script, tt.r.Now = "/job.lua", start
		_, err := step.Open(j.path, tt.r)
		if err == nil || strings.TrimPrefix(strings.ReplaceAll(err.Error(), j.path, "FILE"), "FILE: ") != strings.TrimPrefix(tt.want, "FILE: ") {
			t.Errorf("%v\nwant %s", err, tt.want)
		}
		if errors.Is(err, step.ErrEnded) != (tt.r.Args == nil && tt.r.Name == "night") {
			t.Errorf("%v is, or is not, that the run has ended", err)
		}
	}
}

// Records that nothing has asked for are named, but for those inside of what was recorded as a whole.
func TestUnasked(t *testing.T) {
	j := newJob(t)
	j.run(`step("old", none) sleep(1) step("outer", function() sleep(1) step("inner", none) sleep(1) end)`, "", false)
	journal := j.open(step.Run{})
	rt := interptest.New(t, builtins.Std(), journal.Option())
	rt.Check(`step("outer", print) step("new", function() end)`, "")
	if got := fmt.Sprint(journal.Unasked()); got != "[old]" {
		t.Error(got)
	}
	if err := journal.Close(); err != nil {
		t.Error(err)
	}
}

// A step's record makes those inside of it needless, whichever attempt has done them.
func TestUnaskedOfSeveralAttempts(t *testing.T) {
	for name, within := range map[string]string{
		"in its task": `for i = 1, 3 do step("m" .. i, function() if i == fail then error("no", 0) end end) end`,
		"in tasks":    `task.map({ 1, 2, 3 }, function(i) step("m" .. i, function() if i == fail then error("no", 0) end end) end, { limit = 1 })`,
		"in isolates": `parallel.map({ 1, 2, 3 }, function(i) step("m" .. i, function() if i == fail then error("no", 0) end end) end, { limit = 1 })`,
	} {
		t.Run(name, func(t *testing.T) {
			j := newJob(t)
			j.run(`fail = 3 print(pcall(step, "all", function() sleep(1) `+within+` end))`, "false\tno\n", false)
			j.run(`fail = 0 sleep(100) step("all", function() sleep(1) `+within+` end)`, "", false)
			journal := j.open(step.Run{})
			rt := interptest.New(t, builtins.Std(), journal.Option())
			rt.Check(`step("all", print)`, "")
			if got := fmt.Sprint(journal.Unasked()); got != "[]" {
				t.Error(got)
			}
			if err := journal.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// A list with holes is as long as it was.
func TestHoles(t *testing.T) {
	j := newJob(t)
	src := `local h, n = step("holes", function() return { 1, nil, 3, n = 3 }, { nil, nil, 3 } end)
		print(#h, h.n, h[3], #n, unpack(n))`
	want := "3\t3\t3\t3\tnil\tnil\t3\n"
	j.run(src, want, false)
	j.run(src, want, true)
}

// A link to a journal that is not there yet stays a link.
func TestLinkToNothing(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	link, file := filepath.Join(dir, "link.db"), filepath.Join(dir, "data", "state.db")
	for from, to := range map[string]string{"link.db": "other.db", "other.db": filepath.Join("data", "state.db")} {
		if err := os.Symlink(to, filepath.Join(dir, from)); err != nil {
			t.Skip(err)
		}
	}
	(&job{t, link}).run(`step("a", none)`, "", true)
	if to, err := os.Readlink(link); to != "other.db" || err != nil {
		t.Errorf("%q, %v", to, err)
	}
	r, err := step.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	if runs, err := r.Runs(); len(runs) != 1 || runs[0].Steps != 1 || err != nil {
		t.Errorf("%v, %v", runs, err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

// A journal with two names would have two logs.
func TestTwoNames(t *testing.T) {
	j := newJob(t)
	j.run(`step("a", none)`, "", false)
	if err := os.Link(j.path, j.path+".hard"); err != nil {
		t.Skip(err)
	}
	if runtime.GOOS == "windows" {
		t.Skip("they are not counted here")
	}
	for _, path := range []string{j.path, j.path + ".hard"} {
		if _, err := step.Open(path, step.Run{Script: "/job.lua", Now: start}); err == nil || !strings.Contains(err.Error(), "several names") {
			t.Errorf("%s: %v", path, err)
		}
	}
	if err := os.Remove(j.path + ".hard"); err != nil {
		t.Fatal(err)
	}
	j.run(`step("a", print)`, "", true)
}

// A journal that is removed while the script runs records nothing, which a step says.
func TestRemovedJournal(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a file that is open is not removed here")
	}
	j := newJob(t)
	journal := j.open(step.Run{})
	rt := interptest.New(t, builtins.Std(), journal.Option())
	rt.Check(`step("a", function() end)`, "")
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(j.path + end); err != nil {
			t.Fatal(err)
		}
	}
	rt.Check(`local ok, e = pcall(step, "b", function() end) print(ok, e.kind, (e.message:gsub("^.*state.db: ", "")))`,
		"false\tio\tthe file was removed, or another has its name, since the script began: what is recorded is lost\n")
	if err := journal.End(start); err == nil || !strings.Contains(err.Error(), "was removed") {
		t.Error(err)
	}
	if err := journal.Close(); err != nil {
		t.Error(err)
	}
}

// A process that makes a journal removes what those have left that were killed while they made it, and nothing else.
func TestLeftovers(t *testing.T) {
	j := newJob(t)
	dir := filepath.Dir(j.path)
	for _, name := range []string{".state.db.lull-abcdefgh", ".state.db.lull-abcdefgh-journal", ".state.db.lull-abcdefgh-wal", ".state.db.lull-12345678", ".state.db.lull-abcdefgh-mine", ".state.db.lull-ABC", ".other.db.lull-abcdefgh"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	j.run(`step("a", none)`, "", true)
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		names = append(names, f.Name())
	}
	if got, want := fmt.Sprint(names), "[.other.db.lull-abcdefgh .state.db.lull-ABC .state.db.lull-abcdefgh-mine state.db state.db.lock]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// One of many that begin at once has the journal, and each of the others says who that is.
func TestManyBegin(t *testing.T) {
	j := newJob(t)
	want := fmt.Sprintf("%s is in use by process %d", j.path, os.Getpid())
	var begun sync.WaitGroup
	got := make(chan *step.Journal, 16)
	for range cap(got) {
		begun.Go(func() {
			journal, err := step.Open(j.path, step.Run{Script: "/job.lua", Now: start})
			if err != nil && err.Error() != want {
				t.Error(err)
			}
			got <- journal
		})
	}
	begun.Wait()
	n := 0
	for range cap(got) {
		if journal := <-got; journal != nil {
			n++
			if err := journal.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	if n != 1 {
		t.Errorf("%d have it", n)
	}
}

// A file that is no journal, of a newer format, or damaged, is an error, and left as it is; no file is left beside it but a lock.
func TestOtherFiles(t *testing.T) {
	j := newJob(t)
	j.run(`for i = 1, 100 do step("n" .. i, function() return ("x"):rep(1000) end) end`, "", false)
	good, err := os.ReadFile(j.path)
	if err != nil {
		t.Fatal(err)
	}
	with := func(at int, text string) []byte {
		b := append([]byte{}, good...)
		copy(b[at:], text)
		return b
	}
	for name, b := range map[string][]byte{
		"text":          []byte("this is my diary\n" + strings.Repeat("dear diary\n", 1000)),
		"short":         []byte("x"),
		"another's":     with(68, "abcd"),
		"newer":         with(60, "\x00\x00\x00\x02"),
		"cut short":     good[:len(good)/2],
		"a page":        with(4096, strings.Repeat("\xaa", 4096)),
		"its directory": with(100, strings.Repeat("\xaa", 200)),
		"the last page": with(len(good)-4096, strings.Repeat("\xaa", 4096)),
	} {
		path := filepath.Join(t.TempDir(), "other.db")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := step.Open(path, step.Run{Script: "/job.lua", Now: start})
		if err == nil {
			t.Errorf("%s is opened", name)
			continue
		}
		if !strings.Contains(err.Error(), "left as it is") || !strings.HasPrefix(err.Error(), path+": ") {
			t.Errorf("%s: %v", name, err)
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != string(b) {
			t.Errorf("%s has changed, or %v", name, err)
		}
		files, err := os.ReadDir(filepath.Dir(path))
		for _, f := range files {
			if f.Name() != "other.db" && f.Name() != "other.db.lock" {
				t.Errorf("%s: there is a %s now", name, f.Name())
			}
		}
		if err != nil {
			t.Error(err)
		}
		if _, err := step.Read(path); err != nil && !strings.HasPrefix(err.Error(), path+": ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	// An empty file becomes one.
	path := filepath.Join(t.TempDir(), "empty.db")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	(&job{t, path}).run(`step("a", none)`, "", true)
	if _, err := step.Open(t.TempDir(), step.Run{}); err == nil || !strings.Contains(err.Error(), "no file that could be a journal") {
		t.Error(err)
	}
	if _, err := step.Open("/no/such/folder/state.db", step.Run{}); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Error(err)
	}
}

// One process at a time has it; others may read it, and change other runs.
func TestInUse(t *testing.T) {
	j := newJob(t)
	j.run(`step("a", function() return { 1, "x" } end)`, "", true)
	journal := j.open(step.Run{Name: "now"})
	defer func() {
		if err := journal.Close(); err != nil {
			t.Error(err)
		}
	}()
	_, err := step.Open(j.path, step.Run{Script: "/job.lua", Now: start})
	if want := fmt.Sprintf("%s is in use by process %d", j.path, os.Getpid()); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(j.path, link); err == nil {
		if _, err := step.Open(link, step.Run{Script: "/job.lua", Now: start}); err == nil || !strings.Contains(err.Error(), "in use by process") {
			t.Errorf("by another name: %v", err)
		}
	}
	rt := interptest.New(t, builtins.Std(), journal.Option())
	rt.Check(`for i = 1, 50 do step("n" .. i, function() return i end) end`, "")
	r, err := step.Read(j.path)
	if err != nil {
		t.Fatal(err)
	}
	runs, err := r.Runs()
	if err != nil || len(runs) != 2 || runs[0].Steps != 1 || runs[0].Ended.IsZero() || runs[1].Name != "now" || runs[1].Steps != 50 || !runs[1].Ended.IsZero() {
		t.Errorf("%v, %v", runs, err)
	}
	n := 0
	err = r.Steps("", func(s step.StepInfo) error { n += s.Values.Len(); return nil })
	if err = errors.Join(err, r.Close()); err != nil || n != 51 {
		t.Errorf("%d values, %v", n, err)
	}
	if err := step.Forget(j.path, "now"); err == nil || !strings.Contains(err.Error(), "is in use") {
		t.Error(err)
	}
	if err := step.Forget(j.path, "now/n1"); err == nil || !strings.Contains(err.Error(), "is in use") {
		t.Error(err)
	}
	if err := step.Forget(j.path, "nobody"); err == nil || !strings.Contains(err.Error(), "there is no nobody") {
		t.Error(err)
	}
	if n, err := step.Prune(j.path, start.Add(time.Hour)); n != 1 || err != nil {
		t.Errorf("%d removed, %v", n, err)
	}
	rt.Check(`step("after", function() end) print(step.forget("n1"), step("n1", function() return "again" end))`, "true\tagain\n")
	if st, err := os.Stat(j.path); err != nil || st.Mode().Perm()&0o077 != 0 {
		t.Errorf("%v, %v", st.Mode(), err)
	}
}

// Without a journal a step is a call.
func TestWithoutJournal(t *testing.T) {
	rt := interptest.New(t, builtins.Safe())
	rt.Check(`
		local key
		print(step("a", function(s) key = s.key return 1, nil, print ~= nil end))
		print(step("a", function(s) return key == s.key and #key end), step.done("a"), step.forget("a"), step.run())
		print(pcall(step, "a", function() error("no", 0) end))
		step.sleep("b", 100) step.till("b", time.now() + 10) print(now())`,
		"1\tnil\ttrue\n32\tfalse\tfalse\tnil\nfalse\tno\n110\n")
}

// A journal that was closed by its host is an error.
func TestClosed(t *testing.T) {
	j := newJob(t)
	journal := j.open(step.Run{})
	rt := interptest.New(t, builtins.Std(), journal.Option())
	if err := errors.Join(journal.Close(), journal.Close()); err != nil {
		t.Error(err)
	}
	rt.Check(`local ok, err = pcall(step, "a", function() end) print(ok, err.kind, err.message:match("closed"))`, "false\tio\tclosed\n")
	if err := journal.End(start); err == nil {
		t.Error("a closed journal ends its run")
	}
}

func ExampleJournal() {
	dir, err := os.MkdirTemp("", "lull-example-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	const script = `print(step("charge", function() print("charging") return 42 end))`
	for range 2 { // as if the process were started twice, and killed before the end of the run
		j, err := step.Open(filepath.Join(dir, "state.db"), step.Run{Script: "charge.lua", Source: []byte(script), Now: time.Now()})
		if err != nil {
			fmt.Println(err)
			return
		}
		rt, err := interp.New(builtins.Std(), j.Option(), interp.WithStdio(nil, os.Stdout, os.Stderr))
		if err != nil {
			fmt.Println(err)
			return
		}
		_, err = rt.RunString(context.Background(), "=charge", script)
		if err = errors.Join(err, rt.Close(), j.Close()); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// charging
	// 42
	// 42
}

// Steps in isolates record in the run's journal, and their names are the run's.
func TestIsolates(t *testing.T) {
	j := newJob(t)
	src := `
		local out = step("all", function()
			return parallel.map({ 1, 2, 3 }, function(i) return step("n" .. i, function() return i * 10 end) end)
		end)
		print(out[1], out[2], out[3], step.done("n2"))`
	j.run(src+`
		local ok, err = pcall(parallel.run, function() step("n1", type) end)
		print(ok, err.message:match("ran already") ~= nil)`, "10\t20\t30\ttrue\nfalse\ttrue\n", false)
	j.run(src+` print(parallel.run(function() return step("n3", type) end))`, "10\t20\t30\ttrue\n30\n", true)
}
