-- setup runs once in each isolate, which works on one item after the other.
local r = parallel.map({ "a", "b", "c" }, function(v, i, ctx)
  ctx[#ctx + 1] = v
  return table.concat(ctx)
end, { limit = 1, setup = function() print("setup") return {} end })
print(unpack(r))
