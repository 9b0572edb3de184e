package interp_test

import (
	"context"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// A function on the loop that waits for the loop gets an error that says what to do, instead of waiting for ever. It is the
// first thing that a newcomer tries with a callback.
func TestWaitingOnTheLoop(t *testing.T) {
	for _, src := range []string{`each(function(x) ran = true end)`, `run()`, `close()`, `flush()`, `stats()`, `("x"):gsub("x", function() sleep(0) run() end)`} {
		t.Run(src, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			var rt *interp.Runtime
			rt = newRuntime(t,
				interp.WithFunc("each", func(f *interp.Function) error { _, err := f.Call(ctx, 1); return err }),
				interp.WithFunc("run", func() error { _, err := rt.RunString(ctx, "=inner", `ran = true`); return err }),
				interp.WithFunc("close", func() error { return rt.Close() }),
				interp.WithFunc("flush", func() error { return rt.Flush(ctx) }),
				interp.WithFunc("stats", func() int { return rt.Stats().Live }),
				interp.WithAsync("each_async", func(ctx context.Context, f *interp.Function) error { _, err := f.Call(ctx, 1); return err }))
			_, err := rt.RunString(ctx, "=t", src)
			if err == nil || !strings.Contains(err.Error(), "waits for the loop") || !strings.Contains(err.Error(), "WithAsync") {
				t.Error(err)
			}
			v, err := rt.RunString(ctx, "=t", `each_async(function(x) got = x end) return got, ran`)
			if err != nil || v.Get(1).String() != "1" || !v.Get(2).IsNil() {
				t.Errorf("%v, %v: what was refused has run, or the runtime does not go on", v, err)
			}
		})
	}
}

// Another runtime may be used on the loop, however long it takes: that is no wait for oneself.
func TestWaitingForAnotherLoop(t *testing.T) {
	t.Parallel()
	other := newRuntime(t)
	rt := newRuntime(t, interp.WithFunc("other", func(src string) error {
		_, err := other.RunString(context.Background(), "=other", src)
		return err
	}))
	if _, err := rt.RunString(t.Context(), "=t", `other("sleep(1.2)") other("local t = os.clock() while os.clock() - t < 1.2 do end")`); err != nil {
		t.Error(err)
	}
	closing, err := interp.New(builtins.Std(), interp.WithFunc("close", other.Close))
	if err != nil {
		t.Fatal(err)
	}
	defer closing.Close()
	if _, err := closing.RunString(t.Context(), "=t", `close()`); err != nil {
		t.Error(err)
	}
}
