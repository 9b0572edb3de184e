package db_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// endless is a statement that does not end by itself, and one that changes a table t(n) all the while.
const (
	endless      = `with recursive c(n) as (select 1 union all select n + 1 from c) select count(*) from c where n < 0`
	endlessWrite = `with recursive c(n) as (select 1 union all select n + 1 from c) insert into t select n from c where n < 0`
)

// script is a test in Lua: d is an empty database in a file, path its name.
func script(t *testing.T, src, want string, opts ...interp.Option) {
	t.Helper()
	rt := interptest.New(t, append([]interp.Option{builtins.Std(), interp.WithDir(t.TempDir())}, opts...)...)
	rt.Check(`local path = "test.db" local d = db.open(path) endless = [[`+endless+`]] endlessWrite = [[`+endlessWrite+`]] `+src, want)
}

func TestValues(t *testing.T) {
	script(t, `
		d:exec("create table t (v)")
		for _, v in ipairs { 0, -0, 1, -1, 2^53, -2^53, 2^53 + 2, -2^62, 1.5, 1e300, 1/0, -1/0, "", "text", "a\0b", true, false,
			db.blob(""), db.blob("\0\255"), db.int("9223372036854775807"), db.int("-9223372036854775808"), db.int("9007199254740993"), db.int(7),
			json.null, json.number("9007199254740993"), json.number("0.5"), ("x"):rep(200000) } do
			d:exec("delete from t")
			d:exec("insert into t values (?)", v)
			local r = d:first("select v, typeof(v) as type, length(v) as n from t")
			print(#tostring(r.v) < 100 and tostring(r.v):gsub("%z", "0"):gsub("\255", "255"), type(r.v), r.type, r.n)
		end
		for _, v in ipairs { 0/0, print, d, {1}, json.number("0.10000000000000000001") } do
			local ok, err = pcall(d.exec, d, "insert into t values (?, ?)", 1, v)
			print(ok, err.message)
		end
		for _, v in ipairs { "x", 1.5, 2^63, "9223372036854775808", "1e3" } do print(select(2, pcall(db.int, v)).message) end
		print(tostring(db.int("123456789012345678")), "n=" .. db.int(5), db.int(5) == db.int("5"), db.blob("a") == db.blob("a"), db.blob("abc"))`,
		`0	number	integer	1
0	number	integer	1
1	number	integer	1
-1	number	integer	2
9007199254740992	number	integer	16
-9007199254740992	number	integer	17
9007199254740994	string	integer	16
-4611686018427387904	string	integer	20
1.5	number	real	3
1e+300	number	real	8
inf	number	real	3
-inf	number	real	4
	string	text	0
text	string	text	4
a0b	string	text	1
1	number	integer	1
0	number	integer	1
	string	blob	0
0255	string	blob	2
9223372036854775807	string	integer	19
-9223372036854775808	string	integer	20
9007199254740993	string	integer	16
7	number	integer	1
nil	nil	null	nil
9007199254740993	string	integer	16
0.5	number	real	3
false	string	text	200000
false	bad argument #3 to 'exec' (this is NaN, which SQLite does not have: nil, a boolean, number, string, db.blob or db.int can be a parameter)
false	bad argument #3 to 'exec' (this is a function: nil, a boolean, number, string, db.blob or db.int can be a parameter)
false	bad argument #3 to 'exec' (this is a db.database: nil, a boolean, number, string, db.blob or db.int can be a parameter)
false	bad argument #3 to 'exec' (this is a table: nil, a boolean, number, string, db.blob or db.int can be a parameter)
false	bad argument #3 to 'exec' (this is the number 0.10000000000000000001, which SQLite would round; tostring makes a text of it: nil, a boolean, number, string, db.blob or db.int can be a parameter)
bad argument #1 to 'int' ("x" is no integer of 64 bits)
bad argument #1 to 'int' (1.5 is no integer of 64 bits)
bad argument #1 to 'int' (9.2233720368548e+18 is no integer of 64 bits)
bad argument #1 to 'int' ("9223372036854775808" is no integer of 64 bits)
bad argument #1 to 'int' ("1e3" is no integer of 64 bits)
123456789012345678	n=5	true	true	db.blob (3 bytes)
`)
}

func TestParameters(t *testing.T) {
	script(t, `
		print(d:value("select ? || ?", "a", "b"), d:value("select ?2 || ?1", "a", "b"), d:value("select :a || @b || $c", { a = 1, b = 2, c = 3, d = print }))
		print(d:value("select ? is null and ? is null", nil, nil))
		for _, args in ipairs { { "select ?" }, { "select ?", 1, 2 }, { "select 1", 1 }, { "select :a", { b = 1 } }, { "select :a", { a = print } }, { "select ?", { a = 1 } },
			{ "select 1", { a = 1 } }, { "select 1; select 2" }, { "" }, { "-- nothing" }, { "select :a", 1, {} } } do
			local ok, err = pcall(d.value, d, unpack(args))
			print(err.message)
		end
		print(select(2, pcall(d.exec, d, "select ?; select 2", 1)).message)
		print(d:exec("select ?; -- and no more", 1))`,
		`ab	ba	123
1
bad argument #2 to 'value' (the statement has 1 parameter, and none was given)
bad argument #2 to 'value' (the statement has 1 parameter, and 2 were given)
bad argument #2 to 'value' (the statement has no parameter, and 1 was given)
bad argument #2 to 'value' (the table has no field 'a' for :a (json.null is NULL))
bad argument #2 to 'value' (the field 'a' is a function: nil, a boolean, number, string, db.blob or db.int can be a parameter)
bad argument #2 to 'value' (a table has names, and the statement has a ?: give it values in order, or write :name)
bad argument #2 to 'value' (a table was given, and the statement has no :name for one of its fields)
bad argument #1 to 'value' (it is to be one statement; d:exec runs several)
bad argument #1 to 'value' (there is no statement in it)
bad argument #1 to 'value' (there is no statement in it)
bad argument #3 to 'value' (this is a table: nil, a boolean, number, string, db.blob or db.int can be a parameter)
bad argument #1 to 'exec' (with parameters it is to be one statement)
0	0
`)
}

func TestResults(t *testing.T) {
	script(t, `
		print(d:exec("create table t (id integer primary key, v unique)"))
		print(d:exec("insert into t (v) values (1), (2), (3)"))
		print(d:exec("update t set v = v + 10"))
		print(d:exec("select * from t"))
		print(d:exec("insert into t (v) values (7); insert into t (v) values (8), (9); delete from t where v < 12"))
		print(d:value("insert into t (v) values (100) returning id"), d:first("insert into t (v) values (101), (102) returning id").id, d:value("select count(*) from t"))
		print(#d:all("insert into t (v) values (103), (104) returning id"), d:exec("delete from t"))
		d:exec("insert into t values (9223372036854775807, 0)")
		print(d:exec("update t set v = 1"))
		local r = d:first("select 1 as a, 2 as a, 3 as b, null as c")
		print(r.a, r.b, r.c, next(r), d:first("select 1 where 0"), d:value("select 1 where 0"), #d:all("select 1 where 0"))
		print(d:value("pragma foreign_keys"), d:value("pragma journal_mode"), d:value("pragma synchronous"))`,
		`0	0
3	3
3	3
0	3
7	6
4	5	5
2	7	8
1	9223372036854775807
2	3	nil	a	nil	nil	0
1	wal	2
`)
}

func TestErrors(t *testing.T) {
	script(t, `
		d:exec("create table p (id integer primary key, u unique, c check (c > 0), n not null default 1); create table q (p references p)")
		d:exec("insert into p values (1, 1, 1, 1)")
		local function fails(fn, ...)
			local ok, err = pcall(fn, ...)
			print(ok, err.kind, err.code, err.sql and #err.sql, err.message)
		end
		fails(d.exec, d, "insert into p (id) values (1)")
		fails(d.exec, d, "insert into p (u) values (1)")
		fails(d.exec, d, "insert into p (c) values (-1)")
		fails(d.exec, d, "insert into p (n) values (null)")
		fails(d.exec, d, "insert into q values (77)")
		fails(d.exec, d, "selec 1")
		fails(d.value, d, "select * from nobody where a = 1")
		fails(d.all, d, "select abs(-9223372036854775808)")
		fails(d.exec, d, "select 1\0")
		fails(d.exec, d, "create table x (a, a); " .. ("-"):rep(10000))
		fails(d.exec, d, "select '" .. ("x"):rep(65 * 2^20) .. "'")
		fails(d.value, d, "select zeroblob(1000000000)")
		fails(d.exec, d, "begin; insert into q values (1)")
		fails(d.exec, d, "savepoint s")
		fails(d.exec, d, "commit")
		print(d:value("select count(*) from q"))
		d:exec("begin; insert into q values (1); commit")
		print(d:value("select count(*) from q"))
		fails(d.exec, d, "insert into q values (1); insert into q values (77)")
		fails(d.exec, d, "begin; insert into q values (1); insert into q values (77); commit")
		print(d:value("select count(*) from q"))
		fails(db.open, path .. "/x")
		fails(db.open, "/no/such/test.db")
		fails(db.open, fs.dirname(path))
		fails(db.open, fs.dirname(path) .. "/test.db2", { readonly = true })
		write(fs.dirname(path) .. "/no.db", ("no database at all "):rep(100))
		fails(db.open, fs.dirname(path) .. "/no.db")
		fails(db.open, "a\0b") fails(db.open, "") fails(db.open, path, { sync = "off" }) fails(db.open, path, { timeout = 0 }) fails(db.open, path, { max_size = 0 })
		local r = db.open(path, { readonly = true })
		print(r:value("select count(*) from q"))
		fails(r.exec, r, "delete from q")
		d:close() d:close()
		fails(d.exec, d, "select 1") fails(d.transaction, d, print) fails(d.rows, d, "select 1") fails(d.backup, d, path .. "2") fails(d.migrate, d, {})`,
		`false	db	SQLITE_CONSTRAINT_PRIMARYKEY	29	exec: test.db: UNIQUE constraint failed: p.id
false	db	SQLITE_CONSTRAINT_UNIQUE	28	exec: test.db: UNIQUE constraint failed: p.u
false	db	SQLITE_CONSTRAINT_CHECK	29	exec: test.db: CHECK constraint failed: c > 0
false	db	SQLITE_CONSTRAINT_NOTNULL	31	exec: test.db: NOT NULL constraint failed: p.n
false	db	SQLITE_CONSTRAINT_FOREIGNKEY	25	exec: test.db: FOREIGN KEY constraint failed
false	db	SQLITE_ERROR	7	exec: test.db: near "selec": syntax error in: selec 1
false	db	SQLITE_ERROR	32	value: test.db: no such table: nobody in: select * from nobody where a = 1
false	db	SQLITE_ERROR	32	all: test.db: integer overflow in: select abs(-9223372036854775808)
false	db	SQLITE_ERROR	9	exec: test.db: a zero byte in the statement in: select 1?
false	db	SQLITE_ERROR	4099	exec: test.db: duplicate column name: a in: create table x (a, a); -------------------------------------...
false	db	SQLITE_TOOBIG	4099	exec: test.db: string or blob too big (the option max_size of db.open is the bound of a value, and of a statement)
false	db	SQLITE_TOOBIG	27	value: test.db: string or blob too big (the option max_size of db.open is the bound of a value, and of a statement)
false	error	nil	nil	exec: test.db: the statements begin a transaction and do not end it: d:transaction(fn) is for that
false	error	nil	nil	exec: test.db: the statements begin a transaction and do not end it: d:transaction(fn) is for that
false	db	SQLITE_ERROR	6	exec: test.db: cannot commit - no transaction is active in: commit
0
1
false	db	SQLITE_CONSTRAINT_FOREIGNKEY	51	exec: test.db: FOREIGN KEY constraint failed
false	db	SQLITE_CONSTRAINT_FOREIGNKEY	66	exec: test.db: FOREIGN KEY constraint failed
2
false	db	SQLITE_CANTOPEN	nil	db.open: test.db/x: unable to open database file: not a directory
false	db	SQLITE_CANTOPEN	nil	db.open: /no/such/test.db: unable to open database file: the folder: no such file or directory
false	db	SQLITE_CANTOPEN	nil	db.open: .: unable to open database file: it is a directory
false	db	SQLITE_CANTOPEN	nil	db.open: ./test.db2: unable to open database file: no such file or directory
false	db	SQLITE_NOTADB	nil	db.open: ./no.db: file is not a database
false	error	nil	nil	bad argument #1 to 'open' (the path contains a NUL byte)
false	error	nil	nil	bad argument #1 to 'open' (the path is empty; ":memory:" is a database in memory)
false	error	nil	nil	bad argument #2 to 'open' (option 'sync': "full" or "normal" expected, got "off")
false	error	nil	nil	bad argument #2 to 'open' (option 'timeout': seconds above zero, or false for none, expected)
false	error	nil	nil	bad argument #2 to 'open' (option 'max_size': a number of bytes above zero expected)
2
false	db	SQLITE_READONLY	13	exec: test.db: attempt to write a readonly database
false	closed	nil	nil	exec: the database test.db is closed
false	closed	nil	nil	transaction: the database test.db is closed
false	closed	nil	nil	rows: the database test.db is closed
false	closed	nil	nil	backup: the database test.db is closed
false	closed	nil	nil	migrate: the database test.db is closed
`)
}

// A statement whose task is cancelled is interrupted, and undone.
func TestCancelled(t *testing.T) {
	script(t, `
		d:exec("create table t (n)")
		local w = db.open(path)
		for _, sql in ipairs { endless, endlessWrite, "insert into t values (1); " .. endlessWrite, "begin; insert into t values (1); " .. endlessWrite } do
			for _, how in ipairs { "exec", "value", "all", "rows" } do
				if how == "exec" or not sql:find(";") then
					local t = spawn(function() d[how](d, sql) print("never") end)
					for _ = 1, 5 do sleep(0) end
					while sql:find("^insert") and w:value("select count(*) from t") == 0 do sleep(0) end
					t:cancel()
					t:join()
					print(t:cancelled(), how, d:value("select count(*) from t"))
				end
			end
		end`,
		`true	exec	0
true	value	0
true	all	0
true	rows	0
true	exec	0
true	value	0
true	all	0
true	rows	0
true	exec	1
true	exec	1
`)
}

// When a statement in a transaction is cancelled, all of it is undone.
func TestCancelledInTransaction(t *testing.T) {
	script(t, `
		d:exec("create table t (n)")
		for _, sql in ipairs { endless, endlessWrite } do
			local ok, err = pcall(d.transaction, d, function()
				d:exec("insert into t values (1)")
				local t = spawn(function() end)
				local ok = pcall(gather, async(d.exec)(d, sql), function() sleep(0) sleep(0) error("sibling", 0) end)
				local ok, err = pcall(d.exec, d, "insert into t values (2)")
				print(ok, err.kind, err.code)
				print(pcall(d.transaction, d, print))
				return "value"
			end)
			print(ok, err.kind, err.code, d:value("select count(*) from t"))
		end
		-- The transaction's own task.
		local t = spawn(function()
			d:transaction(function()
				d:exec("insert into t values (1)")
				pcall(d.exec, d, endless)
				print("never")
			end)
		end)
		for _ = 1, 5 do sleep(0) end
		t:cancel() t:join()
		print(t:cancelled(), d:value("select count(*) from t"))`,
		`false	db	SQLITE_INTERRUPT
false	test:10: transaction: the transaction was undone before: exec: test.db: interrupted
false	db	SQLITE_INTERRUPT	0
false	db	SQLITE_INTERRUPT
false	test:10: transaction: the transaction was undone before: exec: test.db: interrupted
false	db	SQLITE_INTERRUPT	0
true	0
`)
}

// A transaction is one task's, and that of the tasks that it owns.
func TestTransaction(t *testing.T) {
	script(t, `
		d:exec("create table t (n)")
		local function count() return d:value("select count(*) from t") end
		print(d:transaction(function() d:exec("insert into t values (1)") return 1, nil, 3 end))
		print(pcall(d.transaction, d, function() d:exec("insert into t values (2)") error("mine", 0) end))
		print(count())
		-- Savepoints.
		d:transaction(function()
			d:exec("insert into t values (2)")
			print(pcall(d.transaction, d, function() d:exec("insert into t values (3)") d:transaction(function() d:exec("insert into t values (4)") end) error("inner", 0) end), count())
			d:transaction(function() d:exec("insert into t values (5)") end)
			print(count())
		end)
		print(count())
		-- Others wait, first come, first served; those whom it owns belong to it.
		local log = {}
		local function other(name) return spawn(function() local n = count() log[#log + 1] = name .. n end) end
		d:exec("delete from t")
		d:transaction(function()
			other("a") other("b")
			sleep(1)
			gather(function() d:exec("insert into t values (1)") end, function() d:transaction(function() sleep(1) d:exec("insert into t values (2)") sleep(1) end) end, function() sleep(0.5) d:exec("insert into t values (3)") log[#log + 1] = "own" end)
			task.map({ 4, 5 }, function(n) d:exec("insert into t values (?)", n) end)
			other("c")
			sleep(1)
			log[#log + 1] = "end"
		end)
		sleep(1)
		print(table.concat(log, " "), now())
		-- What it has undone itself is seen at once.
		print(pcall(d.transaction, d, function() d:exec("insert into t values (9)") d:exec("rollback") end))
		print(pcall(d.transaction, d, function() d:exec("insert into t values (9)") pcall(d.exec, d, "insert or rollback into t values (9); commit") d:exec("select 1") end))
		print(count())
		-- A task that it waits for otherwise.
		print(pcall(d.transaction, d, function() local t = spawn(count) sleep(1) await(t) end))
		print(pcall(d.transaction, d, function() await(spawn(count)) end))
		print(pcall(d.transaction, d, function() gather(function() await(spawn(function() await(spawn(count)) end)) end, function() sleep(1) end) end))
		print(d:transaction(function() d:exec("insert into t values (10)") return count() end))
		-- A coroutine that is dropped in the middle of one.
		do
			local co = coroutine.create(function() d:transaction(function() d:exec("insert into t values (11)") coroutine.yield() end) end)
			coroutine.resume(co)
			co = nil
		end`,
		`1	nil	3
false	mine
1
false	2
3
3
own end a5 b5 c5	5
false	test:31: exec: test.db: the statement has ended the transaction of d:transaction
false	test:32: exec: the transaction was undone before: exec: test.db: the statement has ended the transaction of d:transaction
7
false	test:35: test.db: the transaction of task 'main' is to wait for a task that waits for its end: what is to belong to a transaction is owned by its task, as in gather or group
false	test:3: value: test.db: this task would wait for the transaction of task 'main' to end, and that waits for this task: what is to belong to a transaction is owned by its task, as in gather or group
false	test:3: value: test.db: this task would wait for the transaction of task 'main' to end, and that waits for this task: what is to belong to a transaction is owned by its task, as in gather or group
8
`)
}

func TestRows(t *testing.T) {
	script(t, `
		d:exec("create table t (n, s)")
		d:transaction(function() for i = 1, 600 do d:exec("insert into t values (?, ?)", i, ("x"):rep(500)) end end)
		local n, sum = 0, 0
		for r in d:rows("select n from t order by n") do n, sum = n + 1, sum + r.n end
		print(n, sum)
		-- It may change what it reads.
		n = 0
		for r in d:rows("select n, s from t where n > ? order by n", 0) do n = n + 1 d:exec("update t set n = -n where n = ?", r.n) end
		print(n, d:value("select count(*) from t where n < 0"))
		-- Two at once, in two tasks; one is left.
		local function each(to) local n = 0 for r in d:rows("select s from t") do n = n + 1 if n == to then break end if n % 100 == 0 then sleep(0.1) end end return n end
		print(gather(function() return each() end, function() return each(300) end))
		local it, k = d:rows("select n from t")
		it() k:close() k:close()
		print(it(), k)
		-- A loop that is left holds nothing up.
		for r in d:rows("select n from t") do break end
		d:exec("delete from t where n < -590")
		local w = db.open(path)
		for r in d:rows("select n from t") do w:exec("delete from t where n < -580") d:exec("delete from t where n < -570") break end
		print(d:value("select count(*) from t"))
		-- An error in the middle.
		print(pcall(function() for r in d:rows("select abs(column1) as v from (values (-1), (-9223372036854775808))") do print(r.v) d:value("select 1") end end))
		-- The rest of the rows is bounded.
		local small = db.open(path, { max_size = 100000 })
		print(select(2, pcall(small.all, small, "select s from t")).kind)
		local ok, err = pcall(function() for r in small:rows("select s from t") do small:value("select 1") end end)
		print(ok, err.kind)
		print(small:value("select 7"))
		print(select(2, pcall(small.value, small, "select ?", ("x"):rep(200000))).code)`,
		`600	180300
600	600
600	300
nil	db.cursor of test.db
570
1
false	test:24: rows: test.db: integer overflow in: select abs(column1) as v from (values (-1), (-92233720368547...
limit
false	limit
7
SQLITE_TOOBIG
`)
}

func TestMigrate(t *testing.T) {
	script(t, `
		local list = { "create table a (x); insert into a values (1)", "alter table a add y" }
		print(d:migrate(list), d:migrate(list), d:value("pragma user_version"))
		list[3], list[4] = "create table b (x)", "insert into b values (1); insert into nobody values (1)"
		local ok, err = pcall(d.migrate, d, list)
		print(ok, err.kind, err.code, err.message, d:value("pragma user_version"), d:value("select count(*) from b"))
		print(select(2, pcall(d.migrate, d, { "x" })).message)
		print(select(2, pcall(d.migrate, d, { "", "", "", "commit" })).message)
		print(select(2, pcall(d.migrate, d, { "", 1 })).message)
		print(pcall(d.transaction, d, function() list[4] = "create table c (x)" print(d:migrate(list)) error("undo", 0) end))
		print(d:value("pragma user_version"))
		-- Two at once run each once.
		local w = db.open(path)
		for i = 4, 40 do list[i] = "insert into b values (" .. i .. ")" end
		local a, b = gather(function() return d:migrate(list) end, function() return w:migrate(list) end)
		print(a + b, d:value("select count(*) from b"))`,
		`2	0	2
false	db	SQLITE_ERROR	migrate: test.db: statement 4: no such table: nobody in: insert into b values (1); insert into nobody values (1)	3	0
migrate: test.db: the database has the version 3, and the list has 1 statement: a newer program has migrated it
migrate: test.db: statement 4 ends the transaction that it is run in
bad argument #1 to 'migrate' (a list of statements expected, and item 2 is a number)
1
false	undo
3
37	37
`)
}

func TestBackup(t *testing.T) {
	script(t, `
		local dir = fs.dirname(path)
		d:exec("create table t (n, s)")
		d:transaction(function() for i = 1, 20000 do d:exec("insert into t values (?, ?)", i, ("x"):rep(100)) end end)
		write(dir .. "/copy.db", "an old file")
		pcall(d.transaction, d, function()
			d:exec("delete from t")
			d:backup(dir .. "/copy.db")
			error("undo", 0)
		end)
		local r = db.open(dir .. "/copy.db")
		print(r:value("select count(*) from t"), r:value("pragma integrity_check"), fs.exists(dir .. "/copy.db-wal"))
		r:exec("create table u (n)")
		local ok, err = pcall(d.backup, d, dir .. "/copy.db")
		print(ok, err.kind, err.message:match("it is a database.*-wal") ~= nil)
		r:close()
		d:exec("delete from t where n > 7")
		-- While others write.
		gather(function() d:backup(dir .. "/copy.db") end, function() for i = 1, 20 do d:exec("insert into t values (?, 'x')", i) end end)
		print(db.open(dir .. "/copy.db"):value("pragma integrity_check"), table.concat(fs.list(dir, { match = "*lull*" }), " "))
		local m = db.open(":memory:")
		m:exec("create table t (n); insert into t values (5)")
		m:backup(dir .. "/m.db")
		print(db.open(dir .. "/m.db"):value("select n from t"))
		for _, to in ipairs { path, dir, "/no/such/x.db", "", ":memory:" } do
			local ok, err = pcall(d.backup, d, to)
			print(ok, err.kind, err.code)
		end
		print(pcall(m.transaction, m, function() m:backup(dir .. "/m.db") end) == false)`, `20000	ok	file
false	error	true
ok	
5
false	error	nil
false	io	EISDIR
false	io	ENOENT
false	error	nil
false	error	nil
true
`)
}

// A database that is closed in the middle of a loop gives its file back; who is cancelled does not end another's loop.
func TestClosedInLoop(t *testing.T) {
	script(t, `
		d:exec("create table t (n, s)")
		d:transaction(function() for i = 1, 600 do d:exec("insert into t values (?, ?)", i, ("x"):rep(500)) end end)
		local it = d:rows("select * from t")
		it()
		d:close()
		local n, ok, err = 0, true
		while ok do ok, err = pcall(it) n = n + 1 end
		print(n < 200, err.kind, fs.exists("test.db-wal"))
		d = db.open(path)
		n = 0
		for r in d:rows("select * from t") do
			n = n + 1
			if n == 3 then
				local t = spawn(function() d:exec(endless) end)
				sleep(0)
				t:cancel()
				t:join()
				print(t:cancelled())
			end
		end
		print(n)`, "true\tclosed\tfalse\ntrue\n600\n")
}

// Databases are for the machine's own files.
func TestGrants(t *testing.T) {
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for _, opts := range [][]interp.Option{{builtins.Safe()}, {builtins.Safe(), interp.WithRoot(root)}, {builtins.Std(), interp.WithRoot(root)}} {
		rt := interptest.New(t, opts...)
		rt.Check(`print(db, (pcall(require, "db")))`, "nil\tfalse\n")
	}
}

// An open database counts as a file.
func TestLimits(t *testing.T) {
	rt, err := interp.New(builtins.Std(), interp.WithLimits(interp.Limits{Files: 3}))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	_, err = rt.RunString(context.Background(), "=t", `local all = {} for i = 1, 10 do all[i] = db.open(":memory:") end`)
	if err == nil || !strings.Contains(err.Error(), "Files") {
		t.Errorf("ten databases: %v", err)
	}
	small, err := interp.New(builtins.Std(), interp.WithLimits(interp.Limits{Memory: 20 << 20}))
	if err != nil {
		t.Fatal(err)
	}
	defer small.Close()
	_, err = small.RunString(context.Background(), "=t", `local d = db.open(":memory:") d:all("with recursive c(n) as (select 1 union all select n + 1 from c where n < 600) select hex(zeroblob(50000)) || n as s from c")`)
	if err == nil || !strings.Contains(err.Error(), "Memory") {
		t.Errorf("60 MB of rows: %v", err)
	}
	if _, err = rt.RunString(context.Background(), "=t", `for i = 1, 10 do db.open(":memory:"):close() end`); err != nil {
		t.Error(err)
	}
	const fill = `d:exec("insert into t with recursive c(n) as (select 1 union all select n + 1 from c where n < " .. %s .. ") select zeroblob(100000) from c") `
	for name, src := range map[string]string{
		"many statements":        `d = db.open(":memory:") d:exec("create table t (a)") for i = 1, 500 do d:exec("insert into t values (zeroblob(100000))") end`,
		"one statement":          `d = db.open(":memory:") d:exec("create table t (a)") ` + fmt.Sprintf(fill, "100000"),
		"a transaction":          `d = db.open(":memory:") d:exec("create table t (a)") d:transaction(function() for i = 1, 500 do d:exec("insert into t values (zeroblob(100000))") end end)`,
		"a temporary table":      `d = db.open("` + filepath.Join(t.TempDir(), "x.db") + `") d:exec("pragma temp_store=memory; create temp table t (a)") ` + fmt.Sprintf(fill, "100000"),
		"what undoes":            `d = db.open(":memory:") d:exec("create table t (a)") ` + fmt.Sprintf(fill, "120") + ` d:exec("update t set a = zeroblob(100001)")`,
		"several databases":      `all = {} for i = 1, 3 do d = db.open(":memory:") all[i] = d d:exec("create table t (a)") ` + fmt.Sprintf(fill, "80") + ` end`,
		"databases of isolates":  `parallel.map({ 1, 2, 3 }, function() local d = db.open(":memory:") d:exec("create table t (a)") ` + fmt.Sprintf(fill, "80") + ` sleep(1) end, { limit = 3 })`,
		"a database and strings": `d = db.open(":memory:") d:exec("create table t (a)") ` + fmt.Sprintf(fill, "120") + ` s = {} for i = 1, 200 do s[i] = ("x"):rep(1e5) .. i end`,
	} {
		// Each has a runtime of its own, as a run does not count what was there before.
		rt, err := interp.New(builtins.Std(), interp.WithVirtualTime(), interp.WithLimits(interp.Limits{Memory: 20 << 20}))
		if err != nil {
			t.Fatal(err)
		}
		_, err = rt.RunString(context.Background(), "=t", src)
		if e := (*interp.Error)(nil); !errors.As(err, &e) || e.Kind != interp.KindLimit || !strings.Contains(err.Error(), "Memory") {
			t.Errorf("%s: %v", name, err)
		}
		if err := rt.Close(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Databases that were closed do not count.
	if _, err = small.RunString(context.Background(), "=t", `for i = 1, 10 do local d = db.open(":memory:") d:exec("create table t (a)") `+fmt.Sprintf(fill, "120")+` d:exec("select 1") d:close() end`); err != nil {
		t.Error(err)
	}
}
