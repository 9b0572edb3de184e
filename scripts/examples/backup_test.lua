local here = arg[0]:match("^(.*/)") or ""

test("saves what is there, and says what is not", function()
  local r = test.run(here .. "backup.lua")
  expect(r.stderr):equal("")
  expect(r.status):equal(0)
  expect(r.stdout):contains("mail: 4 entries in mail.tar.gz, at try 1\nphotos: 4 entries in photos.tar.gz, at try 1\n")
  expect(r.stdout):contains("nowhere: not saved: no folder nowhere\n")
end)

test("leaves no half of an archive", function()
  local dir = fake.dir { mail = { ["1.txt"] = "x" } }
  fake.command("gzip", function() return "half", 1 end)
  local r = test.run(here .. "backup.lua", dir .. "/saved", dir .. "/mail")
  expect(r.status):equal(1)
  expect(r.stdout):contains("mail: not saved")
  expect(fs.list(dir .. "/saved")):equal {}
  expect(#fake.calls("gzip")):equal(3)
end)

test("two folders of one name are refused, before either is saved", function()
  local dir = fake.dir { a = { data = { x = "1" } }, b = { data = { y = "2" } } }
  local r = test.run(here .. "backup.lua", dir .. "/saved", dir .. "/a/data", dir .. "/b/data/")
  expect(r.status):equal(1)
  expect(r.stderr):contains("would be one archive: data.tar.gz")
  expect(fs.exists(dir .. "/saved")):equal(false)
end)

test("without folders it says how it is called", function()
  expect(test.run(here .. "backup.lua", "saved").status):equal(2)
end)
