local here = arg[0]:match("^(.*/)") or ""

test("does what it has accepted, once, and nothing else", function()
  local r = test.run(here .. "webhooks.lua")
  expect(r.stderr):equal("")
  expect(r.status):equal(0)
  local accepted, done = {}, {}
  for id in r.stdout:gmatch("\t(%d)\t202\taccepted") do table.insert(accepted, id) end
  for id in r.stdout:gmatch("\tdone\t(%d)\t") do table.insert(done, id) end
  table.sort(accepted)
  table.sort(done)
  expect(done):equal(accepted)
  expect(r.stdout):contains("\t2\t401\twrong signature\n")
  expect(r.stdout):contains("\t3\t400\tBad Request")
  expect(r.stdout):contains("\t1\t200\tknown\n")
  expect(r.stdout):matches("\tall is done\n$")
end)
