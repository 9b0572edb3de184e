io.write("a ")
os.execute("printf 'b '")
print("c")
