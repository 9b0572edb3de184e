---@meta lull.term
-- The table `term`: colours, tables in columns, and questions to whoever sits at the terminal.

---Text as people see it at a terminal, and questions to them.
---@class term
term = {}

---`s` in a style, where standard output is a terminal that understands it and `NO_COLOR` is not set to anything; else `s` as it is. The style is words: `bold dim italic underline reverse strike`, and a colour, `black red green yellow blue magenta cyan white grey default`, before which `bright` makes it brighter and `on` the background's. Any other word is a bad argument. A part of `s` that is styled keeps its own style, and the outer one goes on behind it.
---
---```lua
---print(term.style("failed", "bold white on red")) --> failed
---print(select(2, pcall(term.style, "x", "bold rde")).message) --> bad argument #2 to 'style' (unknown style 'rde', did you mean 'red'?; there are: bold dim italic underline reverse strike black red green yellow blue magenta cyan white grey gray default, and before a colour: on bright)
---```
---@param s string
---@param words string such as `"bold red"`
---@return string
function term.style(s, words) end

---Options of `term.table`.
---@class term.table_options
---@field columns? string[] the titles, which stand above; of rows that have names they are the fields that are shown
---@field align? ("left"|"right")[]|table<string, "left"|"right"> by column; columns of nothing but numbers are aligned right of themselves
---@field max_width? integer cells that a line takes at most: the widest columns are cut, with `…`; on a terminal its width if absent, else there is no bound
local options = {}

---Rows in columns, as a text of lines without an end of line at the end. A row is a list of strings, numbers, booleans and nils, or, with `columns`, a table by their names; anything else is a bad argument. Widths are counted in cells of a terminal, so that wide characters and styles stand in line; line ends and other control characters are blanks. A table of more than a million fields is an error of kind `limit`.
---
---```lua
---print(term.table({ { "web1", 12.5 }, { "db", 7 } }))
-----> web1  12.5
-----> db       7
---print(term.table({ { name = "日本", ok = true } }, { columns = { "name", "ok" } }))
-----> name  ok
-----> 日本  true
---```
---@param rows table[]
---@param opts? term.table_options
---@return string
function term.table(rows, opts) end

---How many cells of a terminal's row a text takes, of several lines the widest: wide characters take two, marks and styles none.
---
---```lua
---print(term.width("日本"), term.width("abc\nde")) --> 4	3
---```
---@param s string
---@return integer
function term.width(s) end
