print(select("#", io.open("a\0b")), select(3, io.open("a\0b")))
