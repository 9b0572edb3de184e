local here = arg[0]:match("^(.*/)") or ""

test("shows itself", { skip = "it sends signals to its process, which is the runner's" }, function()
  expect(test.run(here .. "services.lua").stdout):equal(read(here .. "services.out"))
end)
