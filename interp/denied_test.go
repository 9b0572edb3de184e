package interp_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// Without WithDenied what is not granted is nil; with it each use says what is to be done.
func TestDenied(t *testing.T) {
	hint := interp.WithDenied(func(name string) string { return "ask for " + name })
	for _, tt := range []struct {
		opts         []interp.Option
		script, want string
	}{
		{[]interp.Option{builtins.Safe()}, `return tostring(http) .. tostring(fs) .. tostring(io.open) .. tostring(read) .. tostring(archive.open)`, "nilnilnilnilnil"},
		{[]interp.Option{builtins.Safe(), hint}, `return http.get`, "http.get is not granted: ask for http.get"},
		{[]interp.Option{builtins.Safe(), hint}, `return require("http")["a\0b"]`, "http.a\x00b is not granted: ask for http.a\x00b"},
		{[]interp.Option{builtins.Safe(), hint}, `return process[1]`, "process.1 is not granted: ask for process.1"},
		{[]interp.Option{builtins.Safe(), hint}, `return process[{}]`, "process is not granted: ask for process"},
		{[]interp.Option{builtins.Safe(), hint}, `return io.open("x")`, "io.open is not granted: ask for io.open"},
		{[]interp.Option{builtins.Safe(), hint}, `return archive.open("x")`, "archive.open is not granted: ask for archive.open"},
		{[]interp.Option{builtins.Safe(), hint}, `http = { mine = 1 } return http.mine`, "1"},
		{[]interp.Option{builtins.Safe(), hint}, `return csv.rows("x")`, "csv.rows: x: the host has granted no files: ask for files"},
		{[]interp.Option{builtins.Safe(), hint, interp.WithNetwork(interp.Network{Connect: []string{"a.example"}})}, `return net.connect("b.example:80")`, "the host does not allow to connect to b.example:80: ask for connect:b.example:80"},
		{[]interp.Option{builtins.Safe(), interp.WithNetwork(interp.Network{Connect: []string{"a.example"}})}, `return net.connect("b.example:80")`, "the host does not allow to connect to b.example:80"},
		{[]interp.Option{builtins.Std(), hint}, `return type(http.serve) .. type(process.env)`, "functiontable"},
	} {
		rt, err := interp.New(tt.opts...)
		if err != nil {
			t.Fatal(err)
		}
		vals, err := rt.RunString(t.Context(), "=t", tt.script)
		got := ""
		e := (*interp.Error)(nil)
		switch {
		case errors.As(err, &e):
			if got = e.Msg; e.Kind != interp.KindDenied {
				t.Errorf("%s: %v is of kind %s", tt.script, e, e.Kind)
			}
		case len(vals) == 1:
			got = vals[0].String()
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.script, got, tt.want)
		}
		if err := rt.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A panic in the host's hint is no end of the process.
func TestDeniedPanics(t *testing.T) {
	rt, err := interp.New(builtins.Safe(), interp.WithDenied(func(name string) string {
		if name == "files" {
			return ""
		}
		panic("no hint")
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	if _, err := rt.RunString(t.Context(), "=t", `return http.get`); err == nil {
		t.Error("there was no error")
	}
}

func ExampleWithDenied() {
	rt, err := interp.New(builtins.Safe(), interp.WithStdio(nil, os.Stdout, nil),
		interp.WithDenied(func(name string) string { return "ask the operator for " + name }))
	if err != nil {
		panic(err)
	}
	defer rt.Close()
	_, err = rt.RunString(context.Background(), "=job", `http.get("https://example.org/")`)
	fmt.Println(err)
	// Output: job:1: http.get is not granted: ask the operator for http.get
}
