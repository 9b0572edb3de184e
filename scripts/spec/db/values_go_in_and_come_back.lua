-- Numbers, texts, blobs and NULL go in and come back as they were; integers beyond 2^53 come as strings, and go in by db.int.
local d = db.open(":memory:")
d:exec("create table t (v)")
for _, v in ipairs { 42, -1, 1.5, 2^53, db.int("9007199254740993"), db.int("-9223372036854775808"), "text", "", db.blob("\1\2"), true, false, json.null } do
	d:exec("delete from t")
	d:exec("insert into t values (?)", v)
	local row = d:first("select v, typeof(v) as type from t")
	print(row.type, type(row.v), row.type == "blob" and #row.v or row.v)
end
-- Parameters in order, or by their names.
print(d:value("select ? || '-' || ?", "a", "b"), d:value("select :x || '-' || :y", { x = "a", y = "b" }))
-- Values that cannot be stored as they are, are refused.
for _, v in ipairs { 0 / 0, print, {}, d } do print(select(2, pcall(d.exec, d, "insert into t values (?, ?)", 1, v)).message) end
print(select(2, pcall(d.exec, d, "insert into t values (?)")).message)
print(select(2, pcall(d.exec, d, "insert into t values (:a)", { b = 1 })).message)
