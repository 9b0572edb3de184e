package sync_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	lullsync "github.com/lull-lua/lull/builtins/sync"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// Many goroutines on one side, tasks on the other, through bounded queues both ways: everything arrives once.
func TestHostQueue(t *testing.T) {
	rt := interptest.New(t, builtins.Std()).Runtime
	in, out := lullsync.NewQueue(rt, 3), lullsync.NewQueue(rt, 3)
	ended := make(chan error, 1)
	go func() {
		_, err := rt.RunString(t.Context(), "=t", `
			local jobs, results = ...
			group(function(g)
				for i = 1, 4 do g:spawn(function() for n in jobs:items() do if n % 7 == 0 then sleep(0.001) end results:put({n = n}) end end) end
			end)
			results:close()`, in, out)
		ended <- err
	}()
	const putters, each = 8, 50
	var wg sync.WaitGroup
	for p := range putters {
		wg.Go(func() {
			for i := range each {
				if err := in.Put(t.Context(), p*each+i); err != nil {
					t.Error(err)
				}
			}
		})
	}
	go func() { wg.Wait(); in.Close() }()
	var mu sync.Mutex
	seen := map[int]int{}
	var getters sync.WaitGroup
	for range 4 {
		getters.Go(func() {
			for {
				var item struct{ N int }
				err := out.GetInto(t.Context(), &item)
				if errors.Is(err, interp.ErrClosed) {
					return
				}
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				seen[item.N]++
				mu.Unlock()
			}
		})
	}
	getters.Wait()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	for i := range putters * each {
		if seen[i] != 1 {
			t.Errorf("item %d arrived %d times", i, seen[i])
		}
	}
	if err := in.Put(t.Context(), 1); !errors.Is(err, interp.ErrClosed) {
		t.Errorf("Put after Close: %v", err)
	}
	in.Close()
}

func TestHostQueueGivesUp(t *testing.T) {
	rt := interptest.New(t, builtins.Std()).Runtime
	q := lullsync.NewQueue(rt, 1)
	ctx := t.Context()
	if err := q.Put(ctx, nil); err == nil {
		t.Error("nil was put")
	}
	if err := q.Put(ctx, make(chan int)); err == nil {
		t.Error("a channel was put")
	}
	if err := q.Put(ctx, "first"); err != nil {
		t.Error(err)
	}
	soon, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	if err := q.Put(soon, "second"); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, interp.ErrTimeout) {
		t.Errorf("a full queue: %v", err)
	}
	if v, err := q.Get(ctx); err != nil || v.String() != "first" {
		t.Errorf("got %v, %v", v, err)
	}
	soon, cancel = context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	if _, err := q.Get(soon); !errors.Is(err, interp.ErrTimeout) {
		t.Errorf("an empty queue: %v", err)
	}
	if err := q.Put(ctx, "x"); err != nil {
		t.Error(err)
	}
	n := 0
	if err := q.GetInto(ctx, &n); err == nil {
		t.Error("a string for an int")
	}
	waiting := make(chan error, 1)
	go func() {
		_, err := q.Get(context.Background())
		waiting <- err
	}()
	for rt.Stats().Live == 0 {
		time.Sleep(time.Millisecond)
	}
	if err := rt.Close(); err != nil {
		t.Error(err)
	}
	if err := <-waiting; !errors.Is(err, interp.ErrClosed) {
		t.Errorf("a Get that Close ended: %v", err)
	}
	if err := q.Put(ctx, 1); !errors.Is(err, interp.ErrClosed) {
		t.Errorf("Put after the runtime's end: %v", err)
	}
	q.Close()
}

// While a host's queue is open a script may wait for it; once it is closed nobody can wake it.
func TestHostQueueHolds(t *testing.T) {
	rt := interptest.New(t, builtins.Std())
	q := lullsync.NewQueue(rt.Runtime, 0)
	s := rt.Start(`print((...):get()) sync.queue():get()`, q)
	rt.WaitBlocked()
	if s.Ended() {
		t.Error("it has ended")
	}
	q.Close()
	if _, err := s.Result(); !errors.Is(err, interp.ErrDeadlock) || rt.Output() != "nil\n" {
		t.Errorf("after Close: %v", err)
	}
}

func ExampleNewQueue() {
	rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, os.Stdout, os.Stderr))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rt.Close()
	requests := lullsync.NewQueue(rt, 10)
	done := make(chan error)
	ctx := context.Background()
	go func() {
		_, err := rt.RunString(ctx, "=worker", `for path in (...):items() do print("serving", path) end`, requests)
		done <- err
	}()
	for _, path := range []string{"/a", "/b"} {
		if err := requests.Put(ctx, path); err != nil {
			fmt.Println(err)
		}
	}
	requests.Close()
	fmt.Println(<-done)
	// Output:
	// serving	/a
	// serving	/b
	// <nil>
}
