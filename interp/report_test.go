package interp_test

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// A string that a task raised keeps its place on its way through those who wait for the task.
func TestErrorKeepsWhereItWasRaised(t *testing.T) {
	_, _, err := runScript(t, `
		local function leaf() error("deep", 0) end
		local function middle() await(spawn(leaf)) end
		gather(middle)`)
	var e *interp.Error
	if !errors.As(err, &e) || e.Error() != "deep" {
		t.Fatalf("got %v", err)
	}
	if trace := e.Traceback(); !strings.Contains(trace, "t:2: in") || !strings.Contains(trace, "spawned at t:3") || !strings.Contains(trace, "spawned at t:4") {
		t.Errorf("traceback:\n%s", trace)
	}
}

func TestCleanupErrorKeepsItsCause(t *testing.T) {
	_, _, err := runScript(t, `finally(function() error("body", 0) end, function() error("cleanup", 0) end)`)
	var e, cause *interp.Error
	if !errors.As(err, &e) || e.Error() != "cleanup" {
		t.Fatalf("got %v", err)
	}
	for _, behind := range e.Unwrap() {
		errors.As(behind, &cause)
	}
	if cause == nil || cause.Error() != "body" {
		t.Errorf("caused by %v", cause)
	}
}

// brokenPipe is an output that nobody reads.
type brokenPipe struct{ writes int }

func (b *brokenPipe) Write([]byte) (int, error) {
	b.writes++
	return 0, &os.PathError{Op: "write", Path: "|1", Err: syscall.EPIPE}
}

func TestBrokenPipeEndsTheRun(t *testing.T) {
	out := &brokenPipe{}
	var errw strings.Builder
	rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, out, &errw))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err = rt.RunString(ctx, "=t", `
		spawn(function() while true do print("x") sleep(0) end end)
		finally(function() while true do pcall(print, "x") end end, function() sleep(0) cleaned = true end)`)
	if !errors.Is(err, syscall.EPIPE) {
		t.Errorf("got %v", err)
	}
	if errw.Len() > 0 || out.writes != 1 {
		t.Errorf("%d writes, standard error %q", out.writes, errw.String())
	}
	if vals, err := rt.RunString(ctx, "=t", `return cleaned`); err != nil || !vals.Get(1).Truth() {
		t.Errorf("the cleanup has not run: %v, %v", vals, err)
	}
}

func TestFlushWhileAScriptComputes(t *testing.T) {
	r, w := io.Pipe()
	rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, w, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() {
		_, err := rt.RunString(ctx, "=t", `print("printed") while true do end`)
		ran <- err
	}()
	limit, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	flushed := make(chan error, 1)
	go func() {
		for { // the run may not have printed yet
			if err := rt.Flush(limit); err != nil || ctx.Err() != nil {
				flushed <- err
				return
			}
		}
	}()
	buf := make([]byte, 16)
	n, err := r.Read(buf)
	if string(buf[:n]) != "printed\n" || err != nil {
		t.Errorf("read %q, %v", buf[:n], err)
	}
	cancel()
	if err := <-flushed; err != nil {
		t.Error(err)
	}
	if err := <-ran; !errors.Is(err, interp.ErrCancelled) {
		t.Errorf("got %v", err)
	}
}

func TestGraceBoundsCleanups(t *testing.T) {
	out, _, err := runScript(t, `
		pcall(wait_for, function() finally(function() sleep(9) end, function() sleep(20) print("never") end, 30) end, 1)
		print(now())`, interp.WithGrace(2*time.Second))
	if err != nil || out != "3\n" {
		t.Errorf("printed %q, %v", out, err)
	}
}

// The errors of a run are all there; as text they have a bound.
func TestManyErrorsHaveABoundedText(t *testing.T) {
	_, errw, err := runScript(t, `for i = 1, 300 do spawn(error, ("x"):rep(1e5) .. i, 0) end`)
	if n := len(err.Error()); n > 200_000 || !strings.HasSuffix(err.Error(), "\nand 200 more errors") {
		t.Errorf("its text has %d bytes, and ends in %q", n, err.Error()[n-50:])
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok || len(joined.Unwrap()) != 300 || len(joined.Unwrap()[299].Error()) != 100_003 {
		t.Error("they are not all there")
	}
	if len(errw) > 400_000 || !strings.Contains(errw, "x... (100003 bytes)\n") {
		t.Errorf("%d bytes on standard error, beginning with %.100s", len(errw), errw)
	}
}
