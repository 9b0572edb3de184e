local here = arg[0]:match("^(.*/)") or ""

-- One of those that were asked has answered, and all others have come to an end.
test("takes the first good answer, and ends the others", function()
  local r = test.run(here .. "first_answer.lua")
  if r.err then -- no mirror was in time
    expect(r.err.kind):equal("timeout")
    return
  end
  local asked, ended = 0, 0
  for line in r.stdout:match("^(.*) s  answer from"):gmatch("[^\n]+") do
    if line:find("asking", 1, true) then asked = asked + 1 end
    if line:find(": cancelled", 1, true) or line:find(": connection refused", 1, true) then ended = ended + 1 end
  end
  expect(ended):equal(asked - 1)
  expect(r.stdout):matches("answer from [gs]")
  expect(r.stdout):matches("\nfalse\tconnection refused\t1\tconnection refused\n$")
end)
