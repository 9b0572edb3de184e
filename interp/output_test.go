package interp_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// A writer of the host's is not believed, and a panic in it is that run's error.
func TestFaultyWriters(t *testing.T) {
	panics := writerFunc(func([]byte) (int, error) { panic("oops") })
	for _, tt := range []struct {
		name      string
		out, errw io.Writer
		src       string
		kind      interp.Kind
		text      string
		errorIs   error
	}{
		{name: "half", out: writerFunc(func(p []byte) (int, error) { return len(p) / 2, nil }), src: `print("12345")`,
			kind: interp.KindIO, text: "has written 3 of 6 bytes", errorIs: io.ErrShortWrite},
		{name: "negative", out: writerFunc(func([]byte) (int, error) { return -1, nil }), src: `print("12345")`, kind: interp.KindIO, text: "-1 of 6"},
		{name: "too much", out: writerFunc(func(p []byte) (int, error) { return len(p) + 1, nil }), src: `print("12345")`, kind: interp.KindIO, text: "7 of 6"},
		{name: "panic at the end", out: panics, src: `print("x")`, kind: interp.KindPanic, text: "oops"},
		{name: "panic while all wait", out: panics, src: `print("x") sleep(1)`, kind: interp.KindPanic, text: "oops"},
		{name: "panic in a large print", out: panics, src: `local ok, e = pcall(print, ("x"):rep(1e6)) print(e.kind, e)`, kind: interp.KindPanic, text: "oops"},
		{name: "panic at flush", out: panics, src: `io.write("x") io.flush()`, kind: interp.KindPanic, text: "oops"},
		{name: "panic in standard error", errw: panics, src: `io.stderr:write("x")`, kind: interp.KindPanic, text: "oops"},
		{name: "panic in a warning", errw: panics, src: `local l = sync.lock() await(spawn(l.acquire, l))`, kind: interp.KindPanic, text: "oops"},
		{name: "half of standard error", errw: writerFunc(func(p []byte) (int, error) { return len(p) / 2, nil }), src: `assert(io.stderr:write("12"))`, kind: interp.KindError, text: "1 of 2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rt, err := interp.New(builtins.Std(), interp.WithVirtualTime(), interp.WithStdio(nil, tt.out, tt.errw))
			if err != nil {
				t.Fatal(err)
			}
			defer rt.Close()
			_, err = rt.RunString(context.Background(), "=t", tt.src)
			var e *interp.Error
			if !errors.As(err, &e) || e.Kind != tt.kind || !strings.Contains(e.Error(), tt.text) {
				t.Fatalf("got %v", err)
			}
			if tt.errorIs != nil && !errors.Is(err, tt.errorIs) {
				t.Errorf("%v is not %v", err, tt.errorIs)
			}
			if vals, err := rt.RunString(context.Background(), "=t", `return 1`); err != nil || len(vals) != 1 {
				t.Errorf("the next run: %v, %v", vals, err)
			}
		})
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Nor is a reader believed that says what cannot be.
func TestFaultyReaders(t *testing.T) {
	for _, wrong := range []int{-1, 1} {
		in := readerFunc(func(p []byte) (int, error) {
			if wrong > 0 {
				return len(p) + wrong, nil
			}
			return wrong, nil
		})
		rt, err := interp.New(builtins.Std(), interp.WithStdio(in, nil, nil))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		vals, err := rt.RunString(ctx, "=t", `return select(2, io.read())`)
		cancel()
		if err != nil || !strings.Contains(vals.Get(1).String(), "reader of the host's says that it has read") {
			t.Errorf("%v, %v", vals, err)
		}
		if err := rt.Close(); err != nil {
			t.Error(err)
		}
	}
}
