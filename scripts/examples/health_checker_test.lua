local here = arg[0]:match("^(.*/)") or ""

test("says what fails and what comes back, and serves it", function()
  local r = test.run(here .. "health_checker.lua")
  expect(r.stderr):equal("")
  expect(r.status):equal(0)
  local up = { mail = true, shop = true }
  for name, word in r.stdout:gmatch("%d\t(%w+)\tis (%w+)") do
    expect(word):equal(up[name] and "down" or "back")
    up[name] = not up[name]
  end
  for name, is in pairs(up) do expect(r.stdout):contains(('service_up{service="%s"} %d\n'):format(name, is and 1 or 0)) end
  expect(r.stdout):matches('service_checks_total{service="mail"} %d+\n$')
end)
