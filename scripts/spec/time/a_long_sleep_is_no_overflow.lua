-- A sleep of a thousand years is only cancelled.
print(task.move_on_after(sleep, 10, 1000 * 365 * 86400), now())
