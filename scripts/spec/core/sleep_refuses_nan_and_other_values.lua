-- NaN is no number of seconds; nor is a table.
print(select(2, pcall(sleep, 0 / 0)).message)
print(select(2, pcall(sleep, {})).message)
print(select(2, pcall(sleep)).message)
