-- Both functions are needed; the grace is a number of seconds from 0 on.
print(select(2, pcall(finally, 1)).message)
print(select(2, pcall(finally, print)).message)
print(select(2, pcall(finally, print, print, -1)).message)
print(select(2, pcall(finally, print, print, "x")).message)
