package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// A script that maps prints, alone, what it prints with parallel.
func TestAlone(t *testing.T) {
	p := newPlace(t)
	p.file("shapes.lua", "local M = {} M.__index = M function M:area() return self.r * self.r end function M.new(r) return setmetatable({ r = r }, M) end return M")
	src := `
local shapes = require "shapes"
local factor = 10
function helper(n) return n * factor end
print(unpack(TABLE.map({ 1, 2, 3 }, function(n, i) return helper(n) + i end)))
print(TABLE.map({ shapes.new(3) }, function(s) return s:area() end)[1])
print(TABLE.map({ "x" }, string.upper)[1])
print(TABLE.map({ { a = { 1, 2 } } }, function(t) t.a[3] = t return #t.a, 2 end)[1])
print(select("#", TABLE.map({}, print)))
print(TABLE.map({ 1, 2 }, function(n) print("one line") return n end).n)
local ok, err = pcall(TABLE.map, { 1, 2, 3 }, function(n) if n > 1 then error({ code = n }) end return n end)
print(ok, type(err), err.code)
local ok, err = pcall(TABLE.map, { 1 }, function() return json.decode("{") end)
print(ok, err.kind, err.column)
print(err.traceback:match("job.lua:%d+: in [^\n]+"))
local list, errs = TABLE.map({ 1, 2 }, function(n) if n == 2 then error("two") end return n end, { return_exceptions = true })
print(list[1], list[2], errs[1], errs[2])
print(pcall(TABLE.map, { 1 }, function() os.exit(3) end))
print(pcall(TABLE.map, { 1 }, function() os.exit(0) end))
print(pcall(TABLE.map, { 1 }, function() stop() end))
local C = {} C.__index = C function C:twice() return 2 * self.n end
local back = TABLE.map({ 4 }, function(n) return setmetatable({ n = n }, C) end)[1]
print(back:twice(), getmetatable(back) == C)
print(pcall(TABLE.map, { 1 }, function() return coroutine.create(print) end))
print(pcall(TABLE.map, { sync.queue() }, print))
local function named(item, i) return helper(item) .. "#" .. i end
print(unpack(TABLE.map({ 1, 2 }, function() return task.current():name() end, { name = named })))
print(unpack(TABLE.map({ "a" }, function() return task.current():name() end, { name = function() end })))
print(pcall(TABLE.map, { 1 }, print, { name = function() return {} end }))
local bar = progress.bar { total = 5, label = "both" }
TABLE.map({ 1, 2 }, tostring, { progress = bar })
TABLE.map({ 1, 2, 3 }, tostring, { progress = bar, return_exceptions = true })
print(bar)
print(TABLE.map({ 1 }, tostring, { progress = true })[1], TABLE.map({}, tostring, { progress = true }).n)
print(pcall(TABLE.map, { 1 }, tostring, { progress = print }))
`
	of := func(table string) string {
		out := p.run(p.file("job.lua", strings.ReplaceAll(src, "TABLE", table)))
		// The words of refusals differ, and the place that has failed has another name.
		out = strings.NewReplacer("another machine", "another isolate", "the job returns", "the function returns", "remote.map: ", "map: ").Replace(out)
		var lines []string
		for line := range strings.Lines(out) {
			if _, status, ok := strings.Cut(line, "ended with status "); ok {
				line = "false ended with status " + status
			}
			lines = append(lines, line)
		}
		return strings.Join(lines, "")
	}
	equal(t, of("remote"), of("parallel"))
}

// As many jobs run at once as --cores says, whatever the machine has.
func TestAloneCores(t *testing.T) {
	p := newPlace(t)
	out := p.run("--cores", "3", p.file("job.lua", fmt.Sprintf(`
local dir = %q
local function count(what)
	local n = 0
	for i = 1, 9 do n = n + (fs.exists(dir .. what .. i) and 1 or 0) end
	return n
end
local most = remote.map({ 1, 2, 3, 4, 5, 6, 7, 8, 9 }, function(n)
	io.open(dir .. "begun" .. n, "w"):close()
	io.open(dir .. "runs" .. n, "w"):close()
	while count("begun") < 3 do sleep(0.01) end
	local runs = count("runs")
	os.remove(dir .. "runs" .. n)
	return runs
end)
print(math.max(unpack(most)) <= 3, remote.map({ 1 }, function() return parallel.cores() end)[1])
`, p.dir+"/")))
	equal(t, out, "true\t3\n")
}

func TestAloneSubmits(t *testing.T) {
	p := newPlace(t)
	out := p.run(p.file("job.lua", `
local id = remote.submit(function(n) return n + 1 end, 41, { id = "one" })
print(id, remote.result(id))
print(remote.submit(function() error("never") end, 1, { id = "one" }), remote.result("one"))
print(select(2, pcall(remote.result, "none")))
local id = remote.submit(function() sleep(1000) end)
print(pcall(remote.result, id, 0.01))
remote.cancel(id)
local ok, err = pcall(remote.result, id)
print(err.kind)
print(select(2, pcall(remote.result, "a b")))
print(remote.current(), remote.map({ "a", "b" }, function() return remote.current().id end, { id = "batch" })[2])
print(remote.result("batch.1"))
print(remote.map({ 1, 2 }, function(n) local got = remote.map({ n, n }, function(m) return m * 10 end) return got[1] + got[2] end)[2])
print(pcall(remote.map, { 1 }, function() local n = remote.current().attempt error("attempt " .. n, 0) end, { attempts = 2 }))
`))
	out = regexp.MustCompile(`[0-9a-f]{24}`).ReplaceAllString(strings.ReplaceAll(out, p.dir+"/", ""), "ID")
	equal(t, out, `one	42
one	42
job.lua:5: the cluster knows of no job 'none', or its result is kept no more
false	job.lua:7: job 'ID' has no result after 10ms
cancelled
job.lua:11: bad argument #1 to 'result' ("a b" is no name of a batch or a job: letters, digits, _ and - are wanted, at most 100)
nil	batch.2
batch.1
40
false	attempt 2
`)
}

// In a step the batches have the step's key. Run again, what has failed is run again, and the values stand.
func TestStep(t *testing.T) {
	p := newPlace(t)
	journal := filepath.Join(p.dir, "state.db")
	ran := p.file("ran", "")
	src := fmt.Sprintf(`
local ran = %q
local function work(n)
	local f = io.open(ran, "a") f:write(n, " ") f:close()
	if n == 2 and not fs.exists(ran .. ".good") then error("not yet", 0) end
	return n * 10
end
local function all() return step("all", function(s)
	local a = remote.map({ 1, 2 }, work, { attempts = 1 })
	local b = remote.map({ 3 }, work)
	return a[1], a[2], b[1], remote.result(s.key .. "_2.1")
end) end
print(pcall(all))
io.open(ran .. ".good", "w"):close()
print(pcall(all))
print(pcall(step, "more", function() gather(function() remote.map({ 1 }, tostring) end, function() remote.map({ 1 }, tostring) end) end))
step("errors", function()
	print(select(2, remote.map({ 4 }, function() error("a value", 0) end, { attempts = 1, return_exceptions = true }))[1])
end)
print(pcall(remote.map, { 1 }, function() step("inner", print) end, { attempts = 1 }))
`, ran)
	out := p.run("--journal", journal, p.file("job.lua", src))
	want := `false	not yet
true	10	20	30	30
false	job.lua:16: step 'more': 'map' is under way in it already, and when it is run again nobody could tell the two apart: give each an id of its own, such as id = s.key .. '_a'
a value
false	job.lua:20: a remote job has no journal, so that step would record nothing: put the step around remote.map or remote.submit, where the script calls it; remote.current().key is the same at each attempt of a job
`
	equal(t, strings.ReplaceAll(out, p.dir+string(filepath.Separator), ""), want)
	b, err := os.ReadFile(ran)
	if err != nil || strings.Count(string(b), "1 ") != 1 || strings.Count(string(b), "2 ") != 2 {
		t.Errorf("ran %s, %v", b, err)
	}
}

// cluster is a server and workers that have no files.
func newCluster(t *testing.T, workers int, args ...string) (p *place, url string, server *proc, all []*proc) {
	p = newPlace(t)
	server, url = p.server(args...)
	for range workers {
		all = append(all, p.worker(url))
	}
	return p, url, server, all
}

func TestCluster(t *testing.T) {
	p, url, _, _ := newCluster(t, 2)
	checkCluster(t, p, url)
}

// checkCluster has scripts do what there is to do with a cluster that has two workers.
func checkCluster(t *testing.T, p *place, url string) {
	t.Helper()
	p.file("scripts/lib/deep.lua", "return { value = 5 }")
	p.file("scripts/lib/jobs.lua", `local deep = require "lib.deep" return { add = function(n) return n + deep.value end, late = function(name) return require(name).value end }`)
	script := p.file("scripts/job.lua", `
print(remote.map({ 1, 2 }, "lib.jobs.add")[2])
print(remote.map({ "lib.deep" }, "lib.jobs.late")[1])
local worker = {}
local function boom() error("boom") end
local ok, err = pcall(remote.map, { 1 }, function() local t = nil; json.decode("{") end, { attempts = 1 })
print(err.kind, err.worker ~= nil, err.traceback:find("[job ", 1, true) ~= nil, err.traceback:find("at worker", 1, true) ~= nil)
print(pcall(remote.map, { ("x"):rep(1024 * 1024) }, function(s) return #s end))
print(remote.map({ ("x"):rep(1000 * 1000) }, function(s) return #s end)[1])
print(pcall(remote.map, { 1 }, function() return ("x"):rep(1024 * 1024) end, { attempts = 1 }))
print(pcall(remote.map, { 1 }, function() sleep(100) end, { attempts = 1, timeout = 0.05 }))
local ids = remote.map({ 1, 2, 3 }, function(n) return math.random() end, { id = "seeded" })
local again = remote.map({ 1, 2, 3 }, function(n) error("not run again") end, { id = "seeded" })
print(ids[1] == again[1], ids[1] ~= ids[2])
print(pcall(remote.map, { 1 }, print, { id = "seeded" }))
print(pcall(remote.submit, print, 1, { id = "seeded" }))
remote.submit(print, 1, { id = "alone" })
print(pcall(remote.map, { 1 }, print, { id = "alone" }))
print(remote.result(remote.submit(string.upper, "abc")), pcall(remote.result, "nobody"))
local id = remote.submit(function() sleep(1000) end)
remote.cancel(id)
print(select(2, pcall(remote.result, id)).kind, pcall(wait_for, function() remote.map({ 1, 2 }, sleep, { limit = 1, progress = true }) end, 0.2))
`)
	out := p.run("--cluster", url, script)
	for i, want := range []string{
		"7", "5", "parse\ttrue\ttrue\ttrue", "item 1 takes 1048", "1000000", "the result of job", "timed out", "true\ttrue", "there is a batch 'seeded' of 3 items already",
		"'seeded' is a batch of 3 items already: give the job another id", "'alone' is a job already, which was submitted: give the batch another id", "ABC\tfalse\t", "cancelled\tfalse",
	} {
		line := strings.Split(out, "\n")[i]
		if !strings.Contains(line, want) {
			t.Errorf("line %d is %q, want %q", i+1, line, want)
		}
	}
	failing := p.start("--cluster", url, p.file("scripts/fails.lua", "remote.map({ 1 }, function() json.decode(nil) end, { attempts = 1 })"))
	if s := failing.status(); s != 1 || !strings.Contains(failing.errs.String(), "fails.lua:1: bad argument #1 to 'decode'") || !strings.Contains(failing.errs.String(), "[job ") ||
		!strings.Contains(failing.errs.String(), "at worker ") || !strings.Contains(failing.errs.String(), "  1 | remote.map({ 1 }, function() json.decode(nil) end, { attempts = 1 })\n    |                              ^^^^^^^^^^^^^^^^") {
		t.Errorf("status %d, %s", s, failing.errs.String())
	}
	out = p.run("status", "--json", "--cluster", url)
	batches, workers := 0, 0
	for line := range strings.Lines(out) {
		var x struct {
			Batch  *batchLine
			Worker *report
		}
		if err := json.Unmarshal([]byte(line), &x); err != nil {
			t.Fatal(err)
		}
		if x.Worker != nil {
			workers++
		}
		if x.Batch != nil && x.Batch.ID == "seeded" {
			batches++
			if x.Batch.Jobs != 3 || x.Batch.Results != 3 || x.Batch.Queued != 0 {
				t.Errorf("batch %+v", x.Batch)
			}
		}
	}
	if workers != 2 || batches != 1 {
		t.Errorf("%d workers, %d batches in\n%s", workers, batches, out)
	}
	if out := p.run("status", "--cluster", url, "seeded"); !strings.Contains(out, "seeded") || !strings.Contains(out, "0 of ") {
		t.Errorf("status says\n%s", out)
	}
}

// An id is free when nothing is kept of it any more. Until then another function is told of.
func TestKeep(t *testing.T) {
	p, url, _, _ := newCluster(t, 1)
	c := p.start("--cluster", url, p.file("job.lua", `
local function gone(id)
	repeat local ok, err = pcall(remote.result, id, 0.2) until not ok and err.kind == "error"
	return select(2, pcall(remote.result, id)).message
end
for _, name in ipairs { "old", "new" } do
	local word = name
	print(remote.result(remote.submit(function(n) return word .. n end, 1, { id = "one", keep = 5 })))
	print(unpack(remote.map({ 1, 2 }, function(n) return word .. n end, { id = "many", keep = 5 })))
	print(gone("one"))
	print(gone("many.2"))
end
print(remote.map({ 1 }, function() return "first" end, { id = "changed" })[1])
print(remote.map({ 1 }, function() return "second" end, { id = "changed" })[1])
`))
	if s := c.status(); s != 0 {
		t.Fatalf("status %d, %s", s, c.errs.String())
	}
	gone := "the cluster knows of no job 'one', or its result is kept no more\nthe cluster knows of no job 'many.2', or its result is kept no more\n"
	equal(t, c.out.String(), "old1\nold1\told2\n"+gone+"new1\nnew1\tnew2\n"+gone+"first\nfirst\n")
	if text := c.errs.String(); !strings.Contains(text, "lull-cluster: 'changed' began with another function") || strings.Count(text, "began with") != 1 {
		t.Errorf("it says %q", text)
	}
}

// A worker bounds what each job may use, whatever the job's own options say, and takes the next one.
func TestWorkerLimits(t *testing.T) {
	p, url, _, _ := newCluster(t, 0)
	for _, tt := range []struct {
		args      []string
		jobs, out string
	}{
		{[]string{"--memory", "20MB", "--limits", "tasks=50"}, `
try(function() local t = {} for i = 1, 1e7 do t[i] = ("x"):rep(100) .. i end end)
try(function() return ("x"):rep(30e6) end)
try(function() for i = 1, 100 do spawn(sleep, 1000) end end)
try(function() local t = {} for i = 1, 1e4 do t[i] = i end return #t end)`, "false\tlimit\ttrue\nfalse\tlimit\ttrue\nfalse\tlimit\ttrue\ntrue\t10000\tfalse\n"},
		{[]string{"--timeout", "0.3"}, `
try(function() sleep(1000) end)
try(function() while true do end end, { timeout = 100 })
try(function() pcall(sleep, 1000) while true do end end)`, "false\ttimeout\ttrue\nfalse\ttimeout\ttrue\nfalse\ttimeout\ttrue\n"},
	} {
		w := p.worker(url, append([]string{"--jobs", "1"}, tt.args...)...)
		equal(t, p.run("--cluster", url, p.file("job.lua", `
local function try(job, opts)
	opts = opts or {}
	opts.attempts = 1
	local ok, err = pcall(remote.map, { 1 }, job, opts)
	print(ok, ok and err[1] or err.kind, not ok and err.worker ~= nil)
end`+tt.jobs)), tt.out)
		select {
		case <-w.ended:
			t.Error("the worker has ended")
		default:
			_ = w.cmd.Process.Kill() // nothing else runs there
			<-w.ended
		}
	}
	for _, args := range [][]string{{"--memory", "no"}, {"--memory", "1"}, {"--timeout", "0"}, {"--jobs", "0"}, {"--limits", "memory"}, {"--fs", p.dir}} {
		if c := p.start(append([]string{"worker", "--cluster", url}, args...)...); c.status() != statusWrongUsage || !strings.Contains(c.errs.String(), args[0]) {
			t.Errorf("%q: status %d, %s", args, c.status(), c.errs.String())
		}
	}
}

// Somebody without the token is refused at once, and is told why.
func TestTokens(t *testing.T) {
	p, url, _, _ := newCluster(t, 0)
	info, err := os.Stat(filepath.Join(p.dir, "lull", "server", "token"))
	if err != nil || info.Mode().Perm() != 0o600 && os.PathSeparator == '/' {
		t.Fatalf("%v, %v", info, err)
	}
	wrong := p.file("wrong", "not the token\n")
	c := p.start("worker", "--cluster", url, "--token-file", wrong)
	if c.status() != statusFailed || !strings.Contains(c.errs.String(), strings.TrimPrefix(url, "nats://")) || !strings.Contains(strings.ToLower(c.errs.String()), "authorization") {
		t.Errorf("status %d, %s", c.status(), c.errs.String())
	}
	for _, args := range [][]string{{"--listen", "0.0.0.0:0"}, {"--listen", "nowhere"}, {"--sync", "2s"}, {"--lost", "1ms"}, {"more"}} {
		if c := p.start(append([]string{"server", "--store", filepath.Join(p.dir, "other")}, args...)...); c.status() != statusWrongUsage {
			t.Errorf("%q: status %d, %s", args, c.status(), c.errs.String())
		}
	}
	open := p.file("nats.conf", "listen: 127.0.0.1:-1\n")
	if c := p.start("server", "--store", filepath.Join(p.dir, "other"), "--config", open); c.status() != statusFailed || !strings.Contains(c.errs.String(), "authorization") {
		t.Errorf("an open server: status %d, %s", c.status(), c.errs.String())
	}
	for line, want := range map[string]string{
		"server --bogus":  "lull-cluster server: there is no flag --bogus",
		"worker --jobs x": `lull-cluster worker: invalid value "x" for --jobs: `,
		"--cluster":       "lull-cluster: --cluster needs a value (lull-cluster -h ",
	} {
		if c := p.start(strings.Fields(line)...); c.status() != statusWrongUsage || !strings.HasPrefix(c.errs.String(), want) {
			t.Errorf("%s: %s", line, c.errs.String())
		}
	}
	if c := p.start("--safe", p.file("safe.lua", "print(pcall(function() return remote.map end))")); c.status() != 0 || strings.Contains(c.out.String(), "function: ") {
		t.Errorf("a script with --safe has remote: %s%s", c.out.String(), c.errs.String())
	}
}

// The stub is one that the command reads, and its examples print what they say.
func TestStub(t *testing.T) {
	p := newPlace(t)
	for _, name := range []string{"map", "submit", "result", "cancel", "current"} {
		if out := p.run("doc", "remote."+name); !strings.Contains(out, "remote."+name+"(") {
			t.Errorf("doc remote.%s says\n%s", name, out)
		}
	}
	p.run("check", p.file("good.lua", "print(remote.map({ 1 }, function(n) return n end)[1])\n"))
	examples := regexp.MustCompile("(?s)---```lua\n(.*?)---```").FindAllStringSubmatch(stub, -1)
	if len(examples) != 5 {
		t.Fatalf("%d examples", len(examples))
	}
	for _, m := range examples {
		var src, want strings.Builder
		for line := range strings.Lines(m[1]) {
			line = strings.TrimPrefix(line, "---")
			src.WriteString(line)
			if _, says, ok := strings.Cut(line, "--> "); ok {
				want.WriteString(says)
			}
		}
		p.file("example", src.String())
		equal(t, p.run("example"), want.String())
	}
}

// A server that is not there is an error that names it.
func TestNoServer(t *testing.T) {
	var log safeBuffer
	tgt := target{url: "nats://127.0.0.1:1", patience: 8 * time.Second, log: &log}
	_, err := tgt.connect(contextOf(t), "test")
	if err == nil || !regexp.MustCompile("^nats://127.0.0.1:1 cannot be reached: .*refused").MatchString(err.Error()) {
		t.Errorf("got %v", err)
	}
	if !regexp.MustCompile(`^lull-cluster: nats://127.0.0.1:1 is not reached: .*refused: it is tried for [0-9]+s\n$`).MatchString(log.String()) {
		t.Errorf("got %v, %q", err, log.String())
	}
	for url, want := range map[string]string{
		"127.0.0.1:1": "nats://127.0.0.1:1 cannot be reached",
		"nats://secret@127.0.0.1:1, tls://127.0.0.1:2": "nats://127.0.0.1:1,tls://127.0.0.1:2 cannot be reached",
		"nats://": "nats://HOST:PORT is wanted",
		"a b%zz":  "nats://HOST:PORT is wanted",
	} {
		tgt := target{url: url, patience: 10 * time.Millisecond}
		if _, err := tgt.connect(contextOf(t), "test"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", url, err)
		}
	}
}

// Peers' messages that make no sense take no worker down, and damage no job.
func TestStrangeMessages(t *testing.T) {
	p, url, _, workers := newCluster(t, 1)
	nc := p.connect(url)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	ctx := contextOf(t)
	whole, err := encode(&job{Batch: "nobody", Index: 1}, []byte("item"))
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 1))
	for i := range 300 {
		b := bytes.Clone(whole)
		b[random.IntN(len(b))] = byte(random.IntN(256))
		if i%3 == 0 {
			b = b[:random.IntN(len(b))]
		}
		if _, err := js.Publish(ctx, jobsAny+"nobody.1.0", b); err != nil {
			t.Fatal(err)
		}
		for _, subject := range []string{subjCancel, subjStatus, subjSync} {
			if err := nc.Publish(subject, b); err != nil {
				t.Fatal(err)
			}
		}
	}
	kv, err := js.KeyValue(ctx, batchesName)
	if err != nil {
		t.Fatal(err)
	}
	for id, spec := range map[string]spec{
		"broken": {Items: 1, Attempts: 3}, "huge": {Items: 1, Attempts: 1 << 30},
	} {
		b, err := encode(&spec, []byte("\x81\x01\xff\xff"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := kv.Put(ctx, "b."+id, b); err != nil {
			t.Fatal(err)
		}
		if b, err = encode(&job{Batch: id, Index: 1}, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := js.Publish(ctx, jobsAny+id+".1.0", b); err != nil {
			t.Fatal(err)
		}
	}
	out := p.run("--cluster", url, p.file("job.lua", `print(remote.map({ 1 }, function(n) return n end)[1])
print(pcall(remote.result, "broken.1"))`))
	if !strings.HasPrefix(out, "1\nfalse\t") || !strings.Contains(out, "cannot be read") {
		t.Errorf("got %s", out)
	}
	select {
	case <-workers[0].ended:
		t.Error("the worker has ended")
	default:
	}
}

// FuzzDecode has messages damaged.
func FuzzDecode(f *testing.F) {
	for _, h := range []any{&job{Batch: "b", Index: 1}, &spec{Items: 1, Attempts: 1, Modules: map[string]string{"a": strings.Repeat("0", 64)}}, &result{Worker: "w"}, &cancellation{Batch: "b"}} {
		b, err := encode(h, []byte("data"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, h := range []interface{ check() error }{&job{}, &spec{}, &result{}, &cancellation{}, &chunkHeader{}} {
			data, err := decode(b, h)
			if err == nil && len(data) > len(b) {
				t.Error("more data than there was")
			}
			if s, ok := h.(*spec); ok && err == nil && (s.wait(3) < 0 || s.Attempts > maxAttempts) {
				t.Errorf("%+v", s)
			}
		}
	})
}
