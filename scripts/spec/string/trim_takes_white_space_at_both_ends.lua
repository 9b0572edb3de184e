-- All six bytes that C calls white space, and no others.
for _, s in ipairs { "", " ", "  a  ", "a", "\t\n\v\f\r a b \r\n", "a ", " a", "\0 a\0", "\194\160a" } do
  print(("%q"):format(s:trim()))
end
print(string.trim(12), #(" "):rep(1e6):trim())
