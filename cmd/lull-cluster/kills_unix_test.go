//go:build !windows

package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// kill ends a process at once, and waits until it has ended.
func (c *proc) kill() {
	c.t.Helper()
	if err := c.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		c.t.Fatal(err)
	}
	<-c.ended
}

func (c *proc) signal(s syscall.Signal) {
	c.t.Helper()
	if err := c.cmd.Process.Signal(s); err != nil {
		c.t.Fatal(err)
	}
}

// lost is short enough for tests, and long enough for a machine that has much else to do.
const lost = "3s"

// A job whose worker is killed is another's, and is an attempt.
func TestWorkerIsKilled(t *testing.T) {
	p, url, _, _ := newCluster(t, 0, "--lost", lost)
	script := p.start("--cluster", url, p.file("job.lua", `
local got = remote.map({ 1 }, function() print("attempt", remote.current().attempt) if remote.current().attempt == 1 then sleep(1000) end return remote.current().attempt end, { attempts = 9 })
print("got", got[1])`))
	first := p.worker(url, "--jobs", "1")
	first.waitLine("attempt\t1")
	first.kill()
	p.worker(url).waitLine("attempt\t2")
	script.waitLine("got\t[2-9]") // on a machine that has too much to do, more leases than one may end
	if s := script.status(); s != 0 {
		t.Errorf("status %d", s)
	}
}

// A job that takes its workers with it ends as lost, and takes no other with it for long.
func TestPoison(t *testing.T) {
	p, url, _, _ := newCluster(t, 0, "--lost", lost)
	script := p.start("--cluster", url, p.file("job.lua", `
local list, errs = remote.map({ 1, 2, 3, 4 }, function(n) if n == 2 then os.execute("kill -9 $PPID") sleep(100) end return n end, { attempts = 3, return_exceptions = true })
print("got", list[1], errs[2].kind, list[3], list[4])
print(errs[2])`))
	for {
		w := p.start("worker", "--cluster", url, "--jobs", "2")
		select {
		case <-w.ended:
			continue
		case <-script.ended:
		case <-time.After(long):
			t.Fatal("it does not end")
		}
		break
	}
	script.waitLine("got\t1\tlost\t3\t4")
}

// The caller is killed: its batch goes on, and the same call gets all results, of jobs that were not run again. In a step the id is the step's.
func TestCallerIsKilled(t *testing.T) {
	for name, tt := range map[string]struct{ before, id, after string }{
		"id":   {id: `, id = "killed"`},
		"step": {before: `local list = step("all", function() return remote.map`, after: ` end)`},
	} {
		t.Run(name, func(t *testing.T) {
			p, url, _, _ := newCluster(t, 2, "--lost", "60s") // no job is run again but by the caller's doing
			ran := p.file("ran", "")
			before := tt.before
			if before == "" {
				before = "local list = remote.map"
			}
			script := p.file("job.lua", fmt.Sprintf(`
local ran = %q
%s({ 1, 2, 3, 4, 5, 6 }, function(n)
	local f = io.open(ran, "a") f:write(n, "\n") f:close()
	if n == 1 then while not fs.exists(ran .. ".go") do sleep(0.01) end end
	return n * n
end, { attempts = 9%s })%s
print("got", unpack(list))`, ran, before, tt.id, tt.after))
			args := []string{"--cluster", url, "--journal", filepath.Join(p.dir, "state.db"), script}
			first := p.start(args...)
			for {
				if b, err := os.ReadFile(ran); err == nil && strings.Contains(string(b), "1\n") {
					break
				}
				if late(t, first) {
					t.Fatal("the job does not begin")
				}
			}
			first.kill()
			p.file("ran.go", "")
			p.start(args...).waitLine("got\t1\t4\t9\t16\t25\t36")
			b, err := os.ReadFile(ran)
			if err != nil || strings.Count(string(b), "\n") != 6 {
				t.Errorf("ran:\n%s%v", b, err)
			}
		})
	}
}

// A script that runs its jobs itself is killed in a step: what has a result is not run again.
func TestStepIsKilledAlone(t *testing.T) {
	const jobs, atOnce = 200, 2
	p := newPlace(t)
	ran := p.file("ran", "")
	script := p.file("job.lua", fmt.Sprintf(`
local items = {} for i = 1, %d do items[i] = i end
local list = step("all", function()
	return remote.map(items, function(n)
		local f = io.open(%q, "a") f:write(n, "\n") f:close()
		if n == 100 then print("half") end
		while n > 190 and not fs.exists(%q) do sleep(0.01) end -- so that it does not end before it is killed
		sleep(0.005)
		return n
	end, { limit = %d, attempts = 9 })
end)
print("got", #list)`, jobs, ran, ran+".go", atOnce))
	first := p.start("--journal", filepath.Join(p.dir, "state.db"), script)
	first.waitLine("half")
	first.kill()
	p.file("ran.go", "")
	p.start("--journal", filepath.Join(p.dir, "state.db"), script).waitLine(fmt.Sprintf("got\t%d", jobs))
	b, err := os.ReadFile(ran)
	if n := strings.Count(string(b), "\n"); err != nil || n < jobs || n > jobs+2*atOnce {
		t.Errorf("%d jobs were run %d times: %v", jobs, n, err)
	}
}

// The server is killed and started again: everybody connects again, and nothing is lost.
func TestServerIsKilled(t *testing.T) {
	p, url, server, _ := newCluster(t, 2, "--lost", lost)
	script := p.start("--cluster", url, p.file("job.lua", `
local t = {} for i = 1, 200 do t[i] = i end
local list = remote.map(t, function(n) if n == 100 then print("half") end sleep(0.01) return n end, { attempts = 99 })
local sum = 0 for i, v in ipairs(list) do assert(v == i) sum = sum + v end
print("sum", sum, list.n)`))
	time.AfterFunc(300*time.Millisecond, func() { _ = server.cmd.Process.Kill() }) // wherever it is then
	<-server.ended
	again := p.start("server", "--listen", strings.TrimPrefix(url, "nats://"), "--lost", lost)
	again.waitLine("listens at")
	script.waitLine("sum\t20100\t200")
}

// A worker that was stopped for longer than its lease records no second result, and is told to stop what it does.
func TestWorkerIsStopped(t *testing.T) {
	p, url, _, _ := newCluster(t, 0, "--lost", "1s")
	script := p.start("--cluster", url, p.file("job.lua", `
local list = remote.map({ 1 }, function()
	local attempt = remote.current().attempt
	if attempt == 1 then
		finally(function() print("attempt", attempt) sleep(1000) end, function() print("unwound") end)
	end
	return attempt
end, { id = "stopped", attempts = 99 })
print("got", list[1] > 1)
print("the same", remote.result("stopped.1") == list[1])`))
	first := p.worker(url, "--jobs", "1")
	first.waitLine("attempt\t1")
	first.signal(syscall.SIGSTOP)
	p.worker(url, "--jobs", "1")
	script.waitLine("got\ttrue")
	script.waitLine("the same\ttrue")
	first.signal(syscall.SIGCONT)
	first.waitLine("unwound")
	first.signal(syscall.SIGTERM)
	if s := first.status(); s != 0 {
		t.Errorf("status %d", s)
	}
}

// ps shows a worker's jobs, and those that a script's own process runs.
func TestPs(t *testing.T) {
	src := `remote.map({ "a", "b" }, function(s) print("begun") sleep(1000) end, { id = "shown" })`
	want := []string{
		"  job shown.1, attempt 1, since ", "  job shown.2, attempt 1, since ", ", for ",
		"    1 'a' waits in sleep at job.lua:1, for ", "    1 'b' waits in sleep at job.lua:1, for ",
	}
	p, url, _, _ := newCluster(t, 0, "--lost", "60s")
	script := p.file("job.lua", src)
	for i := range want {
		want[i] = strings.ReplaceAll(want[i], "job.lua", script)
	}
	shows := func(pid int, title string) {
		t.Helper()
		for _, command := range []string{"ps", "pstree"} {
			out := p.run(command, strconv.Itoa(pid))
			for _, w := range append(want, title) {
				if !strings.Contains(out, w) {
					t.Errorf("%s shows no %q:\n%s", command, w, out)
				}
			}
		}
		var list struct {
			Jobs []struct {
				Batch         string
				Item, Attempt int
				Since, For    float64
				Tasks         []struct{ Name string }
			}
		}
		out := p.run("ps", "--json", strconv.Itoa(pid))
		if err := json.Unmarshal([]byte(out), &list); err != nil || len(list.Jobs) != 2 {
			t.Fatalf("%v: %s", err, out)
		}
		for _, j := range list.Jobs {
			if j.Batch != "shown" || j.Item < 1 || j.Item > 2 || j.Attempt != 1 || j.For <= 0 || j.Since < 1e9 || len(j.Tasks) != 1 {
				t.Errorf("job %+v", j)
			}
		}
	}
	worker := p.worker(url, "--jobs", "2")
	if out := p.run("ps", strconv.Itoa(worker.cmd.Process.Pid)); !strings.Contains(out, "worker ") || !strings.Contains(out, "0 tasks") {
		t.Errorf("an idle worker shows\n%s", out)
	}
	p.start("--cluster", url, script)
	worker.waitLine("begun")
	worker.waitLine("begun")
	shows(worker.cmd.Process.Pid, fmt.Sprintf("worker %s (process %d): 2 jobs\n", workerNameOf(t, worker), worker.cmd.Process.Pid))
	worker.signal(syscall.SIGQUIT)
	for !strings.Contains(worker.errs.String(), "'b' waits in sleep") {
		if late(t, worker) {
			t.Fatal("it has ended")
		}
	}
	alone := p.start("--cores", "2", script)
	alone.waitLine("begun")
	alone.waitLine("begun")
	shows(alone.cmd.Process.Pid, ": 1 task, and 2 in 2 jobs\n")
}

// workerNameOf is the name that a worker of this machine has.
func workerNameOf(t *testing.T, c *proc) string {
	t.Helper()
	host, _, _ := strings.Cut(workerName(), ".")
	return fmt.Sprintf("%s.%d", host, c.cmd.Process.Pid)
}

// SIGTERM: an idle worker ends, one with a job gives it back after the grace, and that is no attempt.
func TestDrain(t *testing.T) {
	p, url, _, _ := newCluster(t, 0, "--lost", "60s")
	idle := p.worker(url)
	idle.signal(syscall.SIGTERM)
	if s := idle.status(); s != 0 {
		t.Errorf("an idle worker ends with %d", s)
	}
	script := p.start("--cluster", url, p.file("job.lua", fmt.Sprintf(`
local go = %q
print("got", remote.map({ 1 }, function()
	print("attempt", remote.current().attempt)
	if fs.exists(go) then return remote.current().attempt end
	sleep(1000)
end)[1])`, filepath.Join(p.dir, "go"))))
	busy := p.worker(url, "--grace", "0.1")
	busy.waitLine("attempt\t1")
	p.file("go", "")
	busy.signal(syscall.SIGTERM)
	if s := busy.status(); s != 0 {
		t.Errorf("a busy worker ends with %d", s)
	}
	p.worker(url)
	script.waitLine("got\t1")
}

// The caller is interrupted: its batch ends, and is unwound.
func TestCallerIsCancelled(t *testing.T) {
	p, url, _, workers := newCluster(t, 1, "--lost", "60s")
	script := p.start("--cluster", url, p.file("job.lua", `remote.map({ 1, 2, 3 }, function() finally(function() print("begun") sleep(1000) end, function() print("unwound") end) end, { id = "cut" })`))
	workers[0].waitLine("begun")
	script.signal(syscall.SIGINT)
	workers[0].waitLine("unwound")
	if s := script.status(); s != 130 || strings.Contains(script.errs.String(), "panic") {
		t.Errorf("status %d, %s", s, script.errs.String())
	}
	if out := p.run("status", "--cluster", url, "cut"); !strings.Contains(out, "cancelled") {
		t.Errorf("status says\n%s", out)
	}
}

// Two scripts on a machine, alone: the second uses the first one's server, and goes on when that is killed.
func TestAloneTakesOver(t *testing.T) {
	p := newPlace(t)
	first := p.start(p.file("first.lua", `remote.map({ 1 }, function() print("begun") sleep(1000) end)`))
	first.waitLine("begun")
	second := p.start(p.file("second.lua", fmt.Sprintf(`
local list = remote.map({ 1, 2, 3 }, function(n) print("begun") while not fs.exists(%q) do sleep(0.01) end return n end, { attempts = 99 })
print("got", unpack(list))`, filepath.Join(p.dir, "go"))))
	second.waitLine("begun")
	first.kill()
	p.file("go", "")
	second.waitLine("got\t1\t2\t3")
	if s := second.status(); s != 0 {
		t.Errorf("status %d", s)
	}
}

// stress has everything be killed all the time while jobs run, and all of them end.
func stress(t *testing.T, jobs int, options string, each time.Duration) {
	p := newPlace(t)
	server, url := p.server("--lost", lost)
	script := p.file("job.lua", fmt.Sprintf(`
local t = {} for i = 1, %d do t[i] = i end
local list = remote.map(t, function(n) if n %% 10 == 0 then sleep(0.01) end return n * 2 end, { id = "stress", attempts = 1000%s })
for i = 1, list.n do assert(list[i] == i * 2) end
print("got", list.n)`, jobs, options))
	var mu sync.Mutex
	caller := p.start("--cluster", url, script)
	var workers []*proc
	for range 2 {
		workers = append(workers, p.start("worker", "--cluster", url, "--jobs", "4"))
	}
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	kills := 0
	end := time.Now().Add(10 * long)
	for {
		select {
		case <-caller.ended:
		case <-time.After(time.Duration(float64(each) * (0.5 + random.Float64()))):
		}
		mu.Lock()
		if strings.Contains(caller.out.String(), "got\t"+strconv.Itoa(jobs)) {
			mu.Unlock()
			break
		}
		if time.Now().After(end) {
			t.Fatal("it does not end")
		}
		switch n := random.IntN(10); {
		case n < 6:
			i := random.IntN(len(workers))
			workers[i].kill()
			workers[i] = p.start("worker", "--cluster", url, "--jobs", "4")
		case n < 8:
			_ = caller.cmd.Process.Kill() // it may just have ended
			<-caller.ended
			caller = p.start("--cluster", url, script)
		default:
			server.kill()
			server = p.start("server", "--listen", strings.TrimPrefix(url, "nats://"), "--lost", lost)
		}
		kills++
		mu.Unlock()
	}
	t.Logf("%d jobs, %d kills", jobs, kills)
	var b struct{ Batch *batchLine }
	line, _, _ := strings.Cut(p.run("status", "--json", "--cluster", url, "stress"), "\n")
	if err := json.Unmarshal([]byte(line), &b); err != nil || b.Batch == nil || b.Batch.Results != jobs {
		t.Errorf("%s: %v", line, err)
	}
}

// TestStress is a minute, or more, where LULL_STRESS says how many jobs; else a moment.
func TestStress(t *testing.T) {
	if n, err := strconv.Atoi(os.Getenv("LULL_STRESS")); err == nil {
		stress(t, n, "", time.Second)
		stress(t, n/10, ", limit = 3", time.Second)
		return
	}
	stress(t, 3000, "", 300*time.Millisecond)
	stress(t, 1000, ", limit = 3", 300*time.Millisecond)
}
