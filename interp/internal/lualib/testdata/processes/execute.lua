print(os.execute())
print(os.execute("exit 3"))
print(os.execute("kill -9 $$"))
print(os.execute("true"))
