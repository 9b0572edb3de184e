-- h:add takes strings one by one and returns h; h:hex may be asked in between.
local h = hash.new("sha1")
print(tostring(h), h:add("a") == h, h:hex() == hash.sha1("a"))
h:add("b"):add(""):add("c")
print(h:hex() == hash.sha1("abc"), h:hex() == h:hex())
