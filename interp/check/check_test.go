package check_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/check"
	"github.com/lull-lua/lull/interp/internal/codegen"
	"github.com/lull-lua/lull/interp/internal/parser"
	"github.com/lull-lua/lull/interp/stub"
	"github.com/lull-lua/lull/interp/test"
)

// modules are those of the command's runtime.
func modules(t testing.TB, more ...interp.Option) []interp.Module {
	rt, err := interp.New(builtins.Std(), interp.Combine(more...), interp.WithModule(interp.Module{Defs: []interp.Def{{Name: "arg", Value: 1}}}))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	return rt.Modules()
}

func checker(t testing.TB, more ...interp.Option) *check.Checker {
	c, err := check.New(modules(t, more...))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// said is what a checker says of a text, without the file's name.
func said(t testing.TB, src string) []string {
	c := checker(t)
	if err := c.Add("@f.lua", []byte(src)); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, f := range c.Findings() {
		all = append(all, strings.TrimPrefix(f.String(), "f.lua:"))
	}
	return all
}

func TestFindings(t *testing.T) {
	const fetch = "local fetch = async(function(n) sleep(n) return n end)\n"
	for _, tt := range []struct{ src, want string }{
		{"prnt(1)", "1:1: undefined global 'prnt'; did you mean 'print'? (undefined-global)"},
		{"print(1)\nlocal count = 1 print(cuont + count)", "2:23: undefined global 'cuont'; did you mean 'count'? (undefined-global)"},
		{"total = 1 print(totl)", "1:17: undefined global 'totl'; did you mean 'total'? (undefined-global)"},
		{"function nope.f() end", "1:10: undefined global 'nope' (undefined-global)"},
		{"task.mpa({}, print)", "1:6: there is no 'task.mpa'; did you mean 'task.map'? (undefined-field)"},
		{"local s = string print(s.uppr)", ""},
		{"print(string.formt('x'))", "1:14: there is no 'string.formt'; did you mean 'string.format'? (undefined-field)"},
		{"print = 1", "1:1: the builtin 'print' is overwritten: make it a local, or give it another name (overwritten-builtin)"},
		{"function read() end", "1:10: the builtin 'read' is overwritten: make it a local, or give it another name (overwritten-builtin)"},
		{"local x = 1", "1:7: unused local 'x' (unused-local)"},
		{"local x\nx = 2", "1:7: unused local 'x': it is set, but never read (unused-local)"},
		{"local function f() end", "1:16: unused local function 'f' (unused-local)"},
		{"local a, b, c = 1, 2, 3 print(b)", "1:13: unused local 'c' (unused-local)"},
		{"print(function(a, b, c) return b end)", "1:22: unused argument 'c'; a name that begins with _ says that it is not needed (unused-argument)"},
		{"do return end\nprint(1)\nprint(2)", "2:1: code that is never reached (unreachable-code)"},
		{"local function f() do return 1 end print(f) end", "1:36: code that is never reached (unreachable-code)"},
		{"do return end local x = print print(x)", "1:15: code that is never reached (unreachable-code)"},
		{"do return end if print then print() end", "1:15: code that is never reached (unreachable-code)"},
		{"while true do sleep(1) end\n  print(1)", "2:3: code that is never reached (unreachable-code)"},
		{"local x = ... if x then return 1 else error('x') end print(x)", ""},
		{"local x = ...\nif x then return 1 elseif 2 then return 2 else return 3 end\nprint(x)", "3:1: code that is never reached (unreachable-code)"},
		{fetch + "fetch(1)", "2:1: the job that 'fetch' returns never runs: await(fetch(1)) runs it, spawn(fetch(1)) runs it beside (unused-job)"},
		{"local M = {}\nM.get = async(print)\nM.get(1)", "3:1: the job that 'M.get' returns never runs: await(M.get(1)) runs it, spawn(M.get(1)) runs it beside (unused-job)"},
		{"local M = { get = async(print) }\nM.get(1)", "2:1: the job that 'M.get' returns never runs: await(M.get(1)) runs it, spawn(M.get(1)) runs it beside (unused-job)"},
		{"async(print)", "1:1: the function that 'async' returns is not used, so that nothing runs (unused-job)"},
		{"wait_for(sleep(1), 2)", "1:10: 'sleep' is called before 'wait_for', which gets what it returns: write wait_for(sleep, 2, 1) (called-early)"},
		{`pcall(print "x")`, `1:7: 'print' is called before 'pcall', which gets what it returns: write pcall(print, "x") (called-early)`},
		{`wait_for(process.run { "x" }, 2)`, `1:10: 'process.run' is called before 'wait_for', which gets what it returns: write wait_for(process.run, 2, { "x" }) (called-early)`},
		{`gather { http.get("u"), print }`, `1:10: 'http.get' is called before 'gather', which gets what it returns: write function() return http.get("u") end (called-early)`},
		{`task.retry(http.get("u"), { attempts = 3 })`, `1:12: 'http.get' is called before 'task.retry', which gets what it returns: write task.retry(http.get, { attempts = 3 }, "u") (called-early)`},
		{`task.every(1, read("f"))`, `1:15: 'read' is called before 'task.every', which gets what it returns: write function() return read("f") end (called-early)`},
		{`print((("x"):gsub("x", tostring(1))))`, ""}, // a text will do
		{"gather(sleep(1), print)", "1:8: 'sleep' is called before 'gather', which gets what it returns: write function() return sleep(1) end (called-early)"},
		{"local nap = sleep\nspawn(nap(1))", "2:7: 'nap' is called before 'spawn', which gets what it returns: write spawn(nap, 1) (called-early)"},
		{"local function f() print(1) end pcall(f())", "1:39: 'f' is called before 'pcall', which gets what it returns: write pcall(f) (called-early)"},
		{"local function f(x) return x + 1 end\nprint(pcall(f(2)))", "2:13: 'f' is called before 'pcall', which gets what it returns: write pcall(f, 2) (called-early)"},
		{"local function f(x) return fs.size(x) end\nprint(pcall(f('a')))", "2:13: 'f' is called before 'pcall', which gets what it returns: write pcall(f, 'a') (called-early)"},
		{"print(pcall(error('x')))", "1:13: 'error' is called before 'pcall', which gets what it returns: write pcall(error, 'x') (called-early)"},
		{"sleep()", "1:1: too few arguments (0): sleep(seconds [, value]) (argument-count)"},
		{"sleep(1, 2, 3)", "1:1: too many arguments (3): sleep(seconds [, value]) (argument-count)"},
		{"print(string.rep('x'))", "1:7: too few arguments (1): string.rep(s, n [, sep]) (argument-count)"},
		{"print(('x'):rep())", "1:7: too few arguments (1): string.rep(s, n [, sep]) (argument-count)"},
		{"print(math.floor(1, 2))", "1:7: too many arguments (2): math.floor(x) (argument-count)"},
		{"print(fs.exists('a', 'b', 'c', ...))", "1:7: too many arguments (at least 3): fs.exists(path) (argument-count)"},
		{"task.map({}, print, { limt = 3 })", "1:23: 'task.map' has no option 'limt'; did you mean 'limit'? (unknown-option)"},
		{"sync.lock { nme = 'x' }", "1:13: 'sync.lock' has no option 'nme'; did you mean 'name'? (unknown-option)"},
		{"sync.queue(1, { mx = 1 })", "1:17: 'sync.queue' has no option 'mx'; did you mean 'max'? (unknown-option)"},
		{"process.run { 'ls', timout = 1 }", "1:21: 'process.run' has no option 'timout'; did you mean 'timeout'? (unknown-option)"},
		{"fs.mkdir('x', {\n mode = '700',\n parnts = true })", "3:2: 'fs.mkdir' has no option 'parnts' (unknown-option)"},
	} {
		if got := strings.Join(said(t, tt.src), "\n"); got != tt.want {
			t.Errorf("%s\n have %s\n want %s", tt.src, got, tt.want)
		}
	}
}

// Text that is right, or of which it cannot be told, is left alone.
func TestNoFalseAlarm(t *testing.T) {
	for _, src := range []string{
		"for i = 1, 3 do if i == 2 then goto continue end print(i) ::continue:: end",
		"while true do if read('x') then break end end print('after')",
		"repeat local done = sleep(1, true) until done print('after')",
		"while true do for i = 1, 2 do if i > 1 then goto out end end end ::out:: print('after')",
		"if jit then jit.off() end",
		"local unpack = unpack or table.unpck print(unpack)",
		"local mtype = math.type if mtype then print(mtype(1)) end",
		"if _VERSION == 'Lua 5.3' then print(string.pack, utf8.char) end",
		"unpack = unpack or table.unpack",
		"if not table.move then function table.move() end end table.move()",
		"function string.trimmed(s) return s end print(string.trimmed('x'))",
		"setfenv(1, { say = print }) say('x')",
		"module('m', package.seeall) function f() end f()",
		"_G.later = 1 print(later)", "rawset(_G, 'later', 1) print(later)",
		"local t = { a = 1 } for k, v in pairs(t) do _G[k] = v end print(a)",
		"-- lull: global hosts port\nprint(hosts, port)",
		"print(nothing) -- lull: ignore undefined-global",
		"-- lull: ignore\nprint(nothing)",
		"---@diagnostic disable: undefined-global\nprint(nothing)",
		"---@diagnostic disable-next-line: undefined-global\nprint(nothing)",
		"---@meta\nfunction print(...) end local x = {}", "local _unused, _ = 1, 2", "for i = 1, 2 do print() end",
		"local M = {} function M:f(x) return x end function M.g(self) end return M",
		"return function(a, ...) return ... end", "return function(a, b) return b end",
		"local fetch = async(print) await(fetch(1)) spawn(fetch(2)) local jobs = { fetch(3) } gather(jobs)",
		"local fetch = async(print) fetch = print fetch(1)",
		"local sleep = async(sleep) gather(sleep(1), sleep(2))",
		"local sleep = async(sleep) wait_for(sleep(1), 2)",
		"await(spawn(print)) wait_for(spawn(print), 1)",
		"local function members() return { print, print } end gather(members())",
		"local function make() return function() end end pcall(make())", "pcall(loadstring('x'))", "pcall(load('x'), 1)",
		"local function f(...) local g = ... return g end pcall(f(print))", "local f = ... pcall(f())", "local o = ... pcall(o:f())",
		"pcall(coroutine.wrap(print))", "pcall(unpack({ print }))", "gather(unpack({ print }))", "gather(sleep(1, print))",
		"sleep(...)", "print(string.rep('x', unpack({ 1 })))", "math.max(1, 2, 3)", "sync.queue(3, { name = 'x' })", "sync.queue { max = 3 }",
		"local opts = { anything = 1 } task.map({}, print, opts)", "errors.new { message = 'x', anything = 1 }",
		"process.run { 'git', 'push', cwd = '/' }", "local string = {} print(string.anything)", "local s = 'x' print(s:anything())",
		"function sleep(a, b, c) return a, b, c end -- lull: ignore overwritten-builtin\nsleep(1, 2, 3)",
		"print(arg[1], _G, _VERSION, package.path, io.stdout, math.huge)",
		"\xef\xbb\xbf#!/usr/bin/env lull\nprint(1)",
	} {
		if got := said(t, src); len(got) > 0 {
			t.Errorf("%s\n %s", src, strings.Join(got, "\n "))
		}
	}
}

// A global that one file sets the others may read; a place is that of the file as it is.
func TestFilesTogether(t *testing.T) {
	c := checker(t)
	for name, src := range map[string]string{"@a.lua": "shared = 1 fetch = async(print)", "@b.lua": "#!/bin/lull\n\tprint(shared, nothing)\r\n  fetch()"} {
		if err := c.Add(name, []byte(src)); err != nil {
			t.Fatal(err)
		}
	}
	want := []check.Finding{
		{"b.lua", 2, 16, check.UndefinedGlobal, "undefined global 'nothing'"},
		{"b.lua", 3, 3, check.UnusedJob, "the job that 'fetch' returns never runs: await(fetch()) runs it, spawn(fetch()) runs it beside"},
	}
	if got := c.Findings(); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

func TestSyntaxError(t *testing.T) {
	for src, want := range map[string]string{"x = = 1": "f.lua:1: unexpected symbol near '='", "goto nowhere": "f.lua:1: no visible label 'nowhere' for goto"} {
		c := checker(t)
		var e *interp.SyntaxError
		if err := c.Add("@f.lua", []byte(src)); !errors.As(err, &e) || !strings.HasPrefix(err.Error(), want) || len(c.Findings()) > 0 {
			t.Errorf("%s: %v", src, err)
		}
	}
}

// A line sees what the session has; what it declares is for later.
func TestLine(t *testing.T) {
	c := checker(t)
	s := check.Session{Locals: []string{"host"}, Globals: []string{"set_before"}}
	for src, want := range map[string]string{
		"print(host, set_before)": "",
		"local later, other = 1":  "",
		"local function f() end":  "",
		"do local x = 1 end":      "line:1:10: unused local 'x' (unused-local)",
		"print(sett_before)":      "line:1:7: undefined global 'sett_before'; did you mean 'set_before'? (undefined-global)",
		"print(hots)":             "line:1:7: undefined global 'hots'; did you mean 'host'? (undefined-global)",
		"wait_for(sleep(1), 2)":   "line:1:10: 'sleep' is called before 'wait_for', which gets what it returns: write wait_for(sleep, 2, 1) (called-early)",
		"this does not compile":   "",
	} {
		if got := strings.Trim(fmt.Sprint(c.Line(src, s)), "[]"); got != want {
			t.Errorf("%s: %s", src, got)
		}
	}
}

// The checker knows what a runtime has, and no more.
func TestLibraryIsTheRuntimes(t *testing.T) {
	rt, err := interp.New(builtins.Std())
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	v, err := rt.RunString(t.Context(), "=t", `
		local names = {}
		for k, v in pairs(_G) do
		  names[#names + 1] = k
		  if type(v) == "table" and v ~= _G then for f in pairs(v) do names[#names + 1] = type(f) == "string" and k .. "." .. f or nil end end
		end
		return table.concat(names, " ")`)
	if err != nil {
		t.Fatal(err)
	}
	names := strings.Fields(v.Get(1).String())
	for _, name := range names {
		if got := said(t, "print("+name+")"); len(got) > 0 {
			t.Errorf("the runtime has %s: %v", name, got)
		}
	}
	x, err := stub.Of(rt.Modules())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range x.All() {
		if e.Kind == stub.Function && !slices.Contains(names, e.Name) {
			t.Errorf("the reference has %s, the runtime has not", e.Name)
		}
	}
	if len(names) < 200 {
		t.Errorf("only %d names", len(names))
	}
}

// luaFiles are the Lua files below some folders.
func luaFiles(t testing.TB, dirs ...string) (files []string) {
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
			if strings.HasSuffix(path, ".lua") {
				files = append(files, path)
			}
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	return files
}

func TestScriptsAreClean(t *testing.T) {
	scripts, tests := checker(t), checker(t, test.Modules())
	files := luaFiles(t, "../../scripts")
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c := scripts
		if strings.HasSuffix(file, "_test.lua") {
			c = tests
		}
		if err := c.Add("@"+file, src); err != nil {
			t.Error(err)
		}
	}
	for _, f := range append(scripts.Findings(), tests.Findings()...) {
		t.Error(f)
	}
	if len(files) < 100 {
		t.Errorf("only %d files", len(files))
	}
}

func TestExamplesAreClean(t *testing.T) {
	x, err := stub.Of(modules(t))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range x.All() {
		for i, ex := range e.Examples {
			n++
			c := checker(t)
			if err := c.Add(fmt.Sprintf("=%s %d", e.Name, i+1), []byte(ex.Source)); err != nil {
				t.Error(err)
			}
			for _, f := range c.Findings() {
				t.Error(f)
			}
		}
	}
	if n < 100 {
		t.Errorf("only %d examples", n)
	}
}

// The globals that the text's scopes leave are those of the compiled code.
func TestGlobalsAreTheCodes(t *testing.T) {
	for _, file := range luaFiles(t, "../../scripts", "/usr/share/lua/5.1") {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		chunk, err := parser.Parse(strings.TrimPrefix(string(src), "#!/usr/bin/env lull"))
		if err != nil {
			continue
		}
		p, err := codegen.Compile(chunk, "@f", "f")
		if err != nil {
			continue
		}
		var want []string
		globalsOf(p, &want)
		slices.Sort(want)
		want = slices.Compact(want)
		got, err := check.Globals("@f", src)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v\n have %v\n want %v", file, err, got, want)
		}
	}
}

// globalsOf are the names of the globals that code reads or sets.
func globalsOf(p *lua.FunctionProto, names *[]string) {
	for _, in := range p.Code {
		if op := codegen.Base(int(in >> 26)); op == lua.OP_GETGLOBAL || op == lua.OP_SETGLOBAL {
			*names = append(*names, p.Constants[in&0x3ffff].String())
		}
	}
	for _, in := range p.FunctionPrototypes {
		globalsOf(in, names)
	}
}

// Deep and long texts are read as they compile: no stack ends.
func TestLongTexts(t *testing.T) {
	for _, src := range []string{
		"local a = {} print(a" + strings.Repeat(".b", 200000) + ")",
		"print(1" + strings.Repeat(" + 1", 200000) + ")",
		"print(1" + strings.Repeat(" and 1", 40000) + ")",
		"local a = {} a" + strings.Repeat(":b()", 100000),
		"local a = ... if a then print() " + strings.Repeat("elseif a then print() ", 20000) + "end",
	} {
		if got := said(t, src); len(got) > 0 {
			t.Errorf("%.40s: %v", src, got)
		}
	}
}

// Thousands of names that nothing has take no longer than others: the first are told with what was meant, all are told.
func TestManyUnknownNames(t *testing.T) {
	var src strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&src, "xa%d = yb%d\n", i, i)
	}
	begin := time.Now()
	got := said(t, src.String())
	if took := time.Since(begin); len(got) != 20_000 || took > time.Minute {
		t.Errorf("%d findings, after %v", len(got), took)
	}
	src.Reset()
	for range 150 {
		src.WriteString("local function f(...)\n" + strings.Repeat("local a = ... print(a)\n", 150))
	}
	src.WriteString(strings.Repeat("print(zz)\n", 20_000) + strings.Repeat("end\n", 150) + "zz = f")
	begin = time.Now()
	said(t, src.String())
	if took := time.Since(begin); took > time.Minute {
		t.Errorf("names in deep functions took %v", took)
	}
}

// tenThousandLines is a text about which nothing is to be said.
func tenThousandLines() []byte {
	var src strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&src, "local function f%d(a, b)\n  local list = {}\n  for i = 1, a do\n    list[i] = string.format('%%d %%s', i, b)\n"+
			"    if i > 10 then sleep(1) end\n  end\n  return table.concat(list, ',')\nend\ndo print(f%d(1, 'x')) end\n\n", i%150, i%150)
		if i%150 == 149 {
			src.WriteString("end do\n")
		}
	}
	return []byte("do\n" + src.String() + "end\n")
}

func checkLong(t testing.TB, mods []interp.Module, text []byte) {
	c, err := check.New(mods)
	if err == nil {
		err = c.Add("@b.lua", text)
	}
	if err != nil {
		t.Fatal(err)
	}
	if f := c.Findings(); len(f) > 0 {
		t.Fatal(f[0])
	}
}

// 10,000 lines take 0.2 s of the processor at most, also where other tests run beside: one look of many is undisturbed.
func TestSpeed(t *testing.T) {
	text, mods, best := tenThousandLines(), modules(t), time.Hour
	if n := bytes.Count(text, []byte("\n")); n < 10_000 {
		t.Fatalf("%d lines", n)
	}
	limit := 200 * time.Millisecond
	if underRace {
		limit *= 10
	}
	for try := 0; try < 20 && best > limit; try++ {
		begin := processorTime()
		checkLong(t, mods, text)
		best = min(best, processorTime()-begin)
	}
	if best > limit {
		t.Errorf("the fastest of 20 looks took %v", best)
	}
}

func BenchmarkCheck(b *testing.B) {
	text, mods := tenThousandLines(), modules(b)
	for b.Loop() {
		checkLong(b, mods, text)
	}
	b.ReportMetric(float64(bytes.Count(text, []byte("\n"))), "lines")
}
