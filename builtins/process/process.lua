---@meta lull.process
-- The table `process`: programs, pipelines, shells, and the environment.

---Programs, pipelines, shells, and the environment. A command is a list of the program and its arguments, `{ "git", "push" }`: no shell is between, so nothing has to be quoted and nothing in a value is executed. Strings and numbers are arguments, a list inside is spliced in, `false` is left out (`dry and "-n"`). A string alone is a program without arguments. If the first element is a list, all are: a pipeline, `{ { "pg_dump", db }, { "gzip" }, stdout = { file = f } }`, whose stages may have their own `cwd`, `env` and `check`; it fails if any stage fails. A stage that is ended because a later one, which succeeded, read no more has not failed.
---
---Output that is captured, read, or passes through a function, a handle or `prefix` is read to its end, as `$(...)` does it: something that the command has left in the background and that still has the pipe is waited for, until the time-out or cancellation. Output that is inherited or goes to a file is not waited for. To leave a server behind, redirect what it prints.
---
---Each that is started is a process group: where the call is cancelled or late, all of it gets SIGTERM, 2 seconds later SIGKILL, and is waited for.
---@class process
---@field env table<string, string|number> the environment, of this runtime alone: `os.getenv` and what is started go by it
---@field pid integer the number of this process
---@field cpus integer how many processors it may use
---@field os string the system, such as `linux`, `darwin`, `windows`
---@field arch string the processor, such as `amd64`, `arm64`
process = {}

---A command with its options, which stand beside the list.
---@class process.command
---@field cwd? string the folder to start in (default the runtime's)
---@field env? table<string, string|number|false> variables to set over `process.env`; false unsets one
---@field clear_env? boolean start from no variables at all (default false)
---@field input? string|file*|fun(): string? what it reads: a text, a handle, a function that returns pieces and nil at the end; `io.stdin` is ours, from where scripts have read to; where that is the terminal the command has it until it ends, and with it Ctrl-C, by which the script ends only if the command dies of it (default: nothing)
---@field interrupt? "script" Ctrl-C cancels the script, too, whatever a command that has the terminal by `input = io.stdin` does with it
---@field stdout? string|table|file*|fun(line: string) `"inherit"`, `"capture"`, `"null"`, `{ file = path, append = true }`, a handle, a function that is called with each line, without its end; or a list of several (default `"inherit"`)
---@field stderr? string|table|file*|fun(line: string) as `stdout`, or `"stdout"`: into the same (default `"inherit"`)
---@field prefix? string what goes to our output comes in whole lines, each behind this text
---@field check? boolean|integer[] which ends are good: true (default): status 0; a list of statuses; false: all, a time-out too
---@field timeout? number|false seconds, then it is ended and kind `timeout` is raised (default none)
---@field kill_signal? string what the group gets first when it is ended (default `"TERM"`)
---@field kill_after? number seconds until SIGKILL, at most the grace period (default 2)
---@field max_output? number bytes of what is captured; with more the group is ended and kind `limit` raised (default 64 MiB)
---@field shell? boolean|string|string[] the first element is a script, the others its `$1`, `$2`: true is `/bin/sh -ec` (on Windows `sh` from the path), `"bash"` is `bash -eo pipefail -c`; a list stands before the script; `"pwsh"` and `"cmd"` take no arguments (default false)
---@field echo? boolean writes the command to standard error first, quoted, behind `+ `; so does `LULL_ECHO=1` (default false)
---@field passive? boolean it does not hold a virtual clock: a server for a test (default false)
local command = {}

---How a command has ended.
---@class process.result
---@field ok boolean status 0, of every stage, and no time-out; whatever `check` says
---@field status? integer the status; nil where a signal has ended it
---@field signal? string the signal that has ended it, such as `TERM`
---@field timed_out boolean its own time was over
---@field took number seconds
---@field pid integer the number of the process: of a pipeline, of its first
---@field stdout? string what was captured
---@field stderr? string what was captured
---@field statuses? (integer|string)[] of a pipeline: of each stage its status, or the signal that has ended it
local result = {}

---Runs a command to its end.
---
---Raises kind `exit` unless the status is one that `check` takes, with `err.status` or `err.signal`, `err.cmd` (of a pipeline: of the rightmost stage that failed, whose number is `err.stage`), `err.statuses`, and the last 64 KiB of what was captured in `err.stdout` and `err.stderr`; kind `timeout`; kind `limit` for too much output, with the fields of `exit`, or a line of more than 16 MiB; kind `io`, with `err.code` and `err.path` (and `err.stage`), where the program or the folder is not there.
---
---```lua
---local r = process.run { "sort", "-r", input = "a\nb\n", stdout = "capture" }
---print(r.ok, r.status, r.stdout:trim()) --> true	0	b
-----> a
---process.run { "printf", "x\ny\n", stdout = function(line) print("<" .. line .. ">") end }
-----> <x>
-----> <y>
---print(select(2, pcall(process.run, { "sh", "-c", "exit 3" })).status) --> 3
---```
---@async
---@param cmd string|process.command
---@return process.result result
function process.run(cmd) end

---The output of a command, as `$(...)`: without the line ends at the end. Standard error goes to ours, and its last 4 KiB into the error. Raises as `process.run` does.
---
---```lua
---print((process.read { "echo", "it's", 2 ^ 53 })) --> it's 9007199254740992
---print((process.read { { "printf", "b\na\nb\n" }, { "sort" }, { "uniq", "-c" }, { "wc", "-l" } }):trim()) --> 2
---```
---@async
---@param cmd string|process.command
---@return string output
---@return process.result result
function process.read(cmd) end

---Runs a script of a shell: `process.run` with `shell = true`. The first element is the script, the others are its `$1`, `$2`...; a string alone is a script. Values are never put into the script's text, so nothing in them is executed; those with names come by `env`.
---
---```lua
---local r = process.sh { 'printf "%s\\n" "$1" | tr a-z A-Z; echo "$NAME"', "it's $(date)", env = { NAME = "`x`" }, stdout = "capture" }
---print(r.stdout:trim()) --> IT'S $(DATE)
-----> `x`
---```
---@async
---@param cmd string|process.command
---@return process.result result
function process.sh(cmd) end

---A word for a POSIX shell; of a list, one for each item: for what another shell reads, such as that of `ssh`.
---
---```lua
---print(process.quote("it's"), process.quote { "rm", "-f", "a b" }) --> 'it'\''s'	rm -f 'a b'
---```
---@param v string|number|any[]
---@return string words
function process.quote(v) end

---The path of a program, in the folders of `process.env.PATH`; nil if there is none.
---
---```lua
---print(process.which("sh") ~= nil, process.which("no-such-program")) --> true	nil
---```
---@async
---@param name string
---@return string? path
function process.which(name) end

---A command under way: what `process.start` returns, and the second value of `process.lines`. It ends with its task; what a task returns of it goes to who receives that.
---@class process.started
---@field pid integer the number of the process: of a pipeline, of its first
---@field stdin? file* its input, to be written and closed; nil where `input` is given
---@field stdout? file* its output, to be read; nil where `stdout` is given
---@field stderr? file* its standard error, to be read; nil where `stderr` is given
local p = {}

---Starts a command for a conversation: what the options do not redirect are streams of the result. All that `process.run` takes is there, and `keep = true`: it ends with the run, not with the task; `detach = true`: it has a session of its own and survives the script, its output goes to files or nowhere, and its number is returned. For a server in the background prefer `spawn(process.run, { ... })`, which is a task as any other.
---
---```lua
---local p = process.start { "cat" }
---p.stdin:write("hello\n")
---print(p.stdout:read()) --> hello
---p.stdin:close()
---print(p:wait().ok, p:done()) --> true	true
---```
---@async
---@param cmd string|process.command
---@return process.started p
function process.start(cmd) end

---An iterator over the lines of what a command prints, while it runs; `fmt` is as of `file:read`. After the last line the status is looked at, and raised as `process.run` does it. The second value ends the command by its `close`; else it ends with its task, or when the iterator was dropped.
---
---```lua
---for line in process.lines { "printf", "a\nb\n" } do print("<" .. line .. ">") end
-----> <a>
-----> <b>
---```
---@async
---@param cmd string|process.command
---@param fmt? string|integer
---@return fun(): string? next
---@return process.started p
function process.lines(cmd, fmt) end

---Waits for the end, and returns or raises what `process.run` does. Where the waiter is cancelled the command goes on.
---
---```lua
---local p = process.start { "sh", "-c", "exit 3", check = false }
---print(p:wait().status) --> 3
---```
---@async
---@return process.result result
function p:wait() end

---Sends a signal to the whole group.
---
---```lua
---local p = process.start { "sleep", "60", check = false }
---print(p:kill(), p:wait().signal, p:kill("INT")) --> true	TERM	false
---```
---@param signal? string with or without `SIG` (default `"TERM"`)
---@return boolean sent false: it has ended
function p:kill(signal) end

---Whether it has ended.
---
---```lua
---print(process.start("cat"):done()) --> false
---```
---@return boolean
function p:done() end

---Ends the command now, as a cancellation does, and waits for that.
---
---```lua
---local next_line, p = process.lines { "yes" }
---print(next_line(), p:close(), p:done()) --> y	nil	true
---```
---@async
function p:close() end

---Sends a signal to a process that is not ours.
---
---```lua
---print(process.kill(2 ^ 30)) --> false
---```
---@param pid integer
---@param signal? string with or without `SIG` (default `"TERM"`)
---@return boolean sent false: there is no such process
function process.kill(pid, signal) end

---A watcher of signals: what `process.signals` returns. It is closed with its task.
---@class process.signals
local signals = {}

---Watches signals that are sent to this process. As long as it is open they do not end the run: they are told by `get` and `items`. A second `TERM` or `INT`, within 2 seconds of the first, cancels the run all the same. A signal that came again before it was got is told once. Waiting for a signal is no work under way: a virtual clock goes on.
---
---These can be watched: `HUP INT TERM USR1 USR2 ALRM CONT WINCH`; on Windows `INT` (Ctrl-C) and `TERM` (the console is closed). One that was ignored when we were started, as `HUP` is under `nohup`, stays so. Raises kind `denied` where a host has granted none, and `error` where the system does not have it.
---
---```lua
---local reload = process.signals { "HUP" }
---process.kill(process.pid, "HUP")
---print("reading the settings anew: " .. reload:get()) --> reading the settings anew: HUP
---reload:close()
---```
---@param list string[] names, with or without `SIG`
---@return process.signals signals
function process.signals(list) end

---Waits for one of the signals, and returns its name without `SIG`; nil once it is closed.
---
---```lua
---local w = process.signals { "HUP" }
---spawn(process.kill, process.pid, "HUP")
---print(w:get()) --> HUP
---```
---@async
---@return string? name
function signals:get() end

---An iterator over the signals as they come, until it is closed.
---
---```lua
---local w = process.signals { "TERM" }
---spawn(process.kill, process.pid, "TERM")
---for name in w:items() do
---  print(name) --> TERM
---  w:close()
---end
---```
---@return fun(): string? next
function signals:items() end

---Ends the watch: the signals have their usual meaning again.
---
---```lua
---local w = process.signals { "HUP" }
---w:close()
---print(w:get()) --> nil
---```
---@async
function signals:close() end

---Reads a file of variables into `process.env`, and returns how many it has: lines `NAME=value`, with or without `export` before it. `#` begins a comment; in single quotes all stands for itself, in double quotes, which may go over several lines, `\n \t \r \" \$ \\` are escapes. Nothing is substituted. Raises kind `parse`, with `err.line`, and `io`.
---
---```lua
---write(".env", "export NAME='a b' # a comment\nLINES=\"1\\n2\"\n")
---print(process.load_env(".env"), process.env.NAME, #process.env.LINES) --> 2	a b	3
---```
---@async
---@param path string
---@return integer count
function process.load_env(path) end

---The name of the machine.
---
---```lua
---print(type(process.hostname())) --> string
---```
---@return string
function process.hostname() end

---The user who runs this: `{ name, home, uid, gid }`.
---
---```lua
---print(type(process.user().name)) --> string
---```
---@return table user
function process.user() end
