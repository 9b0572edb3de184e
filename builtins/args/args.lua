---@meta lull.args
-- The table `args`: the command line of a script.

---The command line of a script, read by a table that describes it: `args.spec` says what it has, `args.item` what an argument or option of it.
---@class args
args = {}

---One item of a description. The first field names it, the second says what it is for: `"file"`, an argument; `"[file]"`, one that may be left out; `"files..."` and `"[files...]"`, at least one, or any number; `"-n, --dry-run"`, a flag; `"-j, --jobs N"`, an option with a value.
---@class args.item
---@field default? any what it is where it is not given; a number makes a number of the value, and texts are read as the type says. An argument with a default may be left out
---@field type? "string"|"number"|"integer"|"duration"|"size"|"path"|fun(word: string): any, string? what a value is: a duration is as in `time.duration`, in seconds; in a size `K M G T` and `KiB`... are powers of 1024, `kB MB GB TB` of 1000; a function returns the value, or refuses one by raising an error or returning nil and why (`"string"`)
---@field choices? (string|number)[] the values that there are
---@field many? boolean an option may be repeated and gives a list; a flag is counted
---@field env? string the variable of the environment that stands in for what is not given; where it is empty it counts as not set, unless the type is `"string"` or a function
---@field required? boolean an option must be given
local item = {}

---A description: first a text, then one item for each argument, flag and option.
---@class args.spec
---@field commands? table<string, args.spec> commands, by their name, each with a description of its own: its options stand behind it, those beside `commands` before or behind it. Commands may have commands
---@field name? string what the script is called (the last part of `arg[0]`)
---@field version? string what `--version` prints
---@field examples? string|string[] lines that the help ends with
local spec = {}

---Reads the script's arguments, `arg`, or a list of them, and returns a table by long name, with `_` for `-` (`opt.dry_run`). A flag that is not given is false, one that is counted 0, a list empty, anything else nil. With `commands` the one that was called is `opt.command` (of a command of a command: `"remote add"`).
---
---Options may stand anywhere; behind `--` there are none. `--name=value`, `--name value`, `-j4`, `-j 4`, `-vv` and `-nj4` work; `--no-x` takes the flag `--x` back; of an option that is given again the last counts. A value that begins with a dash is written `--name=-x`, unless it is a number.
---
---`--help` and `-h` print the help, `--version` the version, and end the script with status 0; the help is as wide as `COLUMNS` says (80). A wrong command line prints one line on standard error and ends the script with status 2; at the prompt of the REPL both raise an error instead. A description that makes no sense is a bad argument.
---
---```lua
---local opt = args.parse({
---  "Copies files.",
---  { "source", "what to copy" },
---  { "[targets...]", "where to" },
---  { "-n, --dry-run", "show what would be done" },
---  { "-j, --jobs N", "how many at once", default = 4 },
---  { "--max-size SIZE", "leave out what is larger", type = "size" },
---}, { "-nj8", "a.txt", "h1", "--max-size", "10M", "h2" })
---print(opt.source, #opt.targets, opt.dry_run, opt.jobs, opt.max_size) --> a.txt	2	true	8	10485760
---```
---
---```lua
---args.parse({
---  name = "deploy",
---  "Brings a release to the hosts.",
---  { "-v, --verbose", "say more", many = true },
---  commands = {
---    push = { "Copies a release to hosts.", { "hosts...", "where to" } },
---    status = { "Shows what runs where." },
---  },
---}, { "--help" })
-----> Usage: deploy [OPTIONS] COMMAND ...
-----> 
-----> Brings a release to the hosts.
-----> 
-----> Commands:
----->   push           Copies a release to hosts.
----->   status         Shows what runs where.
-----> 
-----> Options:
----->   -v, --verbose  say more
----->   -h, --help     show this help
-----> 
-----> 'deploy COMMAND --help' tells more about a command.
---```
---@param spec args.spec
---@param list? string[]
---@return table opt
function args.parse(spec, list) end
