-- A table without items but with other keys was meant to be something else: it is a bad argument, wherever a list is wanted.
local function job() return 1 end
for _, t in ipairs { { a = job }, { [0] = job }, { [1.5] = job }, { n = 1 }, { job, n = 2 }, { [3] = job } } do
  for _, f in ipairs { function(t) return task.map(t, job) end, task.any, task.as_completed, gather, race } do
    print(select(2, pcall(f, t)))
  end
end
print(pcall(gather, { job, return_exceptions = 1 }))
-- Fields beside a list's items are left alone where there are no options, and so is its length.
print(#task.map({ "a", "b", title = "letters", n = 2 }, job), #task.map({ n = 0 }, job), #task.map(gather {}, job), #task.map({}, job))
