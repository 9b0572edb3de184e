local here = arg[0]:match("^(.*/)") or ""

test("fetches each value once, and again when it has expired or failed", function()
  local r = test.run(here .. "single_flight.lua")
  expect(r.stderr):equal("")
  expect(r.status):equal(0)
  local steps = {}
  for step in r.stdout:gmatch("s  ([^\n]+)\n") do table.insert(steps, step) end
  expect(steps):equal {
    "fetching a", "fetching b", "A B A A B", "fetching c", "impatient: false", "patient: C", "fetching broken", "no broken today", "fetching broken",
    "BROKEN", "fetching a", "expired: A",
  }
end)
