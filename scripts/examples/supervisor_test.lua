local here = arg[0]:match("^(.*/)") or ""

-- Each worker goes through the same, whenever that is.
test("restarts what fails, and gives up what fails too often", function()
  local r = test.run(here .. "supervisor.lua")
  expect(r.stderr):equal("")
  expect(r.status):equal(0)
  local function steps(text)
    local of = {}
    for name, step in text:gmatch("s \t(%w+)\t([^\n]+)\n") do of[name] = (of[name] or "") .. step .. "\n" end
    return of
  end
  expect(steps(r.stdout)):equal(steps(read(here .. "supervisor.out")))
end)
