-- Beats that pass while fn runs are skipped; it never overlaps with itself.
local beats = {}
task.every(1, function()
  table.insert(beats, now())
  if #beats == 2 then sleep(2.5) end
  return #beats < 4
end)
print(table.concat(beats, " "))
