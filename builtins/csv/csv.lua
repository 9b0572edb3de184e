---@meta lull.csv
-- The table `csv`: comma-separated values (RFC 4180), read and written.

---Comma-separated values (RFC 4180) and their relatives, read row by row in flat memory, or all at once, and written. All values that are read are strings. A byte order mark at the beginning is skipped, blank lines are; line breaks inside quotes stay as they are.
---@class csv
csv = {}

---How rows are read.
---@class csv.read_options
---@field header? boolean|string[] true (default): the first row has the names of the fields, and rows are tables by name; a list: the names, where the file has none; false: rows are lists
---@field separator? string one character (default `,`)
---@field quote? string|false one character (default `"`); false: quotes are ordinary characters
---@field comment? string|false one character: lines that begin with it are skipped (default: none are)
---@field trim? boolean without spaces and tabs around fields (default false)
---@field ragged? boolean rows may have fewer fields than the others, or more, which are in `row[n]` by their place (default false: an error)
---@field lazy? boolean quotes inside a field are taken as they are (default false: an error)
local read_options = {}

---How rows are written.
---@class csv.write_options
---@field columns? string[] names of the fields and their order (default: those of the first row, as `pairs` gives them)
---@field header? boolean the names are the first line, where there are some (default true)
---@field separator? string one character (default `,`)
---@field crlf? boolean lines end in `\r\n` (default false)
---@field bom? boolean the text begins with a byte order mark, as Excel wants it (default false)
---@field quote_all? boolean every field is in quotes (default false: those that need them)
local write_options = {}

---Writes rows, one at a time.
---@class csv.writer
local w = {}

---An iterator over the rows of a file: `row, line, offset`, where line and offset (in bytes) are those at which the row begins. Never more than a row is in memory. `source` is a path, a file handle or another object with a method `read`, or a function that returns pieces of text and nil at the end. A file that it has opened is closed at the end, or when the iterator is dropped.
---
---Raises kind `parse`, with `err.line`, `err.column` and `err.path`: a row of another length (unless `ragged`), a name that is there twice in the header, quotes in the wrong place (unless `lazy`); kind `limit` for a row of more than 16 MiB.
---
---```lua
---local pieces = { 'name,age\nann,41\n"b', 'ob, jr.",7\n' }
---local i = 0
---for row, line in csv.rows(function() i = i + 1 return pieces[i] end) do
---  print(line, row.name, row.age)
---end
-----> 2	ann	41
-----> 3	bob, jr.	7
---```
---@async
---@param source string|file*|fun(): string?
---@param opts? csv.read_options
---@return fun(): table?, integer?, integer? next
function csv.rows(source, opts) end

---The rows of a text, as a list. See `csv.rows` for what is raised.
---
---```lua
---local rows = csv.decode("id;note\n1;'a;b'\n2;\n", { separator = ";", quote = "'" })
---print(#rows, rows[1].note, rows[2].note == "") --> 2	a;b	true
---print(csv.decode("1,2\n3,4\n", { header = false })[2][1]) --> 3
---```
---@async
---@param s string
---@param opts? csv.read_options
---@return table[] rows
function csv.decode(s, opts) end

---The text of a list of rows. Rows are tables by name, which have a header, or lists, which have none unless `columns` names them. Numbers are the shortest text that reads back; nil and `json.null` are empty; booleans `true` and `false`. A field that would be read as something else is quoted. Raises where it cannot be written, and says where: tables, functions, NaN and infinity, a field that is no column.
---
---```lua
---io.write(csv.encode{ { name = "ann", age = 41 }, { name = 'b"ob, jr.' } })
-----> name,age
-----> ann,41
-----> "b""ob, jr.",
---io.write(csv.encode({ { 1, 2.5 }, { "x" , true } }, { separator = ";", quote_all = true }))
-----> "1";"2.5"
-----> "x";"true"
---```
---@param rows table[]
---@param opts? csv.write_options
---@return string
function csv.encode(rows, opts) end

---Writes rows as they come. `sink` is the path of a file, which is made anew, a file handle or another object with a method `write`, or a function that is called with the text of each row. The rows may be what they may be in `csv.encode`.
---
---```lua
---local w = csv.writer(io.stdout, { columns = { "host", "up" } })
---w:write{ host = "a.example", up = true }
---w:write{ host = "b.example", up = false }
---w:close()
-----> host,up
-----> a.example,true
-----> b.example,false
---```
---@async
---@param sink string|file*|fun(text: string)
---@param opts? csv.write_options
---@return csv.writer
function csv.writer(sink, opts) end

---Writes one row; it waits for the sink. On a closed writer it raises an error of kind `closed`.
---
---```lua
---local w = csv.writer(function(text) io.write("got ", text) end)
---w:write{ "a", "b c", "" } --> got a,b c,
---```
---@async
---@param row table
function w:write(row) end

---Closes the file that the writer has opened, when all is written; with `columns` and no row the header is written first. Closing twice does nothing.
---
---```lua
---local w = csv.writer(io.stdout, { columns = { "host", "up" } })
---w:close() --> host,up
---```
---@async
function w:close() end
