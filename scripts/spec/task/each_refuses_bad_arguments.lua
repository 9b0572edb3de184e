-- A source, a function and known options are wanted.
for _, args in ipairs {
  { 1, print }, { "abc", print }, { nil, print }, { { a = 1 }, print }, { { 1, [3] = 3 }, print }, { sync.lock(), print }, { {}, 5 }, { {} },
  { {}, print, { limit = 0 } }, { {}, print, { limit = 0/0 } }, { {}, print, { limits = 1 } }, { {}, print, { name = "x" } }, { {}, print, { return_exceptions = true } },
} do
  print(select(2, pcall(task.each, unpack(args, 1, 3))).message)
end
print(select(2, pcall(task.each)).message)
