local here = arg[0]:match("^(.*/)") or ""

test("shows itself", function()
  local r = test.run(here .. "first_answer.lua")
  expect(r.stderr):equal("")
  expect(r.stdout):equal(read(here .. "first_answer.out"))
  expect(r.status):equal(0)
end)
