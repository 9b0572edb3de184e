-- An error of what is shielded is raised by shield.
print(pcall(shield, function() error("x", 0) end))
