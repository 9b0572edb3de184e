package lualib_test

import "testing"

// A number that the library hands out stays as it was when the field that it is from gets another, and one that the library sets is seen.
func TestFieldsHandedOut(t *testing.T) {
	const hot = `local P = { n = 300 } local function inc() P.n = P.n + 1 return P.n end for i = 1, 300 do inc() end `
	for src, want := range map[string]string{
		`local v = rawget(P, "n") P.n = 2.5 print(v, P.n)`:                   "600\t2.5\n",
		`local _, v = next(P) P.n = 2.5 print(v, P.n)`:                       "600\t2.5\n",
		`local v for _, x in pairs(P) do P.n = 2.5 v = x end print(v, P.n)`:  "600\t2.5\n",
		`local v = {} v[1], v[2] = P.n, P["n"] inc() print(v[1], v[2], P.n)`: "600\t600\t601\n",
		`rawset(P, "n", 7) print(inc())`:                                     "8\n",
		`local m = getmetatable(setmetatable({}, P)) print(m == P, inc())`:   "true\t601\n",
		`P.__metatable = 1000 for i = 1, 300 do P.__metatable = P.__metatable + 1 end local v = getmetatable(setmetatable({}, P)) P.__metatable = 5 print(v)`: "1300\n",
		`local s = ("n"):gsub("n", P) inc() print(s)`:                                   "600\n",
		`local t = setmetatable({}, { __index = P }) local v = t.n inc() print(v, t.n)`: "600\t601\n",
		`local k, v = table.foreach(P, function(k, v) return v end) inc() print(k)`:     "600\n",
	} {
		if got := script(t, t.TempDir(), nil, hot+src); got != want {
			t.Errorf("%s\n got %q\nwant %q", src, got, want)
		}
	}
}
