-- An event is one line on standard error, after what was printed before it, whatever the message and the fields have in them.
print("first")
log.info("plain")
print("second")
log.warn("two\nlines\r\n\tand \27[31mred\0 \127", { ["a b"] = "c\nd", ["k=v"] = 'say "hi"', empty = "", path = [[C:\dir]], spaced = [[C:\my dir]] })
log.error("bytes \255\254 and UTF-8 äöü ☃ \226\128\168")
log.info("")
log.info(12.5)
log.info(errors.new { kind = "quota", message = "out of it" })
