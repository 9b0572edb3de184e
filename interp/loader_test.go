package interp_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

func TestLoader(t *testing.T) {
	modules := interp.ModulesIn(fstest.MapFS{
		"app/db.lua":      {Data: []byte(`sleep(2) return {name = ..., at = now()}`)},
		"app/init.lua":    {Data: []byte(`return "the package"`)},
		"wrong.lua":       {Data: []byte("x = = 1")},
		"self.lua":        {Data: []byte(`return require "self"`)},
		"string/more.lua": {Data: []byte(`return true`)},
	})
	failing := errors.New("the database is down")
	first := func(ctx context.Context, name string) (*interp.Program, error) {
		switch name {
		case "down":
			return nil, failing
		case "slow":
			<-ctx.Done()
			return nil, ctx.Err()
		case "panics":
			panic("ouch")
		case "nothing":
			return nil, nil
		}
		return nil, fs.ErrNotExist
	}
	for _, tt := range []struct{ src, want string }{
		{`local a, b = gather(async(require)("app.db"), async(require)("app.db")) print(a == b, a.name, a.at)`, "true\tapp.db\t2\n"},
		{`print(require "app", require "string.more")`, "the package\ttrue\n"},
		{`local ok, e = pcall(require, "wrong") print(e.message)`, "error loading module 'wrong':\n\twrong.lua:1: unexpected symbol near '='\n"},
		{`local ok, e = pcall(require, "down") print(e.message)`, "error loading module 'down':\n\tthe database is down\n"},
		{`local ok, e = pcall(require, "panics") print(e.kind)`, "panic\n"},
		{`print((select(2, pcall(require, "nothing")):gsub("\n.*", "")), (select(2, pcall(require, "../up"))))`,
			"module 'nothing' not found:\tmodule '../up' not found:\n\tno module '../up' of the host\n\tno field package.preload['../up']\n\tno file './///up.lua'\n\tno file './///up/init.lua'\n"},
		{`print((select(2, pcall(require, "self"))))`, "self.lua:1: loop or previous error loading module 'self'\n"},
		{`package.preload.app = function() return "preloaded" end print(require "app")`, "the package\n"},
	} {
		out, errw, err := runScript(t, tt.src, interp.WithLoader(first), interp.WithLoader(modules))
		out = strings.ReplaceAll(out, "t:1: ", "")
		if out != tt.want || errw != "" || err != nil {
			t.Errorf("%s\nprinted %q\nwant    %q, standard error %q, %v", tt.src, out, tt.want, errw, err)
		}
	}
	rt := newRuntime(t, interp.WithLoader(first))
	if _, err := rt.RunString(t.Context(), "=t", `require "down"`); !errors.Is(err, failing) {
		t.Errorf("the cause is lost: %v", err)
	}
	if _, err := rt.RunString(t.Context(), "=t", `wait_for(require, 0.01, "slow")`); !errors.Is(err, interp.ErrTimeout) {
		t.Errorf("a loader that takes too long: %v", err)
	}
	if _, err := interp.New(interp.WithLoader(nil)); err == nil {
		t.Error("a nil loader")
	}
}

// countingFS counts how often files are opened.
type countingFS struct {
	fs.FS
	opened atomic.Int64
}

func (c *countingFS) Open(name string) (fs.File, error) {
	f, err := c.FS.Open(name)
	if err == nil {
		c.opened.Add(1)
	}
	return f, err
}

func TestModulesAreCompiledOnce(t *testing.T) {
	files := &countingFS{FS: fstest.MapFS{"m.lua": {Data: []byte(`local n = 0 return function() n = n + 1 return n end`)}}}
	modules := interp.ModulesIn(files)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			rt, err := interp.New(interp.WithLoader(modules))
			if err != nil {
				t.Error(err)
				return
			}
			defer rt.Close()
			if v, err := rt.RunString(t.Context(), "=t", `return require "m"()`); err != nil || v.Get(1).String() != "1" {
				t.Errorf("%v, %v", v, err)
			}
		})
	}
	wg.Wait()
	if n := files.opened.Load(); n != 1 {
		t.Errorf("the module was read %d times", n)
	}
}

// Modules that come with the program, compiled once for all its runtimes.
func ExampleModulesIn() {
	files := fstest.MapFS{"greet.lua": {Data: []byte(`return function(name) print("hello " .. name) end`)}} // an embed.FS, in earnest
	modules := interp.ModulesIn(files)
	for _, name := range []string{"ann", "bob"} {
		rt, err := interp.New(interp.WithLoader(modules), interp.WithStdio(nil, os.Stdout, os.Stderr))
		if err != nil {
			fmt.Println(err)
			return
		}
		if _, err := rt.RunString(context.Background(), "=hello", `require "greet" (...)`, name); err != nil {
			fmt.Println(err)
		}
		rt.Close()
	}
	// Output:
	// hello ann
	// hello bob
}

// A module that was written for gopher-lua, with types and metatables of its own: gopher-lua's own channels.
func TestPreload(t *testing.T) {
	out, errw, err := runScript(t, `
		local channel = require "channel"
		local c = channel.make(2)
		c:send("a") c:send({b = 1})
		print(select(2, c:receive()), select(2, c:receive()).b)
		sleep(1)
		c:close()
		print(c:receive())
		print(pcall(c.send, c, "closed"))
		print(require "channel" == channel, package.preload.channel ~= nil)`,
		interp.WithPreload("channel", lua.OpenChannel))
	if want := "a\t1\nfalse\tnil\nfalse\ta builtin panicked: send on closed channel\ntrue\ttrue\n"; out != want || err != nil || errw != "" {
		t.Errorf("printed %q\nwant    %q, %q, %v", out, want, errw, err)
	}
	if _, err := interp.New(builtins.Std(), interp.WithPreload("x", nil)); err == nil {
		t.Error("a nil loader")
	}
}
