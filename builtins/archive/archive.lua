---@meta lull.archive
-- The table `archive`: packed data.

---Packed data.
---@class archive
archive = {}

---How data is unpacked.
---@class archive.gunzip_options
---@field max_size? number bytes that it may unpack to (default 64 MiB; `math.huge`: no bound)
local gunzip_options = {}

---The string packed as gzip does (RFC 1952). The same string gives the same bytes.
---
---```lua
---local packed = archive.gzip(("lull "):rep(1000))
---print(#packed < 100, archive.gunzip(packed) == ("lull "):rep(1000)) --> true	true
---```
---@async
---@param s string
---@param level? integer 1 (fast) to 9 (small); the default is 6
---@return string
function archive.gzip(s, level) end

---The bytes that gzip has packed; several pieces behind each other come out as one. Raises kind `parse` where it is damaged or no gzip, and kind `limit` where it is more than `max_size`.
---
---```lua
---print(archive.gunzip(archive.gzip("one") .. archive.gzip(" two"))) --> one two
---print(select(2, pcall(archive.gunzip, "no gzip at all")).message) --> archive.gunzip: byte 1: this is not what gzip writes
---print(select(2, pcall(archive.gunzip, archive.gzip(("x"):rep(1000)), { max_size = 100 })).kind) --> limit
---```
---@async
---@param s string
---@param opts? archive.gunzip_options
---@return string
function archive.gunzip(s, opts) end
