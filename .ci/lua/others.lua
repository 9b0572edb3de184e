-- Uses libraries that bring no tests along.
local json = require "dkjson"
local text = json.encode({ 1, 2.5, "a\"b\n\1é", { x = true, y = json.null }, -0.125, 1e100 }, { indent = true, keyorder = { "x", "y" } })
print(text)
local back, pos, err = json.decode(text)
print(#back, back[3] == "a\"b\n\1é", back[4].x, pos, err)
print(json.encode((json.decode '{"b":"\\u00e9\\ud83d\\ude00", "c": null}')))
print(json.decode("[1, nope]"))
print((pcall(json.encode, { print })))


local mp = require "MessagePack"
for _, v in ipairs { 0, -1, 127, 128, 65536, 2 ^ 40, -2 ^ 33, 1.5, 1e300, "x", ("y"):rep(300), true } do
  local packed = mp.pack(v)
  print(#packed, (packed:sub(1, 12):gsub(".", function(c) return ("%02x"):format(c:byte()) end)), mp.unpack(packed) == v)
end
local t = mp.unpack(mp.pack { 1, { a = "b" }, { { {} } } })
print(t[1], t[2].a, #t[3][1])
print(pcall(mp.unpack, "\xc1"))

local base = require "basexx"
print(base.to_base64 "hello, world", base.from_base64 "aGVsbG8=", base.to_base32 "lull", base.to_hex "\0\255", base.to_bit "A", base.to_z85 "abcd")
print(require "ansicolors"("%{red}x%{reset}y"):byte(1, -1))
print(require "markdown"([[
# Title

Some *text* with `code`, a [link](http://example.org/?a=1&b=2 "t") and **more**.

1. one
2. two
    - nested

> quoted

    code <block>

<div>html</div>
]]))
local uri = require "uri"
local u = assert(uri:new "http://example.org:8080/a/b?q=1#frag")
print(u, u:host(), u:port(), u:path(), u:query(), u:fragment(), u:userinfo())
print(uri:new("c/d", "http://example.org/a/b"), uri:new("not a uri at all"))
require "compat53"
print(table.unpack({ 1, 2, 3 }, 2), math.type(3), math.tointeger(3.0), ("x"):rep(3, ","))
local f = require "fifo" ()
f:push(1); f:push(2); print(f:pop(), f:length(), f:pop(), pcall(f.pop, f))
local Counter = require "mediator"()
Counter:subscribe({ "a", "b" }, function(x) print("got", x); return x end)
print(#Counter:publish({ "a", "b" }, 5))
