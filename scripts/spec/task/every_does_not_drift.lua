-- The beats stay where they are, however long a call takes.
local beats = {}
task.every(1, function() table.insert(beats, now()) sleep(0.3) return #beats < 5 end)
print(table.concat(beats, " "))
