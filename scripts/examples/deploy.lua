-- unix
-- Deploys a release to many hosts: one first, then the others, some at once; it stops when too many fail.
--
--   lull deploy.lua RELEASE HOST...         without arguments it shows itself, with a script in place of ssh
--
-- The shell at the other end sees one line of text, so values go through process.quote: a release with a space or a quote in its name is
-- nothing special. A host that does not answer is tried again; a step that fails there is not, as it would fail again. It prints what each
-- host did, in whole lines behind its name, and who got the release.

local steps = {
  { "upload", 'mkdir -p -- "$HOME"/releases && cat >"$HOME"/releases/%s' },
  { "check", 'test -s "$HOME"/releases/%s || { echo the release is empty; exit 1; }' },
  { "switch", 'ln -sfn -- releases/%s "$HOME"/current && echo now: %s' },
}

-- ssh exits with 255 when it could not reach the host, else with the command's own status.
local function remote(host, command, input)
  return task.retry(function()
    return process.run {
      "ssh", "-o", "BatchMode=yes", "--", host, command,
      input = input, stdout = "capture", stderr = "stdout", timeout = 60,
    }
  end, { attempts = 3, delay = 2, when = function(err) return err.kind == "timeout" or err.status == 255 end })
end

local function deploy(host, release, text)
  local said = {}
  local ok, err = pcall(function()
    for _, step in ipairs(steps) do
      local command = step[2]:gsub("%%s", function() return process.quote(release) end)
      local done = remote(host, command, step[1] == "upload" and text or nil)
      table.insert(said, step[1] .. ": " .. (done.stdout:trim() == "" and "done" or done.stdout:trim()))
    end
  end)
  if not ok then -- a time-out, or a host's ssh that was killed, has no status
    table.insert(said, "failed: " .. (err.status and ("status %d: %s"):format(err.status, err.stdout:trim()) or tostring(err)))
  end
  for _, line in ipairs(said) do print(host .. " | " .. line) end
  return ok
end

local function deploy_all(release, text, hosts, limit, most_failures)
  local done, failures = {}, 0
  local function one(host)
    if failures > most_failures then return end
    if deploy(host, release, text) then
      table.insert(done, host)
    else
      failures = failures + 1
    end
  end
  one(hosts[1]) -- nobody else gets what the first cannot run
  if failures > 0 then return done, failures end
  task.map({ table.unpack(hosts, 2) }, one, { limit = limit })
  return done, failures
end

if ... then
  local opt = args.parse { "Brings a release to hosts.", { "release", "the file" }, { "hosts...", "as ssh names them" } }
  local done, failures = deploy_all(fs.basename(opt.release), read(opt.release), opt.hosts, 5, 1)
  print(#done .. " of " .. #opt.hosts .. " hosts have " .. opt.release)
  os.exit(failures == 0 and 0 or 1)
end

-- The show: ssh is a script that runs the command in a folder for each host. One is away for a moment, one has a full disk.
local home = fs.temp()
write(fs.join(home, "bin", "ssh"), [[#!/bin/sh
shift 3
export HOME="$HOSTS/$1"
mkdir -p "$HOME"
case $1 in
web2) test -e "$HOME/up" || { touch "$HOME/up"; echo "connection refused" >&2; exit 255; } ;;
web3) echo "disk full" >&2; exit 1 ;;
esac
exec sh -c "$2"
]], { parents = true })
fs.chmod(fs.join(home, "bin", "ssh"), "755")
process.env.PATH = fs.join(home, "bin") .. ":" .. process.env.PATH
process.env.HOSTS = fs.join(home, "hosts")

local release = "it's 2.0 $(date).tar"
local hosts = { "web1", "web2", "web3", "web4" }
local done, failures = deploy_all(release, "the release\n", hosts, 1, 1)
print(("%d of %d hosts have it, %d failed"):format(#done, #hosts, failures))
for _, host in ipairs(done) do
  print(host, read(fs.join(home, "hosts", host, "current")):trim(), fs.basename(fs.readlink(fs.join(home, "hosts", host, "current"))))
end
print("bad releases go nowhere: " .. #(deploy_all("empty", "", hosts, 1, 1)))
