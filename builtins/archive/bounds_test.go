package archive_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zstded(t *testing.T, text string) string {
	t.Helper()
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	return string(z.EncodeAll([]byte(text), nil))
}

// Bytes behind packed data are an error that says so, but not zeros behind gzip's, nor more packed data.
func TestBehindPackedData(t *testing.T) {
	plain := tarOf(t, tar.Header{Name: "a"})
	for _, tt := range []struct{ name, data, tar, open string }{
		{"gzip alone", gzipped(t, plain), "", ""},
		{"gzip, members", gzipped(t, plain[:700]) + gzipped(t, "") + gzipped(t, plain[700:]), "", ""},
		{"gzip, zeros", gzipped(t, plain) + strings.Repeat("\x00", 1000), "", ""},
		{"gzip, text", gzipped(t, plain) + "garbage", "something else stands behind it", "something else stands behind it"},
		{"gzip, a byte", gzipped(t, plain) + "g", "something else stands behind it", "something else stands behind it"},
		{"gzip, a member behind zeros", gzipped(t, plain) + "\x00" + gzipped(t, "x"), "something else stands behind it", "something else stands behind it"},
		{"gzip, half a head", gzipped(t, plain) + "\x1f\x8b\x08", "ends too soon", "ends too soon"},
		{"gzip, a broken head", gzipped(t, plain) + "\x1f\x8b\x07" + strings.Repeat("x", 20), "not what gzip writes", "not what gzip writes"},
		{"zstd alone", zstded(t, plain), "", ""},
		{"zstd, frames", zstded(t, plain[:700]) + zstded(t, plain[700:]), "", ""},
		{"zstd, text", zstded(t, plain) + "garbage", "something else stands behind it", "something else stands behind it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			name := map[bool]string{true: "a.tar.gz", false: "a.tar.zst"}[strings.HasPrefix(tt.name, "gzip")]
			dir := t.TempDir()
			put(t, dir, map[string]string{name: tt.data})
			rt := interptest.New(t, builtins.Std(), interp.WithDir(dir))
			check := func(script, want string) {
				t.Helper()
				_, err := rt.Run(script, name)
				if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
					t.Errorf("%s: %v, want %q", script, err, want)
				}
			}
			check(`assert(#archive.list(...) == 1)`, tt.tar)
			check(`archive.extract(..., "out")`, tt.tar)
			check(`local s, n = archive.open(...), 0 for piece in function() return s:read(1000) end do n = n + #piece end assert(n == `+strconv.Itoa(len(plain))+`, n)`, tt.open)
		})
	}
}

// Bytes that are written off the loop count as output; the file that was being written is not left behind.
func TestOutputLimit(t *testing.T) {
	dir := t.TempDir()
	text := make([]byte, 300_000) // which cannot be packed
	if _, err := rand.NewChaCha8([32]byte{}).Read(text); err != nil {
		t.Fatal(err)
	}
	put(t, dir, map[string]string{"big": string(text), "small/a": "x", "small/b": "y"})
	rt := interptest.New(t, builtins.Std(), interp.WithDir(dir))
	rt.Check(`archive.create("a.tar", { "big" }) archive.create("b.tar", { "small" })`, "")
	for _, tt := range []struct{ script, left string }{
		{`archive.extract("a.tar", "out")`, "out/big"},
		{`pcall(archive.extract, "a.tar", "out") print("caught")`, "out/big"},
		{`archive.create("c.tar", { "big" })`, "c.tar"},
		{`archive.create("c.zip", { "big" })`, "c.zip"},
		{`fs.copy("big", "copy")`, "copy"},
		{`fs.copy("big", "copy", { progress = function() end })`, "copy"},
		{`for i = 1, 1e6 do archive.extract("b.tar", "out" .. i) end`, "none"},
		{`for i = 1, 1e6 do fs.copy("small", "small" .. i) end`, "none"},
	} {
		limit := 100_000
		if tt.left == "none" {
			limit = 20
		}
		rt := interptest.New(t, builtins.Std(), interp.WithDir(dir), interp.WithLimits(interp.Limits{Output: limit}))
		if _, err := rt.Run(tt.script); !errors.Is(err, interp.ErrLimit) || !strings.Contains(err.Error(), "Output") || rt.Output() != "" {
			t.Errorf("%s: %v, %q", tt.script, err, rt.Output())
		}
		if st, err := os.Stat(filepath.Join(dir, tt.left)); err == nil {
			t.Errorf("%s: %d bytes are left", tt.script, st.Size())
		}
		if left, err := filepath.Glob(filepath.Join(dir, ".*.lull-*")); err != nil || len(left) > 0 {
			t.Errorf("%s: left behind: %v, %v", tt.script, left, err)
		}
	}
	within := interptest.New(t, builtins.Std(), interp.WithDir(dir), interp.WithLimits(interp.Limits{Output: 1_300_000}))
	within.Check(`print(archive.extract("a.tar", "out"), fs.copy("big", "copy"), fs.copy("big", "copy", { progress = function() end }), archive.create("c.tar", { "big" }))`, "1\t300000\t300000\t1\n")
}

// A stream of a file is one open file.
func TestOpenIsOneFile(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.gz": gzipped(t, "text\n"), "b": "text\n"})
	rt := interptest.New(t, builtins.Std(), interp.WithDir(dir), interp.WithLimits(interp.Limits{Files: 2}))
	rt.Check(`
		for _ = 1, 10 do
			local a, b = archive.open("a.gz"), archive.open("b")
			assert(a:read() == "text" and b:read() == "text")
			a:close()
			b:close()
		end`, "")
	if _, err := rt.Run(`local a, b = archive.open("a.gz"), archive.open("b") archive.open("b")`); !errors.Is(err, interp.ErrLimit) {
		t.Error(err)
	}
}

// The error of a line that is too long says of which stream it is.
func TestLongLine(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.gz": gzipped(t, strings.Repeat("x", 17<<20))})
	interptest.New(t, builtins.Std(), interp.WithDir(dir)).Check(`
		local ok, err = pcall(function() for line in archive.open("a.gz"):lines() do end end)
		print(ok, err.kind, err.stream)`, "false\tlimit\ta.gz\n")
}
