--- unexpected symbol
print(loadstring("x = = 1")) print(loadstring("= 1")) print(loadstring("1 = x")) print(loadstring(")"))
--- expected near
print(loadstring("for i = 1 do end")) print(loadstring("if x print(1) end")) print(loadstring("x 1")) print(loadstring("local 1"))
--- unclosed blocks
print(loadstring("if x then")) print(loadstring("for i = 1, 2 do\nprint(i)")) print(loadstring("function f()\n\n")) print(loadstring("while true do")) print(loadstring("repeat")) print(loadstring("do"))
--- unclosed parentheses
print(loadstring("print(1")) print(loadstring("print(1\n\n+ 2")) print(loadstring("x = {1, 2")) print(loadstring("x = {\n1,\n2")) print(loadstring("x = a[1"))
--- unfinished strings
print(loadstring('x = "abc')) print(loadstring("x = 'abc\ndef'")) print(loadstring("x = [[abc")) print(loadstring("--[[ abc")) print(loadstring("x = [==[ ]] "))
--- escapes out of range
print(loadstring('x = "\\300"')) print(loadstring('x = "\\999"')) print(loadstring([[x = "\q"]]) ~= nil)
--- malformed numbers
print(loadstring("x = 3x")) print(loadstring("x = 0xg")) print(loadstring("x = 1e")) print(loadstring("x = 1..2"))
--- invalid characters
print(loadstring("x = 1 ? 2")) print(loadstring("x = $")) print(loadstring("x = a ! b")) print(loadstring("x = @"))
--- ~ alone
print(loadstring("x = ~1")) print(loadstring("x = a ~ b"))
--- break outside a loop
print(loadstring("break")) print(loadstring("if x then break end"))
--- return is the last statement
print(loadstring("return 1 print(2)")) print(loadstring("do return end print(1)") ~= nil) print(loadstring("return return"))
--- varargs outside a vararg function
print(loadstring("function f() return ... end")) print(loadstring("return ...") ~= nil)
--- ambiguous calls
print(loadstring("f\n(1)"))
--- a call statement must be a call
print(loadstring("x")) print(loadstring("x.y")) print(loadstring("'a'")) print(loadstring("(f)")) print(loadstring("f() = 1")) print(loadstring("a.b:c = 1"))
--- function arguments expected
print(loadstring("a:b")) print(loadstring("a:b.c()"))
--- names expected
print(loadstring("local function 1() end")) print(loadstring("function f(1) end")) print(loadstring("x.1 = 2")) print(loadstring("for 1 = 1, 2 do end")) print(loadstring("function f(a,) end")) print(loadstring("goto = 1") ~= nil)
--- for expects = or in
print(loadstring("for i do end")) print(loadstring("for i, j = 1, 2 do end"))
--- chunk names
print(loadstring("x = =", "=name")) print(loadstring("x = =", "@file.lua")) print(loadstring("x = =", "code here")) print(loadstring("\n\nx = =")) print(loadstring("x = =", ("long"):rep(30)))
--- lines
print(loadstring("x = 1\ny = 2\nz = = 3\n")) print(loadstring("x = [[\n\n\n]] = 3"))
--- end of file
print(loadstring("x =")) print(loadstring("x = 1 +")) print(loadstring("local x = function()")) print(loadstring("")) 
--- reserved words
print(loadstring("and = 1")) print(loadstring("local end = 1")) print(loadstring("x = nil = 1")) print(loadstring("true = 1"))
--- comments at the end
print(loadstring("return 1 -- x")()) print(loadstring("--")) print(loadstring("-- x\n"))
--- shebang is for files
print((loadstring("#!/bin/lua\nreturn 1")))
--- tokens in messages
print(loadstring("x = 'a' 'b'")) print(loadstring("x = 12 34")) print(loadstring("x = y z w")) print(loadstring("x = [[a]] [[b]]"))
--- extra end
print(loadstring("end")) print(loadstring("if x then end end")) print(loadstring("until x")) print(loadstring("else"))
--- control characters
print((loadstring("x = \1")))
--- chained comparison operators
print(loadstring("x = 1 < < 2")) print(loadstring("x = 1 <> 2")) print(loadstring("x = a != b"))
--- many levels
print((loadstring(("do "):rep(150) .. ("end "):rep(150))) ~= nil)
--- too many levels
local f, e = loadstring(("("):rep(1000) .. "1" .. (")"):rep(1000)) print(f)
