package interp_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// packing has a script store values and have them back.
func packing() interp.Option {
	return interp.WithModule(interp.Module{Name: "store", Defs: []interp.Def{
		{Name: "bytes", Fn: func(c *interp.Call) error {
			p, err := c.PackData(c.Rest(1)...)
			if err != nil {
				return err
			}
			b, err := p.MarshalBinary()
			if err != nil {
				return err
			}
			return c.Return(b)
		}},
		{Name: "back", Fn: func(c *interp.Call) error {
			s, err := c.Text(1)
			if err != nil {
				return err
			}
			var p interp.Packed
			if err := p.UnmarshalBinary([]byte(s)); err != nil {
				return err
			}
			vals, err := c.Unpack(&p)
			if err != nil {
				return err
			}
			return c.ReturnValues(vals)
		}},
	}})
}

func packed(t *testing.T, src string) string {
	t.Helper()
	var out bytes.Buffer
	rt, err := interp.New(builtins.Std(), packing(), interp.WithStdio(nil, &out, &out))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	if _, err := rt.RunString(context.Background(), "=t", src); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestDataThereAndBack(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"plain values", `print(store.back(store.bytes(nil, true, false, 0, -1, 0.5, 2^53, -2^53, 2^53 - 1, 1e300, "", "a\0b\255")))`,
			"nil\ttrue\tfalse\t0\t-1\t0.5\t9007199254740992\t-9007199254740992\t9007199254740991\t1e+300\t\ta\x00b\xff\n"},
		{"numbers that are hard", `local z, nan, inf = store.back(store.bytes(-0.0 * 1, 0/0, -math.huge)) print(1/z, nan ~= nan, inf)
			local m = store.back(store.bytes(0 * -1)) print(1/m)`, "-inf\ttrue\t-inf\n-inf\n"},
		{"nothing", `print(select("#", store.back(store.bytes())), select("#", store.back(store.bytes(nil))))`, "0\t1\n"},
		{"order of keys", `local t = {} for _, k in ipairs { "z", "a", "m" } do t[k] = k end
			for k, v in pairs(store.back(store.bytes(t))) do io.write(k, v, " ") end print()`, "zz aa mm \n"},
		{"lists with fields", `local t = store.back(store.bytes { 1, 2, 3, n = 3, x = { "y" } }) print(#t, t[3], t.n, t.x[1])`, "3\t3\t3\ty\n"},
		{"holes and other keys", `local t = store.back(store.bytes { 1, nil, 3, [true] = "b", [0.5] = "f", [-1] = "n", [1e9] = "far" })
			print(t[1], t[2], t[3], t[true], t[0.5], t[-1], t[1e9])`, "1\tnil\t3\tb\tf\tn\tfar\n"},
		{"a long key", `local k = ("k"):rep(5000) print(store.back(store.bytes { [k] = 1, a = 2 })[k])`, "1\n"},
		{"tables as keys", `local k = { "key" } local t = { [k] = k } local u = store.back(store.bytes(t)) for key, v in pairs(u) do print(key == v, v[1]) end`, "true\tkey\n"},
		{"sharing and cycles", `local a = { name = "a" } a.self, a.list = a, { a, a }
			local b, c = store.back(store.bytes(a, a)) print(b == c, b.self == b, b.list[1] == b, b.list[2] == b, b ~= a)`, "true\ttrue\ttrue\ttrue\ttrue\n"},
		{"a copy is another table", `local t = { x = { 1 } } local u = store.back(store.bytes(t)) u.x[1] = 2 print(t.x[1])`, "1\n"},
		{"records", `local list = {} for i = 1, 1000 do list[i] = { id = i, name = "n" .. i, tags = { i } } end
			local got = store.back(store.bytes(list)) got[2].name = "other"
			print(#got, got[1000].id, got[1000].name, got[1000].tags[1], got[3].name)
			for k in pairs(got[500]) do io.write(k, " ") end print()`, "1000\t1000\tn1000\t1000\tn3\nid name tags \n"},
		{"records of several shapes", `local list = {} for i = 1, 100 do list[i] = ({ { a = i }, { b = i }, { a = i, b = i }, { i, a = i }, {} })[i % 5 + 1] end
			local n = 0 for i, r in ipairs(store.back(store.bytes(list))) do for k, v in pairs(r) do assert(v == i and list[i][k] == i) n = n + 1 end end print(n)`, "120\n"},
		{"marked lists", `print(json.encode(store.back(store.bytes(json.decode("[[],{},[1,null]]")[1]))))`, "[]\n"},
		{"deep", `local t = {} local top = t for i = 1, 100000 do t.next = {} t = t.next end
			local n, u = 0, store.back(store.bytes(top)) while u.next do u = u.next n = n + 1 end print(n)`, "100000\n"},
		{"the same form each time", `local function make() return { x = 1, y = { 2, 3 }, z = "s" } end print(store.bytes(make()) == store.bytes(make()), store.bytes(0/0) == store.bytes(-(0/0)))`, "true\ttrue\n"},
		{"what is refused, and the way there", `
			local function why(...) print((select(2, pcall(store.bytes, ...))).message) end
			why(print) why(1, function() end) why { a = { b = { coroutine.create(print) } } } why(setmetatable({}, {})) why { x = setmetatable({}, { __index = {} }) }
			why { [sync.queue()] = 1 } why { [{}] = io.stdout } why(task.current())
			local t = {} local top = t for i = 1, 20 do t.n = {} t = t.n end t.n = print why(top)`,
			"a function cannot be stored\nvalue 2: a function cannot be stored\nfield [1] of field 'b' of field 'a': a coroutine cannot be stored\n" +
				"a table with a metatable cannot be stored: store its fields\nfield 'x': a table with a metatable cannot be stored: store its fields\n" +
				"a key: a sync.queue cannot be stored\nfield 'table': a file cannot be stored\na task cannot be stored\n" +
				"field 'n'" + strings.Repeat(" of field 'n'", 7) + " of ...: a function cannot be stored\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := packed(t, tt.src); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// The form is the same in every version that has it: journals are read years later.
func TestBinaryForm(t *testing.T) {
	got := packed(t, `local r = { id = 1, s = "x" } io.write((store.bytes(1, "a", { r, { id = 2.5, s = true }, r }, { [true] = 1 }):gsub(".", function(b) return ("%02x"):format(b:byte()) end)))`)
	want := "0104040402050161" + "06000601" + // how many, 1, "a", two tables
		"0003060206030602" + "0800010204" + "02" + // r, { id ... }, r; [true] = 1
		"020002026964017304020501" + "78" + "040000030000000000000440" + "02" // r and its shape, and one of that shape
	if got != want {
		t.Errorf("the form of data has changed, which has a version\ngot  %s\nwant %s", got, want)
	}
	b, _ := hex.DecodeString(got)
	var p interp.Packed
	if err := p.UnmarshalBinary(b); err != nil || p.Len() != 4 {
		t.Fatal(p.Len(), err)
	}
	again, err := p.MarshalBinary()
	if err != nil || !bytes.Equal(again, b) {
		t.Errorf("packed once more it is %x, %v", again, err)
	}
}

func TestDamagedBinaryForm(t *testing.T) {
	var zero interp.Packed
	good, err := zero.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"nothing": {}, "another version": {9}, "more than there is": {1, 0xff, 0xff, 0xff, 0xff, 0x0f}, "a table that is not there": {1, 1, 0, 6, 0},
		"nil in a list": {1, 1, 1, 6, 0, 0, 1, 0}, "nil as a key": {1, 1, 1, 6, 0, 8, 0, 1, 0, 1}, "NaN as a key": append([]byte{1, 1, 1, 6, 0, 8, 0, 1, 3}, 1, 0, 0, 0, 0, 0, 0xf8, 0x7f, 1),
		"a shape that is not there": {1, 1, 1, 6, 0, 4, 0, 0}, "a name twice": {1, 1, 1, 6, 0, 2, 0, 2, 1, 'a', 1, 'a', 1, 1}, "flags that are none": {1, 1, 1, 6, 0, 0xf0, 0},
		"something behind it": append(bytes.Clone(good), 0), "text without an end": {1, 1, 0, 5, 4, 'a'}, "an integer that is none": {1, 1, 0, 4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1},
	} {
		var p interp.Packed
		if err := p.UnmarshalBinary(b); err == nil || !strings.HasPrefix(err.Error(), "interp: Packed: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Bytes are refused whatever they are, or are values that have the same form again.
func FuzzBinaryForm(f *testing.F) {
	f.Add([]byte{1, 1, 1, 6, 0, 2, 0, 2, 1, 'a', 1, 'b', 1, 4, 2})
	f.Add([]byte{1, 2, 2, 6, 0, 6, 1, 0, 1, 6, 1, 8, 1, 5, 0, 1, 4, 2, 2})
	rt, err := interp.New(packing())
	if err != nil {
		f.Fatal(err)
	}
	defer rt.Close()
	f.Fuzz(func(t *testing.T, b []byte) {
		var p interp.Packed
		if p.UnmarshalBinary(b) != nil {
			return
		}
		_, err := rt.RunFunc(context.Background(), "fuzz", func(c *interp.Call) error {
			vals, err := c.Unpack(&p)
			if err != nil {
				return err
			}
			again, err := c.PackData(vals...)
			if err != nil {
				return err
			}
			first, err := again.MarshalBinary()
			if err != nil {
				return err
			}
			var q interp.Packed
			if err := q.UnmarshalBinary(first); err != nil {
				t.Fatalf("%x: what was packed is refused: %v", b, err)
			}
			second, err := q.MarshalBinary()
			if err != nil || !bytes.Equal(first, second) {
				t.Fatalf("%x is %x, and then %x", b, first, second)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
