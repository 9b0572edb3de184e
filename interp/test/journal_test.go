package test_test

import (
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins/task"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/test"
)

// A script with a journal is killed at a step, and goes on where it was.
func TestJournal(t *testing.T) {
	const script = `local d = fake.dir{ s = [[
		local name = ...
		local one = step("one", function(s) print("one") return s.key end)
		local two = step("two", function(s) print("two") http.post("http://a.example.org", { body = s.key }) sleep(5) return 2 end)
		local three = finally(function() return step("three", function() print("three") sleep(10) return 3 end) end, function() write(name, "cleaned") end)
		print(two + three, now())
	]] }
	fake.http{ ["POST http://a.example.org"] = "ok" }
	local file = d .. "/cleaned"
	`
	for name, tt := range map[string]struct{ body, want string }{
		"whole": {`local r = test.run({ journal = true }, d .. "/s", file) expect(r.stdout):equal("one\ntwo\nthree\n5\t15\n") expect(r.status):equal(0) expect(now()):equal(15)`, ""},
		"killed": {`
			local r = test.run({ journal = true, kill_at = "two" }, d .. "/s", file)
			expect({ r.status, r.err }):equal{ 137 }
			expect(now()):equal(5)
			expect(fs.exists(file)):equal(false)
			local r = test.run({ journal = true }, d .. "/s", file)
			expect(r.stdout):equal("two\nthree\n5\t15\n")
			local calls = fake.calls("POST http://a.example.org")
			expect(#calls):equal(2)
			expect(calls[1].body):equal(calls[2].body)`, ""},
		"killed twice": {`
			expect(test.run({ journal = true, kill_at = "one" }, d .. "/s", file).status):equal(137)
			expect(test.run({ journal = true, kill_at = "three" }, d .. "/s", file).status):equal(137)
			expect(fs.exists(file)):equal(false)
			expect(test.run({ journal = true }, d .. "/s", file).stdout):equal("three\n5\t10\n")
			expect(read(file)):equal("cleaned")`, ""},
		"ended well":      {`for i = 1, 2 do expect(test.run({ journal = true }, d .. "/s", file).stdout):contains("one\n") end`, ""},
		"other arguments": {`test.run({ journal = true, kill_at = "two" }, d .. "/s", file) expect(test.run({ journal = true }, d .. "/s", file .. "2").stdout):contains("one\n")`, ""},
		"failed":          {`local d = fake.dir{ s = "step('a', function() print('a') end) error('no')" } for i = 1, 2 do local r = test.run({ journal = true }, d .. "/s") expect(r.status):equal(1) expect(r.stdout):equal(i == 1 and "a\n" or "") end`, ""},
		"exit":            {`local d = fake.dir{ s = "step('a', function() print('a') end) os.exit(0)" } for i = 1, 2 do expect(test.run({ journal = true }, d .. "/s").stdout):equal("a\n") end`, ""},
		"no such step":    {`expect(test.run({ journal = true, kill_at = "four" }, d .. "/s", file).status):equal(0)`, ""},
		"no journal":      {`expect(test.run({}, d .. "/s", file).status):equal(0) test.run({ kill_at = "two" }, d .. "/s")`, "journal = true"},
		"misspelt":        {`test.run({ jurnal = true }, d .. "/s")`, "did you mean 'journal'?"},
		"once":            {`local d = fake.dir{ s = "step('a', function() sleep(1) end, { once = true })" } test.run({ journal = true, kill_at = "a" }, d .. "/s") expect(test.run({ journal = true }, d .. "/s").err.kind):equal("interrupted")`, ""},
		"a process":       {`local d = fake.dir{ s = "spawn(process.run, { 'sleep', '100' }) sleep(0) step('a', function() end)" } expect(test.run({ journal = true, kill_at = "a" }, d .. "/s").status):equal(137)`, ""},
		"no lua":          {`local d = fake.dir{ s = "x =" } expect(test.run({ journal = true }, d .. "/s").status):equal(3) write(d .. "/s", "print('x')") expect(test.run({ journal = true }, d .. "/s").stdout):equal("x\n")`, ""},
		"a real clock":    {`expect(test.run({ journal = true, kill_at = "one" }, d .. "/s", file).status):equal(137)`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			clock := "virtual"
			if name == "a real clock" {
				clock = "real"
			}
			src := `test("t", { clock = "` + clock + `" }, function() ` + strings.ReplaceAll(script+tt.body, "\n", " ") + ` end)`
			got := run(t, src, test.Options{}).Results[0]
			if (got.Outcome == test.Passed) != (tt.want == "") || !strings.Contains(got.Failure(), tt.want) {
				t.Errorf("it says\n%s\n%s\nand not\n%s", got.Failure(), got.Output, tt.want)
			}
		})
	}
	without := func(string, []string) []interp.Option {
		return []interp.Option{interp.WithSystem(), interp.WithModule(task.Module())}
	}
	r := run(t, `test("t", function() test.run({ journal = true }, "x") end)`, test.Options{Runtime: without})
	if f := r.Results[0].Failure(); !strings.Contains(f, "the host grants no journal") {
		t.Error(f)
	}
}
