local here = arg[0]:match("^(.*/)") or ""

test("sends what is missing, and the file arrives as it is", function()
  local r = test.run(here .. "upload_in_parts.lua")
  if r.err then return expect(r.err):matches("503 Service Unavailable %(attempt 5%)") end -- it has lost one part again and again
  expect(r.stderr):equal("")
  expect(r.status):equal(0)
  expect(r.stdout):matches("\nphotos.tar\t7476857d9bd58851\t%d+ of 15 parts were missing\ttrue\t[%d.]+\n$")
end)
