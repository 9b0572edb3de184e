package interp_test

import (
	"fmt"
	"math/bits"
	"testing"
)

// Functions that the library calls may wait, yield, fail and be cancelled, while other tasks are inside the same functions.
func TestLibraryCallbacks(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"gsub callbacks of several tasks take turns", `
			local function work(s, d) return (s:gsub("(%a)(%d)", function(a, b) sleep(d) return b .. a:gsub(".", function(c) sleep(d) return c:upper() end) end)) end
			print(gather(function() return work("a1b2c3", 1) end, function() return work("x9y8", 0.3) end, function() return work("q0", 2) end))
			print(now())`,
			"1A2B3C\t9X8Y\t0Q\n6\n"},
		{"gsub tables may wait", `
			print((("ab"):gsub(".", setmetatable({}, {__index = function(_, k) sleep(1) return k:rep(2) end}))), now())`, "aabb\t2\n"},
		{"a cancelled gsub leaves nothing behind", `
			print(pcall(wait_for, function() ("aaa"):gsub("a", function() sleep(1) end) end, 1.5))
			print((("abc"):gsub("(%w)(%w)", "%2%1")), now())`, "false\tt:2: wait_for: timed out after 1.5 s\nbac\t1.5\n"},
		{"a comparator waits, fails, and is cancelled", `
			local t = {5, 3, 4, 1, 2}
			print(pcall(table.sort, t, function(a, b) sleep(1) error("no", 0) end))
			print((task.move_on_after(function() table.sort(t, function(a, b) sleep(1) return a < b end) end, 2.5)))
			table.sort(t, function(a, b) sleep(0) return a < b end)
			print(table.concat(t, ","))`, "false\tno\nfalse\n1,2,3,4,5\n"},
		{"an iterator of gmatch is shared by tasks", `
			local words, out = ("a b c d"):gmatch("%a"), {}
			local function take() for w in words do sleep(1) out[#out + 1] = w end end
			gather(take, take)
			print(table.concat(out), now())`, "abcd\t2\n"},
		{"foreach, tostring and format wait", `
			table.foreach({1, 2}, function() sleep(1) end)
			local o = setmetatable({}, {__tostring = function() sleep(1) return "o" end})
			print(tostring(o), ("%s"):format(o), now())`, "o\to\t4\n"},
		{"results are bounded", `
			print(#(("a"):rep(1000):gsub("a-b", "")), pcall(string.rep, "x", 1e10))`, fmt.Sprintf("1000\tfalse\tresulting string too large (more than %d bytes)\n", 1<<(26+bits.UintSize/16))},
		{"error values serve as text", `
			local ok, e = pcall(sleep, {})
			print(e:match("bad argument #%d"), (e:gsub(".*bad", "bad")):sub(1, 3), ("%s"):format(e) == tostring(e), #string.upper(e) == #tostring(e), table.concat({e, 1}, "|") == tostring(e) .. "|1")`,
			"bad argument #1\tbad\ttrue\ttrue\ttrue\n"},
		{"a runtime's string table is its own", `string.len = nil getmetatable("").__index.x = 1 print(("a").x)`, "1\n"},
		{"and the next one starts afresh", `print(("a").x, ("a"):len())`, "nil\t1\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, errw, err := runScript(t, tt.src)
			if err != nil || out != tt.want || errw != "" {
				t.Errorf("printed %q, want %q; error %v, standard error %q", out, tt.want, err, errw)
			}
		})
	}
}
