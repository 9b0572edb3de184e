package archive_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

func packed(t testing.TB, s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, s); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Arbitrary bytes are an error with its place, or what compress/gzip makes of them.
func FuzzGunzip(f *testing.F) {
	for _, s := range []string{"", "x", packed(f, ""), packed(f, "some text"), packed(f, "a") + packed(f, "b"), packed(f, "some text")[:12], packed(f, "a") + "x", "\x1f\x8b"} {
		f.Add(s)
	}
	rt := interptest.New(f, builtins.Safe())
	if _, err := rt.Run(`
		function gunzip(s)
			local ok, v = pcall(archive.gunzip, s, { max_size = 1e6 })
			if not ok then return nil, v end
			assert(archive.gunzip(archive.gzip(v)) == v)
			return v
		end`); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		vals, err := rt.Call(t.Context(), "gunzip", s)
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		var want []byte
		z, werr := gzip.NewReader(strings.NewReader(s))
		if werr == nil {
			want, werr = io.ReadAll(io.LimitReader(z, 1e6+1))
		}
		e, failed := vals.Get(2).Object().(*interp.Error)
		switch {
		case failed && e.Kind == interp.KindLimit && len(want) > 1e6:
		case failed:
			line, _ := e.Field("line").(int)
			column, _ := e.Field("column").(int)
			if e.Kind != interp.KindParse || line < 1 || column < 1 || column > len(s)+1 || werr == nil {
				t.Fatalf("%q: %v at line %d, column %d; compress/gzip: %v", s, e, line, column, werr)
			}
		case werr != nil || vals.Get(1).String() != string(want):
			t.Fatalf("%q: %q; compress/gzip: %q, %v", s, vals.Get(1), want, werr)
		}
	})
}

// Data that unpack to far more than they are end at the limits, not where memory does.
func TestBomb(t *testing.T) {
	bomb := packed(t, strings.Repeat("\x00", 100<<20))
	for _, tt := range []struct {
		limits interp.Limits
		script string
		want   string
	}{
		{interp.Limits{Memory: 16 << 20}, `pcall(archive.gunzip, ..., { max_size = math.huge })`, "Memory"},
		{interp.Limits{StringSize: 16 << 20}, `archive.gunzip(..., { max_size = math.huge })`, "more than 16777216 bytes"},
		{interp.Limits{}, `archive.gunzip(...)`, "more than 67108864 bytes"},
	} {
		rt := interptest.New(t, builtins.Safe(), interp.WithLimits(tt.limits))
		_, err := rt.Run(tt.script, bomb)
		if err == nil || !errors.Is(err, interp.ErrLimit) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v", tt.limits, err)
		}
	}
}
