-- A method called on something else names what it wants.
local q, l = sync.queue(), sync.lock()
print(select(2, pcall(q.get, l)).message)
print(select(2, pcall(l.acquire)).message)
