-- A task that fails while the loop's body waits is handed out in its turn, without a report.
for t in task.as_completed{ function() return "quick" end, function() error("meanwhile", 0) end } do
  sleep(5)
  print(pcall(t.result, t))
end
