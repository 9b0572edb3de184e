package json_test

import (
	"bytes"
	"context"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// A runtime with functions for what the tests ask: decode(s) is the value, or nil and the error; again(s) what is encoded of it.
func newRuntime(t testing.TB) *interptest.Runtime {
	rt := interptest.New(t, builtins.Safe())
	if _, err := rt.Run(`
		function decode(s, opts) local ok, v = pcall(json.decode, s, opts) if ok then return v end return nil, v end
		function again(s) local v, err = decode(s, { nulls = true }) if err then return nil, err end return json.encode(v) end
	`); err != nil {
		t.Fatal(err)
	}
	return rt
}

// samples are texts that are JSON, and some that are not.
var samples = []string{
	`{}`, `[]`, `null`, `true`, `"x"`, `-0.5e+3`, `[1,2,[3,{"a":null}]]`, `{"a":1,"b":[true,false],"a":"again"}`, `"\u00e9\ud83d\ude00\"\\\/\b\f\n\r\t"`,
	`9007199254740993`, `[0.1,1e22,5e-324,123456789012345678901234567890]`, ` [ 1 , 2 ] `, "\"é\u2028\"", `{"":{"":[[]]}}`,
	`[1,]`, `{"a"}`, `nul`, `"\ud800"`, "\"\xff\"", "\"\n\"", `01`, `1.`, `--1`, `[1}`, `{"a":1}{`, "\ufeff[]", "[\x00]", `"\u12`, `1e999`, `1e-999`,
	`1.7976931348623157e308`, `"` + strings.Repeat("long ", 100) + `"`, strings.Repeat("[", 1001), strings.Repeat("[", 500) + strings.Repeat("]", 500),
}

// Arbitrary bytes are an error with its place, or a value that is encoded as it was; what encoding/json takes is taken.
func FuzzDecode(f *testing.F) {
	for _, s := range samples {
		f.Add(s)
	}
	rt := newRuntime(f)
	f.Fuzz(func(t *testing.T, s string) { check(t, rt, s) })
}

func check(t *testing.T, rt *interptest.Runtime, s string) {
	vals, err := rt.Call(t.Context(), "again", s)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	text, ok := vals.Get(1).Text()
	if !ok {
		e, ok := vals.Get(2).Object().(*interp.Error)
		if !ok || e.Kind != interp.KindParse {
			t.Fatalf("%q: the error is %v", s, vals.Get(2))
		}
		line, _ := e.Field("line").(int)
		column, _ := e.Field("column").(int)
		lines := strings.Split(s, "\n")
		if line < 1 || line > len(lines) || column < 1 || column > utf8.RuneCountInString(lines[line-1])+2 {
			t.Fatalf("%q: the error is at line %d, column %d", s, line, column)
		}
		if stdjson.Valid([]byte(s)) && !strict(e.Msg) {
			t.Fatalf("%q: encoding/json takes it: %v", s, e)
		}
		return
	}
	if !stdjson.Valid([]byte(s)) {
		t.Fatalf("%q: encoding/json does not take it, and this is %s", s, text)
	}
	want, got := standard(t, s), standard(t, text)
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%q: is encoded as %q: %v, not %v", s, text, got, want)
	}
	twice, err := rt.Call(t.Context(), "again", text)
	if err != nil || twice.Get(1).String() != text {
		t.Fatalf("%q: is encoded as %q, and that as %v, %v", s, text, twice, err)
	}
}

// strict reports whether a message is about what encoding/json lets pass: bytes that are no UTF-8, half a pair, a deep nesting, numbers
// that no double holds.
func strict(msg string) bool {
	for _, s := range []string{"invalid UTF-8", "surrogate pair", "more than 1000 deep", "too large for a double", "UTF-16"} {
		if strings.Contains(msg, s) {
			return true
		}
	}
	return false
}

// standard is what encoding/json makes of a text, with what Lull makes strings of as strings.
func standard(t *testing.T, s string) any {
	d := stdjson.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return numbers(v)
}

func numbers(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = numbers(v[k])
		}
	case stdjson.Number:
		f, err := v.Float64()
		if err != nil {
			return v
		}
		if s := v.String(); !strings.ContainsAny(s, ".eE") && (math.Abs(f) > 1<<53 || math.Abs(f) == 1<<53 && strings.TrimPrefix(s, "-") != "9007199254740992") {
			return s
		}
		return f
	}
	return v
}

func TestDecodeAsEncodingJSON(t *testing.T) {
	rt := newRuntime(t)
	for _, s := range samples {
		check(t, rt, s)
	}
	// Pieces that JSON is made of, in every order.
	pieces := []string{"{", "}", "[", "]", ",", ":", `"a"`, "1", "-1.5e3", "null", " ", "\n"}
	var all func(s string, n int)
	all = func(s string, n int) {
		check(t, rt, s)
		if n > 0 {
			for _, p := range pieces {
				all(s+p, n-1)
			}
		}
	}
	all("", 4)
}

// Lull makes of values and texts what Python's json makes of them.
func TestAgainstPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("needs python3")
	}
	cmd := exec.CommandContext(t.Context(), python, "-c", `
import json, random, sys
random.seed(7)
def text():
    return "".join(random.choice(["a", "é", "😀", "\n", "\"", "\\", "\u2028", "\x7f", "\0", "/"]) for _ in range(random.randrange(6)))
def value(depth):
    kind = random.randrange(9 if depth < 5 else 6)
    if kind == 0: return None
    if kind == 1: return random.random() < 0.5
    if kind == 2: return random.randrange(-2**53, 2**53)
    if kind == 3: return random.choice([random.random(), random.random() * 10.0 ** random.randrange(-300, 300), 0.1, -0.0, 1e22])
    if kind in (4, 5): return text()
    if kind == 6: return [value(depth + 1) for _ in range(random.randrange(4))]
    return {text(): value(depth + 1) for _ in range(random.randrange(5))}
for i in range(2000):
    v = value(0)
    print(json.dumps(v, ensure_ascii=i % 2 == 0, indent=None if i % 3 else 1).replace("\n", "\r"))
`)
	cmd.Env = append(os.Environ(), "PYTHONIOENCODING=utf-8")
	out, err := cmd.Output()
	if err != nil {
		t.Skip("python3:", err)
	}
	rt := newRuntime(t)
	var back []string
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	for _, line := range lines {
		vals, err := rt.Call(t.Context(), "again", line)
		if err != nil || vals.Get(1).IsNil() {
			t.Fatalf("%s: %v, %v", line, vals, err)
		}
		back = append(back, vals.Get(1).String())
	}
	file := filepath.Join(t.TempDir(), "both")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"+strings.Join(back, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd = exec.CommandContext(t.Context(), python, "-c", `
import json, sys
lines = open(sys.argv[1], encoding="utf-8", newline="\n").read().split("\n")
n = len(lines) // 2
for a, b in zip(lines[:n], lines[n:]):
    if repr(json.loads(a)) != repr(json.loads(b)):
        x, y = json.loads(a), json.loads(b)
        if x != y: sys.exit(a + "\n" + b)
`, file)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// A limit of memory ends a text whose tables would take more, in place and off the loop, and lets pass what fits.
func TestLimits(t *testing.T) {
	tables := "[" + strings.Repeat(`{"a":{}},`, 400_000) + "1]"
	for _, tt := range []struct {
		limits interp.Limits
		script string
		want   string
	}{
		{interp.Limits{Memory: 32 << 20}, `pcall(json.decode, text)`, "Memory"},
		{interp.Limits{Memory: 1 << 30}, `return #json.decode(text)`, ""},
		{interp.Limits{Instructions: 10_000}, `pcall(json.decode, text)`, "Instructions"},
		{interp.Limits{Instructions: 100_000}, `local t = {} for i = 1, 40 do t = { t, t } end pcall(json.encode, t)`, "Instructions"},
		{interp.Limits{StringSize: 3 << 20}, `local t = {} for i = 1, 40 do t = { t, t } end pcall(json.encode, t)`, "StringSize"},
		{interp.Limits{Memory: 8 << 20}, `local t = {} for i = 1, 40 do t = { t, t } end pcall(json.encode, t)`, "Memory"},
	} {
		for _, real := range []bool{false, true} {
			opts := []interp.Option{builtins.Safe(), interp.WithLimits(tt.limits)}
			if !real {
				opts = append(opts, interp.WithVirtualTime())
			}
			rt, err := interp.New(opts...)
			if err != nil {
				t.Fatal(err)
			}
			_, err = rt.RunString(t.Context(), "=t", "local text = ...\n"+tt.script, tables)
			var e *interp.Error
			if tt.want == "" && err != nil || tt.want != "" && (!errors.As(err, &e) || !errors.Is(err, interp.ErrLimit) || !strings.Contains(e.Msg, tt.want)) {
				t.Errorf("%+v, real time %v: %v", tt.limits, real, err)
			}
			if err := rt.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// A list whose n says more than a text can have is an error at once, and not when a GiB is written.
func TestTooManyHoles(t *testing.T) {
	rt := interptest.New(t, builtins.Safe())
	for _, script := range []string{`json.encode(t)`, `yaml.encode(t)`, `t[1] = "x" t[400000000] = true json.encode(t)`} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := rt.Run("local t = table.pack() t.n = 400000000 " + script)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, interp.ErrLimit) || !strings.Contains(err.Error(), "the result has more than") {
			t.Errorf("%s: %v", script, err)
		}
		if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 10 {
			t.Errorf("%s: %d MiB were allocated", script, took)
		}
	}
	rt.Check(`
		local t = table.pack(1)
		t.n, t[100000] = 100000, 2
		print(#json.encode(t), json.encode(t):sub(1, 12))`, "499995\t[1,null,null\n")
}

// A Go error of an embedding program finds the place, too.
func ExampleModule() {
	rt, err := interp.New(builtins.Safe())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rt.Close()
	_, err = rt.RunString(context.Background(), "=t", `json.decode("[1,\n 2;]")`)
	var e *interp.Error
	if errors.As(err, &e) {
		fmt.Println(e)
		fmt.Println(e.Kind, e.Field("line"), e.Field("column"))
	}
	// Output:
	// t:1: json.decode: line 2, column 3: ',' or ']' is expected, this is ';'
	// parse 2 3
}

// records are a MB of what jobs read.
func records() string {
	var b bytes.Buffer
	b.WriteString("[")
	for i := 0; b.Len() < 1_000_000; i++ {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, `{"id": %d, "name": "user %d", "email": "user%d@example.org", "active": %v, "score": %v, "tags": ["a", "b", "c%d"], "address": {"street": "Main Street %d", "city": "Berlin"}, "note": null}`,
			i, i, i, i%3 == 0, float64(i)*0.37, i%7, i)
	}
	b.WriteString("]")
	return b.String()
}

func BenchmarkDecode(b *testing.B) { benchmark(b, "return json.decode(...)") }

func BenchmarkEncode(b *testing.B) { benchmark(b, "v = v or json.decode(...) return json.encode(v)") }

func benchmark(b *testing.B, script string) {
	text := records()
	rt, err := interp.New(builtins.Safe())
	if err != nil {
		b.Fatal(err)
	}
	defer rt.Close()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := rt.RunString(b.Context(), "=b", script, text); err != nil {
			b.Fatal(err)
		}
	}
}
