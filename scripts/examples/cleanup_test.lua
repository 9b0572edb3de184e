local here = arg[0]:match("^(.*/)") or ""

test("shows itself", function()
  local r = test.run(here .. "cleanup.lua")
  expect(r.stderr):equal("")
  expect(r.stdout):equal(read(here .. "cleanup.out"))
  expect(r.status):equal(0)
end)
