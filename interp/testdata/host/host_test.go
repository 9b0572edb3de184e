package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

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
		status, body, _ := get(s, tt.path)
		if status != tt.status || !strings.Contains(body, tt.body) {
			t.Errorf("%s: %d %q, want %d %q", tt.path, status, body, tt.status, tt.body)
		}
	}
	if _, _, h := get(s, "/total?a=tea&b=tea"); h.Get("X-Prices") != "3.5 3.5" {
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
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if status, body, _ := get(s, "/hello"); status != 500 || body != "closed" {
		t.Errorf("after Close: %d %q", status, body)
	}
}

// A plugin that nobody trusts has neither files nor processes nor the host's secrets, and ends when the host says so.
func TestPlugin(t *testing.T) {
	t.Setenv("SECRET", "s3cret")
	rt, err := interp.New(builtins.Safe(), interp.WithFunc("greet", func(name string) string { return "hello " + name }))
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
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		v, err := rt.RunString(ctx, "=plugin", src)
		cancel()
		if err != nil || v.Get(1).String() != want {
			t.Errorf("%s: %v, %v; want %s", src, v, err, want)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := rt.RunString(ctx, "=plugin", `while true do pcall(function() while true do end end) end`); !errors.Is(err, interp.ErrTimeout) {
		t.Errorf("a loop without end: %v", err)
	}
	if v, err := rt.RunString(context.Background(), "=plugin", `return greet("again")`); err != nil || v.Get(1).String() != "hello again" {
		t.Errorf("the next script: %v, %v", v, err)
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
