-- A list of migrations grows; each is run once in the life of a database.
local path = fs.temp() .. "/app.db"
local list = { "create table person (name text)", "alter table person add email text" }
db.open(path, {}, function(d) print(d:migrate(list)) end)
list[3] = "insert into person values ('ann', 'ann@example.org'); insert into nobody values (1)"
local d = db.open(path)
local ok, err = pcall(d.migrate, d, list)
print(err.code, d:value("select count(*) from person"), d:value("pragma user_version"))
list[3] = "insert into person values ('ann', 'ann@example.org')"
print(d:migrate(list), d:migrate(list), d:first("select * from person").email)
d:close()
d = db.open(path)
print((select(2, pcall(d.migrate, d, { list[1] })).message:gsub("^.*app%.db", "app.db")))
