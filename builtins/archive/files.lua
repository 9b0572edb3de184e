---@meta lull.archive.files
-- The table `archive`, with files: what is there of it where files are granted.

---A stream of a file's bytes, unpacked if they begin as gzip, bzip2 or zstd write them; the file's name does not matter. It has the methods of Lua's files (`read`, `lines`, `close`), goes wherever a file handle goes, and is closed when its task ends. Memory does not grow with the file. Raises kind `io` with `err.path`; reading raises kind `parse` with `err.path` where the data is damaged, or is of zstd and takes more than 128 MiB to unpack.
---
---```lua
---local dir = fs.temp()
---write(dir .. "/log.gz", archive.gzip("one\ntwo\n"))
---for line in archive.open(dir .. "/log.gz"):lines() do print(line) end
-----> one
-----> two
---```
---@async
---@param path string
---@return file*
function archive.open(path) end

---Options of `archive.create`.
---@class archive.create_options
---@field base? string the folder that relative paths in `files` start from; names in the archive are without it
---@field exclude? string|string[] patterns as `fs.glob` has them, of names at any depth or, with `/`, of names in the archive: what matches is left out, a folder with all that is in it
---@field level? integer 1 (fast) to 9 (small), of zstd to 22; not for `.tar`
local create_options = {}

---Makes an archive of files, links and folders with all that is in them, by the end of its name: `.tar`, `.tar.gz` or `.tgz`, `.tar.zst` or `.tzst`, `.zip`. `files` is a list of paths, which are names in the archive as well, or `{ [name in it] = path }`, or both; `"."` is what is in the folder. Folders are read in sorted order, links are not followed, and members have no owner. The archive is written beside and renamed: whatever happens there is the old file or the new one. It leaves itself out.
---
---Returns the number of members. Raises kind `io` with the `err.path` of the file that could not be read or written, devices, FIFOs and sockets among them. A name in the archive that is absolute or has `..` in it is a bad argument.
---
---```lua
---local dir = fs.temp()
---fs.mkdir(dir .. "/src")
---write(dir .. "/src/a.lua", "print(1)")
---write(dir .. "/src/a.o", "object")
---print(archive.create(dir .. "/src.tar.gz", { "src" }, { base = dir, exclude = "*.o" })) --> 2
---print(archive.create(dir .. "/one.zip", { ["docs/a.txt"] = dir .. "/src/a.lua" })) --> 1
---```
---@async
---@param path string
---@param files table paths, or `{ [name in the archive] = path }`
---@param opts? archive.create_options
---@return integer members
function archive.create(path, files, opts) end

---Options of `archive.extract`.
---@class archive.extract_options
---@field strip? integer how many leading folders are taken off each name; members without more are left out
---@field exclude? string|string[] patterns as `fs.glob` has them, of names at any depth or, with `/`, of names in the archive: what matches is left out, a folder with all that is in it
---@field max_size? number bytes that all files may have together (default 10 GiB; `math.huge`: no bound)
---@field max_files? number members that the archive may have (default 100,000; `math.huge`: no bound)
local extract_options = {}

---Extracts an archive (by the end of its name: `.tar`, `.tar.gz` or `.tgz`, `.tar.zst` or `.tzst`, `.zip`) into a folder, which is made if it is not there, and returns the number of files, folders and links that it has made. A file or link in a member's place is replaced; a folder stays. Modes and times are kept; owners, set-user-id, set-group-id and sticky bits are not.
---
---Nothing is made or changed outside of `dir`, whatever the archive holds and whoever changes the folder meanwhile. These raise kind `denied`, with the member's name as `err.path`: names that are absolute or have `..` in them, links that lead out of `dir` (an absolute target, more `..` than there are folders, `..` behind a name), members behind a link that stood in `dir` before and leads out, hard links to anything but files, devices and FIFOs as members; on Windows also names that are none there (`a:b`, `CON`, `a.`). More than `max_size` or `max_files` raises kind `limit`, a damaged archive kind `parse`, what the system refuses, and a member in the place of a FIFO, a socket or a device, kind `io` with `err.path`. The message names the member. Members that were extracted before an error, or before the task was cancelled, stay; the file that was being written does not.
---
---```lua
---local dir = fs.temp()
---write(dir .. "/a", "one")
---archive.create(dir .. "/a.tar", { ["top/sub/a"] = dir .. "/a" })
---print(archive.extract(dir .. "/a.tar", dir .. "/out", { strip = 1 }), read(dir .. "/out/sub/a")) --> 1	one
---```
---@async
---@param path string
---@param dir string
---@param opts? archive.extract_options
---@return integer members
function archive.extract(path, dir, opts) end

---Options of `archive.list`.
---@class archive.list_options
---@field max_size? number bytes that are unpacked at most (default 10 GiB; `math.huge`: no bound)
---@field max_files? number members that the archive may have (default 100,000; `math.huge`: no bound)
local list_options = {}

---A member of an archive.
---@class archive.member
---@field name string as it is in the archive, whatever that is: `archive.extract` looks at names, whoever makes paths of them has to
---@field type "file"|"dir"|"link"|"hardlink"|"other" other: a device or a FIFO
---@field size integer bytes; 0 for what is no file
---@field mode? string its permissions in octal, such as `"644"`; nil where the archive has none
---@field mtime? number when it was changed, in seconds since 1970
---@field link? string where a link leads; for a hard link the name of a member
local member = {}

---The members of an archive, in its order. Names in a zip that are no UTF-8 are taken for code page 437, as its specification says. Raises kind `parse` with `err.path` where it is damaged, and kind `limit` where it is larger than the options say.
---
---```lua
---local dir = fs.temp()
---write(dir .. "/a", "one", { mode = "640" })
---archive.create(dir .. "/a.zip", { ["sub/a"] = dir .. "/a" })
---for _, m in ipairs(archive.list(dir .. "/a.zip")) do print(m.name, m.type, m.size, m.mode) end --> sub/a	file	3	640
---```
---@async
---@param path string
---@param opts? archive.list_options
---@return archive.member[]
function archive.list(path, opts) end
