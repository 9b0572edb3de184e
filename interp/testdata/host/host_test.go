package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cjoudrey/gluahttp"
	"github.com/yuin/gluare"
	lua "github.com/yuin/gopher-lua"
	json "layeh.com/gopher-json"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func get(s *Server, path string) (int, string, http.Header) {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w.Code, strings.TrimSpace(w.Body.String()), w.Header()
}

func TestServer(t *testing.T) {
	var log lockedBuffer
	s, err := NewServer(2, 500*time.Millisecond, &log)
	if err != nil {
		t.Fatal(err)
	}
	patient, err := NewServer(2, time.Minute, io.Discard) // for those who answer, once the machine lets them
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		path, body string
		status     int
	}{
		{"/hello?name=ann", "hello ann", 200},
		{"/hello", "hello you", 200},
		{"/total?a=tea&b=rice", "5.5", 200},
		{"/total?a=tea&b=gold", "no price for 'gold'", 500},
		{"/slow", "it took too long", 504},
		{"/broken", "handlers.lua:21: no such luck", 500},
		{"/nothing", "'handlers.nothing' is a nil value, not a function", 500},
	} {
		by := patient
		if tt.status == 504 {
			by = s
		}
		status, body, _ := get(by, tt.path)
		if status != tt.status || !strings.Contains(body, tt.body) {
			t.Errorf("%s: %d %q, want %d %q", tt.path, status, body, tt.status, tt.body)
		}
	}
	if _, _, h := get(patient, "/total?a=tea&b=tea"); h.Get("X-Prices") != "3.5 3.5" {
		t.Errorf("header %v", h)
	}
	// A hundred at once, of which some never end by themselves.
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			path, want := fmt.Sprintf("/hello?name=%d", i), fmt.Sprintf("hello %d", i)
			if i%10 == 0 {
				path, want = "/slow", "it took too long"
			}
			if _, body, _ := get(s, path); body != want && body != "it took too long" {
				t.Errorf("%s: %q, want %q", path, body, want)
			}
		})
	}
	wg.Wait()
	if !strings.Contains(log.String(), "gave up: cancelled") {
		t.Errorf("no cleanup has run: %q", log.String())
	}
	// The runtimes share the program and its modules, but nothing that these do.
	_, first, _ := get(s, "/counts")
	_, second, _ := get(s, "/counts")
	if first == second && first == "0" {
		t.Errorf("the counts of the runtimes are %s and %s", first, second)
	}
	if err := errors.Join(s.Close(), patient.Close()); err != nil {
		t.Error(err)
	}
	if status, body, _ := get(s, "/hello"); status != 500 || body != "closed" {
		t.Errorf("after Close: %d %q", status, body)
	}
}

// A plugin that nobody trusts has neither files nor processes nor the host's secrets, and ends when the host says so.
func TestPlugin(t *testing.T) {
	t.Setenv("SECRET", "s3cret")
	limits := pluginLimits
	limits.Time = time.Minute // for a machine that has other things to do
	rt, err := NewPlugins(limits)
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	for src, want := range map[string]string{
		`return greet("plugin")`:                             "hello plugin",
		`return tostring(read)`:                              "nil",
		`return tostring(os.execute)`:                        "nil",
		`return tostring(io.open)`:                           "nil",
		`return tostring(os.getenv and os.getenv("SECRET"))`: "nil",
		`return tostring(pcall(require, "host_test"))`:       "false",
		`string.upper = nil return ("x"):rep(3)`:             "xxx",
	} {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		v, err := rt.RunString(ctx, "=plugin", src)
		cancel()
		if err != nil || v.Get(1).String() != want {
			t.Errorf("%s: %v, %v; want %s", src, v, err, want)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := rt.RunString(ctx, "=plugin", `while true do pcall(sleep, 1) end`); !errors.Is(err, interp.ErrTimeout) {
		t.Errorf("a wait without end: %v", err)
	}
	if v, err := rt.RunString(context.Background(), "=plugin", `return greet("again")`); err != nil || v.Get(1).String() != "hello again" {
		t.Errorf("the next script: %v, %v", v, err)
	}
}

// A plugin that loops or takes memory without end ends, alone: another one on the same runtime goes on meanwhile, the
// server answers, and the next call works.
func TestPluginLimits(t *testing.T) {
	s, err := NewServer(1, 10*time.Second, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	hasty, err := NewPlugins(pluginLimits)
	if err != nil {
		t.Fatal(err)
	}
	defer hasty.Close()
	limits := pluginLimits
	limits.Time = time.Minute // a machine that has other things to do may come to none of the others in two seconds
	patient, err := NewPlugins(limits)
	if err != nil {
		t.Fatal(err)
	}
	defer patient.Close()
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for _, tt := range []struct{ name, src, limit string }{
		{"a loop without end", `while true do end`, "Instructions"},
		{"one inside pcall", `while true do pcall(function() while true do end end) end`, "Instructions"},
		{"one in a cleanup", `finally(function() while true do end end, function() while true do end end)`, "Instructions"},
		{"one that waits", `while true do sleep(0.1) end`, "Time"},
		{"a table that grows", `local t = {} while true do t[#t + 1] = {} end`, "Memory"},
		{"one that grows in pcall", `local t = {} while true do pcall(function() while true do t[#t + 1] = ("x"):rep(1000) .. #t end end) end`, "Memory"},
		{"a string that doubles", `local s = "x" while true do s = s .. s end`, "StringSize"},
		{"a huge string", `return ("x"):rep(1e12)`, "StringSize"},
		{"a huge index", `local t = {} t[1e9] = 1 for i = 1, 1e9 do t[i] = i end`, "Memory"},
		{"tasks without end", `local function f() spawn(f) spawn(f) end f()`, "Tasks"},
		{"timers without end", `while true do spawn(sleep, 3600) sleep(0) end`, "Timers"},
		{"output without end", `while true do print(("x"):rep(100)) end`, "Output"},
		{"a recursion without end", `local function f() return 1 + f() end f()`, "CallDepth"},
		{"a large source", `load(("x=1 "):rep(5e5))`, "Memory"},
	} {
		rt := patient
		if tt.limit == "Time" {
			rt = hasty
		}
		other := make(chan error, 1)
		go func() {
			v, err := rt.RunString(context.Background(), "=other", `sleep(0.01) return greet("other")`)
			if err == nil && v.Get(1).String() != "hello other" {
				err = fmt.Errorf("got %v", v)
			}
			other <- err
		}()
		began := time.Now()
		_, err := rt.RunString(context.Background(), "=plugin", tt.src)
		if !errors.Is(err, interp.ErrLimit) || !strings.Contains(err.Error(), tt.limit) {
			t.Errorf("%s: %v, want the limit %s", tt.name, err, tt.limit)
		}
		if took := time.Since(began); took > 2*limits.Time {
			t.Errorf("%s: it took %v", tt.name, took)
		}
		if status, body, _ := get(s, "/hello?name=ann"); status != 200 || body != "hello ann" {
			t.Errorf("%s: the server: %d %q", tt.name, status, body)
		}
		if err := <-other; err != nil {
			t.Errorf("%s: the other plugin: %v", tt.name, err)
		}
		if v, err := rt.RunString(context.Background(), "=plugin", `return greet("again")`); err != nil || v.Get(1).String() != "hello again" {
			t.Errorf("%s: the next call: %v, %v", tt.name, v, err)
		}
	}
	var after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int(after.HeapAlloc) - int(before.HeapAlloc); grown > 8<<20 {
		t.Errorf("%d MB are left behind", grown>>20)
	}
	for _, rt := range []*interp.Runtime{hasty, patient} {
		if n := rt.Stats().Memory; n > 1<<20 {
			t.Errorf("the plugins hold %d KB", n>>10)
		}
	}
}

// Modules that others have published for gopher-lua work as they are.
func TestPreload(t *testing.T) {
	rt, err := interp.New(builtins.Safe(), interp.WithPreload("json", json.Loader), interp.WithPreload("channel", lua.OpenChannel))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	v, err := rt.RunString(context.Background(), "=t", `
		local json, channel = require "json", require "channel"
		local doc = json.decode('{"list": [1, 2.5, "x", null, true], "deep": {"a": {"b": "c"}}}')
		assert(doc.list[2] == 2.5 and doc.deep.a.b == "c")
		assert(json.encode({1, 2, {x = "y"}}) == '[1,2,{"x":"y"}]')
		local bad, why = json.decode("{")
		assert(bad == nil and why:find("unexpected end"))
		local c = channel.make(1)
		c:send(json.encode({a = gather(async(sleep)(0.01, 1))}))
		local ok, text = c:receive()
		return text`)
	if err != nil || v.Get(1).String() != `{"a":1}` {
		t.Errorf("%v, %v", v, err)
	}
}

// One that calls functions of Lua, which may wait there as anywhere.
func TestPreloadRegexp(t *testing.T) {
	rt, err := interp.New(builtins.Safe(), interp.WithVirtualTime(), interp.WithPreload("re", gluare.Loader))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	v, err := rt.RunString(context.Background(), "=t", `
		local re = require "re"
		assert(re == require "re")
		assert(re.match("job 42 of 99", "job (\\d+) of (\\d+)") == "42")
		assert(re.quote("a.b") == "a\\.b")
		assert(re.find("nothing", "x") == nil)
		local ok, why = pcall(re.match, "x", "(")
		assert(not ok and tostring(why):find("missing closing )", 1, true), why)
		ok, why = pcall(re.match, {}, "x")
		assert(not ok and why:find("string expected"), why)
		local words = {}
		for w in re.gmatch("one, two; three", "[a-z]+") do words[#words + 1] = w end
		assert(table.concat(words, " ") == "one two three")
		-- Two tasks, each of which waits in the callback.
		local function slow(text) return re.gsub(text, "[0-9]+", function(n) sleep(tonumber(n)) return "<" .. n .. ">" end) end
		local a, b = gather(async(slow)("1 and 2"), async(slow)("2, 1"))
		assert(now() == 3, now())
		-- A deadline and an error pass through it.
		ok, why = pcall(wait_for, slow, 1, "5")
		assert(not ok and why.kind == "timeout" and now() == 4)
		ok, why = pcall(re.gsub, "x", "x", function() error({code = 7}) end)
		assert(not ok and why.code == 7)
		local co = coroutine.wrap(function() return re.gsub("a b", "[a-z]", coroutine.yield) end)
		assert(co() == "a" and co("A") == "b" and co("B") == "A B")
		return a .. " | " .. b`)
	if err != nil || v.Get(1).String() != "<1> and <2> | <2>, <1>" {
		t.Errorf("%v, %v", v, err)
	}
}

// One with a type of its own and settings of the host's.
func TestPreloadHTTP(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Method", r.Method)
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprintf(w, "%s %s", r.URL.RawQuery, body)
	}))
	defer srv.Close()
	module := gluahttp.NewHttpModule(srv.Client())
	rt, err := interp.New(builtins.Safe(), interp.WithPreload("http", module.Loader))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	v, err := rt.RunString(context.Background(), "=t", `
		local http, url = require "http", ...
		local res, err = http.post(url, {query = "a=1", body = "hello"})
		assert(res, err)
		assert(res.status_code == 418 and res.headers["X-Method"] == "POST" and res.body_size == 9)
		assert(type(res) == "userdata" and res.nothing == nil)
		local none, why = http.get("http://127.0.0.1:1/")
		assert(none == nil and why:find("refused"), why)
		return res.body`, srv.URL)
	if err != nil || v.Get(1).String() != "a=1 hello" {
		t.Errorf("%v, %v", v, err)
	}
}
