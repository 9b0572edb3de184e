-- It goes through the iterator of a for loop.
print(task.move_on_after(function() for _ in function() sleep(9) end do end end, 1))
