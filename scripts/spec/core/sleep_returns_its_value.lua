-- sleep returns its second argument.
print(sleep(1, "v"), (sleep(0)))
print(select("#", sleep(0)))
