-- An unknown name in the list is an error that says which there are.
print(select(2, pcall(gather, { return_exception = true })).message)
