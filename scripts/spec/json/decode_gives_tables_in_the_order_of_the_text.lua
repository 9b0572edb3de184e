-- Objects become tables whose pairs come in the order of the text, arrays lists; of a name that is there twice the last counts.
local v = json.decode(' {"z": 1, "a": [true, false, "x", 1.5e3], "m": {"deep": {}}, "z": 2}\n')
for name, value in pairs(v) do print(name, type(value)) end
print(v.z, #v.a, v.a[1], v.a[2], v.a[3], v.a[4], next(v.m.deep))
print(json.decode("12"), json.decode('"text"'), json.decode("true"), json.decode(" null "))
print(json.encode(json.decode('["\\u00e9\\ud83d\\ude00\\n\\/", ""]')))
