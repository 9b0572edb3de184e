package interp_test

import "testing"

// Shapes of programs that compilers have got wrong; what each prints is what lua5.1, or luajit where there is a goto,
// prints.
func TestShapes(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{`local b,c=5,{} b=c.x and 1 print(b)`, "nil\n"},
		{`local b,c=5,true b=not c and b print(b)`, "false\n"},
		{`local function f(...) local b=7 b=... and 5 return b end print(f(nil), f(false), f(1))`, "nil\tfalse\t5\n"},
		{`local b,c=5,{x=1} b=(c.x or c.y) and b print(b)`, "5\n"},
		{`local function h(s) s=(s:gsub('a','b')) return s end print(h('aa'))`, "bb\n"},
		{`local function id(x) return x end
local function h(s) local t=5 s=(id(s)) return s,t end print(h(3))`, "3\t5\n"},
		{`local function f(...) local p,q,r=1,2,3 p=(...) return p,q,r end print(f(9))`, "9\t2\t3\n"},
		{`local x,y=1,2 x,y=y,x print(x,y)`, "2\t1\n"},
		{`local t,a={},7 g,t.x=1,a print(g,t.x)`, "1\t7\n"},
		{`local a,b=1,2 local function f() return a end a,b=10,f() print(a,b)`, "10\t1\n"},
		{`for i,v in ipairs{1,2,3} do if false then local x=1 end print(i,v) end`, "1\t1\n2\t2\n3\t3\n"},
		{`local q=1 if q then q=q end local n=0 while true do if false then n=100 end n=n+1 if n>3 then break end end print(n)`, "4\n"},
		{`local q=1 if q then q=q end local n=0 repeat if nil then n=100 end n=n+1 until n>3 print(n)`, "4\n"},
		{`local n=0 while (false and n) or n<3 do n=n+1 end print(n)`, "3\n"},
		{`local q=1 if q then q=q end local n=0 repeat local z=(true or n) n=n+1 until n>3 print(n)`, "4\n"},
		{`local tostring=function(x) return "<"..tostring(x)..">" end print(tostring(1))`, "<1>\n"},
		{`local t={} t.a=1 t.b=2 t.c=3 do local a,b,c,d="a","a","b","b" end local n=0 for k,v in next,t do n=n+1 end print(n)`, "3\n"},
		{`local function g() return {10,20} end local n=0 for k in next,g() do n=n+1 end print(n)`, "2\n"},
		{`local function mk(a) return function(b) local i=a return function() i=i+1 if i<b then return i end end end end
for x in mk(1)(4) do print(x) end`, "2\n3\n"},
		{`local f for i=1,3 do if i==2 then local x=i f=function() return x end break end end
local p,q,r,s,t,u=91,92,93,94,95,96 print(f())`, "2\n"},
		{`local function f() return 'v' end
local t={1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,x=f()}
print(t[1],t[2],t[50],#t,t.x)`, "1\t2\t50\t50\tv\n"},
		{`local function f() return 'a','b' end
local t={1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,f()}
print(t[1],t[2],t[50],t[51],#t)`, "1\t2\t50\ta\t52\n"},
		{`local t={} local o=t t.x,t=1,nil print(o.x,t)`, "1\tnil\n"},
		{`local i,a=1,{} i,a[i]=i+1,20 print(i,a[1],a[2])`, "2\t20\tnil\n"},
		{`local n=0 for i,v in ipairs{1,2,3} do do if true then n=n+v end end end print(n)
for k in pairs{1,2} do do break end end
local m=0 while true do do m=m+1 if m>2 then break end end end print(m)`, "6\n3\n"},
		{`local function n() return 7 end local t={1,2,n=n()} print(#t,t[3],t.n)`, "2\tnil\t7\n"},
		{`local n=0 local inc=function() n=n+1 end for i=1,3 do if i==2 then goto cont end inc() ::cont:: end print(n)`, "2\n"},
		{`local i,c=0,0 ::top:: if false then c=100 end i=i+1 if i<3 then goto top end print(i,c)`, "3\t0\n"},
		{`local fs={} for i=1,3 do local v=i*10 if i==2 then goto cont end fs[#fs+1]=function() v=v+1 return v end ::cont:: end
local a,b,c,d,e=1,2,3,4,5 print(fs[1](),fs[2](),fs[1]())`, "11\t31\t12\n"},
		{`local n = 0 ::a:: n = n + 1 if n < 5 then goto a end print(n)`, "5\n"},
		{`for i = 1, 3 do for j = 1, 3 do if j == 2 then goto next end print(i, j) end ::next:: end`, "1\t1\n2\t1\n3\t1\n"},
		{`local fs = {} for i = 1, 3 do local x = i if x == 2 then goto c end fs[#fs+1] = function() x = x + 1 return x end ::c:: end print(fs[1](), fs[1](), fs[2]())`, "2\t3\t4\n"},
		{`local fs = {} do local i = 1 ::top:: local x = i fs[i] = function() x = x + 10 return x end i = i + 1 if i <= 3 then goto top end end print(fs[1](), fs[2](), fs[3](), fs[1]())`, "11\t12\t13\t21\n"},
		{`local fs, n = {}, 0 do ::a:: local x = n goto c ::b:: n = n + 1 if n < 3 then goto a else goto d end ::c:: fs[#fs+1] = function() x = x + 1 return x end goto b ::d:: end print(fs[1](), fs[2](), fs[3](), fs[1]())`, "1\t2\t3\t2\n"},
		{`local fs = {} for i = 1, 4 do do local x = i if i % 2 == 0 then goto out end fs[#fs+1] = function() x = x * 2 return x end end ::out:: end local a, b, c, d, e = 9, 9, 9, 9, 9 print(fs[1](), fs[2](), fs[1]())`, "2\t6\t4\n"},
		{`local k = 0 ::s:: do local x = k local g = function() return x end k = k + 1 if k < 3 then goto s end print(g()) end`, "2\n"},
		{`do goto l1 end ::l1:: print("ok")`, "ok\n"},
		{`do goto e local a ::e:: end print("end")`, "end\n"},
		{`goto f do ::g:: end ::f:: print(1)`, "1\n"},
		{`repeat local x = 1 goto c ::c:: until x print("r")`, "r\n"},
		{`local i = 0 repeat i = i + 1 if i == 2 then goto c end print(i) ::c:: until i >= 3`, "1\n3\n"},
		{`local i = 0 while i < 3 do i = i + 1 if i == 2 then goto c end print(i) ::c:: end`, "1\n3\n"},
		{`::a:: do ::a:: print(1) end`, "1\n"},
		{`local t = {} for i = 1, 3 do for _, v in ipairs{1, 2} do local z = i * v if v == 2 then goto out end t[#t+1] = function() return z end end ::out:: end print(t[1](), t[2](), t[3]())`, "1\t2\t3\n"},
		{`local n = 0 ::x:: n = n + 1 while true do if n < 4 then goto x end break end print(n)`, "4\n"},
		{`local n = 0 while true do n = n + 1 local f = function() return n end if f() > 3 then break end end print(n)`, "4\n"},
		{`for i = 1, 3 do local a = i local f = function() return a end if i == 2 then break end print(f()) end`, "1\n"},
		{`local f for i = 1, 3 do local a = i if i == 3 then break end f = function() a = a + 1 return a end end local x, y, z, u, v, w = 7, 7, 7, 7, 7, 7 print(f(), f(), x)`, "3\t4\t7\n"},
		{`local i = 1 ::a:: if i > 2 then goto e end do local x = i i = i + 1 goto a end ::e:: print(i)`, "3\n"},
		{`goto continue print(1) ::continue:: print(2)`, "2\n"},
		{`do local a = 1 do local b = 2 goto z end ::z:: print(a) end`, "1\n"},
		{`local r = {} for i = 1, 2 do local j = 0 ::again:: local c = j r[#r+1] = function() c = c + 1 return c end j = j + 1 if j < 2 then goto again end end for i = 1, #r do print(r[i](), r[i](), " ") end print()`, "1\t2\t \n2\t3\t \n1\t2\t \n2\t3\t \n\n"},
	} {
		out, errw, err := runScript(t, tt.src)
		if out != tt.want || errw != "" || err != nil {
			t.Errorf("%s\n have %q %q %v\n want %q", tt.src, out, errw, err, tt.want)
		}
	}
}
