local here = arg[0]:match("^(.*/)") or ""

test("shows itself", function()
  local r = test.run(here .. "upload_in_parts.lua")
  expect(r.stderr):equal("")
  expect(r.stdout):equal(read(here .. "upload_in_parts.out"))
  expect(r.status):equal(0)
end)
