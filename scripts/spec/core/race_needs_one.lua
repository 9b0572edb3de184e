-- At least one is needed.
print(select(2, pcall(race)).message)
print(select(2, pcall(race, {})).message)
