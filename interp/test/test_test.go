package test_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"go.uber.org/goleak"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/stub"
	"github.com/lull-lua/lull/interp/test"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func std(string, []string) []interp.Option { return []interp.Option{builtins.Std()} }

// files are some as a file system.
func files(texts map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range texts {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// run runs the tests of one file, each for a minute at most: one that is to be cut has a time-out of its own.
func run(t *testing.T, src string, opts test.Options) *test.Report {
	t.Helper()
	if opts.Timeout == 0 {
		opts.Timeout = time.Minute
	}
	if opts.Runtime == nil {
		opts.Runtime = std
	}
	if opts.Env == nil {
		opts.Env = []string{"PATH=" + os.Getenv("PATH")}
	}
	r, err := test.Run(t.Context(), files(map[string]string{"a_test.lua": src}), opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Each fails a test with what is said, or passes it where nothing is.
func TestOutcomes(t *testing.T) {
	for name, tt := range map[string]struct{ body, want string }{
		"nothing":              {``, ""},
		"hours":                {`expect(function() sleep(7200) end):takes(7200)`, ""},
		"not so long":          {`expect(function() sleep(1) end):takes(2)`, "a_test.lua:1: expected it to take 2 s, it took 1 s"},
		"error":                {`error("broken")`, "a_test.lua:1: broken"},
		"assert":               {`assert(1 == 2)`, "assertion failed"},
		"a task":               {`spawn(function() sleep(1) end)`, "task 2 'a_test.lua:1', which waits in sleep at a_test.lua:1, made at a_test.lua:1"},
		"a task that ends":     {`spawn(function() end)`, ""},
		"a cancelled task":     {`local t = spawn(sleep, 9) t:cancel()`, ""},
		"many tasks":           {`for i = 1, 10000 do spawn(function() sleep(1) end) end spawn(sleep, 2)`, "behind:\n\ttask 2 'a_test.lua:1', which waits in sleep at a_test.lua:1, made at a_test.lua:1, and 9999 more like it\n\ttask 10002 'sleep'"},
		"many kinds":           {`for i = 1, 60 do spawn(sleep, 2):name("t" .. i) end`, "\n\t... and 10 more"},
		"a daemon":             {`task.daemon(function() sleep(1) end)`, "daemon 2"},
		"a file":               {`io.open("test.go")`, "file 'test.go', made at a_test.lua:1"},
		"a dropped file":       {`for i = 1, 3 do io.open("test.go") end collectgarbage()`, "file 'test.go', made at a_test.lua:1"},
		"a temporary folder":   {`write(fs.temp() .. "/a", "x")`, ""},
		"a followed file":      {`local d = fake.dir{ a = "x\n" } for line in fs.tail(d .. "/a", { from = "start" }) do break end`, ""},
		"a watcher":            {`fs.watch(".", {})`, "fs.watch ., made at a_test.lua:1"},
		"a process":            {`process.start{ "sleep", "9" }`, "process sleep 9, made at a_test.lua:1"},
		"a process of popen":   {`io.popen("sleep 9")`, "process 'sleep 9', made at a_test.lua:1"},
		"a closed file":        {`io.open("test.go"):close()`, ""},
		"a lock":               {`sync.lock{ name = "db" }:acquire()`, "lock 'db', which is held, made at a_test.lua:1"},
		"a given lock":         {`sync.lock():with(function() end)`, ""},
		"deadlock":             {`sync.event():wait()`, "deadlock: every task waits, and nothing can wake any of them\n\ttask 1 't': wait at a_test.lua:1: event of a_test.lua:1"},
		"deadlock by a server": {`http.serve(0, function() end) local a, b = sync.lock{ name = "a" }, sync.lock() local function cross(l, m) l:with(function() sleep(0) m:with(print) end) end gather(function() cross(a, b) end, function() cross(b, a) end)`, "cancelled: deadlock: tasks wait for each other"},
		"no deadlock yet":      {`http.serve(0, function() end) local l = sync.lock() wait_for(function() spawn(function() sleep(2000) end):cancel() l:with(function() sleep(3600) end) end, 7200)`, ""},
		"unawaited":            {`spawn(function() error("lost") end) sleep(1)`, "a_test.lua:1: lost"},
		"unawaited daemon":     {`task.daemon(function() error("lost") end) sleep(1)`, "a_test.lua:1: lost"},
		"too long":             {`while true do end`, "timed out: the test takes longer than its time-out of 300ms: running at a_test.lua:1"},
		"too long, caught":     {`while true do pcall(function() while true do end end) end`, "timed out"},
		"exit":                 {`os.exit(3)`, "the test has ended itself, with exit status 3"},
		"exit 0":               {`os.exit(0)`, "the test has ended itself"},
		"stop":                 {`stop()`, "the test has ended itself"},
		"nested":               {`test("x", function() end)`, "it stands in the file itself"},
		"before in a test":     {`test.before(function() end)`, "it stands in the file itself"},
		"equal":                {`expect{ a = { 1, 2 }, b = 0/0 }:equal{ b = 0/0, a = { 1, 2 } }`, ""},
		"equal lists":          {`expect(task.map({ "a", "b" }, function(s) return s end)):equal{ "a", "b" } expect{ { 1 }, {} }:equal{ gather{ function() return 1 end }, gather{} } expect(table.pack(1)):equal{ n = 1, 1 }`, ""},
		"unequal lists":        {`expect.no(table.pack(1, nil)):equal{ 1 } expect.no{ 1, n = 1 }:equal{ 1 } expect.no(table.pack(1)):equal{ 1, n = 2 } expect(table.pack(1, 2)):equal{ 1 }`, "  {\n    1,\n+   2,\n  }"},
		"equal cycles":         {`local a, b = {}, {} a.a = a b.a = b expect(a):equal(b)`, ""},
		"unequal cycles":       {`local a, b = { n = 1 }, { n = 2 } a.a = a b.a = b expect(a):equal(b)`, "-   n = 2,\n+   n = 1,"},
		"equal nil":            {`expect(nil):equal(nil) expect(nil):equal(false)`, "expected false, got nil"},
		"equal strings":        {`expect("a"):equal("b")`, `expected "b", got "a"`},
		"equal texts":          {`expect("a\nb\n"):equal("a\nc\n")`, "  a\n- c\n+ b"},
		"equal functions":      {`expect{ f = print }:equal{ f = error }`, "but hold functions or objects that are not"},
		"much differs":         {`local a, b = {}, {} for i = 1, 5000 do a[i], b[i] = i, -i end expect(a):equal(b)`, "\n  ... and 9900 more lines that differ"},
		"shifted":              {`local a, b = {}, {} for i = 1, 5000 do a[i], b[i] = i, i + 1 end expect(a):equal(b)`, "expected them to be equal (- wanted, + got)\n  {\n+   1,\n    2,\n    3,\n    4,\n  ...\n    4998,\n    4999,\n    5000,\n-   5001,\n  }"},
		"a few":                {`local function list(s) local t = {} for c in s:gmatch(".") do t[#t + 1] = c end return t end expect(list("xbcdyfg")):equal(list("abcdefgh"))`, "-   \"a\",\n+   \"x\",\n    \"b\",\n    \"c\",\n    \"d\",\n-   \"e\",\n+   \"y\",\n    \"f\",\n    \"g\",\n-   \"h\",\n  }"},
		"long strings":         {`local s = ("x"):rep(1e6) expect(s .. "y"):equal(s .. "z" .. s)`, "they are the same for 1000001 bytes, of 2000003 and 1000003\n- ..."},
		"a long line":          {`local s = ("x"):rep(1e6) expect{ s }:equal{ s .. "y" }`, " bytes ..."},
		"no such type":         {`expect.no(1):has_type("nubmer")`, "there is no type 'nubmer', did you mean 'number'?"},
		"an object's type":     {`expect.no(1):has_type("tasq") expect.no(1):has_type("somebody.else")`, "did you mean 'task'?"},
		"takes about":          {`expect(function() sleep(11) end):takes(10, 1) expect(function() sleep(12) end):takes(10, 1)`, "expected it to take 10 ± 1 s, it took 12 s"},
		"blanks":               {`expect("a\nb \nc\r\n"):equal("a\nb\nc\n")`, "  a\n- b\n- c\n+ \"b \"\n+ \"c\\r\""},
		"a pattern":            {`expect("a.b(c)"):matches("a.b(c)")`, "write % before signs"},
		"raises a pattern":     {`expect(function() error("a(b)") end):raises("a(b)")`, "write % before signs"},
		"raises fields":        {`expect(function() error(errors.new{ kind = "quota", message = "m", limit = 5 }) end):raises{ kind = "quota", limit = 6 }`, "got kind \"quota\", limit 5: "},
		"raises kinds":         {`expect(function() error(errors.new{ kind = "quota", message = "m" }) end):raises{ kind = "other" }`, "got kind \"quota\": "},
		"more keys":            {`expect{ a = 1 }:equal{}`, "- {}\n+ {\n+   a = 1,"},
		"not equal":            {`expect.no{ 1 }:equal{ 1 }`, "expected something else than { 1, }"},
		"is":                   {`local t = {} expect(t):is(t) expect(t):is{}`, "expected the same table, got another one that is equal to it"},
		"matches":              {`expect("abc"):matches("^a.c$") expect.no("abc"):matches("x") expect("abc"):matches("%d")`, `expected a match for "%d", got "abc"`},
		"contains":             {`expect("a+b"):contains("+") expect{ 1, { 2 } }:contains{ 2 } expect{ a = 1, b = 2 }:contains{ b = 2 } expect.no{ 1 }:contains(2) expect{ 1 }:contains(3)`, "expected an item 3"},
		"contains entries":     {`expect{ a = 1 }:contains{ a = 2 }`, "expected the entries { a = 2, }"},
		"near":                 {`expect(0.1 + 0.2):near(0.3, 1e-9) expect(1):near(2, 0.5)`, "expected 2 ± 0.5, got 1"},
		"near nan":             {`expect(1):near(1, 0/0)`, "a distance of 0 or more expected"},
		"truth":                {`expect(0):truthy() expect(nil):falsy() expect.no(1):falsy() expect(false):truthy()`, "expected something true, got false"},
		"type":                 {`expect(1):has_type("number") expect(spawn(print)):has_type("task") expect(1):has_type("string")`, "expected a string, got a number: 1"},
		"raises":               {`expect(function() error("x1") end):raises("x%d") expect(error):raises() expect(function() end):raises()`, "expected an error, and nothing was raised"},
		"raises another":       {`expect(function() error("x") end):raises("y")`, `expected an error that matches "y", got kind "error": a_test.lua:1: x`},
		"raises a kind":        {`expect(function() wait_for(sleep, 1, 9) end):raises{ kind = "timeout" } expect(function() error("x") end):raises{ kind = "timeout" }`, `got kind "error"`},
		"raises a table":       {`local e = expect(function() error{ code = 5 } end):raises{ code = 5 } expect(e.code):equal(5)`, ""},
		"raises no":            {`expect(expect.no(function() return 5 end):raises()):equal(5) expect.no(error):raises()`, "expected no error"},
		"raises of no one":     {`expect(5):raises()`, "a function expected, got 5"},
		"no value":             {`expect()`, "bad argument #1"},
		"no wanted value":      {`expect(1):equal()`, "bad argument #1 to 'equal'"},
		"output":               {`print("a") expect(output()):equal("a\n") expect(output()):equal("") print("b") expect(output()):equal("b\n")`, ""},
		"environment":          {`fake.env{ A = "b", PATH = false } expect(os.getenv("A")):equal("b") expect(os.getenv("PATH")):equal(nil)`, ""},
		"bad environment":      {`fake.env{ ["A=B"] = "b" }`, "the keys are names of variables"},
		"input":                {`expect(io.read()):equal(nil) fake.stdin("a\nb\n") expect(io.read("*a")):equal("a\nb\n") fake.stdin("c") expect(io.read()):equal("c")`, ""},
		"time of day":          {`fake.now("2026-01-31T08:00:00Z") sleep(5) expect(os.time()):equal(1769846405) fake.now(7) expect(os.time()):equal(7) expect(now()):equal(5)`, ""},
		"bad time of day":      {`fake.now("tomorrow")`, "a time as 2026-01-31T08:00:00Z expected"},
		"folder":               {`local d = fake.dir{ ["a/b.txt"] = "x", c = { d = "y" }, e = {} } expect(read(d .. "/a/b.txt") .. read(d .. "/c/d")):equal("xy") expect(fs.exists(d .. "/e")):equal("dir")`, ""},
		"folder outside":       {`fake.dir{ ["../x"] = "" }`, "the keys are paths below the folder"},
		"not a folder":         {`fake.dir{ x = 5, y = print }`, "'y': a string is a file, a table a folder, got a function"},
		"calls of nobody":      {`fake.calls("git")`, "'git' is not faked"},
		"no path":              {`fake.command("/bin/ls", "x")`, "the name of a command expected"},
		"misspelt":             {`fake.dri{}`, "attempt to call"},
		"no script":            {`test.run("nowhere.lua")`, "nowhere.lua"},
		"a script's globals":   {`local d = fake.dir{ s = "x = 1 return test" } expect(test.run(d .. "/s").status):equal(0) expect(x):equal(nil)`, ""},
		"a script":             {`fake.env{ X = "1" } fake.stdin("in") local d = fake.dir{ s = "print(..., os.getenv'X', io.read()) sleep(100) io.stderr:write('e') os.exit(4)" } expect(test.run(d .. "/s", "a")):equal{ status = 4, stdout = "a\t1\tin\n", stderr = "e" } expect(now()):equal(100)`, ""},
		"a script fails":       {`local d = fake.dir{ s = "error('no')" } local r = test.run(d .. "/s") expect(r.status):equal(1) expect(r.err):matches("s:1: no") expect(r.stderr):contains("lull: ")`, ""},
		"no lua":               {`local d = fake.dir{ s = "x =" } local r = test.run(d .. "/s") expect(r.status):equal(3) expect(r.err.message):contains("unexpected")`, ""},
		"a script hangs":       {`local d = fake.dir{ s = "sync.event():wait()" } expect(test.run(d .. "/s").err.kind):equal("deadlock")`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			opts := test.Options{}
			if strings.HasPrefix(name, "too long") {
				opts.Timeout = 300 * time.Millisecond
			}
			r := run(t, fmt.Sprintf("test(%q, function() %s end)", "t", tt.body), opts)
			if len(r.Results) != 1 {
				t.Fatalf("%d results, broken: %v", len(r.Results), r.Broken)
			}
			got := r.Results[0]
			switch failure := got.Failure(); {
			case tt.want == "" && got.Outcome != test.Passed:
				t.Errorf("it failed: %s\n%s", failure, got.Output)
			case tt.want != "" && !strings.Contains(failure, tt.want):
				t.Errorf("it says\n%s\nand not\n%s", failure, tt.want)
			case tt.want != "" && r.Status() != 1:
				t.Errorf("status %d", r.Status())
			}
		})
	}
}

// A lock of a file is told of once.
func TestFileLockIsLeftOnce(t *testing.T) {
	f := run(t, `test("t", function() fs.lock(fake.dir() .. "/l"):acquire() end)`, test.Options{}).Results[0].Failure()
	if !strings.HasSuffix(f, "/l, made at a_test.lua:1") || strings.Count(f, "lock") != 1 {
		t.Error(f)
	}
}

// Faked commands are found by whatever starts processes.
func TestFakedCommands(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no POSIX shell")
	}
	for name, tt := range map[string]struct{ body, want string }{
		"all ways": {`
			fake.command("git", function(args, input) sleep(3600) return "on " .. table.concat(args, ",") .. ";" .. input, 3, "oh" end)
			fake.command("tool", "text")
			local r = process.run{ "git", "push", "a b", "", input = "in", stdout = "capture", stderr = "capture", check = false }
			expect{ r.stdout, r.stderr, r.status }:equal{ "on push,a b,;in", "oh", 3 }
			local p = io.popen("tool | tr a-z A-Z; tool")
			expect(p:read("*a")):equal("TEXTtext")
			p:close()
			expect(os.execute("git x >/dev/null 2>&1")):equal(3 * 256)
			expect(#fake.calls("git")):equal(2)
			expect(fake.calls("git")[1]):equal{ args = { "push", "a b", "" }, input = "in" }
			expect(now()):equal(7200)`, ""},
		"at once": {`
			fake.command("slow", function(args) sleep(tonumber(args[1])) return args[1] end)
			local got = task.map({ 3, 1, 2 }, function(n) return process.read{ "slow", n } end)
			expect(table.concat(got, " ")):equal("3 1 2")
			expect(now()):equal(3)`, ""},
		"by anew":          {`fake.command("x", "1") fake.command("x", "2") expect(process.read("x")):equal("2")`, ""},
		"only":             {`fake.command("x", "1") fake.only() expect(process.read("x")):equal("1") expect(function() process.read("ls") end):raises{ code = "ENOENT" }`, ""},
		"only by a path":   {`fake.command("x", "1") fake.only() process.run{ "/bin/ls", "/" }`, "fake.only: /bin/ls: the test lets nothing start but the commands that it fakes"},
		"only by a PATH":   {`fake.command("x", "1") fake.only() expect(function() process.run{ "ls", env = { PATH = "/bin" } } end):raises{ kind = "denied" } process.run{ "env", clear_env = true, env = { PATH = "/usr/bin" } }`, "fake.only: /usr/bin/env"},
		"only in a shell":  {`fake.command("x", "1") fake.only() expect(process.read{ "x", shell = true }):equal("1") expect(os.execute("x >/dev/null") + os.execute("x >/dev/null; ls 2>/dev/null")):equal(127 * 256) expect(process.read{ "x; ls || true", shell = true, env = { PATH = "/bin" }, stderr = "null" }):equal("1")`, ""},
		"only in a script": {`fake.command("x", "1") fake.only() local d = fake.dir{ s = "print((process.read('x'))) process.run{ '/bin/ls' }" } local r = test.run(d .. "/s") expect(r.stdout):equal("1\n") expect(r.err.kind):equal("denied")`, ""},
		"another PATH":     {`fake.command("uname", "faked") expect(process.read{ "uname", env = { PATH = "/usr/bin:/bin" } }):equal("faked") expect(process.read{ "uname; /bin/echo $PATH | sed s/.*bin:.usr.bin/rest/", shell = true, env = { PATH = "/usr/bin:/bin" } }):equal("fakedrest:/bin") expect(process.read{ "uname", clear_env = true, shell = true }):equal("faked")`, ""},
		"by process.read":  {`fake.command("x", function() return process.read{ "echo", "hi" } end) expect(process.read("x")):equal("hi") fake.command("y", function() return "out", { status = 3 } end) expect(process.run{ "y", check = false, stdout = "null" }.status):equal(3)`, ""},
		"killed":           {`fake.command("x", function() sleep(3600) return "x" end) for i = 1, 30 do expect(function() process.run{ "x", shell = true, timeout = 10 } end):raises{ kind = "timeout" } end`, ""},
		"error":            {`fake.command("x", function() error("wrong") end) process.run{ "x", check = false }`, "the fake of the command 'x': a_test.lua:1: wrong"},
		"bad":              {`fake.command("x", function() return {}, "y" end) process.run{ "x", check = false }`, "result 1"},
		"unasked":          {`fake.command("x", function() sync.event():wait() end) wait_for(function() process.run("x") end, 5)`, "timed out"},
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, fmt.Sprintf("test(%q, function() %s end)", "t", strings.ReplaceAll(tt.body, "\n", " ")), test.Options{})
			switch got := r.Results[0]; {
			case tt.want == "" && got.Outcome != test.Passed, tt.want != "" && !strings.Contains(got.Failure(), tt.want):
				t.Errorf("it says\n%s\n%s\nand not\n%s", got.Failure(), got.Output, tt.want)
			}
		})
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "lull-test-*")); len(left) > 0 {
		t.Logf("of these, none may be this test's: %v", left)
	}
}

// Nothing passes from one test to the next, and what stands around them is called for each.
func TestEachHasItsOwnWorld(t *testing.T) {
	r := run(t, `
count = 0
test.before(function() count = count + 1 print("before") end)
test.after(function() print("after 1") end)
test.after(function() print("after 2") error("late") end)
for i = 1, 3 do
  test("counts " .. i, function() count = count + 1 print(count) error("x") end)
end
test("items", { each = { 1, "two", { name = "three" }, {}, true } }, function(item) error("item " .. tostring(type(item))) end)
test("skipped", { skip = true }, function() end)
`, test.Options{})
	var names []string
	for _, res := range r.Results {
		names = append(names, res.Name)
		if strings.HasPrefix(res.Name, "counts") {
			if res.Output != "before\n2\nafter 2\nafter 1\n" {
				t.Errorf("%s prints %q", res.Name, res.Output)
			}
			if f := res.Failure(); !strings.Contains(f, "late") || !strings.Contains(f, "caused by: a_test.lua:7: x") {
				t.Errorf("%s", f)
			}
		}
	}
	want := "counts 1|counts 2|counts 3|items [1]|items [two]|items [three]|items [4]|items [true]|skipped"
	if got := strings.Join(names, "|"); got != want {
		t.Errorf("%s, not %s", got, want)
	}
	if r.Count(test.Skipped) != 1 || r.Count(test.Failed) != 8 {
		t.Error(r.Summary())
	}
}

func TestFilesThatFail(t *testing.T) {
	r, err := test.Run(t.Context(), files(map[string]string{
		"bad_test.lua":    "x =",
		"fails_test.lua":  "print('here') error('at once')",
		"twice_test.lua":  "test('a', function() end) test('a', function() end)",
		"good_test.lua":   "test('a', function() end)",
		"other.lua":       "error('no test')",
		".hid/x_test.lua": "error('hidden')",
	}), test.Options{Runtime: std})
	if err != nil {
		t.Fatal(err)
	}
	if r.Status() != 3 || len(r.Broken) != 1 || r.Count(test.Passed) != 1 || r.Count(test.Failed) != 2 {
		t.Error(r.Summary(), r.Broken)
	}
	for _, res := range r.Results {
		if res.File == "fails_test.lua" && (res.Output != "here\n" || !strings.Contains(res.Failure(), "at once")) {
			t.Error(res.Failure(), res.Output)
		}
		if res.File == "twice_test.lua" && !strings.Contains(res.Failure(), "there is a test 'a' already") {
			t.Error(res.Failure())
		}
	}
	if r, err := test.Run(t.Context(), files(nil), test.Options{}); err != nil || r.Status() != 5 {
		t.Error(err, r)
	}
}

func TestChoice(t *testing.T) {
	src := "for i = 1, 20 do test('n' .. i, function() assert(i ~= 5) end) end"
	names := func(o test.Options) string {
		o.Jobs = 1
		var all []string
		o.Each = func(r *test.Result) { all = append(all, r.Name) }
		run(t, src, o)
		return strings.Join(all, " ")
	}
	if got := names(test.Options{Filter: regexp.MustCompile(`^n1.$`)}); got != "n10 n11 n12 n13 n14 n15 n16 n17 n18 n19" {
		t.Error(got)
	}
	if got := names(test.Options{FailFast: true}); !strings.HasPrefix(got, "n1 n2 n3 n4 n5") || len(got) > 25 {
		t.Error(got)
	}
	one, two, other := names(test.Options{Shuffle: true, Seed: 1}), names(test.Options{Shuffle: true, Seed: 1}), names(test.Options{Shuffle: true, Seed: 2})
	if one != two || one == other || len(one) != len(other) {
		t.Errorf("%s\n%s\n%s", one, two, other)
	}
	cases, broken, err := test.List(t.Context(), files(map[string]string{"a_test.lua": src}), test.Options{Runtime: std})
	if len(cases) != 20 || cases[3].Name != "n4" || cases[3].Line != 1 || broken != nil || err != nil {
		t.Error(cases, broken, err)
	}
}

func TestSnapshots(t *testing.T) {
	dir := t.TempDir()
	src := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, "s_test.lua"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(o test.Options) *test.Report {
		t.Helper()
		o.Root, o.Runtime = dir, std
		r, err := test.Run(t.Context(), os.DirFS(dir), o)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	src(`test("a", function() expect{ x = 1 }:snapshot() expect("two\nlines\n"):snapshot("part") end)`)
	if r := run(test.Options{CI: true}); r.Count(test.Failed) != 1 || !strings.Contains(r.Results[0].Failure(), "there is no snapshot 'a'") {
		t.Error(r.Summary())
	}
	if r := run(test.Options{}); r.Status() != 0 {
		t.Error(r.Results[0].Failure())
	}
	snap := filepath.Join(dir, "testdata", "s_test.snap")
	const want = "== a\n|{\n|  x = 1,\n|}\n\n== a: part\n|two\n|lines\n|\n"
	if text, err := os.ReadFile(snap); string(text) != want {
		t.Errorf("%v %q", err, text)
	}
	if r := run(test.Options{CI: true}); r.Status() != 0 {
		t.Error(r.Results[0].Failure())
	}
	src(`test("a", function() expect{ x = 2 }:snapshot() end)`)
	if r := run(test.Options{}); r.Status() != 1 || !strings.Contains(r.Results[0].Failure(), "-   x = 1,\n+   x = 2,") {
		t.Error(r.Results[0].Failure())
	}
	src(`test("a", function() expect{ x = 1 }:snapshot() end)`)
	if r := run(test.Options{}); r.Status() != 0 || strings.Join(r.Unused, " ") != "testdata/s_test.snap: a: part" {
		t.Error(r.Unused)
	}
	run(test.Options{Update: true})
	if text, err := os.ReadFile(snap); string(text) != "== a\n|{\n|  x = 1,\n|}\n" {
		t.Errorf("%v %q", err, text)
	}
	if err := os.WriteFile(snap, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := run(test.Options{}); r.Status() != 3 || !strings.Contains(fmt.Sprint(r.Broken), "s_test.snap:1") {
		t.Error(r.Broken)
	}
}

// A host's context ends the tests under way.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	r, err := test.Run(ctx, files(map[string]string{"a_test.lua": "test('a', function() end) test('b', function() while true do end end)"}),
		test.Options{Runtime: std, Jobs: 1, Each: func(*test.Result) { cancel(why) }})
	if !errors.Is(err, why) || r == nil || len(r.Results) != 1 {
		t.Error(r, err)
	}
}

// The stub describes all that there is.
func TestStub(t *testing.T) {
	rt, err := interp.New(test.Modules())
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	x, err := stub.Of(rt.Modules())
	if err != nil {
		t.Fatal(err)
	}
	described := map[string]bool{}
	for _, e := range x.All() {
		described[e.Name] = true
	}
	for _, m := range rt.Modules() {
		for _, d := range m.Defs {
			name := d.Name
			if m.Name != "" {
				name = m.Name + "." + name
			}
			if !described[name] {
				t.Errorf("the stub lacks %s", name)
			}
		}
		for _, typ := range m.Types {
			for _, d := range typ.Methods {
				if !described[typ.Name+":"+d.Name] {
					t.Errorf("the stub lacks %s:%s", typ.Name, d.Name)
				}
			}
		}
	}
}

// Without a test the functions say so.
func TestOutsideOfTests(t *testing.T) {
	rt, err := interp.New(builtins.Std(), test.Modules())
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	for _, src := range []string{`test("a", print)`, `output()`, `fake.env{}`, `fake.command("x", "y")`} {
		if _, err := rt.RunString(t.Context(), "=x", src); err == nil || !strings.Contains(err.Error(), "no test runs here") {
			t.Errorf("%s: %v", src, err)
		}
	}
}
