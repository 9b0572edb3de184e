local here = arg[0]:match("^(.*/)") or ""

local needs = { config = {}, docs = {}, lexer = { "config" }, parser = { "lexer" }, runtime = { "config" }, program = { "parser", "runtime" }, package = { "program", "docs" } }

test("builds what is needed first, so many at once", { each = { 1, 2, 5 } }, function(jobs)
  local r = test.run(here .. "build.lua", jobs)
  expect(r.stderr):equal("")
  local built, building, count = {}, 0, 0
  for name, what in r.stdout:match("^(.*)cycle"):gmatch("s  (%w+) (%S+)\n") do
    if what == "..." then
      building = building + 1
      expect(building <= jobs):truthy()
      for _, need in ipairs(needs[name]) do expect(built[need]):equal(true) end
    else
      building, count, built[name] = building - 1, count + 1, true
    end
  end
  expect(count):equal(7)
end)

test("tells of a cycle and of a failure", function()
  local r = test.run(here .. "build.lua")
  expect(r.stdout):contains("\ncycle: a -> b -> a\n")
  expect(r.stdout):matches("\nbad: compiler error\n$")
  expect.no(r.stdout):contains("long built")
end)
