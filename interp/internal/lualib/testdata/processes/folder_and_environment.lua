os.execute("cat in.txt | head -1; echo $HOME")
print(os.getenv("HOME"))
