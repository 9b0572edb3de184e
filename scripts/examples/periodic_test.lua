local here = arg[0]:match("^(.*/)") or ""

test("goes on after runs that fail or hang, one after the other", function()
  local r = test.run(here .. "periodic.lua")
  expect(r.stderr):equal("")
  expect(r.status):equal(0)
  local n = 0
  for run, text in r.stdout:gmatch("run (%d): ([^\n]+)\n") do
    n = n + 1
    expect(tonumber(run)):equal(n)
    local late = text == "took too long, cancelled"
    if n == 2 then
      expect(text):equal("failed: disk full")
    elseif n == 3 or n == 4 then
      expect(late):truthy()
    else
      expect(late or text == n * 100 .. " rows"):truthy()
    end
  end
  expect(n):equal(6)
end)
