local here = arg[0]:match("^(.*/)") or ""

test("shows itself", function()
  local r = test.run(here .. "backup.lua")
  expect(r.stderr):equal("")
  expect(r.stdout):equal(read(here .. "backup.out"))
  expect(r.status):equal(0)
end)
