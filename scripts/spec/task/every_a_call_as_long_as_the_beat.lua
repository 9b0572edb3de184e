-- A call that takes exactly one beat is followed by the next at once.
local beats = {}
task.every(2, function() table.insert(beats, now()) sleep(2) return #beats < 4 end)
print(table.concat(beats, " "))
