-- What random programs call. Each program gets it anew. Where there is sleep, this is Lull: Y waits in every way there
-- is, which must change nothing, while the reference's does nothing.
local K = 0
function deep() K = K + 1 return K > 100 end
local outer
if sleep then
  function Y() if outer and coroutine.running() == outer then coroutine.yield() else sleep(0) end end
else
  function Y() end
end
Z = 0 -- for -Z: lua5.1 takes the constants 0 and -0 for the same

function N(x)
  if type(x) == "number" then if x ~= x or x < -1e9 or x > 1e9 then return 7 end return x % 97 + 0 end
  if type(x) == "string" then return #x end
  return 1
end
function S(x)
  local t = type(x)
  if t == "number" then return N(x) - N(x) % 1 end
  if t == "string" then return #x < 100 and x or x:sub(1, 9) end
  if t == "boolean" or t == "nil" then return tostring(x) end
  return t
end
function T(x) return type(x) == "table" and {1, 2} or x end -- for #T(x): with holes a length is anyone's choice

-- Numbers are shown without tostring where that differs: of large whole ones, and of halves in LuaJIT.
local function number(v)
  if TEXTS and v > -1e14 and v < 1e14 then return tostring(v) end
  if v ~= v then return "nan" end
  if v == 0 then return 1 / v < 0 and "-0" or "0" end
  if v == math.huge then return "inf" elseif v == -math.huge then return "-inf" end
  if v > 1e9 then return "big" elseif v < -1e9 then return "-big" end
  local whole = math.floor(v)
  local s = string.format("%d", whole)
  if whole ~= v then s = s .. "+" .. string.format("%d", math.floor((v - whole) * 4096)) end
  return s
end
local function text(v, d)
  local t = type(v)
  if t == "number" then return number(v) end
  if t == "string" then return '"' .. v .. '"' end
  if t ~= "table" then
    if t == "function" or t == "thread" then return t end
    return tostring(v)
  end
  if d > 2 then return "..." end
  local o = {}
  for k, x in next, v do
    local kt = type(k)
    local key = kt == "number" and number(k + 0) or kt == "string" and k or kt == "boolean" and tostring(k) or kt
    o[#o + 1] = key .. "=" .. text(x, d + 1)
  end
  table.sort(o)
  return "{" .. table.concat(o, ",") .. "}"
end
function show(...)
  local o = {}
  for i = 1, select("#", ...) do o[i] = text((select(i, ...)), 1) end
  return select("#", ...) .. ":" .. table.concat(o, " ")
end

function f1(...) return ... end
function I(f) return type(f) == "function" and f or next, {1} end -- lua5.1 gives an iterator that is none the name of any value
function f2(...) Y() return select("#", ...), (...) end
function f3() end
function f4(x, y) return y, nil, x end
function L() return TEXTS and debug.getinfo(2, "l").currentline or 0 end

-- what is known of an error: with TEXTS all of it
local function known(e)
  if type(e) ~= "string" then return type(e) end
  if e:find("stack overflow", 1, true) then return "OVERFLOW" end
  return TEXTS and e or "string"
end
local function result(ok, e, ...)
  if ok then print("ok", show(e, ...)) else print("err", known(e)) end
  return ok
end
function P(...) return result(pcall(...)) end
function X(f) return result(xpcall(f, function(e) Y() return e end)) end
function R(co, ...)
  if type(co) ~= "thread" or coroutine.status(co) ~= "suspended" then return "no" end
  local function back(ok, ...) if ok then return ok, ... end return ok, known((...)) end
  return back(coroutine.resume(co, ...))
end
function TOP(f)
  if not PUMP then return P(f, 1, "two") end
  outer = coroutine.create(function() P(f, 1, "two") end)
  while coroutine.status(outer) ~= "dead" do assert(coroutine.resume(outer)) end
end

local mt = {}
local function val(a) if type(a) == "table" then return N(rawget(a, "v")) end return N(a) end
function mt.__index(t, k) Y() return k == "n" and 4 or nil end
function mt.__newindex(t, k, v) Y() rawset(t, k, v and N(v) + 1) end
function mt.__add(a, b) Y() return val(a) + val(b) end
function mt.__sub(a, b) Y() return val(a) - val(b) end
function mt.__mul(a, b) Y() return val(a) * val(b) end
function mt.__mod(a, b) Y() return "mod" end
function mt.__concat(a, b) Y() return "cat" end
function mt.__call(self, ...) Y() return self.v, ... end
function mt.__eq(a, b) Y() return val(a) == val(b) end
function mt.__lt(a, b) Y() return val(a) < val(b) end
function mt.__le(a, b) Y() return val(a) <= val(b) end
function mt.__unm(a) Y() return -val(a) + 0 end
function O(v) return setmetatable({v = v}, mt) end

for _, k in ipairs {"a", "b", "c", "d", "e", "f", "g1", "g2", "g3", "c1", "c2"} do _G[k] = nil end
t1 = {1, 2, 3, x = 5, u = {x = 1, y = 2}}
t2 = {u = {}}
function t1:m(...) Y() return self.x, ... end
function t2.m(self, a) return a, self == t2 end
