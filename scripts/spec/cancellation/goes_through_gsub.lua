-- It goes through a string.gsub callback.
print(task.move_on_after(string.gsub, 1, "abc", "%w", function() sleep(9) end))
