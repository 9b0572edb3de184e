-- g:cancel cancels the function and the children; group returns nothing.
print(select("#", group(function(g)
  g:spawn(sleep, 9)
  sleep(1)
  g:cancel()
  sleep(1)
  print("never")
end)), now())
