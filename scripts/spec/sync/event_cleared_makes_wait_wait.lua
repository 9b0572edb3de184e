-- After clear wait waits again.
local e = sync.event()
e:set()
e:clear()
print(e:is_set(), task.move_on_after(e.wait, 1, e))
