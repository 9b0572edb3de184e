-- A task cannot join itself.
print(select(2, pcall(function() task.current():join() end)).message)
