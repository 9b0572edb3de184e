package csv_test

import (
	stdcsv "encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// again(s) is what is encoded of the rows of s, read as lists, or nil and the error; pieces(s, n) are the rows, and where they begin,
// that come of s in pieces of n bytes; all(s) those of csv.decode.
func newRuntime(t testing.TB) *interptest.Runtime {
	rt := interptest.New(t, builtins.Std())
	if _, err := rt.Run(`
		local opts = { header = false, ragged = true }
		function all(s, lazy)
			opts.lazy = lazy
			local ok, rows = pcall(csv.decode, s, opts)
			if not ok then return nil, rows end
			return rows
		end
		function again(s)
			local rows, err = all(s)
			if err then return nil, err end
			return csv.encode(rows)
		end
		function pieces(s, n)
			local at, rows = 1, json.array()
			local function source()
				local piece = s:sub(at, at + n - 1)
				at = at + n
				if piece ~= "" then return piece end
			end
			local ok, err = pcall(function()
				for row, line, offset in csv.rows(source, { header = false, ragged = true }) do
					assert(line >= 1 and offset >= 0 and offset < #s)
					rows[#rows + 1] = row
				end
			end)
			if not ok then return nil, err end
			return rows
		end`); err != nil {
		t.Fatal(err)
	}
	return rt
}

var samples = []string{
	"", "a,b\n1,2\n", "a,b\r\n\"1\",\"2\r\n3\"\r\n", "\"a\"\"b\",c", ",,\n,\n", "\n\n\r\n", "\xef\xbb\xbfa", "\xef\xbb\xbf\"a\"\n", "a,\"b\nc\",d\ne", "x\"y", "\"x\"y", "\"x\" ,y", "\"x",
	"a\rb", "\"a\r\"", "\"a\"\r", "\"a\"\r\n", "\r", "a\r\r\n", "\xff\xfea", "\x00,\x00", "\"\"", "\"\"\"\"", "\"\"\"", " \"a\" ", "é,ü\n\"\xff\"", "\"a\",\"b\"\n\n\"c\"",
}

func FuzzDecode(f *testing.F) {
	for _, s := range samples {
		f.Add(s)
	}
	rt := newRuntime(f)
	f.Fuzz(func(t *testing.T, s string) { check(t, rt, s) })
}

func TestSamples(t *testing.T) {
	rt := newRuntime(t)
	for _, s := range samples {
		check(t, rt, s)
	}
	pieces := []string{",", "\n", "\r", `"`, "a", " "}
	var all func(s string, n int)
	all = func(s string, n int) {
		check(t, rt, s)
		if n > 0 {
			for _, p := range pieces {
				all(s+p, n-1)
			}
		}
	}
	all("", 5)
}

// table is what a list of lists holds.
func table(v interp.Value) (rows [][]string) {
	t, ok := v.Table()
	if !ok {
		return nil
	}
	for i := 1; i <= t.Len(); i++ {
		row, _ := t.Index(i).Table()
		var fields []string
		for j := 1; j <= row.Len(); j++ {
			fields = append(fields, row.Index(j).String())
		}
		rows = append(rows, fields)
	}
	return rows
}

// check reads arbitrary bytes: they are an error with its place, or rows that are written as they were; in pieces they are the same; and
// encoding/csv reads the same where it reads.
func check(t *testing.T, rt *interptest.Runtime, s string) {
	t.Helper()
	vals, err := rt.Call(t.Context(), "all", s)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	want := table(vals.Get(1))
	e, failed := vals.Get(2).Object().(*interp.Error)
	if failed {
		line, _ := e.Field("line").(int)
		column, _ := e.Field("column").(int)
		lines := strings.Split(s, "\n")
		if e.Kind != interp.KindParse || line < 1 || line > len(lines) || column < 1 || column > utf8.RuneCountInString(lines[line-1])+1 {
			t.Fatalf("%q: %s at line %d, column %d: %v", s, e.Kind, line, column, e)
		}
	}
	for _, n := range []int{1, 2, 7} {
		vals, err := rt.Call(t.Context(), "pieces", s, n)
		if err != nil {
			t.Fatalf("%q in pieces of %d: %v", s, n, err)
		}
		if pe, broken := vals.Get(2).Object().(*interp.Error); broken != failed || broken && pe.Msg != strings.Replace(e.Msg, "csv.decode", "csv.rows", 1) {
			t.Fatalf("%q in pieces of %d: %v, at once %v", s, n, pe, e)
		}
		if got := table(vals.Get(1)); !failed && !reflect.DeepEqual(got, want) {
			t.Fatalf("%q in pieces of %d: %q, at once %q", s, n, got, want)
		}
	}
	if !failed {
		text, err := rt.Call(t.Context(), "again", s)
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		back, err := rt.Call(t.Context(), "all", text.Get(1).String())
		if got := table(back.Get(1)); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: is encoded as %q, and that read as %q, not %q, %v", s, text, got, want, err)
		}
	}
	// encoding/csv makes \n of \r\n inside quotes, takes a mark for text, and ends a line at a \r that ends the text.
	if strings.Contains(s, "\r") || strings.HasPrefix(s, "\ufeff") || strings.HasPrefix(s, "\xff\xfe") || strings.HasPrefix(s, "\xfe\xff") {
		return
	}
	r := stdcsv.NewReader(strings.NewReader(s))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if (err != nil) != failed {
		t.Fatalf("%q: %v, encoding/csv: %v", s, e, err)
	}
	if err == nil && !reflect.DeepEqual(rows, want) && len(rows)+len(want) > 0 {
		t.Fatalf("%q: %q, encoding/csv: %q", s, want, rows)
	}
}

func TestAgainstPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("needs python3")
	}
	dir := t.TempDir()
	file, back := filepath.Join(dir, "python.csv"), filepath.Join(dir, "lull.csv")
	cmd := exec.CommandContext(t.Context(), python, "-c", `
import csv, json, random, sys
random.seed(5)
def field(): return "".join(random.choice(["a", "é", ",", "\"", "\n", "\r\n", " ", "x"]) for _ in range(random.randrange(5)))
rows = [[field() for _ in range(random.randrange(2, 6))] for _ in range(3000)]
with open(sys.argv[1], "w", newline="", encoding="utf-8") as f: csv.writer(f).writerows(rows)
print(json.dumps(rows))
`, file)
	out, err := cmd.Output()
	if err != nil {
		t.Skip("python3:", err)
	}
	var want [][]string
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	rt := newRuntime(t)
	vals, err := rt.Run(`
		local file, back = ...
		local rows, w = {}, csv.writer(back)
		for row in csv.rows(file, { header = false, ragged = true }) do rows[#rows + 1] = row w:write(row) end
		w:close()
		return rows`, file, back)
	if err != nil {
		t.Fatal(err)
	}
	if got := table(vals.Get(1)); !reflect.DeepEqual(got, want) {
		t.Error("the rows differ from those that Python wrote")
	}
	cmd = exec.CommandContext(t.Context(), python, "-c", `
import csv, sys
a, b = (list(csv.reader(open(p, newline="", encoding="utf-8"))) for p in sys.argv[1:])
sys.exit(a != b)
`, file, back)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("Python reads other rows: %v\n%s", err, out)
	}
}

// However long a file is, a row is all that is in memory.
func TestFlatMemory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "long.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	chunk := []byte(strings.Repeat("1,some text,\"quoted, text\",2024-01-01\n", 30_000))
	for range 20 {
		if _, err := f.Write(chunk); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	rt := interptest.New(t, builtins.Std(), interp.WithLimits(interp.Limits{Memory: 8 << 20, Files: 1}))
	vals, err := rt.Run(`
		local n = 0
		for round = 1, 2 do
			for row in csv.rows(..., { header = false }) do n = n + 1 end
		end
		return n`, path)
	if err != nil || vals.Get(1).String() != "1200000" {
		t.Errorf("%v, %v", vals, err)
	}
}

// A file is closed when its end is reached, and when what reads it is dropped.
func TestFilesAreClosed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows.csv")
	if err := os.WriteFile(path, []byte("a\n1\n2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	rt := interptest.New(t, builtins.Std())
	_, err := rt.Run(`
		for i = 1, 5000 do
			for row in csv.rows(...) do break end
			if i % 500 == 0 then collectgarbage() end
		end`, path)
	if err != nil {
		t.Error(err)
	}
	runtime.GC()
}

func TestLimits(t *testing.T) {
	text := strings.Repeat("1,2,3,4,5,6,7,8\n", 200_000)
	for _, tt := range []struct {
		limits interp.Limits
		script string
		want   string
	}{
		{interp.Limits{Memory: 32 << 20}, `pcall(csv.decode, text)`, "Memory"},
		{interp.Limits{Instructions: 10_000}, `pcall(csv.decode, text)`, "Instructions"},
		{interp.Limits{Instructions: 10_000}, `for _ in csv.rows(function() return text end) do end`, "Instructions"},
		{interp.Limits{StringSize: 5 << 20}, `local row, rows = { text }, {} for i = 1, 10 do rows[i] = row end pcall(csv.encode, rows)`, "StringSize"},
	} {
		rt := interptest.New(t, builtins.Safe(), interp.WithLimits(tt.limits))
		_, err := rt.Run("local text = ...\n"+tt.script, text)
		var e *interp.Error
		if !errors.As(err, &e) || !errors.Is(err, interp.ErrLimit) || !strings.Contains(e.Msg, tt.want) {
			t.Errorf("%+v: %v", tt.limits, err)
		}
	}
}

// The fields of a row count while it is read, beside its text: some million of them in a few MB.
func TestManyFields(t *testing.T) {
	for _, row := range []string{strings.Repeat(",", 3<<20), `""` + strings.Repeat(",", 3<<20)} {
		for _, script := range []string{
			`pcall(csv.decode, text .. "\n", { header = false })`,
			`for _ in csv.rows(function() local s = text text = nil return s end, { header = false }) do end`,
		} {
			rt := interptest.New(t, builtins.Safe(), interp.WithLimits(interp.Limits{Memory: 40 << 20}))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := rt.Run("text = ...\n"+script, row)
			runtime.ReadMemStats(&after)
			if !errors.Is(err, interp.ErrLimit) || !strings.Contains(err.Error(), "Memory") {
				t.Errorf("%s: %v", script, err)
			}
			if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 150 {
				t.Errorf("%s: %d MiB were allocated", script, took)
			}
		}
	}
}

// The error of a row that is too long says where it is.
func TestLongRow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "long.csv")
	if err := os.WriteFile(path, []byte("a,b\n1,2\n3,\""+strings.Repeat("x\n", 20<<20)), 0o600); err != nil {
		t.Fatal(err)
	}
	interptest.New(t, builtins.Std()).Check(fmt.Sprintf(`
		local ok, err = pcall(function() for _ in csv.rows(%q) do end end)
		print(err.kind, err.line, err.path == %q)`, path, path), "limit\t3\ttrue\n")
}

func BenchmarkRows(b *testing.B) {
	path := filepath.Join(b.TempDir(), "rows.csv")
	var text strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&text, "%d,user %d,user%d@example.org,\"Berlin, DE\",%d.50,2024-01-02\n", i, i, i, i)
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	for name, header := range map[string]string{"lists": "false", "names": `{ "id", "name", "mail", "city", "sum", "day" }`} {
		b.Run(name, func(b *testing.B) {
			rt, err := interp.New(builtins.Std())
			if err != nil {
				b.Fatal(err)
			}
			defer rt.Close()
			b.SetBytes(int64(text.Len()))
			for b.Loop() {
				if _, err := rt.RunString(b.Context(), "=b", "for _ in csv.rows(..., { header = "+header+" }) do end", path); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Errors of the files that rows and writer have opened read like those of others: with the path, and its number.
func TestFileErrors(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /dev/full")
	}
	rt := interptest.New(t, builtins.Std())
	vals, err := rt.Run(`
		local dir = ...
		local function said(f, ...)
			local ok, err = pcall(f, ...)
			return err.message, err.kind .. " " .. err.code .. " " .. err.path
		end
		local w = csv.writer("/dev/full")
		local a, b = said(csv.rows(dir))
		local c, d = said(function() for i = 1, 1e5 do w:write{ i } end w:close() end)
		return a, b, c, d`, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir := strings.TrimPrefix(vals.Get(2).String(), "io EISDIR ")
	if vals.Get(1).String() != "csv.rows: "+dir+": is a directory" || vals.Get(3).String() != "csv.writer: /dev/full: no space left on device" || vals.Get(4).String() != "io ENOSPC /dev/full" {
		t.Error(vals)
	}
}

// Decoding a large text ends when its time is over, and leaves nothing behind, whatever the text is made of.
func TestDecodingEnds(t *testing.T) {
	var out strings.Builder
	rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, &out, &out), interp.WithGrace(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	_, err = rt.RunString(t.Context(), "=t", `
		for _, text in ipairs{ ("\n"):rep(2 ^ 28), ("#\n"):rep(2 ^ 27), "a\n" .. (","):rep(1.5e7), ("a\n"):rep(2 ^ 25) } do
			print(select(2, pcall(wait_for, function() csv.decode(text, { comment = "#", ragged = true }) end, 0.01)).kind)
		end`)
	if err := errors.Join(err, rt.Close()); err != nil {
		t.Error(err)
	}
	if want := strings.Repeat("timeout\n", 4); out.String() != want {
		t.Error(out.String())
	}
}
