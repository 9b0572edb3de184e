local here = arg[0]:match("^(.*/)") or ""

local release
test.before(function() release = fake.dir{ ["app 1.tgz"] = "the release" } .. "/app 1.tgz" end)

test("shows itself", function()
  local r = test.run(here .. "deploy.lua")
  expect(r.stderr):equal("")
  expect(r.stdout):equal(read(here .. "deploy.out"))
end)

test("sends the release to each host, through one line of shell", function()
  fake.command("ssh", function(args, input) return #input > 0 and "" or "done" end)
  local r = test.run(here .. "deploy.lua", release, "one", "two")
  expect(r.status):equal(0)
  local calls = fake.calls("ssh")
  expect(#calls):equal(6)
  expect(calls[1].input):equal("the release")
  expect(calls[1].args[4]):equal("one")
  expect(calls[1].args[5]):contains("'app 1.tgz'")
end)

test("tries a host again that does not answer", function()
  local tries = 0
  fake.command("ssh", function()
    tries = tries + 1
    if tries < 3 then return "", 255 end
    return "ok"
  end)
  expect(test.run(here .. "deploy.lua", release, "one").status):equal(0)
  expect(tries):equal(5)
  expect(now() >= 2):truthy()
end)

test("a host without an answer has failed, and nothing else", function()
  fake.env { PATH = fake.dir {} } -- there is no ssh
  local r = test.run(here .. "deploy.lua", release, "one", "two")
  expect(r.status):equal(1)
  expect(r.stdout):contains("one | failed: ")
  expect(r.stdout):contains("0 of 2 hosts have")
end)
