package lualib

import (
	"testing"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// A function that has a second way in gives the same both ways: called as it is, and by pcall, which knows one way only.
func TestQuickCalls(t *testing.T) {
	m, _ := newLibrary(t)
	p, err := vm.Compile("=t", []byte(`
		local values = {nil, true, 0, -0, 1, 2, 3, -1, 2.5, 1e300, 0/0, 1/0, "abc", "2", "", "#", {7, 8, x = 1}, {}, math.floor, n = 19}
		local ipairs_step = ipairs({})
		local function same(a, b) return a == b or a ~= a and b ~= b end
		for name, f in pairs {next = next, rawequal = rawequal, rawget = rawget, select = select, type = type, step = ipairs_step, abs = math.abs,
			ceil = math.ceil, cos = math.cos, exp = math.exp, floor = math.floor, log = math.log, sin = math.sin, sqrt = math.sqrt, max = math.max,
			min = math.min, byte = string.byte, char = string.char, find = string.find, len = string.len, lower = string.lower, sub = string.sub, upper = string.upper} do
			local function compare(...)
				local args, n = {...}, select("#", ...)
				local ok, a, b, c = pcall(f, ...)
				local ok1, x, y, z = pcall(function() local x, y, z = f(unpack(args, 1, n)) return x, y, z end)
				local ok2, u = pcall(function() local u = f(unpack(args, 1, n)) return u end)
				local ok3, list, len = pcall(function() local t = {f(unpack(args, 1, n))} return t, select("#", f(unpack(args, 1, n))) end)
				local ok4 = pcall(function() f(unpack(args, 1, n)) end)
				local last, lasts = {pcall(function() return f(unpack(args, 1, n)) end)}, select("#", pcall(function() return f(unpack(args, 1, n)) end))
				local all, count = {pcall(f, ...)}, select("#", pcall(f, ...))
				if last[1] ~= ok or ok and (lasts ~= len + 1 or not (same(last[2], a) and same(last[3], b) and same(last[4], c))) then
					error(name .. " in a tail call, of " .. tostring((...)) .. ", " .. tostring((select(2, ...))))
				end
				if ok ~= ok1 or ok ~= ok2 or ok ~= ok3 or ok ~= ok4 or
					ok and not (same(a, x) and same(b, y) and same(c, z) and same(a, u) and count - 1 == len and same(all[2], list[1]) and same(all[3], list[2])) then
					error(name .. " of " .. tostring((...)) .. ", " .. tostring((select(2, ...))) .. " (" .. n .. ")")
				end
			end
			compare()
			for i = 1, values.n do
				compare(values[i])
				for j = 1, values.n do
					compare(values[i], values[j])
					for k = 1, values.n do
						compare(values[i], values[j], values[k])
						if name == "find" then compare(values[i], values[j], values[k], true) end
					end
				end
			end
		end
		for i = 0, 40 do
			local t, u = {}, {}
			for j = 1, i do t[j], u[j] = j, j end
			t[#t], u[#u] = nil, nil
			table.insert(t, "x") pcall(table.insert, u, "x")
			table.insert(t, nil) pcall(table.insert, u, nil)
			if #t ~= #u or t[#t] ~= u[#u] then error("insert at " .. i) end
		end`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.NewThread(1000).Run(m.State().NewFunctionFromProto(p), nil); err != nil {
		t.Error(err)
	}
}
