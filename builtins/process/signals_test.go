package process_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// source is a host's signals: send has those that a script watches told.
type source struct {
	told  map[string][]func()
	fails error
}

func (s *source) option() interp.Option {
	s.told = map[string][]func(){}
	return interp.Combine(interp.WithSignals(func(name string, told func()) (func(), error) {
		if s.fails != nil {
			return nil, s.fails
		}
		s.told[name] = append(s.told[name], told)
		return func() {}, nil
	}), interp.WithFunc("send", func(names ...string) {
		for _, name := range names {
			for _, fn := range s.told[name] {
				fn()
			}
		}
	}))
}

// A signal reaches each watcher once, whoever waits, and is not lost.
func TestSignals(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"in their order, each once", `local w = process.signals { "HUP", "SIGTERM", "hup" } send("TERM", "HUP", "TERM", "HUP") sleep(0) print(w:get(), w:get(), w)
			spawn(function() sleep(1) send("HUP") end) print(w:get())`, "TERM\tHUP\tsignals HUP, TERM\nHUP\n"},
		{"each watcher", `local a, b = process.signals { "HUP" }, process.signals { "HUP", "INT" } spawn(function() sleep(1) send("HUP") end) print(gather(a.get, function() return b:get() end))`, ""},
		{"one that is given up goes to the next", `local w = process.signals { "HUP" }
			local a = spawn(w.get, w) local b = spawn(w.get, w) sleep(0)
			send("HUP") a:cancel() print(await(b))
			a = spawn(w.get, w) sleep(0) send("HUP") a:cancel() sleep(1) print(w:get())`, "HUP\nHUP\n"},
		{"closed under who waits", `local w = process.signals { "HUP" } local a = spawn(w.get, w) local n = 0
			local b = spawn(function() for name in w:items() do n = n + 1 end return n end)
			sleep(1) w:close() print(await(a), await(b), w:get()) send("HUP") sleep(0) print(w:get()) w:close()`, "nil\t0\tnil\nnil\n"},
		{"no deadlock, and time goes on", `local w = process.signals { "HUP" } spawn(function() sleep(3600) send("HUP") end) print(w:get(), now())`, "HUP\t3600\n"},
		{"what cannot be", `for _, bad in ipairs { {}, { 1 }, { {} }, { "NO" }, { "KILL" }, { "QUIT" }, "HUP" } do print(select(2, pcall(process.signals, bad))) end`,
			"t:1: bad argument #1 to 'signals' (the list names no signal)\n" +
				"t:1: bad argument #1 to 'signals' (item 1 of the list: there is no signal '1'; these can be watched: HUP, INT, TERM, USR1, USR2, ALRM, CONT, WINCH)\n" +
				"t:1: bad argument #1 to 'signals' (item 1 of the list: the name of a signal expected, got table)\n" +
				"t:1: bad argument #1 to 'signals' (item 1 of the list: there is no signal 'NO'; these can be watched: HUP, INT, TERM, USR1, USR2, ALRM, CONT, WINCH)\n" +
				"t:1: bad argument #1 to 'signals' (SIGKILL cannot be watched; these can: HUP, INT, TERM, USR1, USR2, ALRM, CONT, WINCH)\n" +
				"t:1: bad argument #1 to 'signals' (SIGQUIT cannot be watched; these can: HUP, INT, TERM, USR1, USR2, ALRM, CONT, WINCH)\n" +
				"t:1: bad argument #1 to 'signals' (list expected, got string)\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.want == "" {
				tt.src = strings.Replace(tt.src, "gather(a.get, function() return b:get() end)", "gather(function() return a:get() end, function() return b:get() end)", 1)
				tt.want = "HUP\tHUP\n"
			}
			var s source
			out, _, err := interptest.Once{Name: "t"}.Run(t, tt.src, builtins.Std(), s.option())
			if err != nil || out != tt.want {
				t.Errorf("printed %q, want %q; %v", out, tt.want, err)
			}
		})
	}
}

// A host that has granted none, refuses one, or panics is told of as an error.
func TestSignalsOfAHost(t *testing.T) {
	const src = `local e = select(2, pcall(process.signals, { "HUP" })) print(e.kind, e.message)`
	for _, tt := range []struct {
		name string
		opt  interp.Option
		want string
	}{
		{"none", interp.WithSignals(nil), "denied\tprocess.signals: SIGHUP: the host lets scripts watch no signals\n"},
		{"refused", interp.WithSignals(func(string, func()) (func(), error) { return nil, errors.New("not that one") }), "error\tprocess.signals: SIGHUP: not that one\n"},
		{"no stop", interp.WithSignals(func(string, func()) (func(), error) { return nil, nil }), "error\tprocess.signals: SIGHUP: interp: the function of WithSignals has returned no function that stops\n"},
	} {
		if out, _, err := (interptest.Once{}).Run(t, src, builtins.Std(), tt.opt); err != nil || out != tt.want {
			t.Errorf("%s: printed %q, %v", tt.name, out, err)
		}
	}
	broken := interp.WithSignals(func(string, func()) (func(), error) { panic("the host's") })
	if _, _, err := (interptest.Once{}).Run(t, `process.signals { "HUP" }`, builtins.Std(), broken); err == nil || !strings.Contains(err.Error(), "the host's") {
		t.Error(err)
	}
	stops := interp.WithSignals(func(string, func()) (func(), error) { return func() { panic("at the end") }, nil })
	if _, _, err := (interptest.Once{}).Run(t, `process.signals({ "HUP" }):close() sleep(1)`, builtins.Std(), stops); err == nil || !strings.Contains(err.Error(), "at the end") {
		t.Error(err)
	}
}
