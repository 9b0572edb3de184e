local here = arg[0]:match("^(.*/)") or ""

test("shows itself", function()
  local r = test.run(here .. "cleanup.lua")
  expect(r.stderr):equal("")
  expect(r.stdout):equal(read(here .. "cleanup.out"))
  expect(r.status):equal(0)
end)

test("removes only when it is told to", function()
  local dir = fake.dir { a = { ["1.log"] = "x", ["2.log"] = "x", ["3.log"] = "x" }, empty = {} }
  for i = 1, 3 do fs.touch(dir .. "/a/" .. i .. ".log", { mtime = os.time() - (40 + i) * 24 * 3600 }) end
  expect(test.run(here .. "cleanup.lua", dir).stdout):contains("would remove 1 files")
  expect(#fs.list(dir .. "/a")):equal(3)
  expect(test.run(here .. "cleanup.lua", dir, "--keep", "1", "--remove").stdout):contains("removed 2 files")
  expect(fs.list(dir)):equal { "a" }
  expect(fs.list(dir .. "/a")):equal { "1.log" }
end)

test("does nothing where it does not understand", function()
  local dir = fake.dir { ["1.log"] = "x" }
  for _, wrong in ipairs { "--remov", "30", "--days=x" } do expect(test.run(here .. "cleanup.lua", dir, wrong).status):equal(2) end
  expect(test.run(here .. "cleanup.lua", "--remove").status):equal(2)
end)
