---@meta lull.fs
-- The table `fs`: files and folders.

---Files and folders, on the machine or in the tree that a host has granted. Paths are written with `/` everywhere; relative ones start from the folder that the script runs in. A function that fails raises kind `io`, with `err.path` and `err.code`. Listings are sorted by bytes, and leave out files that are to take another's place (`.NAME.lull-` and eight of `[a-z0-9]`).
---
---In patterns `*` is anything in one name, `?` one character, `[a-z]` one of a set (`[!a-z]`: none of it), `{a,b}` one of several, `**` any number of folders; `\` quotes (not on Windows).
---@class fs
fs = {}

---The facts about a file.
---@class fs.info
---@field type "file"|"dir"|"link"|"other"
---@field size number
---@field mode string octal digits, `"644"`
---@field mtime number when it was changed, in seconds since 1970
---@field ctime? number when its mode, owner or names were changed
---@field uid? number
---@field gid? number
---@field nlink? number how many names it has
---@field dev? number
---@field ino? number
local info = {}

---The file that `fs.walk` has come to; with `stat` it has the fields of `fs.info`, too.
---@class fs.entry
---@field name string
---@field type "file"|"dir"|"link"|"other"
---@field depth integer 1 for what is in the folder itself
local entry = {}

---@class fs.stat_options
---@field follow? boolean look at what a link leads to (true)
local statOptions = {}

---The facts about a file; nil if there is nothing of that name. With `follow = false` a link is looked at itself.
---
---```lua
---local dir = fs.temp()
---write(dir .. "/f", "12345", { mode = "640" })
---local st = fs.stat(dir .. "/f")
---print(st.type, st.size, st.mode, fs.stat(dir .. "/none")) --> file	5	640	nil
---```
---@async
---@param path string
---@param opts? fs.stat_options
---@return fs.info?
function fs.stat(path, opts) end

---The kind of file that a name leads to, over links: `"file"`, `"dir"`, `"other"`, or false.
---
---```lua
---print(fs.exists("/"), fs.exists("/no/such/file")) --> dir	false
---```
---@async
---@param path string
---@return "file"|"dir"|"other"|false
function fs.exists(path) end

---@class fs.list_options
---@field match? string a pattern for names
local listOptions = {}

---The names in a folder; with `match` those that a pattern matches.
---
---```lua
---local dir = fs.temp()
---for _, name in ipairs { "b.txt", "a.txt", ".hidden" } do fs.touch(dir .. "/" .. name) end
---print(table.concat(fs.list(dir), " "), table.concat(fs.list(dir, { match = "*.txt" }), " ")) --> .hidden a.txt b.txt	a.txt b.txt
---```
---@async
---@param dir string
---@param opts? fs.list_options
---@return string[]
function fs.list(dir, opts) end

---Options of `fs.walk`. A pattern without `/` is for names at any depth, one with `/` for the path below the folder.
---@class fs.walk_options
---@field match? string|string[] what is given out; folders are entered in any case
---@field exclude? string|string[] what is not; an excluded folder is not entered
---@field type? "file"|"dir"|"link"|"other"
---@field depth? integer how deep
---@field hidden? boolean names that begin with a dot (true)
---@field follow? boolean links; a folder that one is in already is not entered again, and one that leads nowhere, or in a circle, is a link (false)
---@field stat? boolean the fields of `fs.info` (false)
---@field on_error? fun(path: string, err: any) is told of what cannot be read, which is raised otherwise
local walking = {}

---Everything below a folder, one by one: the path, which begins with the folder, and what it is. Each folder comes before what is in it. A file that vanishes meanwhile is left out; no more is held than the names of the folders that the walk is in.
---
---```lua
---local dir = fs.temp()
---fs.mkdir(dir .. "/a/b")
---write(dir .. "/a/x.lua", "")
---write(dir .. "/y.lua", "")
---for path, e in fs.walk(dir, { match = "*.lua" }) do print(fs.rel(path, dir), e.type, e.depth) end
-----> a/x.lua	file	2
-----> y.lua	file	1
---```
---@async
---@param dir string
---@param opts? fs.walk_options
---@return fun(): string?, fs.entry?
function fs.walk(dir, opts) end

---@class fs.glob_options
---@field dir? string where to start from; paths begin with it
---@field exclude? string|string[]
---@field type? "file"|"dir"|"link"|"other"
---@field hidden? boolean `*`, `?` and `**` match dots at the beginning of names, too (false)
---@field follow? boolean `**` goes through links (false)
local globbing = {}

---The paths that a pattern matches, or one of a list; an empty list where there are none. A pattern that ends in `/` is for folders. Folders that cannot be read are skipped.
---
---```lua
---local dir = fs.temp()
---fs.mkdir(dir .. "/src/deep")
---for _, f in ipairs { "src/a.c", "src/a.h", "src/deep/b.c" } do fs.touch(dir .. "/" .. f) end
---for _, path in ipairs(fs.glob("src/**/*.c", { dir = dir })) do print(fs.rel(path, dir)) end
-----> src/a.c
-----> src/deep/b.c
---```
---@async
---@param pattern string|string[]
---@param opts? fs.glob_options
---@return string[]
function fs.glob(pattern, opts) end

---Whether a pattern matches a whole path. Nothing is looked up.
---
---```lua
---print(fs.match("**/*.{c,h}", "src/a.h"), fs.match("*.c", "src/a.c"), fs.match("[!a]?", "bc")) --> true	false	true
---```
---@param pattern string
---@param path string
---@return boolean
function fs.match(pattern, path) end

---A name as a pattern that matches nothing else.
---
---```lua
---print(fs.match(fs.escape("a*[1].txt"), "a*[1].txt"), fs.match(fs.escape("a*"), "ab")) --> true	false
---```
---@param name string
---@return string
function fs.escape(name) end

---@class fs.mkdir_options
---@field mode? string octal digits (as the system makes folders)
local mkdirOptions = {}

---Makes a folder and those that it is in; if it is there already that is fine. `mode` is its permissions, as octal digits. Returns the path.
---
---```lua
---local dir = fs.temp()
---print(fs.exists(fs.mkdir(dir .. "/a/b/c")), fs.exists(fs.mkdir(dir .. "/a"))) --> dir	dir
---```
---@async
---@param path string
---@param opts? fs.mkdir_options
---@return string path
function fs.mkdir(path, opts) end

---@class fs.remove_options
---@field recursive? boolean a folder with all that is in it (false)
local removeOptions = {}

---Removes a file, a link or an empty folder, with `recursive` a folder and all that is in it: links are not followed. The root of a file system, an empty path and one that ends in `.` or `..` are bad arguments; a `/` at the end of a file or a link is an error, code `ENOTDIR`. False if there was nothing.
---
---```lua
---local dir = fs.temp()
---fs.mkdir(dir .. "/a/b")
---print(fs.remove(dir .. "/a", { recursive = true }), fs.remove(dir .. "/a")) --> true	false
---```
---@async
---@param path string
---@param opts? fs.remove_options
---@return boolean
function fs.remove(path, opts) end

---@class fs.copy_options
---@field overwrite? boolean files that are there are replaced, else kind `io`, code `EEXIST`, at the first (true)
---@field exclude? string|string[] patterns, as in `fs.walk`
---@field progress? boolean|bar|fun(done: number, total: number) how many bytes are done: `true` shows a bar, one of `progress.bar` counts them, a function is told at each MiB
---@field parents? boolean folders that are missing are made (false)
local copying = {}

---Copies a file, or a tree, to exactly that name; with a `/` at its end `to` is a folder to put it in. Mode and times are kept, links copied as links, a folder copied onto another merged into it, holes kept. Each file is written beside its place and renamed. The system copies where it can. Onto a FIFO, socket or device nothing is copied, nor a folder into itself, unless `exclude` leaves out that place. Cancelled, it stops within a MiB, and whole files stay. Returns the number of bytes.
---
---```lua
---local dir = fs.temp()
---write(dir .. "/a", "12345")
---print(fs.copy(dir .. "/a", dir .. "/b"), read(dir .. "/b")) --> 5	12345
---```
---@async
---@param from string
---@param to string
---@param opts? fs.copy_options
---@return number bytes
function fs.copy(from, to, opts) end

---@class fs.move_options
---@field overwrite? boolean what is there is replaced (true)
---@field parents? boolean folders that are missing are made (false)
local moveOptions = {}

---Renames a file or folder; across file systems it is copied, then the old one removed. `to` is as in `fs.copy`, and no FIFO, socket or device. Where both are hard links of one file the old name goes. With `overwrite = false` a name that is there raises code `EEXIST`; `parents` makes folders that are missing.
---
---```lua
---local dir = fs.temp()
---write(dir .. "/a", "x")
---fs.move(dir .. "/a", dir .. "/new/b", { parents = true })
---print(fs.exists(dir .. "/a"), read(dir .. "/new/b")) --> false	x
---```
---@async
---@param from string
---@param to string
---@param opts? fs.move_options
function fs.move(from, to, opts) end

---@class fs.link_options
---@field hard? boolean another name for the file itself (false)
---@field overwrite? boolean what is there is replaced (false)
local linkOptions = {}

---Makes a symbolic link to a target, which is taken from the link's folder; with `hard` another name for the file. `overwrite` replaces what is there, no FIFO, socket or device, in one step.
---
---```lua
---local dir = fs.temp()
---write(dir .. "/v2", "two")
---fs.link("v2", dir .. "/current", { overwrite = true })
---print(read(dir .. "/current"), fs.readlink(dir .. "/current")) --> two	v2
---```
---@async
---@param target string
---@param path string
---@param opts? fs.link_options
function fs.link(target, path, opts) end

---Where a symbolic link leads, as it says.
---
---```lua
---local dir = fs.temp()
---fs.link("../x", dir .. "/l")
---print(fs.readlink(dir .. "/l")) --> ../x
---```
---@async
---@param path string
---@return string
function fs.readlink(path) end

---The absolute name of a file, without links, `.` and `..` in it; in a granted tree, where no absolute name leads anywhere, a relative one.
---
---```lua
---local dir = fs.realpath(fs.temp())
---fs.mkdir(dir .. "/d")
---fs.link("d", dir .. "/l")
---print(fs.realpath(dir .. "/l/../d/.") == dir .. "/d") --> true
---```
---@async
---@param path string
---@return string
function fs.realpath(path) end

---Sets the mode: octal digits, or changes such as `"u+x"` and `"go-w"`.
---
---```lua
---local f = fs.temp { file = true }
---fs.chmod(f, "640")
---fs.chmod(f, "u+x,o=r")
---print(fs.stat(f).mode) --> 744
---```
---@async
---@param path string
---@param mode string
function fs.chmod(path, mode) end

---Sets the user and the group, by name or number; nil leaves one as it is.
---
---```lua
---local f = fs.temp { file = true }
---fs.chown(f, fs.stat(f).uid, nil)
---print(select(2, pcall(fs.chown, f, "no such user")).message:match("there is.*")) --> there is no user "no such user"
---```
---@async
---@param path string
---@param user? string|number
---@param group? string|number
function fs.chown(path, user, group) end

---@class fs.touch_options
---@field mtime? number seconds since 1970 (now)
local touchOptions = {}

---Sets a file's time to now, or to `mtime`, in seconds since 1970; one that is not there is made.
---
---```lua
---local f = fs.temp() .. "/f"
---fs.touch(f, { mtime = 1e9 })
---print(fs.stat(f).mtime, fs.stat(f).size) --> 1000000000	0
---```
---@async
---@param path string
---@param opts? fs.touch_options
function fs.touch(path, opts) end

---@class fs.replace_options
---@field mode? string octal digits (as the old file, or a new one)
---@field parents? boolean folders that are missing are made (false)
local replaceOptions = {}

---Calls `fn` with a new file, which takes the place of `path` when it returns, and is on the disk then; when it raises or is cancelled, or a write was refused (a full disk), whether `fn` has looked or not, the old one stays. A reader meanwhile has the old or the new one, whole. Mode and owner are kept, unless `mode` sets it; a link stays and its target is replaced; `parents` makes folders that are missing. Returns `fn`'s values.
---
---```lua
---local path = fs.temp() .. "/report"
---write(path, "old")
---print(pcall(fs.replace, path, function(file) file:write("half") error("broken", 0) end)) --> false	broken
---print(read(path), fs.replace(path, function(file) file:write("new") return 1 end), read(path)) --> old	1	new
---```
---@async
---@param path string
---@param fn fun(file: any): any
---@param opts? fs.replace_options
---@return any ...
function fs.replace(path, fn, opts) end

---@class fs.temp_options
---@field file? boolean a file instead of a folder
---@field prefix? string how its name begins (`"lull-"`)
---@field dir? string where it is made (the folder of the machine for such, `TMPDIR`)
---@field keep? boolean it lives as long as the run, and not as the task
local temporary = {}

---Makes a folder that nobody else has, mode 700, and returns its path. It is removed, with all that is in it, when the task ends; a task that returns the path hands it to the one that receives it. With `fn`, which is called with the path and whose values are returned, it is removed when that ends.
---
---```lua
---local dir
---await(spawn(function() dir = fs.temp() write(dir .. "/f", "x") end))
---print(fs.exists(dir), fs.temp({}, function(d) return fs.stat(d).mode end)) --> false	700
---```
---@async
---@param opts? fs.temp_options
---@param fn? fun(path: string): any
---@return any path
function fs.temp(opts, fn) end

---How many bytes a file has, or all files of a tree together, each once.
---
---```lua
---local dir = fs.temp()
---write(dir .. "/a", "12345")
---fs.link(dir .. "/a", dir .. "/b", { hard = true })
---print(fs.size(dir .. "/a"), fs.size(dir)) --> 5	5
---```
---@async
---@param path string
---@return number bytes
function fs.size(path) end

---How many bytes there are on the file system of a path. On the machine's files only.
---
---```lua
---local u = fs.usage("/")
---print(u.total >= u.used, u.available <= u.total) --> true	true
---```
---@async
---@param path string
---@return table usage `total`, `used` and `available`
function fs.usage(path) end

---A path of several parts, with one `/` between them. A part never leads out by being absolute; nothing is looked up.
---
---```lua
---print(fs.join("a", "b/", "/c"), fs.join("/", "etc"), fs.join("", "x")) --> a/b/c	/etc	x
---```
---@param ... string
---@return string
function fs.join(...) end

---The folder in a path.
---
---```lua
---print(fs.dirname("a/b/c"), fs.dirname("/x"), fs.dirname("x")) --> a/b	/	.
---```
---@param path string
---@return string
function fs.dirname(path) end

---The last name in a path, without a suffix that it may have.
---
---```lua
---print(fs.basename("a/b.txt"), fs.basename("a/b.txt", ".txt"), fs.basename("a/")) --> b.txt	b	a
---```
---@param path string
---@param suffix? string
---@return string
function fs.basename(path, suffix) end

---The end of a path's last name from its last dot on, or an empty string.
---
---```lua
---print(fs.ext("a.tar.gz"), show(fs.ext(".bashrc"))) --> .gz	""
---```
---@param path string
---@return string
function fs.ext(path) end

---An absolute path, without `.` and `..` in it; in a granted tree a relative one. Nothing is looked up; for links there is `fs.realpath`.
---
---```lua
---print(fs.abs("/a/./b/../c"), fs.abs("x") == fs.cwd() .. "/x") --> /a/c	true
---```
---@param path string
---@return string
function fs.abs(path) end

---A path as it is seen from a folder, by default the one that the script runs in.
---
---```lua
---print(fs.rel("/a/b/c", "/a"), fs.rel("/a/x", "/a/b")) --> b/c	../x
---```
---@param path string
---@param base? string
---@return string
function fs.rel(path, base) end

---The user's folder; nil where the environment names none.
---
---```lua
---print(fs.home() or "none") --> none
---```
---@return string?
function fs.home() end

---The folder that relative paths start from; in a granted tree `"."`.
---
---```lua
---print(fs.cwd() == fs.abs(".")) --> true
---```
---@return string
function fs.cwd() end

---The folder of the script that runs; nil where it is no file.
---
---```lua
---print(fs.script() or "no file") --> no file
---```
---@return string?
function fs.script() end

---A lock between processes, and between the tasks of a runtime. It is used as those of `sync.lock` are.
---@class fs.filelock
local filelock = {}

---A lock between processes: the file, which is made and stays, is locked as by flock(1), and a crash frees it. Paths to the same file are the same lock between tasks, first come, first served; it is freed when the task ends that holds it. On the machine's files only.
---
---```lua
---local lock = fs.lock(fs.temp() .. "/lock")
---print(lock:with(function() return lock:locked() end), lock:locked()) --> true	false
---```
---@param path string
---@return fs.filelock
function fs.lock(path) end

---Waits until the lock is the task's. Acquiring what the task holds already is an error.
---
---```lua
---local lock = fs.lock(fs.temp() .. "/lock")
---lock:acquire()
---print(lock:locked()) --> true
---lock:release()
---```
---@async
function filelock:acquire() end

---Takes the lock if nobody has it, and reports whether it did.
---
---```lua
---local path = fs.temp() .. "/lock"
---print(fs.lock(path):try_acquire(), await(function() return spawn(function() return fs.lock(path):try_acquire() end):await() end)) --> true	false
---```
---@async
---@return boolean
function filelock:try_acquire() end

---Frees the lock. Releasing what the task does not hold is an error.
---
---```lua
---local lock = fs.lock(fs.temp() .. "/lock")
---print(select(2, pcall(lock.release, lock)).message:match("is not held.*")) --> is not held by this task
---```
function filelock:release() end

---Whether anybody holds the lock, in this process or another.
---
---```lua
---print(fs.lock(fs.temp() .. "/lock"):locked()) --> false
---```
---@async
---@return boolean
function filelock:locked() end

---Calls `fn(...)` with the lock held and returns its values; the lock is freed however that ends.
---
---```lua
---print(fs.lock(fs.temp() .. "/lock"):with(math.max, 1, 2)) --> 2
---```
---@async
---@param fn function
---@param ... any
---@return any ...
function filelock:with(fn, ...) end

---@class fs.tail_options
---@field from? "start"|"end" where in the file it begins (`"end"`)
local tailing = {}

---The lines of a file as it grows, for ever: over rotation (another file gets its name) and over cutting (it is written anew). The end of a line is left out; a line without one comes once it has it, or when the file was rotated. It looks ten times a second. A line longer than 16 MiB raises kind `limit`. Waiting for a line is passive: a virtual clock goes on.
---
---```lua
---local path = fs.temp() .. "/log"
---write(path, "one\ntwo\n")
---for line in fs.tail(path, { from = "start" }) do
---  print(line)
---  if line == "two" then write(path, "three\n", { append = true }) end
---  if line == "three" then break end
---end
-----> one
-----> two
-----> three
---```
---@async
---@param path string
---@param opts? fs.tail_options
---@return fun(): string?
function fs.tail(path, opts) end

---One path, and what has become of it.
---@class fs.change
---@field path string it begins with the path that is watched
---@field kind "created"|"changed"|"removed"
local change = {}

---A watcher, which `fs.watch` has made.
---@class fs.watcher
local watcher = {}

---@class fs.watch_options
---@field debounce? number seconds of quiet before a batch comes; it comes 2 s late at most (0.1)
---@field match? string|string[] patterns for what is told, as in `fs.walk`
---@field exclude? string|string[] patterns for what is not, and not watched
---@field recursive? boolean what is below folders, too, with what is made in them later (true)
---@field poll? number seconds between two looks at everything, for file systems on which the system tells nothing
local watchOptions = {}

---Watches files and folders, from when it returns on; one that is not there raises kind `io`. A file that is replaced by a rename is changed; what is made and removed within a batch is left out; a folder that is renamed is removed with what is in it, and created with it under its new name. A path that is removed is told, and watched again when it is there anew. It is closed when the task ends that made it. On the machine's files only. Where the system has no watches left the error says which sysctl allows more. On macOS and BSD, where watching takes a descriptor for each file, more than 4,000 files are looked at every second instead, and a warning says so.
---
---```lua
---local dir = fs.temp()
---local w = fs.watch(dir, { match = "*.txt" })
---write(dir .. "/a.txt", "x")
---write(dir .. "/b.lua", "x")
---for _, c in ipairs(w:get()) do print(fs.basename(c.path), c.kind) end --> a.txt	created
---```
---@async
---@param paths string|string[]
---@param opts? fs.watch_options
---@return fs.watcher
function fs.watch(paths, opts) end

---Waits for the next batch: a list sorted by path, one item a path; nil once the watcher is closed. Where the system has told of less than there was, the batch has `overflow = true`: then look yourself. The wait is passive: a virtual clock goes on.
---
---```lua
---local dir = fs.temp()
---local w = fs.watch(dir)
---fs.mkdir(dir .. "/sub")
---print(w:get()[1].kind) --> created
---```
---@async
---@return fs.change[]?
function watcher:get() end

---The batches, until the watcher is closed.
---
---```lua
---local dir = fs.temp()
---local w = fs.watch(dir)
---write(dir .. "/f", "x")
---for batch in w:items() do
---  print(#batch)
---  w:close()
---end
-----> 1
---```
---@return fun(): fs.change[]?
function watcher:items() end

---Ends watching; who waits for a batch gets nil. Closing twice does nothing.
---
---```lua
---local w = fs.watch(fs.temp())
---w:close()
---print(w:get()) --> nil
---```
---@async
function watcher:close() end
