local here = arg[0]:match("^(.*/)") or ""

test("shows itself", function()
  expect(test.run(here .. "tree_hash.lua").stdout):equal(read(here .. "tree_hash.out"))
end)

test("one line a file, in order, however many there are", function()
  local files, want = {}, {}
  for i = 1, 100 do
    local name = ("f%03d"):format(i)
    files[name], want[i] = name, hash.sha256(name) .. "  " .. name .. "\n"
  end
  expect(test.run(here .. "tree_hash.lua", fake.dir(files)).stdout):equal(table.concat(want))
end)
