-- Without a terminal term.size is what COLUMNS and LINES say, or else 80 and 24.
print(term.size())
process.env.COLUMNS, process.env.LINES = 120, 30
print(term.size())
process.env.COLUMNS, process.env.LINES = "wide", -3
print(term.size())
