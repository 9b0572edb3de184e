---@meta lull.term
-- Questions of the table `term`.

---The size of the terminal now. Without one it is what the environment's `COLUMNS` and `LINES` say, or else 80 and 24.
---
---```lua
---local columns, rows = term.size()
---print(columns >= 1, rows >= 1) --> true	true
---```
---@return integer columns
---@return integer rows
function term.size() end

---Reports whether a file handle, standard output if none is given, leads to a terminal. A closed one is a bad argument.
---
---```lua
---local path = os.tmpname()
---local f = io.open(path)
---print(term.is_terminal(f)) --> false
---f:close()
---os.remove(path)
---```
---@param handle? file
---@return boolean
function term.is_terminal(handle) end

---Options of `term.ask`.
---@class term.ask_options
---@field default? string what an empty answer is, and the answer where there is no terminal
---@field secret? boolean what is typed is not shown
---@field check? fun(answer: string): boolean, string? says whether an answer will do; the second value is shown before it is asked again
local ask_options = {}

---Asks for a line at the terminal, and returns it. Several tasks ask one after the other; bars of `progress` make way, and what others print comes when the line has been typed. Standard input must be a terminal, and standard output or standard error: where one is not, the answer is the default, or an error is raised. The end of the input (Ctrl-D) is an error of kind `closed`.
---
---```lua
---print(term.ask("Host?", { default = "localhost" })) --> localhost
---print(select(2, pcall(term.ask, "Host?")).message) --> term.ask: there is no terminal to ask 'Host?' at; give it a default for such runs
---```
---@async
---@param prompt string
---@param opts? term.ask_options
---@return string answer
function term.ask(prompt, opts) end

---Options of `term.confirm`.
---@class term.confirm_options
---@field default? boolean what an empty answer is, and the answer where there is no terminal
local confirm_options = {}

---Asks a question until it is answered by `y`, `yes`, `n` or `no`. Without a terminal it is the default, or an error.
---
---```lua
---print(term.confirm("Go on?", { default = false })) --> false
---```
---@async
---@param prompt string
---@param opts? term.confirm_options
---@return boolean
function term.confirm(prompt, opts) end

---Options of `term.choose`.
---@class term.choose_options
---@field default? string|number the item that an empty answer is, and the answer where there is no terminal
local choose_options = {}

---Shows a numbered list, and asks until a number or the beginning of one item alone is typed. Without a terminal it is the default, or an error. At most 1,000 items; an item that is neither a string nor a number is a bad argument.
---
---```lua
---print(term.choose("Where?", { "staging", "production" }, { default = "staging" })) --> staging	1
---```
---@async
---@param prompt string
---@param list (string|number)[]
---@param opts? term.choose_options
---@return string|number item
---@return integer index
function term.choose(prompt, list, opts) end
