-- Output that was printed before something goes to standard error comes out before it.
print("before")
spawn(error, "between")
sleep(0)
print("after")
