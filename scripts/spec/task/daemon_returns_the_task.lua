-- task.daemon returns the task, which can be awaited.
print(await(task.daemon(function(x) sleep(1) return x end, "v")))
