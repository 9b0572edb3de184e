-- sleep always lets others run, whatever its number.
for _, s in ipairs{ 0, -1, -math.huge } do
  spawn(print, "other")
  sleep(s)
  print("main", now())
end
