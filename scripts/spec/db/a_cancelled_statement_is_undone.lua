-- A statement whose task is cancelled is interrupted, and what it has done is undone.
local d = db.open(":memory:")
d:exec("create table t (n)")
local long = "with recursive c(n) as (select 1 union all select n + 1 from c) insert into t select n from c"
local t = spawn(d.exec, d, long)
for _ = 1, 10 do sleep(0) end
t:cancel()
t:join()
print(t:cancelled(), d:value("select count(*) from t"))
-- In a transaction that is all of it; what follows in it says so.
print(pcall(d.transaction, d, function()
	d:exec("insert into t values (1)")
	pcall(gather, async(d.exec)(d, long), function() sleep(0) error("another") end)
	local ok, err = pcall(d.exec, d, "insert into t values (2)")
	print(err.kind, err.code)
end))
print(d:value("select count(*) from t"))
