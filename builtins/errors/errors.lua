---@meta lull.errors
-- Errors: the values that builtins raise, and scripts whose errors are to be told apart.

---@alias error_kind
---| "timeout" # a time limit has passed
---| "cancelled" # something that was waited for was cancelled
---| "io" # the operating system refused
---| "closed" # what is used has been closed
---| "deadlock" # every task waits, and nothing can wake any of them
---| "limit" # a limit of the host was crossed
---| "panic" # a builtin failed in a way it should not
---| "error" # anything else, misuse above all
---| string # any other word, of a script or of a table of builtins

---Error values are what builtins raise, and what `errors.new` and `errors.wrap` make: read-only, and text where text is wanted: `"backup: " .. err`, `err:match("404")`, `string.*`, `%s` and `io.write` take its `tostring`, which reads like a Lua error, position first.
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
---@field cause? any the error behind it: what a `finally` body raised before its cleanup did. Where more than 100 stand behind each other the middle is left out, which one of them says
---@field value? any what was raised, where that is no error value and `cause` or `others` had to be attached to it
---@field task? string the name of the task that raised it
local err = {}

---@class errorslib
errors = {}

---The fields of an error value that a script makes. Up to 100 others, of any names but `traceback`, `task`, `others` and `value`, are its own.
---@class error_fields
---@field kind? string a word of at most 64 bytes; `"error"` if absent
---@field message string without the position
---@field cause? any the error behind it
---@field [string] any a field of the script's own

---Makes an error value, to be raised with `error`. `err.kind` may be any word; further fields are read as they were given. Its place and its traceback are those of the call.
---
---```lua
---local ok, err = pcall(function()
---  error(errors.new { kind = "quota", message = "more than 5 jobs", limit = 5 })
---end)
---print(err.kind, err.message, err.limit) --> quota	more than 5 jobs	5
---```
---@param fields error_fields
---@return error err
function errors.new(fields) end

---Puts words before what was caught: an error value of the same kind, with the same fields, place and traceback, whose `err.cause` is what was caught. A string or a table will do as well as an error value; then the kind is `error`.
---
---```lua
---local ok, err = pcall(read, "/no/such/file")
---local told = errors.wrap(err, "settings", { tried = 1 })
---print(told.message) --> settings: read: /no/such/file: no such file or directory
---print(told.kind, told.code, told.tried, told.cause == err) --> io	ENOENT	1	true
---```
---@param err any what was caught; not nil
---@param words string
---@param fields? table further fields, or others of the same names; `kind` too
---@return error err
function errors.wrap(err, words, fields) end
