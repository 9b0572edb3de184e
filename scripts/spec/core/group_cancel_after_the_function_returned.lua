-- Cancelled by a child when the function has returned: its values are returned.
print(group(function(g)
  g:spawn(function() sleep(1) g:cancel("enough") sleep(9) print("never") end)
  return "values"
end), now())
