local here = arg[0]:match("^(.*/)") or ""

test("sums up logs, packed and not", function()
  local r = test.run(here .. "logs.lua")
  expect(r.stderr):equal("")
  expect(r.stdout):equal(read(here .. "logs.out"))
  expect(r.status):equal(0)
end)
