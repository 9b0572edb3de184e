-- NaN is an error, and so is leaving the seconds out.
print(select(2, pcall(wait_for, sleep, 0 / 0)).message)
print(select(2, pcall(wait_for, sleep)).message)
print(select(2, pcall(wait_for, sleep, "soon")).message)
