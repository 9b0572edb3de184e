-- Start, yield once, end: compare.lua times the whole process.
sleep(0)
