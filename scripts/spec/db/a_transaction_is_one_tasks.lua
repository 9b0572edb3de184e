-- While a transaction is open the calls of other tasks wait; those of tasks that it owns belong to it.
local d = db.open(":memory:")
d:exec("create table t (n)")
local function count() return d:value("select count(*) from t") end
d:transaction(function()
	spawn(function() print("another task, after the end", count(), now()) end)
	sleep(1)
	task.map({ 1, 2, 3 }, function(n) d:exec("insert into t values (?)", n) end)
	print("inside", count(), now())
	sleep(1)
end)
sleep(0)
-- One that raises is undone, and a savepoint alone, if it is inside another.
print(pcall(d.transaction, d, function() d:exec("delete from t") error("no", 0) end))
d:transaction(function()
	d:exec("insert into t values (4)")
	print(pcall(d.transaction, d, function() d:exec("delete from t") error("not this", 0) end))
end)
print(count())
-- A task that the transaction waits for, and does not own, would wait for its end.
print(select(2, pcall(d.transaction, d, function() local t = spawn(count) sleep(1) await(t) end)).message)
