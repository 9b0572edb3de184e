-- unix
-- Backs up folders, several at once, each with retries and a time limit, and never leaves half an archive.
--
--   lull backup.lua TARGET FOLDER...        without arguments it shows itself on folders that it makes
--
-- Each folder goes through tar and gzip into a file beside the archive, which is read once more before it takes the archive's
-- name. Folders of one name would have one archive, and are refused. An attempt that fails or is late is tried again: all that it has started is ended, and its file removed. One folder
-- that cannot be saved does not stop the others; the exit status says so at the end. It prints what became of each.

-- name_of is the name of a folder, of "." as well.
local function name_of(folder) return fs.basename(fs.abs(folder)) end

local function backup(folder, target)
  local name = name_of(folder)
  local archive = fs.join(target, name .. ".tar.gz")
  local part = archive .. ".part"
  return finally(function()
    -- tar's status counts, though gzip is the last: a pipeline fails if any of its stages does.
    process.run {
      { "tar", "-C", fs.dirname(fs.abs(folder)), "-cf", "-", "--", name }, { "gzip", "-n" },
      stdout = { file = part }, stderr = "capture",
    }
    local entries = 0
    for _ in process.lines { { "gzip", "-dc", "--", part }, { "tar", "-tf", "-" } } do entries = entries + 1 end
    fs.move(part, archive)
    return { archive = fs.basename(archive), entries = entries }
  end, function() fs.remove(part) end) -- it is there only if something went wrong
end

local function backup_all(folders, target, tries)
  local has = {}
  for _, folder in ipairs(folders) do
    local name = name_of(folder)
    if has[name] then error(("%s and %s would be one archive: %s.tar.gz"):format(has[name], folder, name), 0) end
    has[name] = folder
  end
  fs.mkdir(target)
  return task.map(folders, function(folder)
    return task.retry(function(attempt)
      local saved = backup(folder, target)
      saved.attempt = attempt
      return saved
    end, { attempts = tries, delay = 1, factor = 2, timeout = 600 })
  end, { limit = 4, return_exceptions = true })
end

local function report(folders, results, errors)
  local failed = 0
  for i, folder in ipairs(folders) do
    local name, err, saved = name_of(folder), errors[i], results[i]
    if err then
      failed = failed + 1
      local why = err.kind == "exit" and err.stderr and err.stderr:trim():match("[^\n]*$") or tostring(err)
      print(name .. ": not saved: " .. why)
    else
      print(("%s: %d entries in %s, at try %d"):format(name, saved.entries, saved.archive, saved.attempt))
    end
  end
  return failed
end

if ... then
  local opt = args.parse { "Backs up folders.", { "target", "the folder for the archives" }, { "folders...", "what to save" } }
  os.exit(report(opt.folders, backup_all(opt.folders, opt.target, 3)) == 0 and 0 or 1)
end

-- The show: two folders that are there, one that is there only for the second try, and one that never is.
local home = fs.temp()
for _, name in ipairs { "mail", "photos" } do
  for i = 1, 3 do write(fs.join(home, name, i .. ".txt"), ("x"):rep(i), { parents = true }) end
end
spawn(function()
  sleep(0.5) -- after the first try, which is not repeated before a second has gone by
  write(fs.join(home, "late", "only.txt"), "x", { parents = true })
end)
local folders = {}
for i, name in ipairs { "mail", "photos", "late", "nowhere" } do folders[i] = fs.join(home, name) end
-- tar's words differ from system to system.
process.env.PATH, process.env.LC_ALL = fs.join(home, "bin") .. ":" .. process.env.PATH, "C"
write(fs.join(home, "bin", "tar"), ([[#!/bin/sh
test "$1" != -C || test -d "$2/$6" || { echo "no folder $6" >&2; exit 2; }
exec "$TAR" "$@"
]]), { parents = true })
fs.chmod(fs.join(home, "bin", "tar"), "755")
process.env.TAR = process.which("/usr/bin/tar") or "/bin/tar"
local results, errors = backup_all(folders, fs.join(home, "saved"), 2)
print(report(folders, results, errors) .. " failed; there are: " .. table.concat(fs.list(fs.join(home, "saved")), " "))
