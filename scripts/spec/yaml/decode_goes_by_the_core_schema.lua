-- Plain scalars are what YAML 1.2's core schema says; quoted ones are strings; tags of the schema are understood.
local t = yaml.decode([[
%YAML 1.2
---
words: [yes, no, on, off, y, true, False, TRUE, null, ~, Null, ]] .. "''" .. [[]
numbers: [1, -1, +1, 0755, 0o17, 0x1F, 1.10, .5, 1., 1e3, 1_000, 0b1, 12:30, .inf, -.INF, 9007199254740993]
dates: [2024-05-01, 2024-05-01T12:00:00Z]
quoted: ['1', "true", "\u00e9\n"]
tagged: [!!str 12, !!int "12", !!float 1, !!bool "true", !!null ""]
text: |
  two
  lines
folded: >-
  one
  line
nothing:
]])
for k, v in pairs(t) do
	if type(v) == "table" then
		local out = {}
		for i, x in ipairs(v) do out[i] = type(x):sub(1, 1) .. ":" .. tostring(x) end
		print(k, table.concat(out, " "))
	else
		print(k, type(v), (tostring(v):gsub("\n", "\\n")))
	end
end
print(yaml.decode("x: .nan").x ~= yaml.decode("x: .nan").x, yaml.decode(""), yaml.decode("# nothing"), yaml.decode("~"), json.encode(yaml.decode("[]")))
print(yaml.decode("a: null", { nulls = true }).a, yaml.decode("1.23456789012345678901", { numbers = "exact" }), yaml.decode("12", { numbers = "string" }) == "12")
