-- Runs files of tests written for busted, which itself needs modules in C: lua5.1 (or lull) spec.lua FILE.
-- Prints a line for each test, so that two interpreters can be compared, and the sum.

local assert_ = require "luassert"
spy, stub, mock, match = require "luassert.spy", require "luassert.stub", require "luassert.mock", require "luassert.match"
assert = assert_

local passed, failed, skipped = 0, 0, 0
local path = {}          -- names of the blocks around
local blocks = {}        -- and what they want done before and after each test

local function say(what, name, detail)
  print(what .. " " .. table.concat(path, " / ") .. " / " .. name .. (detail and "\n  " .. detail:gsub("\n", "\n  ") or ""))
end

local function block(name, body)
  path[#path + 1] = name
  local b = { before = {}, after = {}, teardown = {} }
  blocks[#blocks + 1] = b
  local ok, err = pcall(body)
  if not ok then failed = failed + 1; say("error", "(block)", tostring(err)) end
  for _, fn in ipairs(b.teardown) do fn() end
  blocks[#blocks], path[#path] = nil, nil
end

local function message(err)
  if type(err) == "table" and err.message ~= nil then err = err.message end
  return (tostring(err):gsub("0x%x+", "ADDRESS"))
end

local function test(name, body)
  if not body then skipped = skipped + 1; return say("pending", name) end
  local snapshot = assert_:snapshot()
  local finalizers = {}
  finally = function(fn) finalizers[#finalizers + 1] = fn end
  local ok, err = xpcall(function()
    for _, b in ipairs(blocks) do for _, fn in ipairs(b.before) do fn() end end
    body()
  end, function(e) return e end)
  for _, fn in ipairs(finalizers) do fn() end
  for i = #blocks, 1, -1 do for _, fn in ipairs(blocks[i].after) do fn() end end
  snapshot:revert()
  if ok then passed = passed + 1; say("ok", name) else failed = failed + 1; say("FAILED", name, message(err)) end
end

describe, context, insulate, expose = block, block, block, block
it, spec = test, test
pending = function(name) test(name) end
before_each = function(fn) table.insert(blocks[#blocks].before, fn) end
after_each = function(fn) table.insert(blocks[#blocks].after, fn) end
setup, lazy_setup, strict_setup = function(fn) fn() end, function(fn) fn() end, function(fn) fn() end
teardown = function(fn) table.insert(blocks[#blocks].teardown, fn) end
lazy_teardown, strict_teardown = teardown, teardown

local file = table.remove(arg, 1)
arg[0] = file
block(file, _G.assert(loadfile(file)))
print(passed .. " passed, " .. failed .. " failed, " .. skipped .. " pending")
