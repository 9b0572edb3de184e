-- unix
-- Builds what has changed whenever something does, and goes on watching after an error.
--
--   lull watch_build.lua SOURCES OUT        without arguments it shows itself, with somebody who edits
--
-- Changes within a moment are one build, which runs the compilers of several files at once. A build that is under way when something changes
-- again is not wanted any more: it is cancelled, its compilers with it, and what it had not built is part of the next. A file that is
-- removed takes its result along. It prints what it does.

-- A compiler that anybody has: it wants no line "error", and shouts.
local compiler = 'if grep -q error "$1"; then echo "syntax error" >&2; exit 1; fi; tr a-z A-Z <"$1" >"$2"'

local function target(out, path) return fs.join(out, fs.basename(path, ".src") .. ".out") end

-- compile makes the result of a source, whole or not at all.
local function compile(path, out)
  if not fs.exists(path) then
    fs.remove(target(out, path))
    return "removed"
  end
  local part = target(out, path) .. ".part"
  finally(function()
    process.sh { compiler, path, part, stderr = "capture" }
    fs.move(part, target(out, path))
  end, function() fs.remove(part) end)
  return "built"
end

-- build takes what it has built out of the set of paths that are to be.
local function build(wanted, out)
  local paths = {}
  for path in pairs(wanted) do table.insert(paths, path) end
  table.sort(paths)
  local results, errors = task.map(paths, function(path)
    local did = compile(path, out)
    wanted[path] = nil
    return did
  end, { limit = process.cpus, return_exceptions = true })
  for i, path in ipairs(paths) do
    wanted[path] = nil
    local err = errors[i]
    print(fs.basename(path) .. ": " .. (err and (err.stderr or tostring(err)):trim() or results[i]))
  end
end

-- watch_and_build builds all, then what changes. built, if given, is called after each build.
local function watch_and_build(sources, out, built)
  fs.mkdir(out)
  local changes = fs.watch(sources, { match = "*.src", recursive = false, debounce = 0.05 }) -- before the first look, so that nothing is missed
  local wanted, running = {}, nil
  for _, path in ipairs(fs.glob("*.src", { dir = sources })) do wanted[path] = true end
  local function start()
    running = spawn(function()
      build(wanted, out)
      if built then built() end
    end)
  end
  start()
  for batch in changes:items() do
    running:cancel()
    running:join()
    for _, change in ipairs(batch) do wanted[change.path] = true end
    if batch.overflow then -- too much at once for the system to tell: look at all
      for _, path in ipairs(fs.glob("*.src", { dir = sources })) do wanted[path] = true end
    end
    start()
  end
end

local sources, out = ...
if sources and out then
  watch_and_build(sources, out)
  return
end

-- The show: what somebody does after each build.
local home = fs.temp()
sources, out = fs.join(home, "src"), fs.join(home, "out")
local function edit(name, text) write(fs.join(sources, name .. ".src"), text, { parents = true }) end
local builds = sync.queue()
edit("a", "alpha")
edit("b", "beta")
group(function(g)
  g:spawn(watch_and_build, sources, out, function() builds:put(true) end)
  for _, does in ipairs {
    { "-- a mistake in b", function() edit("b", "an error") end },
    { "-- mended, and a new file", function() edit("b", "beta again") edit("c", "gamma") end },
    { "-- a is not needed any more", function() fs.remove(fs.join(sources, "a.src")) end },
  } do
    builds:get()
    print(does[1])
    does[2]()
  end
  builds:get()
  g:cancel("the show is over")
end)
for _, path in ipairs(fs.glob("*", { dir = out })) do print(fs.basename(path), read(path)) end
