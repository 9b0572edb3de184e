package interp_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// elsewhere is another machine: what comes there is bytes, and chunks by their hashes.
type elsewhere struct {
	chunks map[[sha256.Size]byte]interp.Chunk
}

func (e *elsewhere) chunk(c interp.Chunk) (hash [32]byte, err error) {
	if e.chunks == nil {
		e.chunks = map[[sha256.Size]byte]interp.Chunk{}
	}
	hash = sha256.Sum256(fmt.Appendf(nil, "%q %q", c.Name, c.Text))
	e.chunks[hash] = c
	return hash, nil
}

func (e *elsewhere) program(hash [sha256.Size]byte) (*interp.Program, error) {
	c, ok := e.chunks[hash]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return c.Compile()
}

// send has a script return values, and returns their portable form.
func send(t *testing.T, e *elsewhere, src string, opts ...interp.Option) ([]byte, error) {
	t.Helper()
	var form []byte
	rt := newTestRuntime(t, append(opts, builtins.Std())...)
	p, err := interp.Compile("@job.lua", []byte("local _ = parallel "+src)) // which packs functions
	if err != nil {
		t.Fatal(err)
	}
	_, err = rt.RunFunc(context.Background(), "send", func(c *interp.Call) error {
		main, err := c.Value(p)
		if err != nil {
			return err
		}
		vals, err := c.Call(main)
		if err != nil {
			return err
		}
		k := c.NewPortablePacker()
		for _, v := range vals {
			if err := k.Add(c, v, ""); err != nil {
				return err
			}
		}
		for _, name := range k.Packed().Modules() {
			chunk, ok, err := c.ModuleChunk(name)
			if err != nil || !ok {
				return errors.Join(err, fmt.Errorf("no chunk of module %s", name))
			}
			if _, err := e.chunk(chunk); err != nil {
				return err
			}
		}
		form, err = k.Packed().AppendPortable(nil, e.chunk)
		return err
	})
	return form, err
}

// receive calls the first of the values in another runtime with the others.
func receive(t *testing.T, e *elsewhere, form []byte, out *strings.Builder) (interp.Values, error) {
	t.Helper()
	rt := newTestRuntime(t, builtins.Std(), interp.WithStdio(nil, out, out))
	return rt.RunFunc(context.Background(), "receive", func(c *interp.Call) error {
		var p interp.Packed
		if err := p.UnmarshalPortable(form, e.program); err != nil {
			return err
		}
		vals, err := c.Unpack(&p)
		if err != nil {
			return err
		}
		if vals, err = c.Call(vals[0], vals[1:]...); err != nil {
			return err
		}
		return c.ReturnValues(vals)
	})
}

func newTestRuntime(t *testing.T, opts ...interp.Option) *interp.Runtime {
	t.Helper()
	rt, err := interp.New(opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close() })
	return rt
}

func TestPortable(t *testing.T) {
	for name, tt := range map[string]struct{ src, want string }{
		"function": {`return function(a, b) return a + b end, 1, 2`, "3"},
		"upvalues": {`local n = 1
			local function up() n = n + 1 return n end
			local function get() return n end
			return function() up() return get() .. ":" .. up() end`, "2:3"},
		"recursion":       {`local function fib(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end return fib, 15`, "610"},
		"globals":         {`function helper(x) return x * factor end factor = 3 return function(x) return helper(x) end, 5`, "15"},
		"nested":          {`local f = {} for i = 1, 3 do f[i] = function() return function() return i * 10 end end end return f[2]()`, "20"},
		"field of a lib":  {`function string.shout(s) return s:upper() .. "!" end return function(s) return s:shout() end, "a"`, "A!"},
		"builtins":        {`local enc = json.encode return function(t) return enc(t) end, { 1, "x" }`, `[1,"x"]`},
		"metatable":       {`local P = {} P.__index = P function P:get() return self.x end return function(p) return p:get() end, setmetatable({ x = 7 }, P)`, "7"},
		"cycle":           {`local t = { n = 1 } t.t = t return function(t) return tostring(t.t.t == t) end, t`, "true"},
		"environment":     {`local f = function() return y end setfenv(f, { y = 4 }) return f`, "4"},
		"error value":     {`local _, e = pcall(error, { code = 5 }) local _, b = pcall(json.decode, "{") return function(e, b) return e.code .. b.kind .. b.column end, e, b`, "5parse2"},
		"strings":         {"return function(s) return #s .. s:byte(1) end, '\\0\\255' .. ('x'):rep(100000)", "1000020"},
		"pairs":           {`return function(t) return t[true] .. t[1.5] .. t[-3] end, { [true] = "a", [1.5] = "b", [-3] = "c" }`, "abc"},
		"main chunk":      {`return loadstring("return ... .. 'm'"), "x"`, "xm"},
		"chunk in pieces": {`local n = 0 return load(function() n = n + 1 return ({ "return function", "(x) return x", " end" })[n] end, "=pieces")(), 9`, "9"},
		"table of itself": {`return function(t, s) return tostring(t == task) .. tostring(s == string) end, task, string`, "truetrue"},
	} {
		t.Run(name, func(t *testing.T) {
			var e elsewhere
			form, err := send(t, &e, tt.src)
			if err != nil {
				t.Fatal(err)
			}
			again, err := send(t, &e, tt.src)
			if err != nil {
				t.Fatal(err)
			}
			if name != "error value" && string(again) != string(form) {
				t.Error("the same values have two forms")
			}
			var out strings.Builder
			vals, err := receive(t, &e, form, &out)
			if err != nil {
				t.Fatal(err)
			}
			if got := vals.Get(1).String(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestPortableRefuses(t *testing.T) {
	for src, want := range map[string]string{
		`local q = sync.queue() return function() q:put(1) end`:        "upvalue 'q' of the function of job.lua:1: a sync.queue cannot go to another machine",
		`return { ch = parallel.channel() }`:                           "field 'ch': a parallel.channel cannot go to another machine",
		`co = coroutine.create(print) return function() return co end`: "global 'co' of the function of job.lua:1: a coroutine cannot go to another machine",
	} {
		var e elsewhere
		if _, err := send(t, &e, src); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", src, err, want)
		}
	}
}

// A module goes by its name, and whoever sends it finds its text, whether it was loaded or not.
func TestPortableModules(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "shapes.lua"), []byte("#!/usr/bin/lull\nreturn { area = function(r) return r * r end }"), 0o666); err != nil {
		t.Fatal(err)
	}
	var e elsewhere
	form, err := send(t, &e, `local shapes = require "shapes" return function(r) return shapes.area(r) end, 4`, interp.WithPath(dir+"/?.lua"))
	if err != nil {
		t.Fatal(err)
	}
	rt := newTestRuntime(t, builtins.Std(), interp.WithLoader(func(_ context.Context, name string) (*interp.Program, error) {
		for _, c := range e.chunks {
			if strings.HasSuffix(c.Name, name+".lua") {
				return c.Compile()
			}
		}
		return nil, fs.ErrNotExist
	}))
	vals, err := rt.RunFunc(context.Background(), "receive", func(c *interp.Call) error {
		var p interp.Packed
		if err := p.UnmarshalPortable(form, e.program); err != nil {
			return err
		}
		vals, err := c.Unpack(&p)
		if err != nil {
			return err
		}
		if vals, err = c.Call(vals[0], vals[1]); err != nil {
			return err
		}
		return c.ReturnValues(vals)
	})
	if err != nil || vals.Get(1).String() != "16" {
		t.Errorf("got %v, %v", vals, err)
	}

	rt = newTestRuntime(t, builtins.Std(), interp.WithPath(dir+"/?.lua"))
	_, err = rt.RunFunc(context.Background(), "look", func(c *interp.Call) error {
		for name, want := range map[string]bool{"shapes": true, "json": false, "string": false, "none": false} {
			chunk, ok, err := c.ModuleChunk(name)
			if err != nil || ok != want || ok && !strings.HasPrefix(chunk.Text, "\nreturn") {
				return fmt.Errorf("%s: %q, %v, %v", name, chunk, ok, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// An error crosses with its kind, fields, traceback and causes.
func TestPortableFailure(t *testing.T) {
	src := `local function deep() error({ code = 7 }) end
spawn(function() error("stray") end)
sleep(0)
deep()`
	rt := newTestRuntime(t, builtins.Std())
	p, err := interp.Compile("@job.lua", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	_, failed := rt.Run(context.Background(), p)
	var form []byte
	var e elsewhere
	if _, err := rt.RunFunc(context.Background(), "pack", func(c *interp.Call) (err error) {
		form, err = c.Failure(failed, "job").AppendPortable(nil, e.chunk)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	f, err := interp.ParseFailure(form, "job 1 at w", e.program)
	if err != nil {
		t.Fatal(err)
	}
	other := newTestRuntime(t, builtins.Std())
	_, err = other.RunFunc(context.Background(), "raise", func(c *interp.Call) error { return c.Raises(f) })
	var got *interp.Error
	if !errors.As(err, &got) {
		t.Fatal(err)
	}
	trace := got.Traceback()
	for _, want := range []string{"job.lua:1: in", "deep", "[job 1 at w]"} {
		if !strings.Contains(trace, want) {
			t.Errorf("the traceback lacks %q:\n%s", want, trace)
		}
	}
	if got.Where() != nil {
		t.Errorf("it was where %q", got.Where())
	}
	source, err := interp.NewSource("@job.lua", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	mark := func(got *interp.Error) string {
		i := slices.IndexFunc(got.Frames, func(f interp.Frame) bool { return f.Line > 0 })
		from, to, ok := source.Mark(got.Frames[i])
		return fmt.Sprintf("%d %v %d %d", got.Frames[i].Line, ok, from, to)
	}
	if m := mark(got); m != "1 true 23 42" {
		t.Errorf("it is at %s", m)
	}
	if f, err = interp.ParseFailure(form, "job 1 at w", (&elsewhere{}).program); err != nil { // the chunk is gone
		t.Fatal(err)
	}
	_, err = other.RunFunc(context.Background(), "raise", func(c *interp.Call) error { return c.Raises(f) })
	var without *interp.Error
	if !errors.As(err, &without) || without.Traceback() != trace || without.Error() != got.Error() {
		t.Errorf("got %v", err)
	} else if m := mark(without); m != "1 false 0 0" {
		t.Errorf("it is at %s", m)
	}
	if !strings.Contains(got.Error(), "code = 7") {
		t.Errorf("got %q", got.Error())
	}
	var all []string
	for e := range got.Attached {
		all = append(all, e.Error())
	}
	if !slices.ContainsFunc(all, func(text string) bool { return strings.Contains(text, "stray") }) {
		t.Errorf("attached: %q", all)
	}
}

// A damaged form is an error, or values that a runtime can have.
func TestPortableDamaged(t *testing.T) {
	var e elsewhere
	var forms [][]byte
	for _, src := range []string{
		`local n = 1 function g() return n end return function() n = n + 1 return g() end, setmetatable({ 1, 2, a = { b = 3 } }, { __index = string })`,
		`local _, e = pcall(json.decode, "x") return { e, json, print, [1.5] = true }`,
	} {
		form, err := send(t, &e, src)
		if err != nil {
			t.Fatal(err)
		}
		forms = append(forms, form)
	}
	rt := newTestRuntime(t, builtins.Std())
	src := []byte("local function f() error('here') end\nlocal function g() f() end\ng()")
	failing, err := interp.Compile("@failing.lua", src)
	if err != nil {
		t.Fatal(err)
	}
	_, failed := rt.Run(context.Background(), failing)
	if _, err := rt.RunFunc(context.Background(), "pack", func(c *interp.Call) error {
		form, err := c.Failure(failed, "x").AppendPortable(nil, e.chunk)
		if err != nil {
			return err
		}
		forms = append(forms, form)
		cause := interp.Errorf("a", "b").With("f", 1)
		form, err = c.Failure(errors.Join(c.WithOthers(cause, c.WithCause(errors.New("x"), cause)), errors.New("b")), "x").AppendPortable(nil, e.chunk)
		forms = append(forms, form)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	source, err := interp.NewSource("@failing.lua", src)
	if err != nil {
		t.Fatal(err)
	}
	programs := map[[sha256.Size]byte]*interp.Program{}
	for hash, c := range e.chunks {
		p, err := c.Compile()
		if err != nil {
			t.Fatal(err)
		}
		programs[hash] = p
	}
	program := func(hash [sha256.Size]byte) (*interp.Program, error) {
		if p := programs[hash]; p != nil {
			return p, nil
		}
		return nil, fs.ErrNotExist
	}
	read := 0
	look := func(form []byte) {
		var p interp.Packed
		failure, notFailed := interp.ParseFailure(form, "x", program)
		if p.UnmarshalPortable(form, program) != nil && notFailed != nil {
			return
		}
		read++
		_, err := rt.RunFunc(context.Background(), "receive", func(c *interp.Call) error {
			if failure != nil {
				return c.Raises(failure)
			}
			vals, err := c.Unpack(&p)
			for i := 0; i < len(vals) && err == nil; i++ {
				_, err = c.Show(vals[i], 80)
			}
			return err
		})
		if e := (*interp.Error)(nil); errors.As(err, &e) {
			if e.Kind == interp.KindPanic {
				t.Fatalf("%q: %v\n%s", form, err, e.Traceback())
			}
			_ = e.Traceback()
			for _, f := range e.Frames {
				_, _, _ = source.Mark(f)
			}
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 4000 {
		form := bytes.Clone(forms[random.IntN(len(forms))])
		for range 1 + random.IntN(3) {
			i := random.IntN(len(form))
			switch random.IntN(4) {
			case 0:
				form = form[:max(i, 1)]
			case 1:
				form = slices.Insert(form, i, byte(random.IntN(8)))
			default:
				form[i] = byte(random.IntN(256) >> random.IntN(8))
			}
		}
		look(form)
	}
	if read < 100 {
		t.Errorf("only %d damaged forms could be read", read)
	}
}
