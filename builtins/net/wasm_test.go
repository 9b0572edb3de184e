//go:build wasm

package net_test

import (
	"context"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// A system without sockets is said to be one, at once, whatever is asked of it.
func TestNoSockets(t *testing.T) {
	rt, err := interp.New(builtins.Std())
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	for _, call := range []string{
		`net.serve(0, print)`, `net.serve("unix:/tmp/sock", print)`, `net.connect("example.org:80")`, `net.connect("127.0.0.1:80")`, `net.connect("unix:/tmp/sock")`,
		`net.wait("localhost:80", 600)`, `net.resolve("example.org")`, `net.resolve("example.org", "MX")`, `http.get("http://example.org/")`, `http.serve(0, print)`,
	} {
		if _, err := rt.RunString(context.Background(), "=call", call); err == nil || !strings.HasSuffix(err.Error(), ": there are no sockets in WebAssembly") {
			t.Errorf("%s: %v", call, err)
		}
	}
}
