local here = arg[0]:match("^(.*/)") or ""

test("shows itself", function()
  local r = test.run(here .. "chat.lua")
  expect(r.stderr):equal("")
  expect(r.stdout):equal(read(here .. "chat.out"))
  expect(r.status):equal(0)
end)
