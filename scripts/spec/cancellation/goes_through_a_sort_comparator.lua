-- It goes through table.sort.
print(task.move_on_after(table.sort, 1, { 3, 1, 2 }, function(a, b) sleep(9) return a < b end))
