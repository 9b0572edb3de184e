local here = arg[0]:match("^(.*/)") or ""

test("loses no job, and does none twice", function()
  local r = test.run(here .. "graceful_shutdown.lua")
  expect(r.stderr):equal("")
  expect(r.status):equal(0)
  expect(r.stdout):contains("closing (cancelled)")
  local done, count = {}, 0
  for job in r.stdout:gmatch("job (%d+) done") do
    expect(done[job]):equal(nil)
    done[job], count = true, count + 1
  end
  local accepted, said = r.stdout:match("drained: (%d+) accepted, (%d+) done\n$")
  if accepted then -- within the 30 s that there are for it
    expect(accepted):equal(said)
    expect(tonumber(said)):equal(count)
  end
end)
