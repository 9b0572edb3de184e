package lualib_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/lull-lua/lull/interp"
)

func TestLoad(t *testing.T) { check(t, "load") }

// modules runs source in a folder with these files.
func modules(t *testing.T, files map[string]string, src, want string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := script(t, dir, nil, src, interp.WithVirtualTime()); got != want {
		t.Errorf("printed\n%s\nwant\n%s", got, want)
	}
}

func TestRequire(t *testing.T) {
	modules(t, map[string]string{
		"a.lua": `print(...) return {n = 1}`, "p/q.lua": `x = 1`, "p/init.lua": `return "init"`, "self.lua": `return require "self"`,
		"bad.lua": `x =`, "fails.lua": `error("boom")`, "old.lua": `module("old", package.seeall) function f() return tostring(_NAME) end`,
	}, `
		print(require "a" == require "a", package.loaded.a.n, require "p.q", require "p", require "string" == string)
		print(pcall(require, "none.x"))
		print(pcall(require, "self")) print(pcall(require, "self"))
		print(pcall(require, "bad"))
		print(pcall(require, "fails")) print(pcall(require, "fails"))
		package.preload.pre = function(name) return name .. "!" end print(require "pre")
		print(require("old").f(), old == package.loaded.old)
		print(package.loadlib("x", "y")) print(package.searchers, package.path, package.cpath == "")
		package.path = nil print(pcall(require, "zz")) package.loaders = nil print(pcall(require, "zz"))`,
		"a\ntrue\t1\ttrue\tinit\ttrue\n"+
			"false\tmodule 'none.x' not found:\n\tno field package.preload['none.x']\n\tno file './none/x.lua'\n\tno file './none/x/init.lua'\n"+
			"false\t./self.lua:1: loop or previous error loading module 'self'\nfalse\tloop or previous error loading module 'self'\n"+
			"false\terror loading module 'bad' from file './bad.lua':\n\t./bad.lua:1: unexpected symbol near '<eof>'\n"+
			"false\t./fails.lua:1: boom\nfalse\tloop or previous error loading module 'fails'\n"+
			"pre!\nold\ttrue\n"+
			"nil\tdynamic libraries not enabled; Lull loads modules written in Lua, and a host's\tabsent\nnil\t./?.lua;./?/init.lua\ttrue\n"+
			"false\t'package.path' must be a string\nfalse\t'package.loaders' must be a table\n")
}

func TestRequireThatWaits(t *testing.T) {
	t.Run("is loaded once", func(t *testing.T) {
		modules(t, map[string]string{"slow.lua": `print "loading" sleep(5) return {}`}, `
			local a, b, c = gather(function() return require "slow" end, function() return require "slow" end, function() sleep(1) return require "slow" end)
			print(a == b, b == c, now())`, "loading\ntrue\ttrue\t5\n")
	})
	t.Run("raises its error in all", func(t *testing.T) {
		modules(t, map[string]string{"slow.lua": `sleep(5) error("boom", 0)`}, `
			local r = gather{function() require "slow" end, function() require "slow" end, return_exceptions = true}
			print(r[1].message, r[2].message)`, "boom\tboom\n")
	})
	t.Run("cancelled, is loaded by the next", func(t *testing.T) {
		modules(t, map[string]string{"slow.lua": `sleep(5) return now()`}, `
			local t = spawn(require, "slow") sleep(1) local u = spawn(require, "slow") sleep(1) t:cancel() print(u:await(), require "slow")
			local v = spawn(require, "gone") v:cancel() print(package.loaded.gone)`, "7\t7\nnil\n")
	})
	t.Run("by tasks that wait for each other", func(t *testing.T) {
		modules(t, map[string]string{"x.lua": `sleep(1) require "y"`, "y.lua": `sleep(1) require "x"`}, `
			local r = gather{function() require "x" end, function() sleep(0.5) require "y" end, return_exceptions = true}
			print(r[1].message) print(r[2].message)`,
			"./y.lua:1: loop or previous error loading module 'x': the task that loads it waits for module 'y', which this task loads\n"+
				"./y.lua:1: loop or previous error loading module 'x': the task that loads it waits for module 'y', which this task loads\n")
	})
	t.Run("a dropped coroutine leaves no mark", func(t *testing.T) {
		modules(t, map[string]string{"co.lua": `if first then first = false coroutine.yield() end return 1`}, `
			first = true
			do local co = coroutine.create(require) coroutine.resume(co, "co") co = nil end
			for i = 1, 100 do collectgarbage() sleep(0) coroutine.create(print) if not package.loaded.co then break end end
			print(require "co")`, "1\n")
	})
}
