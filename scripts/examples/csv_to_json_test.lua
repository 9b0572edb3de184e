local here = arg[0]:match("^(.*/)") or ""

test("shows itself", function()
  expect(test.run(here .. "csv_to_json.lua").stdout):equal(read(here .. "csv_to_json.out"))
end)

test("makes numbers of the columns that hold some", function()
  local dir = fake.dir{ ["t.csv"] = "name,price\nbolt,1.5\n\"nut, hex\",2\n" }
  local r = test.run(here .. "csv_to_json.lua", dir .. "/t.csv", "price")
  expect(r.status):equal(0)
  expect(r.stdout):contains('"bolt"')
  expect(r.stdout):contains('1.5')
  expect(r.stdout):contains('"nut, hex"')
end)

test("reads standard input", function()
  fake.stdin("name,count\na,3\n")
  expect(test.run(here .. "csv_to_json.lua", "-", "count").stdout):contains("3")
end)
