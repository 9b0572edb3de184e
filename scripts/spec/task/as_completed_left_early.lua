-- After a break the rest runs on; an error that nobody was handed decides the status.
for t in task.as_completed{ function() return 1 end, function() sleep(1) error("unseen", 0) end } do
  print(t:result())
  break
end
print("main ends")
