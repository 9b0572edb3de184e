local here = arg[0]:match("^(.*/)") or ""

test("brings each item through once", function()
  local r = test.run(here .. "pipeline.lua")
  expect(r.stderr):equal("")
  expect(r.status):equal(0)
  local got = {}
  for name, n, square in r.stdout:gmatch("(%l) (%d): +(%d+), by") do table.insert(got, name .. n .. "=" .. square) end
  table.sort(got)
  expect(got):equal { "a1=1", "a2=4", "a3=9", "a4=16", "a5=25", "b1=1", "b2=4", "b3=9", "b4=16" }
  expect(r.stdout):contains("9 results, sum 85")
end)
