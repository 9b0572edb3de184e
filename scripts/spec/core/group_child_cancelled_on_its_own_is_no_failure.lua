-- A child that is cancelled on its own is no failure.
print(group(function(g)
  local t = g:spawn(sleep, 9)
  sleep(1)
  t:cancel()
  return "fine"
end), now())
