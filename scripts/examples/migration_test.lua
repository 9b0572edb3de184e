local here = arg[0]:match("^(.*/)") or ""

test("shows itself", function()
  local r = test.run(here .. "migration.lua")
  expect(r.stderr):equal("")
  expect(r.stdout):equal(read(here .. "migration.out"))
  expect(r.status):equal(0)
end)

test("moves a file of its user's, and bears to be done twice", function()
  local dir = fake.dir { ["c.csv"] = "id,name,euros\n1,ann,12\n2,bob,\n" }
  for _ = 1, 2 do
    local r = test.run(here .. "migration.lua", dir .. "/c.csv", dir .. "/shop.db")
    expect(r.stdout):equal("notice: the shop has moved (key of 32 characters)\n2 customers moved, 1 without an amount, 1200 cents in all\n")
  end
  db.open(dir .. "/shop.db", {}, function(d) expect(d:all("select * from customer order by id")):equal { { id = 1, name = "ann", cents = 1200 }, { id = 2, name = "bob" } } end)
end)
