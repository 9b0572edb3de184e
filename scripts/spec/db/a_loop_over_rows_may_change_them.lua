-- A loop over rows goes on over what was there, whatever is asked of the database meanwhile.
local d = db.open(":memory:")
d:exec("create table t (n)")
for i = 1, 5 do d:exec("insert into t values (?)", i) end
for row in d:rows("select n from t where n < 10 order by n") do
	print(row.n, d:value("select count(*) from t"))
	d:exec("insert into t values (?)", row.n + 1)
	d:exec("update t set n = n + 10 where n = ?", row.n)
end
print(d:value("select group_concat(n, ' ') from (select n from t order by n)"))
-- One that is left early is closed by its second value, or with its task.
local next, rows = d:rows("select n from t")
next()
rows:close()
print(next())
for i, row in ipairs(d:all("select n from t where n < 12")) do print(i, row.n) end
