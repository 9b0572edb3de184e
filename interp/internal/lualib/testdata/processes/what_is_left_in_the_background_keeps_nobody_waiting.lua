print(os.execute("sleep 5 >/dev/null & true"))
