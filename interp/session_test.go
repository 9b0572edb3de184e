package interp_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

func TestASessionKeepsLocals(t *testing.T) {
	var out, want bytes.Buffer
	rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, &out, nil), interp.WithVirtualTime())
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	_, err = rt.RunFunc(context.Background(), "session", func(c *interp.Call) error {
		var s interp.Session
		for _, tt := range []struct{ src, want string }{
			{`local x = 1`, ""},
			{`print(x)`, "1\n"},
			{`local function fact(n) if n < 2 then return 1 end return n * fact(n - 1) end`, ""},
			{`print(fact(5))`, "120\n"},
			{`local get = function() return x end`, ""},
			{`local x, y = x + 1, "y"`, ""},
			{`print(x, y, get())`, "2\ty\t1\n"},
			{`local z`, ""},
			{`print(z) z = 5 print(z) print(_G.z)`, "nil\n5\nnil\n"},
			{`do local x = 9 print(x) end print(x)`, "9\n2\n"},
			{`for x = 1, 1 do print(x) end print(x)`, "1\n2\n"},
			{`x = 3 print(x, _G.x)`, "3\tnil\n"},
			{`local a, b, c = (function() return 1, 2, 3 end)() print(a, b, c)`, "1\t2\t3\n"},
			{`print(...)`, "\n"},
			{`local sleep = sleep sleep(1) print(now())`, "1\n"},
			{`glob = 7`, ""},
			{`print(glob, _G.glob)`, "7\t7\n"},
			{`local t = {f = function(self) return self.v end, v = "v"} print(t:f())`, "v\n"},
			{`function t.g() return x end print(t.g())`, "3\n"},
			{`local x = x print(x)`, "3\n"},
			{`local oops = `, "!t:1: unexpected symbol near '<eof>'\n"},
			{`print(oops)`, "nil\n"},
			{`y.z = 1`, "!t:1: attempt to index field 'y' (a string value)\n"},
		} {
			p, err := s.Compile("=t", []byte(tt.src))
			if err == nil {
				_, err = s.Eval(c, p)
			}
			if err != nil {
				fmt.Fprintf(c.Stdout(), "!%v\n", err)
			}
			fmt.Fprintln(c.Stdout(), "--")
			want.WriteString(tt.want + "--\n")
		}
		if got := strings.Join(s.Locals(), " "); got != "a b c fact get sleep t x y z" {
			t.Errorf("locals: %s", got)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	rt.Close()
	if out.String() != want.String() {
		t.Errorf("printed\n%s\nwant\n%s", out.String(), want.String())
	}
}
