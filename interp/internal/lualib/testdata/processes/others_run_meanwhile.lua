local n = 0
local t = spawn(function()
  repeat
    sleep(0.001)
    n = n + 1
  until n == 5
  write("go", "")
end)
os.execute("while ! test -e go; do sleep 0.01; done")
print(n)
