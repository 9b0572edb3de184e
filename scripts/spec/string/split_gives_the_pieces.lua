-- Between separators there may be nothing; the empty separator is between all bytes; max bounds the pieces.
local function show(list)
  local quoted = {}
  for i, piece in ipairs(list) do quoted[i] = ("%q"):format(piece) end
  print(#list .. ": " .. table.concat(quoted, " "))
end
show(("a,b,c"):split())
show((",a,,b,"):split(","))
show((""):split(","))
show(("a--b--c"):split("--"))
show(("a.b"):split("."))
show(("abc"):split("x"))
show(("aaa"):split("aa"))
show(("a\0b"):split("\0"))
show(("abc"):split(""))
show((""):split(""))
show(("a,b,c"):split(",", 2))
show(("a,b,c"):split(",", 1))
show(("a,b,c"):split(",", 9))
show(("abc"):split("", 2))
show(string.split(12.5, "."))
print(#("x,"):rep(100000):split(","))
