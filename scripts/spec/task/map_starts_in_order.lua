-- Items are started in their order.
task.map({ "a", "b", "c" }, function(x, i) print(i, x) sleep(1) end, { limit = 1 })
