---@meta lull.re
-- The table `re`: regular expressions.

---Regular expressions as RE2 and Go have them (https://pkg.go.dev/regexp/syntax), in the manner of Lua's string functions. A search takes time that grows with the text alone, whatever the pattern: so there is neither lookaround nor a back reference. Texts are UTF-8; positions are in bytes, as everywhere in Lua. Patterns are compiled once. One with `]]` in it stands in `[=[...]=]`.
---A pattern that cannot be compiled, or is too large, is a bad argument. A group that took no part in a match is `false`.
---@class re
re = {}

---Where the first match is: its first and last byte, then its groups; nil if there is none. With `init` the search begins there, and `^` matches there, as with `string.find`; negative ones count from the end.
---
---```lua
---print(re.find("key = value", [[(\w+)\s*=\s*(\w+)]])) --> 1	11	key	value
---print(re.find("aXbX", "X", 3)) --> 4	4
---print(re.find("abc", "x")) --> nil
---```
---@async
---@param s string
---@param pattern string
---@param init? integer
---@return integer? first
---@return integer? last
---@return string|false ... groups
function re.find(s, pattern, init) end

---The groups of the first match, or all of it where the pattern has none; nil if there is none.
---
---```lua
---print(re.match("2024-05-01", [[(\d+)-(\d+)]])) --> 2024	05
---print(re.match("error: disk full", "(?i)ERROR.*"), re.match("b", "(a)?(b)")) --> error: disk full	false	b
---```
---@async
---@param s string
---@param pattern string
---@param init? integer
---@return string|false|nil ... groups
function re.match(s, pattern, init) end

---An iterator over all matches: their groups, or all of each where the pattern has none. Each step is a checkpoint.
---
---```lua
---for name, value in re.gmatch("a=1, b=22", [[(\w)=(\d+)]]) do print(name, value) end
-----> a	1
-----> b	22
---```
---@async
---@param s string
---@param pattern string
---@return fun(): string|false|nil, ... next
function re.gmatch(s, pattern) end

---The text with its matches, or the first `n` of them, replaced, and how many were. In a replacement `%1` to `%9` are groups, `%0` is the whole match and `%%` a `%`. A table is asked for the first group, or the whole match where there is none; a function gets all groups, and may wait. Where they have nothing (nil or false) the match stays as it is.
---
---```lua
---print(re.gsub("hello world", [[(\w+) (\w+)]], "%2 %1")) --> world hello	1
---print(re.gsub("$HOME/$x", [[\$(\w+)]], { HOME = "/root" })) --> /root/$x	2
---print(re.gsub("a1b22", [[\d+]], function(n) return "<" .. n .. ">" end, 1)) --> a<1>b22	1
---```
---@async
---@param s string
---@param pattern string
---@param repl string|table|fun(...): string|false|nil
---@param n? integer
---@return string
---@return integer count
function re.gsub(s, pattern, repl, n) end

---The pieces between the matches, as a list; at most `max` of them, the last of which is what is left.
---
---```lua
---print(table.concat(re.split("a, b;c", [=[[,;]\s*]=]), "|")) --> a|b|c
---print(#re.split("", ","), table.concat(re.split("a,b,c", ",", 2), "|"), #re.split("héllo", "")) --> 1	a|b,c	5
---```
---@async
---@param s string
---@param pattern string
---@param max? integer
---@return string[] pieces
function re.split(s, pattern, max) end

---The named groups, `(?P<name>...)`, of the first match as a table; nil if there is none. A group that took no part is absent.
---
---```lua
---local m = re.groups("GET /jobs HTTP/1.1", [[(?P<method>[A-Z]+) (?P<path>\S+)]])
---print(m.method, m.path, re.groups("?", "(?P<x>a)")) --> GET	/jobs	nil
---```
---@async
---@param s string
---@param pattern string
---@param init? integer
---@return table<string, string>? groups
function re.groups(s, pattern, init) end

---A pattern that matches the text itself.
---
---```lua
---print(re.escape("1.5*x"), re.match("costs 1.5*x", re.escape("1.5*x"))) --> 1\.5\*x	1.5*x
---```
---@param s string
---@return string pattern
function re.escape(s) end
