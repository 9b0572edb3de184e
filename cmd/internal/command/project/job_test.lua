local job = (arg[0]:match("^(.*/)") or "") .. "job.lua"

test("says what each host has answered", function()
  fake.command("ssh", function(args) return args[2] == "./backup.sh" and "saved" or "what?" end)
  local r = test.run(job)
  expect(r.status):equal(0)
  expect(r.stdout):contains("alpha\tsaved\n")
  expect(#fake.calls("ssh")):equal(6)
end)

test("a host that hangs is tried again, and one that fails stops nobody", function()
  local hung = false
  fake.command("ssh", function(args)
    if args[1] == "beta" and not hung then
      hung = true
      sleep(3600)
    elseif args[1] == "delta" then
      return "", 255, "no route to host\n"
    end
    return "saved"
  end)
  local r = test.run(job)
  expect(r.status):equal(0)
  expect(r.stdout):contains("beta\tsaved\n")
  expect(r.stdout):contains("zeta\tsaved\n")
  expect(r.stdout:match("delta\t([^\n]*)")):contains("no route to host")
end)
