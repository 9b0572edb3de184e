package check

import (
	"strings"

	"github.com/lull-lua/lull/interp/stub"
)

// lua51 has the functions of Lua 5.1's own library that package stub does not describe, as Lua's manual has them: the parameters, with
// a question mark what may be left out, and the type of the first result.
const lua51 = `
assert(v, message?, ...) any
collectgarbage(opt?, arg?) number
error(message?, level?)
gcinfo() number
getfenv(f?) table
getmetatable(object) any
ipairs(t) function
loadstring(chunk, name?) function
module(name, ...)
newproxy(metatable?) any
next(t, key?) any
pairs(t) function
rawequal(a, b) boolean
rawget(t, key) any
rawset(t, key, value) table
select(n, ...) any
setfenv(f, env) any
setmetatable(t, metatable) table
tonumber(v, base?) number|nil
type(v) string
unpack(list, from?, to?) any
coroutine.create(f) thread
coroutine.resume(co, ...) boolean
coroutine.running() thread|nil
coroutine.status(co) string
coroutine.wrap(f) function
coroutine.yield(...) any
debug.debug()
debug.getfenv(o) table
debug.gethook(co?) any
debug.getinfo(co, f?, what?) table|nil
debug.getlocal(co, level, n?) any
debug.getmetatable(object) any
debug.getregistry() table
debug.getupvalue(f, n) any
debug.setfenv(object, env) any
debug.sethook(...)
debug.setlocal(co, level, n, value?) string|nil
debug.setmetatable(object, metatable) any
debug.setupvalue(f, n, value) string|nil
debug.traceback(...) string
io.type(object) string|nil
math.abs(x) number
math.acos(x) number
math.asin(x) number
math.atan(x) number
math.atan2(y, x) number
math.ceil(x) number
math.cos(x) number
math.cosh(x) number
math.deg(x) number
math.exp(x) number
math.floor(x) number
math.fmod(x, y) number
math.frexp(x) number
math.ldexp(m, e) number
math.log(x) number
math.log10(x) number
math.max(x, ...) number
math.min(x, ...) number
math.mod(x, y) number
math.modf(x) number
math.pow(x, y) number
math.rad(x) number
math.randomseed(x?)
math.sin(x) number
math.sinh(x) number
math.sqrt(x) number
math.tan(x) number
math.tanh(x) number
os.difftime(t2, t1?) number
os.getenv(name) string|nil
os.setlocale(locale, category?) string|nil
package.loadlib(path, name) any
package.searchpath(name, path, sep?, rep?) string|nil
package.seeall(module)
string.byte(s, from?, to?) number
string.char(...) string
string.dump(f) string
string.find(s, pattern, init?, plain?) any
string.format(format, ...) string
string.gfind(s, pattern) function
string.gmatch(s, pattern) function
string.gsub(s, pattern, repl, n?) string
string.len(s) number
string.lower(s) string
string.match(s, pattern, init?) any
string.reverse(s) string
string.sub(s, from, to?) string
string.upper(s) string
table.concat(list, sep?, from?, to?) string
table.foreach(t, f) any
table.foreachi(t, f) any
table.getn(t) number
table.insert(list, value, ...)
table.maxn(t) number
table.remove(list, at?) any
table.setn(t, n)
table.sort(list, less?)
`

// lua51Entries are the functions of lua51 as a stub would have them.
func lua51Entries() (entries []stub.Entry) {
	for line := range strings.Lines(strings.TrimSpace(lua51)) {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), "(")
		params, result, _ := strings.Cut(rest, ")")
		e := stub.Entry{Name: name, Kind: stub.Function}
		for p := range strings.SplitSeq(params, ", ") {
			if p, optional := strings.CutSuffix(p, "?"); p != "" {
				e.Params = append(e.Params, stub.Param{Name: p, Type: "any", Optional: optional})
			}
		}
		if result != "" {
			e.Returns = []stub.Param{{Type: strings.TrimSpace(result)}}
		}
		entries = append(entries, e)
	}
	return entries
}
