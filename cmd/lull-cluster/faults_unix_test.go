//go:build !windows

package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// A process of the tests' may be one whose files do not grow: a disk that is full.
func init() {
	beforeMain = func() {
		if n, err := strconv.ParseUint(os.Getenv("LULL_CLUSTER_FILE_SIZE"), 10, 64); err == nil {
			var lim syscall.Rlimit
			err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &lim)
			if lim.Cur = n; err == nil {
				err = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &lim)
			}
			if err != nil {
				panic(err)
			}
		}
	}
}

// small has the processes that are started from now on have a full disk.
func (p *place) small() (ends func()) {
	env := p.env
	p.env = append(env[:len(env):len(env)], "LULL_CLUSTER_FILE_SIZE=2000000")
	return func() { p.env = env }
}

const fills = `
local items = {} for i = 1, 30 do items[i] = ("x"):rep(300000) .. i end
local ok, err = pcall(remote.map, items, function(s) return #s end, { id = "fill", attempts = 9 })
print("map", ok, err.kind, err)
local ok, err = pcall(remote.submit, function(s) return #s end, ("x"):rep(900000), { id = "one" })
print("submit", ok, err.kind, err)
local ok, err = pcall(remote.result, "one", 60)
print("result", ok, err.kind, err)
local ok, err = pcall(remote.cancel, "one")
print("cancel", ok, err.kind, err)
`

// A cluster whose disk is full is an error of kind io at everybody who wants something of it, and names the disk.
func TestFullDisk(t *testing.T) {
	p := newPlace(t)
	ends := p.small()
	_, url := p.server("--lost", lost)
	ends()
	p.worker(url)
	script := p.start("--cluster", url, p.file("fill.lua", fills))
	for _, call := range []string{"map", "submit", "result", "cancel"} {
		text := script.waitLine(call + "\tfalse\tio\t(.*)")
		if !strings.Contains(text, "nats://127.0.0.1:") || !strings.Contains(text, "disk is full") {
			t.Errorf("%s: %s", call, text)
		}
	}
	if s := script.status(); s != 0 {
		t.Errorf("status %d", s)
	}
}

// The cluster of one process alone has a disk, too.
func TestFullDiskAlone(t *testing.T) {
	p := newPlace(t)
	defer p.small()()
	script := p.start(p.file("fill.lua", fills))
	if text := script.waitLine("map\tfalse\tio\t(.*)"); !strings.Contains(text, "the cluster in ") || !strings.Contains(text, "disk is full") {
		t.Errorf("map: %s", text)
	}
	if s := script.status(); s != 0 {
		t.Errorf("status %d", s)
	}
}

// hole is a way to a server that may lead nowhere: connections stand, and nothing comes through.
type hole struct {
	l    net.Listener
	mu   sync.Mutex
	cond *sync.Cond
	open bool
	gone bool           // nobody is let through, and the connections are closed
	all  []*net.TCPConn // of those who came
}

func newHole(t *testing.T, to string) *hole {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &hole{l: l, open: true}
	h.cond = sync.NewCond(&h.mu)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			d, err := net.Dial("tcp", to)
			if err != nil {
				c.Close()
				continue
			}
			h.mu.Lock()
			h.all = append(h.all, c.(*net.TCPConn))
			if h.gone {
				c.Close()
				d.Close()
			}
			h.mu.Unlock()
			t.Cleanup(func() { c.Close(); d.Close(); h.set(true) })
			go h.copy(c, d)
			go h.copy(d, c)
		}
	}()
	return h
}

func (h *hole) set(open bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open = open
	h.cond.Broadcast()
}

// cut closes the connections, and each new one, or lets them be again. The server gets what has left the others by then.
func (h *hole) cut(gone bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.gone = gone
	for _, c := range h.all {
		if gone {
			_ = c.CloseWrite() // it may have ended: who is there closes it, behind what it has sent
		}
	}
}

func (h *hole) copy(to, from net.Conn) {
	b := make([]byte, 1<<15)
	for {
		n, err := from.Read(b)
		h.mu.Lock()
		for !h.open {
			h.cond.Wait()
		}
		h.mu.Unlock()
		if _, bad := to.Write(b[:n]); err != nil || bad != nil {
			_ = to.(*net.TCPConn).CloseWrite() // the other way may have something on it yet
			return
		}
	}
}

// A call that is cancelled returns, whatever has become of the server.
func TestCancelledCallsReturn(t *testing.T) {
	for name, breaks := range map[string]func(server *proc, h *hole){
		"killed":    func(server *proc, _ *hole) { server.kill() },
		"stopped":   func(server *proc, _ *hole) { server.signal(syscall.SIGSTOP) },
		"cut off":   func(_ *proc, h *hole) { h.set(false) },
		"unreached": func(_ *proc, h *hole) { h.set(false); h.l.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			server, url := p.server()
			h := newHole(t, strings.TrimPrefix(url, "nats://"))
			url = "nats://" + h.l.Addr().String()
			p.worker(url, "--jobs", "4")
			broken := p.dir + "/broken"
			script := p.start("--cluster", url, p.file("job.lua", fmt.Sprintf(`
remote.submit(function() sleep(1000) end, 1, { id = "long" })
local broken = %q
local t = spawn(remote.map, { 1, 2, 3 }, function() io.open(broken .. ".not", "w"):close() sleep(1000) end)
while not fs.exists(broken .. ".not") do sleep(0.01) end
print("begun")
while not fs.exists(broken) do sleep(0.01) end
t:cancel()
pcall(await, t)
print("map")
for name, fn in pairs {
	map = function() remote.map({ 1 }, function() sleep(1000) end) end,
	submit = function() remote.submit(function() end, 1) end,
	result = function() remote.result("long") end,
	cancel = function() remote.cancel("long") end,
} do
	local ok, err = pcall(wait_for, fn, 0.2)
	print(name, ok, err)
end
print("done")`, broken)))
			script.waitLine("begun")
			breaks(server, h)
			began := time.Now()
			p.file("broken", "")
			script.waitLine("done")
			if took := time.Since(began); took > 60*time.Second { // five graces, and a machine that has much else to do
				t.Errorf("it took %s", took)
			}
			if s := script.status(); s != 0 || name == "killed" && !strings.Contains(script.errs.String(), "may go on, as its cancellation was not heard") {
				t.Errorf("status %d: %s", s, script.errs.String())
			}
		})
	}
}

// A caller is told that there is nobody who works, and a job that has taken all workers with it ends as lost.
func TestNoWorker(t *testing.T) {
	p, url, _, _ := newCluster(t, 0, "--lost", lost)
	script := p.start("--cluster", url, p.file("job.lua", `
local ok, err = pcall(remote.map, { 1 }, function() os.execute("kill -9 $PPID") sleep(100) end, { attempts = 2 })
print("got", err.kind, err)
print(remote.map({ 1 }, function() return "worked" end)[1])`))
	script.waitError("lull-cluster: no worker takes jobs of " + url + ": start one with 'lull-cluster worker --cluster " + url + "'")
	for range 2 {
		w := p.start("worker", "--cluster", url, "--jobs", "1")
		for on := true; on; {
			select {
			case <-w.ended:
				on = false
			case <-time.After(10 * time.Millisecond):
				on = !strings.Contains(script.out.String(), "got") // on a machine that has too much to do, leases of those who live may end as well
			}
		}
	}
	if text := script.waitLine("got\tlost\t(.*)"); !strings.Contains(text, "attempts ended without a result") {
		t.Error(text)
	}
	p.worker(url)
	script.waitLine("worked")
	if s := script.status(); s != 0 {
		t.Errorf("status %d", s)
	}
}

const attempts = `
print("got", remote.map({ 1 }, function()
	local attempt = remote.current().attempt
	print("attempt", attempt)
	if attempt == 1 then finally(function() sleep(1000) end, function() print("unwound") end) end
	return attempt
end, { attempts = 9 })[1])`

// A worker whose connection closes without a good-bye has lost its jobs long before its lease ends. One that is alive learns of it when it is back.
func TestWorkerIsGone(t *testing.T) {
	for _, killed := range []bool{true, false} {
		t.Run(fmt.Sprint("killed ", killed), func(t *testing.T) {
			p, url, _, _ := newCluster(t, 0, "--lost", "1h")
			h := newHole(t, strings.TrimPrefix(url, "nats://"))
			script := p.start("--cluster", url, p.file("job.lua", attempts))
			first := p.worker("nats://"+h.l.Addr().String(), "--jobs", "1")
			first.waitLine("attempt\t1")
			if killed {
				first.kill()
			} else {
				h.cut(true)
			}
			p.worker(url).waitLine("attempt\t2")
			script.waitLine("got\t2")
			if s := script.status(); s != 0 {
				t.Errorf("status %d", s)
			}
			if !killed {
				h.cut(false)
				first.waitLine("unwound")
				first.signal(syscall.SIGTERM)
				if s := first.status(); s != 0 {
					t.Errorf("the worker ends with %d", s)
				}
			}
		})
	}
}

// A batch with a limit goes on without its caller, and never has more jobs at once.
func TestLimitedCallerIsKilled(t *testing.T) {
	p, url, _, _ := newCluster(t, 2, "--lost", "1h")
	ran := p.file("ran", "")
	script := p.file("job.lua", fmt.Sprintf(`
local ran = %q
local function note(text) local f = io.open(ran, "a") f:write(text, "\n") f:close() end
local items = {} for i = 1, 30 do items[i] = i end
local list = remote.map(items, function(n)
	note("begins")
	while not fs.exists(ran .. ".go") do sleep(0.01) end
	sleep(0.005 * (n %% 3))
	note("ends")
	return n
end, { id = "limited", limit = 2, attempts = 9 })
local sum = 0 for i, n in ipairs(list) do sum = sum + n end
print("got", list.n, sum)`, ran))
	lines := func(word string) int {
		b, err := os.ReadFile(ran)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(string(b), word)
	}
	caller := p.start("--cluster", url, script)
	for lines("begins") < 2 {
		if late(t, caller) {
			t.Fatal("it does not begin")
		}
	}
	caller.kill()
	if out := p.run("status", "--cluster", url, "limited"); !strings.Contains(out, "goes on") {
		t.Errorf("status says\n%s", out)
	}
	p.file("ran.go", "")
	for end := time.Now().Add(long); ; {
		out := p.run("status", "--cluster", url, "limited")
		if strings.Contains(out, "done") {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("status says\n%s", out)
		}
	}
	p.start("--cluster", url, script).waitLine("got\t30\t465")
	b, err := os.ReadFile(ran)
	if err != nil {
		t.Fatal(err)
	}
	running, begun := 0, 0
	for _, word := range strings.Fields(string(b)) {
		if word == "begins" {
			running++
			begun++
		} else {
			running--
		}
		if running > 2 {
			t.Fatalf("%d jobs at once:\n%s", running, b)
		}
	}
	if begun != 30 {
		t.Errorf("%d jobs have begun", begun)
	}
}

// A limited batch goes on where it was cancelled, one of its jobs was, or its worker was killed.
func TestLimited(t *testing.T) {
	p, url, _, _ := newCluster(t, 0, "--lost", "1h")
	worker := p.worker(url, "--jobs", "4")
	script := p.start("--cluster", url, p.file("job.lua", fmt.Sprintf(`
local function map(fn, opts)
	local items = {} for i = 1, 10 do items[i] = i end
	opts.limit, opts.attempts = opts.limit or 2, 9
	return remote.map(items, fn, opts)
end
local go = %q
local function waits(n) while n > 4 and not fs.exists(go) do sleep(0.01) end return n end
pcall(wait_for, function() map(waits, { id = "cut" }) end, 0.5)
io.open(go, "w"):close()
local list = map(waits, { id = "cut" })
print("cut", list.n, list[1], list[10])
local t = spawn(map, function(n) if n < 3 then sleep(1000) end return n end, { id = "one", return_exceptions = true })
while pcall(remote.cancel, "one.1") == false do sleep(0.01) end
while pcall(remote.cancel, "one.2") == false do sleep(0.01) end
local list, errs = await(t)
print("one", errs[1].kind, errs[2].kind, list[3], list[10])
local ok, err = pcall(map, function(n) if n == 3 then error("three", 0) end if n > 3 then sleep(1000) end return n end, { attempts = 1 })
print("failed", ok, err)
os.remove(go)
local t = spawn(function() return select(2, map(waits, { id = "dropped", limit = 2, return_exceptions = true })) end)
while not pcall(remote.result, "dropped.1") do sleep(0.01) end
remote.cancel("dropped")
print("dropped", await(t)[10].kind)
print("many", map(function(n) return n end, { limit = 100 }).n, map(function(n) return n end, { limit = 1 }).n)
local list = map(function(n) print("runs", n) if n == 3 and remote.current().attempt == 1 then sleep(1000) end return n end, { limit = 1 })
print("killed", list.n, list[10])`, p.dir+"/go")))
	script.waitLine("cut\t10\t1\t10")
	script.waitLine("one\tcancelled\tcancelled\t3\t10")
	script.waitLine("failed\tfalse\tthree")
	script.waitLine("dropped\tcancelled")
	script.waitLine("many\t10\t10")
	worker.waitLine("runs\t3")
	worker.kill()
	p.worker(url)
	script.waitLine("killed\t10\t10")
	if s := script.status(); s != 0 {
		t.Errorf("status %d: %s", s, script.errs.String())
	}
}

// A job that a worker had fetched, and not begun, does not end with it: its attempts are as many as before. The worker is a connection of the test's, which has two jobs, says
// that one has begun, and is closed.
func TestFetchedAhead(t *testing.T) {
	p, url, _, _ := newCluster(t, 0, "--lost", "1h")
	nc := p.connect(url)
	script := p.start("--cluster", url, p.file("job.lua", `
local list, errs = remote.map({ 1, 2 }, function(n) return remote.current().attempt end, { attempts = 1, return_exceptions = true })
local lost = errs[1] or errs[2]
print("got", errs[1] == nil or errs[2] == nil, lost.kind, errs[1] == nil and list[1] or list[2])`))
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	var jobs jetstream.Stream
	for deadline := time.Now().Add(long); ; time.Sleep(10 * time.Millisecond) { // the script makes it
		if jobs, err = js.Stream(contextOf(t), jobsStream); err == nil || time.Now().After(deadline) {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	c, err := jobs.CreateOrUpdateConsumer(contextOf(t), jetstream.ConsumerConfig{
		Durable: workersName, FilterSubject: jobsAny + ">", AckPolicy: jetstream.AckExplicitPolicy, AckWait: time.Hour, MaxDeliver: -1, MaxAckPending: 50_000,
	})
	if err != nil {
		t.Fatal(err)
	}
	x := holding{Worker: "of-the-test", Server: nc.ConnectedServerId()}
	x.Conn, err = nc.GetClientID()
	for err == nil && len(x.Held) < 2 {
		var m jetstream.Msg
		if m, err = c.Next(jetstream.FetchMaxWait(long)); err == nil {
			h := held{msg: m, attempt: 1, running: len(x.Held) == 0}
			x.Held = append(x.Held, h.hold())
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(&x)
	if err == nil {
		err = nc.Publish(subjHeld, b)
	}
	if err == nil {
		err = nc.FlushTimeout(long)
	}
	if err != nil {
		t.Fatal(err)
	}
	nc.Close()
	p.worker(url)
	script.waitLine("got\ttrue\tlost\t1")
}
