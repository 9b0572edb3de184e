// Command rawgo runs the workloads of scripts/bench with goroutines, channels and contexts: rawgo WORKLOAD [SIZE...].
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// size is argument i of the workload, or what it is by default.
func size(i, otherwise int) int {
	if len(os.Args) <= 1+i {
		return otherwise
	}
	n, err := strconv.Atoi(os.Args[1+i])
	check(err == nil, "a size is a number, not %q", os.Args[1+i])
	return n
}

func check(ok bool, format string, args ...any) {
	if !ok {
		fmt.Fprintf(os.Stderr, "rawgo: "+format+"\n", args...)
		os.Exit(1)
	}
}

func report(name string, ops int, took time.Duration) {
	var peak float64 // Linux only
	if status, err := os.ReadFile("/proc/self/status"); err == nil {
		_, rest, _ := strings.Cut(string(status), "VmHWM:")
		if fields := strings.Fields(rest); len(fields) > 0 {
			peak, _ = strconv.ParseFloat(fields[0], 64)
		}
	}
	fmt.Printf("%-10s %8d operations %9.3f us each %7.1f MB\n", name, ops,
		float64(took.Nanoseconds())/float64(ops)/1e3, peak/1024)
}

func main() {
	check(len(os.Args) > 1, "usage: rawgo WORKLOAD [SIZE...]")
	workloads := map[string]func(){
		"switch": turns, "spawn_join": spawnJoin, "sleepers": sleepers, "dozers": sleepers, "pingpong": pingpong,
		"pipeline": pipeline, "cancel": cancel, "timeouts": timeouts, "readfiles": readFiles, "startup": runtime.Gosched, "regexp": match, "slog": events,
		"processes": processes, "capture": capture,
	}
	work, known := workloads[os.Args[1]]
	check(known, "no workload %q", os.Args[1])
	work()
}

// processes is that of processes.lua.
func processes() {
	slots := make(chan struct{}, 8)
	var all sync.WaitGroup
	for range size(1, 1000) {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			cmd := exec.Command("true")
			cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
			err := cmd.Run()
			check(err == nil, "%v", err)
		})
	}
	all.Wait()
}

// capture is that of processes.lua.
func capture() {
	n := size(1, 1e8)
	out, err := exec.Command("head", "-c", strconv.Itoa(n), "/dev/zero").Output()
	check(err == nil && len(out) == n, "%d bytes, %v", len(out), err)
}

// seconds is report as data.lua reads it.
func seconds(took time.Duration) { fmt.Printf("%.6f s 0 MB\n", took.Seconds()) }

// match is re.match of data.lua.
func match() {
	const line = "2024-05-01T12:00:00Z ERROR disk full on /dev/sda1 (host=db7)"
	rx := regexp.MustCompile(`(\w+) disk (\w+) on (\S+)`)
	start := time.Now()
	for range size(1, 300_000) {
		check(rx.FindStringSubmatch(line) != nil, "the pattern does not match")
	}
	seconds(time.Since(start))
}

// events is log.info of data.lua.
func events() {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	check(err == nil, "%v", err)
	logger := slog.New(slog.NewTextHandler(null, nil))
	start := time.Now()
	for i := range size(1, 200_000) {
		logger.Info("copied", "files", i, "took", 0.5)
	}
	seconds(time.Since(start))
}

func turns() {
	tasks, turns := size(1, 1000), size(2, 1000)
	start := time.Now()
	var wg sync.WaitGroup
	for range tasks {
		wg.Go(func() {
			for range turns {
				runtime.Gosched()
			}
		})
	}
	wg.Wait()
	report("switch", tasks*turns, time.Since(start))
}

func spawnJoin() {
	n := size(1, 100_000)
	start := time.Now()
	done := make([]chan struct{}, n)
	for i := range done {
		done[i] = make(chan struct{})
		go close(done[i])
	}
	for _, d := range done {
		<-d
	}
	report("spawn_join", n, time.Since(start))
}

func sleepers() {
	n := size(1, 100_000)
	start := time.Now()
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() { time.Sleep(time.Second) })
	}
	wg.Wait()
	report(os.Args[1], n, time.Since(start)-time.Second)
}

func pingpong() {
	n := size(1, 200_000)
	ping, pong := make(chan int, 1), make(chan int, 1)
	start := time.Now()
	go func() {
		for range n {
			pong <- <-ping + 1
		}
	}()
	sum := 0
	for i := range n {
		ping <- i
		sum += <-pong
	}
	report("pingpong", n, time.Since(start))
	check(sum == n*(n+1)/2, "the sum is %d", sum)
}

func pipeline() {
	n := size(1, 500_000)
	jobs, results := make(chan int, 100), make(chan int, 100)
	start := time.Now()
	go func() {
		defer close(jobs)
		for i := range n {
			jobs <- i
		}
	}()
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for job := range jobs {
				results <- job * 2
			}
		})
	}
	sum := 0
	for range n {
		sum += <-results
	}
	workers.Wait()
	report("pipeline", n, time.Since(start))
	check(sum == n*(n-1), "the sum is %d", sum)
}

func cancel() {
	n := size(1, 100_000)
	cancels, errs := make([]context.CancelFunc, n), make(chan error, n)
	for i := range cancels {
		var ctx context.Context
		ctx, cancels[i] = context.WithCancel(context.Background())
		go func() {
			timer := time.NewTimer(time.Hour)
			defer timer.Stop()
			select {
			case <-timer.C:
				errs <- nil
			case <-ctx.Done():
				errs <- ctx.Err()
			}
		}()
	}
	time.Sleep(50 * time.Millisecond)
	start := time.Now()
	for _, cancel := range cancels {
		cancel()
	}
	cancelled := 0
	for range n {
		if errors.Is(<-errs, context.Canceled) {
			cancelled++
		}
	}
	report("cancel", n, time.Since(start))
	check(cancelled == n, "%d were cancelled", cancelled)
}

func timeouts() {
	n := size(1, 100_000)
	sum := 0
	start := time.Now()
	for range n {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		done := make(chan int, 1)
		go func() {
			runtime.Gosched()
			done <- 1
		}()
		select {
		case v := <-done:
			sum += v
		case <-ctx.Done():
		}
		cancel()
	}
	report("timeouts", n, time.Since(start))
	check(sum == n, "the sum is %d", sum)
}

func readFiles() {
	check(len(os.Args) > 2, "usage: rawgo readfiles DIR [N]")
	dir, n := os.Args[2], size(2, 10_000)
	var next, total atomic.Int64
	start := time.Now()
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for {
				i := next.Add(1) - 1
				if i >= int64(n) {
					return
				}
				data, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("f%05d", i)))
				check(err == nil, "%v", err)
				total.Add(int64(len(data)))
			}
		})
	}
	wg.Wait()
	report("readfiles", n, time.Since(start))
	check(total.Load() == int64(n)*4096, "%d bytes were read", total.Load())
}
