-- Errors that members raise while they unwind are on the error, in order; a string becomes an error value for that.
local function failing(s, text)
  return function() finally(function() sleep(9) end, function() sleep(s) error(text, 0) end) end
end
local ok, err = pcall(gather, failing(2, "b"), failing(1, "c"), function() sleep(1) error("a", 0) end)
print(ok, tostring(err), err.kind, err.value)
print(#err.others, err.others[1], err.others[2])
