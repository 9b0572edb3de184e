-- An error of SQLite has kind db, with its code and the statement.
local d = db.open(":memory:")
d:exec("create table t (id integer primary key, name text not null unique); insert into t values (1, 'ann')")
for _, sql in ipairs { "insert into t values (1, 'bob')", "insert into t values (2, 'ann')", "insert into t values (2, null)", "insert into nobody values (1)", "no sql" } do
	local ok, err = pcall(d.exec, d, sql)
	print(err.kind, err.code, err.sql == sql, err.message)
end
local ok, err = pcall(db.open, "/no/such/folder/app.db")
print(err.kind, err.code, err.message)
