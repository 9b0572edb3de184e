package interp_test

import (
	"context"
	"math/bits"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// A number that an int of 32 bits does not hold is itself wherever it is no count, and an error where it is one.
func TestNumbersBeyond32Bits(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{`for i = 2^31 - 2, 2^31 + 1 do io.write(i, " ") end`, "2147483646 2147483647 2147483648 2147483649 "},
		{`print(2147483648, 123456789012345, -2147483648 - 1, 2^53)`, "2147483648\t123456789012345\t-2147483649\t9007199254740992\n"},
		{`print(tonumber("123456789012345"), tonumber("0x7fffffffffff"), "4294967297" + 0)`, "123456789012345\t140737488355327\t4294967297\n"},
		{`local t = { [2^31] = 1, [2^32 + 1] = 2, 0 } print(t[2^31], t[2^32 + 1], t[1], #t, rawget(t, 2^32))`, "1\t2\t0\t1\tnil\n"},
		{`local t = {} for i = 0, 40 do t[2^i] = i end print(t[#t] ~= nil, t[#t + 1])`, "true\tnil\n"},
		{`print(("%d %x %c"):format(2^40, 2^40, 65 + 2^32), 2^40 % 7, math.fmod(2^40, 3))`, "1099511627776 10000000000 A\t2\t1\n"},
		{`print(("abc"):sub(2^32 + 1), ("abc"):sub(-2^40, 2^40), ("abc"):byte(2^32 + 1))`, "\tabc\n"},
		{`print(os.time { year = 2040, month = 1, day = 1, hour = 0, sec = 2^31 - 1 } - os.time { year = 2040, month = 1, day = 1, hour = 0 })`, "2147483647\n"},
		{`print(os.date("!%Y-%m-%d", 4e9), time.format(5e9, "rfc3339", "UTC"), time.format(time.unix({ year = 2000, month = 1, day = 1, min = 3e9 }, "UTC"), "%Y", "UTC"))`, "2096-10-02\t2128-06-11T08:53:20Z\t7703\n"},
		{`print(debug.traceback("x", 2^40))`, "x\nstack traceback:\n"},
		{`print(json.encode { 2^40 }, json.decode("4294967297"))`, "[1099511627776]\t4294967297\n"},
		{`print(select(2, pcall(string.rep, "ab", 2^40)), (pcall(string.rep, "x", 2^32 + 1)))`, "resulting string too large (more than " + strconv.Itoa(1<<(26+bits.UintSize/16)) + " bytes)\tfalse\n"},
		{`print(sync.queue(2^53) ~= nil, re.gsub("aa", "a", "b", 2^40))`, "true\tbb\t2\n"},
		{`print(unpack({ [2^31 - 1] = "a", [2^31] = "b", [2^31 + 1] = "c" }, 2^31 - 1, 2^31 + 1))`, "a\tb\tc\n"},
		{`print(select("#", unpack({}, 2^40, 2^40 + 2)), pcall(unpack, {}, -2^40, 2^40))`, "3\tfalse\ttoo many results to unpack\n"},
		{`print(table.concat({ [2^31 - 1] = "a", [2^31] = "b", [2^31 + 1] = "c" }, "-", 2^31 - 1, 2^31 + 1), table.concat({}, "-", 2^40 + 1, 2^40) == "")`, "a-b-c\ttrue\n"},
		{`local t = {} table.insert(t, 2^31 + 5, "x") print(next(t))`, "2147483653\tx\n"},
		{`local step, t = ipairs {} print(step({ [2^31] = "x" }, 2^31 - 1))`, "2147483648\tx\n"},
		{`local n = random.int(-2^53, 2^53) print(n == math.floor(n), random.int(2^40, 2^40), pcall(random.bytes, 2^40))`, "true\t1099511627776\tfalse\tt:1: bad argument #1 to 'bytes' (0 to 67108864 bytes expected, got 1099511627776)\n"},
	} {
		got, err := runSafe(t, tt.src, interp.Limits{})
		if err != nil || got != tt.want {
			t.Errorf("%s\nprints %q, want %q; %v", tt.src, got, tt.want, err)
		}
	}
}

// Files have places, and times, that 32 bits do not hold.
func TestFilesBeyond32Bits(t *testing.T) {
	var out strings.Builder
	rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, &out, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	_, err = rt.RunString(context.Background(), "=files", `
		local name = ...
		local f = assert(io.open(name, "w"))
		print(f:seek("set", 2^33 + 1), f:seek("cur", -2^32), f:seek("set", 0))
		f:close()
		print(require("lfs").touch(name, 2^31 + 1, 2^31 + 1))`, filepath.Join(t.TempDir(), "f"))
	if err != nil || out.String() != "8589934593\t4294967297\t0\ntrue\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
}

// A text that is too long is told as that where no limit of the run's says so, and can be caught.
func TestTooLongUnderOtherLimits(t *testing.T) {
	for _, l := range []interp.Limits{{}, {Instructions: 1_000_000_000}, {Tasks: 10}} {
		got, err := runSafe(t, `print(pcall(string.rep, "x", 2^40))`, l)
		if err != nil || !strings.HasPrefix(got, "false\tresulting string too large") {
			t.Errorf("%+v: %q, %v", l, got, err)
		}
	}
	if _, err := runSafe(t, `print(pcall(string.rep, "x", 2^40))`, interp.Limits{StringSize: 100}); err == nil || !strings.Contains(err.Error(), "StringSize (100)") {
		t.Errorf("StringSize: %v", err)
	}
}

func runSafe(t *testing.T, src string, l interp.Limits) (string, error) {
	t.Helper()
	var out strings.Builder
	rt, err := interp.New(builtins.Safe(), interp.WithLimits(l), interp.WithVirtualTime(), interp.WithStdio(nil, &out, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	_, err = rt.RunString(t.Context(), "=t", src)
	return out.String(), err
}
