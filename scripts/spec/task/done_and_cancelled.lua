-- t:done() is true when the task has ended, t:cancelled() if its cancellation ended it.
local a, b, c = spawn(sleep, 1), spawn(sleep, 9), spawn(error, "x")
print(a:done(), a:cancelled())
sleep(1)
b:cancel()
b:join()
print(a:done(), a:cancelled(), b:done(), b:cancelled(), c:done(), c:cancelled(), c:error())
