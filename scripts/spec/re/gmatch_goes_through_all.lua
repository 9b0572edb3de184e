-- gmatch gives every match, empty ones too where they touch no other; what stands before a match counts.
local function all(s, p)
	local out = {}
	for a, b in re.gmatch(s, p) do out[#out + 1] = tostring(a) .. (b ~= nil and "," .. tostring(b) or "") end
	print(#out, table.concat(out, " "))
end
all("a1b22c", [[\d+]])
all("a=1, b", [[(\w)(=\d)?]])
all("aab", "a*")
all("", "x*")
all("one two", [[\b\w]])
all("ab ab", "^ab")
all("x\ny", "(?m)^.")
all("éé", "")
local it = re.gmatch("ab", ".")
print(it(), it(), it(), it())
