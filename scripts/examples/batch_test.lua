local here = arg[0]:match("^(.*/)") or ""

test("gives up what is no use to repeat, and repeats what is, within the rate", function()
  local r = test.run(here .. "batch.lua")
  expect(r.stderr):equal("")
  expect(r.status):equal(0)
  local failed = 0
  for item, status in r.stdout:gmatch("item (%d+) failed: (%d+)") do
    failed = failed + 1
    expect(status):equal(item == "7" and "404" or "503")
  end
  expect(r.stdout):contains("item 7 failed: 404 no such item\n")
  expect(r.stdout):contains(("\n%d fetched, %d failed\nmore requests than items: true\n"):format(40 - failed, failed))
  expect(tonumber(r.stdout:match("at most (%d+) requests in any second")) <= 10):truthy()
end)
