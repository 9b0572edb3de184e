-- With return_exceptions errors stand in the places of those that failed; a second table has them alone.
local e = { "mine" }
local r, errs = gather{
  function() sleep(1) error("text", 0) end,
  function() sleep(2) return "fine" end,
  function() error(e) end,
  return_exceptions = true,
}
print(r.n, tostring(r[1]), r[1].kind, r[2], r[3].value == e, now())
for i, err in pairs(errs) do if type(i) == "number" then print(i, err == r[i]) end end
