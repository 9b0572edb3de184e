local here = arg[0]:match("^(.*/)") or ""

test("everybody hears what is said, and who does not read is not waited for", function()
  local r = test.run(here .. "chat.lua")
  expect(r.stderr):equal("")
  expect(r.status):equal(0)
  for _, line in ipairs { "ann hears\tbob: hello ann", "bob hears\tann: hello bob", "another bob\t409", "ann hears\tcarl comes in", "ann hears\tbob leaves" } do
    expect(r.stdout):contains("\t" .. line .. "\n")
  end
  expect(r.stdout):matches("\tann is out\n$")
end)
