-- Without a journal a step calls its function, and records nothing.
local key
print(step("create", function(s) key = s.key return 1, nil, "three" end))
print(step("create", function(s) return s.key == key, #s.key end))
print(step.done("create"), step.forget("create"), step.run())
print(pcall(step, "raises", function() error("no", 0) end))
-- A sleep is a sleep.
step.sleep("a day", 86400)
print(now())
step.till("later", time.now() + 60)
print(now())
-- Wrong arguments are told.
for _, call in ipairs { { "", print }, { "a" }, { "a", print, { twice = true } }, { "a", print, { version = "x" } } } do
	print(select(2, pcall(step, unpack(call))).message)
end
