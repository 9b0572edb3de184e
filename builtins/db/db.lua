---@meta lull.db
-- The table `db`: databases of SQLite.

---Databases of SQLite, in files of the machine's or in memory. Statements run off the loop: while one runs other tasks go on. A task that is cancelled interrupts its statement, and what that has done is undone.
---
---Parameters: `?` takes the arguments in order, `:name` a field of one table. nil is NULL (in a table: `json.null`), a boolean 1 or 0, a whole number an integer, any other a real, a string text, `db.blob(s)` a blob, `db.int(s)` an integer beyond 2^53. From a database come numbers, strings for texts and blobs, and nil for NULL; an integer beyond 2^53 in magnitude comes as a string of its digits. Parameters of another number than the statement has, and a table without a name that it asks for, are bad arguments.
---
---Errors of SQLite have kind `db`, with `err.code`, such as `SQLITE_CONSTRAINT_UNIQUE`, `err.sql`, the statement (4 KiB of it at most), and `err.path`. A database that was closed raises kind `closed`.
---@class db
db = {}

---How to open a database.
---@class db.open_options
---@field readonly? boolean nothing can be changed, and the file must be there. Where nothing can be written beside it either, and nobody has it open, it is read without locks: once somebody writes to it, each call raises `SQLITE_READONLY_DBMOVED` (default false)
---@field timeout? number|false seconds that a statement waits for the locks of other processes; then `SQLITE_BUSY` is raised (default 5)
---@field sync? "full"|"normal" what a commit waits for: that the disk has it, or, with `"normal"`, the system alone: a loss of power may undo the last commits (default `"full"`)
---@field keep? boolean it is closed with the run, not with the task (default false)
---@field max_size? number bytes that a text, a blob, a statement, and all rows of `d:all` may have; `math.huge` lifts it to SQLite's own bound (default 64 MiB)
local options = {}

---A database. Its calls come one after the other, first come, first served.
---@class db.database
local database = {}

---A loop over rows, the second value of `d:rows`.
---@class db.cursor
local cursor = {}

---Bytes that go into a database as a blob.
---@class db.blob
local blob = {}

---An integer of 64 bits; as a string it is its digits.
---@class db.int
local int = {}

---Opens the database in a file, which is made if it is not there; `":memory:"` is a new one in memory. The journal mode is WAL, where the file system can do it, and foreign keys are checked. It is closed when the task ends that has opened it. With a function it calls that with the database, closes it, and returns what the function returned.
---
---```lua
---local d = db.open(fs.temp() .. "/app.db")
---d:exec("create table t (id integer primary key, name text)")
---print(d:exec("insert into t (name) values (?), (?)", "ann", "bob")) --> 2	2
---print(d:first("select * from t where name = :name", { name = "bob" }).id) --> 2
---print(db.open(":memory:", {}, function(d) return d:value("select 1 + 1") end)) --> 2
---```
---@async
---@param path string
---@param opts? db.open_options
---@param fn? fun(d: db.database): ...: any
---@return db.database d
function db.open(path, opts, fn) end

---Bytes to be stored as a blob, and not as text.
---
---```lua
---local d = db.open(":memory:")
---print(d:value("select typeof(?) || ' ' || typeof(?)", db.blob("\0\1"), "text")) --> blob text
---```
---@param s string
---@return db.blob
function db.blob(s) end

---An integer of 64 bits, for those that a number cannot hold. Any other is a bad argument.
---
---```lua
---local d = db.open(":memory:")
---print(d:value("select ? + 1", db.int("9007199254740992"))) --> 9007199254740993
---```
---@param s string|number
---@return db.int
function db.int(s) end

---Runs one statement or, without parameters, several. Returns how many rows were changed, and the id of the row that was inserted last; of several statements the changes of all. Statements that begin a transaction and do not end it are undone, and raise kind `error`: see `d:transaction`.
---
---```lua
---local d = db.open(":memory:")
---d:exec("create table t (id integer primary key, n); insert into t (n) values (1), (2), (3)")
---print(d:exec("update t set n = n * 10 where n > ?", 1)) --> 2	3
---print(select(2, pcall(d.exec, d, "insert into t (id) values (3)")).code) --> SQLITE_CONSTRAINT_PRIMARYKEY
---```
---@async
---@param sql string
---@param ... any the parameters
---@return number changes
---@return number|string last_id
function database:exec(sql, ...) end

---The first row, a table by the names of the columns, or nil. If two columns have one name, the last is there.
---
---```lua
---local d = db.open(":memory:")
---print(d:first("select 1 as a, 'x' as b").b, d:first("select 1 where false")) --> x	nil
---```
---@async
---@param sql string
---@param ... any the parameters
---@return table<string, any>?
function database:first(sql, ...) end

---The first column of the first row; nil if there is none, or it is NULL.
---
---```lua
---local d = db.open(":memory:")
---print(d:value("select sqlite_version()"):match("^3%.") ~= nil) --> true
---```
---@async
---@param sql string
---@param ... any the parameters
---@return any
function database:value(sql, ...) end

---All rows, a list of tables by the names of the columns. More than `max_size` bytes raise kind `limit`: `d:rows` gives one after the other.
---
---```lua
---local d = db.open(":memory:")
---d:exec("create table t (n); insert into t values (1), (2)")
---for i, row in ipairs(d:all("select n from t order by n desc")) do print(i, row.n) end --> 1	2
-----> 2	1
---```
---@async
---@param sql string
---@param ... any the parameters
---@return table<string, any>[]
function database:all(sql, ...) end

---An iterator over the rows, which reads them as the loop goes on. When anything else is asked of the database meanwhile, the rest of the rows is read first: the loop goes on over the rows as they were (more than `max_size` bytes of them raise kind `limit` there). A loop that is left early ends with its task, by that, or by `close` of the second value.
---
---```lua
---local d = db.open(":memory:")
---d:exec("create table t (n); insert into t values (1), (2)")
---for row in d:rows("select n from t order by n") do
---  d:exec("update t set n = n + 10 where n = ?", row.n)
---end
---print(d:value("select sum(n) from t")) --> 23
---```
---@async
---@param sql string
---@param ... any the parameters
---@return fun(): table<string, any>? next
---@return db.cursor cursor
function database:rows(sql, ...) end

---Calls `fn()` in a transaction, which is committed when it returns, and returns its values. When it raises, or is cancelled, all is undone. Inside another it is a savepoint.
---
---The transaction is the task's, and that of tasks which it owns (those of `gather`, `group`, `task.map` inside of `fn`): calls of others wait until its end. A task that the transaction waits for in another way, as by `await`, raises kind `error` instead of waiting for ever. When a statement in it is cancelled, SQLite undoes all of it: whatever is called in it then raises kind `db`, code `SQLITE_INTERRUPT`, and so does `transaction`. It begins as one that writes (`BEGIN IMMEDIATE`): two processes that change what they have read wait for each other.
---
---```lua
---local d = db.open(":memory:")
---d:exec("create table t (n)")
---print(pcall(d.transaction, d, function()
---  d:exec("insert into t values (1)")
---  error("no", 0)
---end)) --> false	no
---print(d:transaction(function()
---  d:exec("insert into t values (2)")
---  return d:value("select count(*) from t")
---end)) --> 1
---```
---@async
---@param fn fun(): ...: any
---@return any ...
function database:transaction(fn) end

---Runs each of the statements that was not run yet in the life of the database, in order, each in a transaction. How many were run is in the database (`PRAGMA user_version`); so a list only ever grows. Returns how many were run now. A database that has had more than the list has raises kind `error`: a newer program has changed it.
---
---```lua
---local d = db.open(":memory:")
---local list = { "create table t (a)", "alter table t add b" }
---print(d:migrate(list), d:migrate(list)) --> 2	0
---```
---@async
---@param list string[]
---@return integer
function database:migrate(list) end

---Copies the database into a file, which is written beside and takes the place of an old one when it is whole. Others use the database meanwhile: the copy is of one moment, without what is not committed.
---
---```lua
---local dir = fs.temp()
---local d = db.open(dir .. "/app.db")
---d:exec("create table t (n); insert into t values (1)")
---d:backup(dir .. "/copy.db")
---print(db.open(dir .. "/copy.db", { readonly = true }):value("select n from t")) --> 1
---```
---@async
---@param path string
function database:backup(path) end

---Closes it, when calls that came before have ended. It may be closed again.
---
---```lua
---local d = db.open(":memory:")
---d:close()
---print(select(2, pcall(d.value, d, "select 1")).kind) --> closed
---```
---@async
function database:close() end

---Ends the loop: there are no more rows.
---
---```lua
---local d = db.open(":memory:")
---local next, rows = d:rows("select 1 as n union select 2")
---print(next().n) --> 1
---rows:close()
---print(next()) --> nil
---```
---@async
function cursor:close() end
