---@meta lull.progress
-- The table `progress`: bars that say how much is done, below what is printed.

---Bars that say how much of something is done. On a terminal (standard error, else standard output) they stand below whatever is printed, which scrolls above them, and are drawn ten times a second; where there is none a bar writes a line to standard error every 10 seconds of the loop's clock, while it changes, and nothing if it takes less. While a program that the script has started writes to the terminal, and while something is asked for there, they are not shown.
---@class progress
progress = {}

---Options of a bar.
---@class progress.options
---@field total? number how many there are to do; without it neither a share nor the time left is shown
---@field label? string what it is that is done
---@field unit? string what is counted, such as `"files"`; `"bytes"` are shown as KiB, MiB...
local options = {}

---A bar. `fs.copy`, `task.map` and others take it as their option `progress`, too, and count on it.
---@class bar
local b = {}

---Says that `n` more are done; a negative number takes some back.
---
---```lua
---local b = progress.bar { total = 3 }
---b:add()
---b:add(2)
---print(b) --> progress bar: 100%, 3/3
---b:close()
---```
---@param n? number 1 if absent
function b:add(n) end

---Says that `n` are done.
---
---```lua
---local b = progress.bar { total = 4096, unit = "bytes" }
---b:set(1024)
---print(b) --> progress bar: 25%, 1.0 KiB/4.0 KiB
---b:close()
---```
---@param n number 0 or more
function b:set(n) end

---Says how many there are to do.
---
---```lua
---local b = progress.bar { label = "links" }
---b:add(5)
---b:total(50)
---print(b) --> progress bar: links: 10%, 5/50
---b:close()
---```
---@param n number 0 or more
function b:total(n) end

---Says what it is that is done.
---
---```lua
---local b = progress.bar()
---b:label("b.txt")
---print(b) --> progress bar: b.txt: 0
---b:close()
---```
---@param s string
function b:label(s) end

---Takes the bar away. It is closed with the task that made it; closing it twice does nothing.
---
---```lua
---local b = progress.bar { total = 1 }
---b:add()
---b:close()
---print(b) --> progress bar: 100%, 1/1
---```
function b:close() end

---Makes a bar, of which there may be several at once. An unknown option, and a total that is negative, infinite or NaN, is a bad argument.
---
---```lua
---local b = progress.bar { total = 120, label = "hosts" }
---for _ = 1, 80 do sleep(0.1) b:add() end
---print(b) --> progress bar: hosts: 66%, 80/120, 10/s, 0:04 left
---b:close()
---```
---@param opts? progress.options
---@return bar b
function progress.bar(opts) end

---Goes over a list as `ipairs` does, with a bar that shows how far it is. Where the loop is left early the bar stays until the task ends.
---
---```lua
---for i, name in progress.each({ "a", "b" }, { label = "names" }) do
---  print(i, name) --> 1	a
---  --> 2	b
---end
---```
---@param list any[]
---@param opts? progress.options
---@return fun(): integer?, any next
function progress.each(list, opts) end
