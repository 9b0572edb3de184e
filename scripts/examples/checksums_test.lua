local here = arg[0]:match("^(.*/)") or ""

test("shows itself", function()
  expect(test.run(here .. "checksums.lua").stdout):equal(read(here .. "checksums.out"))
end)

test("sums up a tree, however few read it", { each = { 1, 8 } }, function(workers)
  local dir = fake.dir{ ["a.txt"] = "Wikipedia", deep = { ["it's here"] = "", more = { b = "x" } } }
  local r = test.run(here .. "checksums.lua", dir, workers)
  expect(r.stdout):equal("11e60398  9  a.txt\n00000001  0  deep/it's here\n00790079  1  deep/more/b\n3 files, 10 bytes\n")
end)
