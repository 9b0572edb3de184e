package interp_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// plainHandler leaves out what is not the same in every run.
func plainHandler(out *bytes.Buffer, level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: level, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == "traceback" {
			return slog.Attr{}
		}
		return a
	}}))
}

func TestLogger(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"a table that was raised", `local t = spawn(function() error({ code = 3, why = "disk" }) end) sleep(1) pcall(await, t)`, "level=WARN msg=\"task failed\" task.id=2 task.name=t:1 run=1 spawned_at=t:1 error=\"{code = 3, why = \\\"disk\\\"}\"\n"},
		{"a task that nobody awaits", `local t = spawn(function() error("lost", 0) end) sleep(1) pcall(await, t)`, "level=WARN msg=\"task failed\" task.id=2 task.name=t:1 run=1 spawned_at=t:1 error=lost\n"},
		{"a lock", `local l = sync.lock() spawn(function() l:acquire() end) sleep(1)`,
			"level=WARN msg=\"task 't:1' ended while it held the lock of t:1; the lock was released\" task.id=2 task.name=t:1 run=1 spawned_at=t:1\n"},
	} {
		var logged bytes.Buffer
		out, errw, err := runScript(t, tt.src, interp.WithLogger(plainHandler(&logged, slog.LevelInfo)))
		if got := logged.String(); got != tt.want || out != "" || errw != "" || err != nil {
			t.Errorf("%s: logged %q\nwant %q; printed %q %q, %v", tt.name, got, tt.want, out, errw, err)
		}
	}
	var logged bytes.Buffer
	hang := interp.WithAsync("hang", func(ctx context.Context) { <-ctx.Done() })
	rt, err := interp.New(builtins.Std(), hang, interp.WithLogger(plainHandler(&logged, slog.LevelDebug)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rt.RunString(t.Context(), "=job", `wait_for(hang, 0.01)`); err == nil {
		t.Error("no time-out")
	}
	if err := rt.Close(); err != nil {
		t.Error(err)
	}
	for _, want := range []string{`msg="run began" run=1 main=job:0`, `msg="blocking call abandoned" task.id=1 task.name=main run=1 builtin=hang`, `msg="run ended" run=1 main=job:0 took=`} {
		if !strings.Contains(logged.String(), want) {
			t.Errorf("%q is not in:\n%s", want, logged.String())
		}
	}
	if _, err := interp.New(interp.WithLogger(nil)); err == nil {
		t.Error("a nil logger")
	}
}

func ExampleWithLogger() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == "traceback" {
			return slog.Attr{}
		}
		return a
	}}))
	rt := must(interp.New(builtins.Std(), interp.WithLogger(logger)))
	defer rt.Close()
	_, err := rt.RunString(context.Background(), "@sync.lua", `spawn(function() error("disk full") end):name("backup")`)
	fmt.Println(err)
	// Output:
	// level=WARN msg="task failed" task.id=2 task.name=backup run=1 spawned_at=sync.lua:1 error="sync.lua:1: disk full"
	// sync.lua:1: disk full
}
