package test_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/test"
)

// races are jobs that take for granted what need not be: each passes in virtual time, and fails under some chaos.
var races = map[string]string{
	"two waits are as long as one":     `local done spawn(function() sleep(0.5) sleep(0.5) done = true end) sleep(1.2) assert(done)`,
	"a limit with little to spare":     `wait_for(sleep, 1.01, 1)`,
	"work off the loop is in time":     `local d = fake.dir{ a = "x" } local got spawn(function() got = read(d .. "/a") end) sleep(0.001) assert(got)`,
	"the first that started is first":  `local d = fake.dir{ a = "x", b = "y" } local got = {} gather(function() read(d .. "/a") table.insert(got, 1) end, function() sleep(0.0001) table.insert(got, 2) end) assert(got[1] == 1)`,
	"a beat is never missed":           `local n = 0 local t = spawn(function() for i = 1, 10 do sleep(1) n = n + 1 end end) sleep(10.5) assert(n == 10) await(t)`,
	"the clock says what was slept":    `local t = now() sleep(1) assert(now() - t == 1)`,
	"a check and then an act":          `local busy = false local most, n = 0, 0 local function job() if not busy then sleep(0.1) sleep(0.1) busy = true n = n + 1 most = math.max(most, n) sleep(1) n = n - 1 busy = false end end spawn(job) sleep(0.3) job() sleep(20) assert(most == 1)`,
	"a queue is full by then":          `local q = sync.queue() spawn(function() for i = 1, 3 do sleep(0.1) q:put(i) end end) sleep(0.35) assert(q:size() == 3)`,
	"a retry in time":                  `local tries = 0 local t = spawn(function() for i = 1, 3 do sleep(1) tries = i end end) sleep(3.1) assert(tries == 3) await(t)`,
	"files are read in the same order": `local d = fake.dir{ a = "1", b = "2" } local got = {} gather(function() got[#got + 1] = read(d .. "/a") end, function() got[#got + 1] = read(d .. "/b") end) assert(got[1] == "1")`,
}

// faults are jobs that leave something behind when they are cancelled in some place.
var faults = map[string]string{
	"a lock":                `local l = sync.lock() l:acquire() sleep(1) l:release()`,
	"a task":                `local t = spawn(sleep, 5) sleep(1) await(t)`,
	"a file":                `local d = fake.dir() local f = io.open(d .. "/a", "w") sleep(1) f:write("x") f:close()`,
	"a daemon":              `local t = task.daemon(function() sleep(9) end) sleep(1) t:cancel() sleep(0)`,
	"an error in cleanup":   `finally(function() sleep(1) end, function(ok) if not ok then error("no") end end)`,
	"a slow cleanup":        `finally(function() sleep(1) end, function(ok) if not ok then sleep(60) end end, 100)`,
	"a cut cleanup":         `finally(function() sleep(1) end, function(ok) if not ok then sleep(100) end end)`,
	"a hung cleanup":        `finally(function() sleep(1) end, function(ok) if not ok then sync.event():wait() end end, 100)`,
	"state half changed":    `local a, b = 1, 1 finally(function() a = 2 sleep(1) b = 2 end, function() assert(a == b) end)`,
	"a process":             `local p = io.popen("sleep 0.01") sleep(1) p:close()`,
	"a script's cleanup":    `local d = fake.dir{ s = "finally(function() sleep(1) end, function(ok) if not ok then error('no') end end)" } test.run(d .. "/s")`,
	"a script's task":       `local d = fake.dir{ s = "spawn(function() finally(function() sleep(9) end, function(ok) assert(ok, 'no') end) end) sleep(10)" } test.run(d .. "/s")`,
	"a script that goes on": `local d = fake.dir{ s = "finally(function() sleep(1) end, function(ok) if not ok then sleep(60) end end, 100)" } test.run(d .. "/s")`,
	"a second acquisition":  `local l = sync.lock() l:acquire() l:release() sleep(1) l:acquire() sleep(0) l:release()`,
}

func planted(t *testing.T, jobs map[string]string, opts test.Options) *test.Report {
	t.Helper()
	var src strings.Builder
	for name, body := range jobs {
		fmt.Fprintf(&src, "test(%q, function() %s end)\n", name, body)
	}
	return run(t, src.String(), opts)
}

func chaos(n int) (all []interp.Chaos) {
	for seed := range n {
		all = append(all, interp.Chaos{Seed: uint64(seed + 1)})
	}
	return all
}

func TestChaosFindsRaces(t *testing.T) {
	for _, r := range planted(t, races, test.Options{}).Results {
		if r.Outcome != test.Passed && r.Name != "files are read in the same order" { // the machine itself may bring that about
			t.Errorf("%s fails without chaos: %s", r.Name, r.Failure())
		}
	}
	for _, r := range planted(t, races, test.Options{Chaos: chaos(100)}).Results {
		if r.Outcome != test.Failed || !strings.Contains(r.Note, "repeat with --chaos seed=") {
			t.Errorf("%s: not found", r.Name)
			continue
		}
		var seed uint64
		if _, err := fmt.Sscanf(r.Note, "repeat with --chaos seed=%d", &seed); err != nil {
			t.Fatal(err)
		}
		again := planted(t, map[string]string{r.Name: races[r.Name]}, test.Options{Chaos: []interp.Chaos{{Seed: seed}}})
		if again.Count(test.Failed) != 1 {
			t.Errorf("%s: seed %d fails no second time", r.Name, seed)
		}
	}
}

// Chaos makes nothing happen that could not: these hold whatever is late.
func TestChaosIsSound(t *testing.T) {
	r := planted(t, map[string]string{
		"timers fire in order":     `local got = {} for i = 1, 5 do spawn(function() sleep(i / 1000) got[#got + 1] = i end) end sleep(60) assert(table.concat(got) == "12345")`,
		"equal timers too":         `local got = {} for i = 1, 5 do spawn(function() sleep(1) got[#got + 1] = i end) end sleep(60) assert(table.concat(got) == "12345")`,
		"nothing is early":         `for i = 1, 20 do local t = now() sleep(0.1) assert(now() - t > 0.0999) end`,
		"ready tasks keep turns":   `local got = {} for i = 1, 5 do spawn(function() sleep(0) got[#got + 1] = i end) end sleep(0) sleep(0) assert(table.concat(got) == "12345")`,
		"a time is at least":       `expect(function() sleep(5) sleep(0.5) end):takes(5.5)`,
		"locks are fair":           `local l, got = sync.lock(), {} task.map({ 1, 2, 3 }, function(i) l:with(function() sleep(0.1) got[#got + 1] = i end) end) assert(table.concat(got) == "123")`,
		"what was written is read": `local d = fake.dir() write(d .. "/a", "x") assert(read(d .. "/a") == "x")`,
		"results keep their place": `local d = fake.dir{ a = "1", b = "2" } local a, b = gather(async(read)(d .. "/a"), async(read)(d .. "/b")) assert(a .. b == "12")`,
		"cancelled at once":        `local d = fake.dir{ a = "1" } local t = spawn(read, d .. "/a") sleep(0) t:cancel() assert(not pcall(await, t))`,
	}, test.Options{Chaos: chaos(100)})
	for _, res := range r.Results {
		if res.Outcome != test.Passed {
			t.Errorf("%s: %s", res.Name, res.Failure())
		}
	}
}

func TestChaosRaisesErrors(t *testing.T) {
	r := run(t, `test("t", function() local d = fake.dir{ a = "x" } for i = 1, 200 do local ok, err = pcall(read, d .. "/a")
		if not ok then assert(err.kind == "io" and err.injected) error("found " .. i) end end end)`, test.Options{Chaos: []interp.Chaos{{Seed: 3, Fail: 0.05}}})
	if f := r.Results[0].Failure(); !strings.Contains(f, "found ") || !strings.Contains(f, "seed=3,fail=0.05") {
		t.Error(f)
	}
}

func TestCancelFindsFaults(t *testing.T) {
	for _, r := range planted(t, faults, test.Options{}).Results {
		if r.Outcome != test.Passed {
			t.Errorf("%s fails without a cancellation: %s", r.Name, r.Failure())
		}
	}
	report := planted(t, faults, test.Options{Cancel: true})
	for _, r := range report.Results {
		if r.Outcome != test.Failed || !strings.Contains(r.Note, "repeat with --cancel=") {
			t.Errorf("%s: not found", r.Name)
		}
	}
	if report.Left < 10 || report.Places < report.Left || !strings.Contains(report.Summary(), "cancelled at ") {
		t.Error(report.Summary())
	}
	sound := planted(t, map[string]string{
		"a lock":                    `local l = sync.lock() l:with(function() sleep(1) end)`,
		"tasks":                     `gather(function() sleep(1) end, function() sleep(2) end) task.map({ 1, 2, 3 }, sleep)`,
		"a file that is cleaned up": `local d = fake.dir() local f = io.open(d .. "/a", "w") finally(function() sleep(1) end, function() f:close() end)`,
		"a cleanup":                 `finally(function() sleep(1) end, function() sleep(1) end)`,
		"a script":                  `local d = fake.dir{ s = "local t = spawn(sleep, 5) finally(function() for i = 1, 20 do sleep(1) end end, function() sleep(2) end) await(t) os.exit(3)" } expect(test.run(d .. "/s").status):equal(3)`,
		"a faked job":               `fake.http{ ["http://a.example.org"] = function() sleep(100) return "" end } local d = fake.dir{ s = "for i = 1, 3 do http.get('http://a.example.org', { timeout = 200, retry = 3 }) sleep(100) end" } expect(test.run(d .. "/s").stderr):equal("")`,
		"a loss before":             `local ok = pcall(task.map, { 1, 2 }, function(i) if i == 1 then error("lost") end sleep(1) end) task.map({ 1, 2 }, function(i) if i == 1 then error("lost") end sleep(1) end, { return_exceptions = true })`,
		"a script's loss":           `local d = fake.dir{ s = "task.map({ 1, 2 }, function(i) finally(function() if i == 1 then error{ 'lost' } end sleep(1) end, function() sleep(1) end) end, { return_exceptions = true })" } expect(test.run(d .. "/s").stderr):equal("")`,
		"many turns":                `for i = 1, 1000 do sleep(0.001) end`,
		"a file":                    `local d = fake.dir() write(d .. "/a", "x") assert(read(d .. "/a") == "x")`,
		"no waits":                  `assert(true)`,
		"a real one":                `assert(true)`,
		"a time-out":                `assert(not pcall(wait_for, sleep, 1, 2))`,
		"a semaphore":               `local s = sync.semaphore(1) task.map({ 1, 2, 3 }, function() s:with(sleep, 1) end)`,
	}, test.Options{Cancel: true})
	for _, r := range sound.Results {
		if r.Outcome != test.Passed {
			t.Errorf("%s: %s", r.Name, r.Failure())
		}
	}
	if sound.Places > 700 {
		t.Errorf("%d places", sound.Places)
	}
	one := planted(t, map[string]string{"a lock": faults["a lock"]}, test.Options{Cancel: true, CancelAt: 2})
	if one.Places != 1 || one.Left != 1 {
		t.Error(one.Summary())
	}
}
