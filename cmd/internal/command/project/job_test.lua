local here = arg[0]:match("^(.*/)") or ""

test("tells the size of a folder", function()
  local dir = fake.dir { ["a.bin"] = ("x"):rep(2500000) }
  local r = test.run(here .. "job.lua", dir)
  expect(r.status):equal(0)
  expect(r.stdout):contains("2.5 MB")
end)

test("a folder that is not there is told, and stops nobody", function()
  local dir = fake.dir { a = "" }
  local r = test.run(here .. "job.lua", dir .. "/none", dir)
  expect(r.status):equal(0)
  expect(r.stdout):contains("none")
end)
