---@meta lull.error
-- Error values: what builtins raise.

---@alias error_kind
---| "timeout" # a time limit has passed
---| "cancelled" # something that was waited for was cancelled
---| "io" # the operating system refused
---| "closed" # what is used has been closed
---| "deadlock" # every task waits, and nothing can wake any of them
---| "limit" # a limit of the host was crossed
---| "panic" # a builtin failed in a way it should not
---| "error" # anything else, misuse above all

---What builtins raise: read-only, and text where text is wanted: `"backup: " .. err`, `err:match("404")`, `string.*`, `%s` and `io.write` take its `tostring`, which reads like a Lua error, position first.
---
---```lua
---local ok, err = pcall(wait_for, sleep, 1, 60)
---print(err.kind, err.message) --> timeout	wait_for: timed out after 1 s
---```
---@class error
---@field kind error_kind nil on an error that is a plain string
---@field message string without the position
---@field traceback string where it was raised, and where its task was spawned
---@field path? string the file, of kind `io`
---@field code? string such as `"ENOENT"`, of kind `io`
---@field others? error[] what the tasks raised that failed together with the one that raised it
---@field cause? any the error behind it: what a `finally` body raised before its cleanup did. Of more than 100 behind each other the middle is left out, which one of them says
---@field value? any what was raised, where that is no error value and `cause` or `others` had to be attached to it
---@field task? string the name of the task that raised it
local err = {}
