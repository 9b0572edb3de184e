---@meta lull.file
-- Whole files: the globals `read` and `write`.

---The file's bytes, at most `n` of them. Devices, pipes and FIFOs work. Raises kind `io`, with `err.path` and `err.code`, or `limit` where there are more than a string may have, 1 GiB. A negative or fractional `n` is a bad argument.
---
---```lua
---print(#read("/dev/zero", 4)) --> 4
---local ok, err = pcall(read, "/no/such/file")
---print(err.kind, err.code) --> io	ENOENT
---```
---@async
---@param path string
---@param n? integer bytes
---@return string data
function read(path, n) end

---@class write_options
---@field append? boolean add to the end of the file
---@field atomic? boolean write beside it, fsync, rename and fsync the folder: whatever happens there is the old file or the new one, which has the mode and the owner of the old one (where the owner cannot be kept, set-id bits fall); a link's target is replaced; not with `append`, nor onto a FIFO or device
---@field mode? string permissions of a new file, in octal: `"600"`
---@field parents? boolean folders that are missing are made (false)

---Writes a string or a number to the file, which is made or emptied first, and returns the number of bytes. Raises kind `io`, with `err.path` and `err.code`. A cancelled write of a regular file stops within the next MiB and is waited for.
---
---```lua
---local path = os.tmpname()
---print(write(path, "spam"), write(path, "eggs", { append = true })) --> 4	4
---print(read(path)) --> spameggs
---os.remove(path)
---```
---@async
---@param path string
---@param data string|number
---@param opts? write_options
---@return integer bytes
function write(path, data, opts) end
