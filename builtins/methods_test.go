package builtins_test

import "testing"

// Methods that were looked up before are looked up anew when a script gets at where they are.
func TestChangedMethods(t *testing.T) {
	runAll(t, []script{
		{name: "a method", src: `
			local q = sync.queue()
			local function size() return q:size() end
			print(size(), size())
			local mt = debug.getmetatable(q)
			mt.__index.size = function() return "mine" end
			print(size(), size())
			mt.__index = { size = function() return "another" end }
			print(size(), size())
			mt.__index = function(_, name) return function() return name end end
			print(size(), size())`, want: "0\t0\nmine\tmine\nanother\tanother\nsize\tsize\n"},
		{name: "the metatable of one", src: `
			local q, p = sync.queue(), sync.queue()
			local function size(q) return q:size() end
			print(size(q), size(p))
			debug.setmetatable(q, { __index = { size = function() return "mine" end } })
			print(size(q), size(p), size(q))`, want: "0\t0\nmine\t0\tmine\n"},
	})
}
