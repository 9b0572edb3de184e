package log_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// A host's logger gets the events, with their level, the types of their fields and the task's name; its handler decides which.
func TestHostsLogger(t *testing.T) {
	var out bytes.Buffer
	noTime := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	logger := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelInfo, ReplaceAttr: noTime}))
	rt := interptest.New(t, builtins.Std(), interp.WithLogger(logger))
	rt.Check(`
		log.setup { level = "error", format = "text", file = false }
		log.debug("not wanted")
		log.with({ host = "h3" }).info("done", { n = 12, part = 0.5, ok = true, err = select(2, pcall(read, "/no/such/file")) })
		await(spawn(function() task.current():name("fetch") log.warn("slow") end))`, "")
	rt.Check(`spawn(function() log.info("own", { task = "mine", run = "nightly", spawned_at = "cron" }) end)`, "")
	want := `{"level":"INFO","msg":"done","host":"h3","n":12,"part":0.5,"ok":true,"err":"test:4: read: /no/such/file: no such file or directory","task":{"id":1,"name":"main"},"run":1}
{"level":"WARN","msg":"slow","task":{"id":2,"name":"fetch"},"run":1,"spawned_at":"test:5"}
{"level":"INFO","msg":"own","task":"mine","run":"nightly","spawned_at":"cron"}
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

// A line of JSON says which task it is of, in which run, and where that was spawned; a field of the script's stands in the place of each.
func TestJSONNamesTheTask(t *testing.T) {
	rt := interptest.New(t, builtins.Std())
	for _, tt := range []struct{ script, want string }{
		{`log.setup { format = "json", time = false } log.info("m")`, `{"level":"INFO","msg":"m","task":"main","task_id":1,"run":1}`},
		{`log.info("m")`, `{"level":"INFO","msg":"m","task":"main","task_id":2,"run":2}`},
		{`task.map({ "a" }, function() log.info("m") end)`, `{"level":"INFO","msg":"m","task":"a","task_id":4,"run":3,"spawned_at":"test:1"}`},
		{`log.with { task_id = "x", run = false } .info("m", { spawned_at = 7 })`, `{"level":"INFO","msg":"m","task_id":"x","run":false,"spawned_at":7,"task":"main"}`},
	} {
		if _, err := rt.Run(tt.script); err != nil {
			t.Fatal(err)
		}
		if got := rt.Stderr(); got != tt.want+"\n" {
			t.Errorf("%s\n%swant\n%s", tt.script, got, tt.want)
		}
	}
}

// A handler that panics takes nothing down.
func TestHandlerPanics(t *testing.T) {
	rt := interptest.New(t, builtins.Std(), interp.WithLogger(slog.New(panicking{slog.DiscardHandler})))
	rt.CheckError(`log.info("x")`, "no handler")
}

type panicking struct{ slog.Handler }

func (panicking) Enabled(context.Context, slog.Level) bool { panic("no handler") }

// The environment wins over the script; a word that it does not know is told of once.
func TestEnvironment(t *testing.T) {
	for _, tt := range []struct{ env, script, want string }{
		{"debug", `log.setup { level = "error", time = false } log.debug("m")`, "DEBUG m\n"},
		{"JSON, warn", `log.setup { format = "text", level = "debug", time = false } log.info("no") log.warn("m")`, `{"level":"WARN","msg":"m","task":"main","task_id":1,"run":1}` + "\n"},
		{"text", `log.setup { format = "json", time = false } log.info("m")`, "INFO m\n"},
		{"", `log.setup { time = false } log.debug("m") log.info("m")`, "INFO m\n"},
		{"loud,debug", `log.setup { time = false } log.debug("m") log.info("m")`, "lull: LULL_LOG: \"loud\" is neither a level nor a format; there are: debug, info, warn, error, text, json\nDEBUG m\nINFO m\n"},
	} {
		rt := interptest.New(t, builtins.Std(), interp.WithEnv([]string{"LULL_LOG=" + tt.env}))
		if _, err := rt.Run(tt.script); err != nil {
			t.Fatal(err)
		}
		if got := rt.Stderr(); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.env, got, tt.want)
		}
	}
}

// The settings are a runtime's own, also where several are made of the same options.
func TestRuntimesDoNotMeet(t *testing.T) {
	std := builtins.Std()
	var out bytes.Buffer
	a, err := interp.New(std, interp.WithStdio(nil, nil, &out))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b := interptest.New(t, std)
	if _, err := a.RunString(t.Context(), "=a", `log.setup { level = "debug", time = false }`); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Run(`log.debug("not shown")`); err != nil {
		t.Fatal(err)
	}
	if got := b.Stderr(); got != "" {
		t.Errorf("the other runtime writes %q", got)
	}
}

// The file is closed with the runtime, whose Limits.Files counts it.
func TestFileIsCounted(t *testing.T) {
	dir := t.TempDir()
	rt := interptest.New(t, builtins.Std(), interp.WithDir(dir), interp.WithLimits(interp.Limits{Files: 1}))
	rt.Check(`
		log.setup { file = "one.log" }
		log.setup { file = false }
		log.setup { file = "two.log" }
		log.info("x")`, "")
	rt.CheckError(`log.setup { file = "two.log" } local f = io.open("another", "w")`, "Files (1)")
	if got, err := os.ReadFile(filepath.Join(dir, "two.log")); err != nil || !strings.HasSuffix(string(got), " INFO x\n") {
		t.Errorf("%q, %v", got, err)
	}
}

// A line counts as output, wherever it goes.
func TestOutputIsLimited(t *testing.T) {
	for _, setup := range []string{"", `log.setup { file = "app.log" } `} {
		rt := interptest.New(t, builtins.Std(), interp.WithDir(t.TempDir()), interp.WithLimits(interp.Limits{Output: 10_000}))
		err := rt.CheckError(setup+`while true do log.info(("x"):rep(100)) end`, "Output (10000)")
		if !errors.Is(err, interp.ErrLimit) {
			t.Errorf("%q: %v", setup, err)
		}
		if got := len(rt.Stderr()); got > 10_000 {
			t.Errorf("%d bytes were written", got)
		}
	}
}

// A message that there is no memory to write is the limit's error, before the line is made.
func TestMemoryIsLimited(t *testing.T) {
	rt := interptest.New(t, builtins.Std(), interp.WithLimits(interp.Limits{Memory: 20 << 20}))
	rt.CheckError(`local s = ("x"):rep(12e6) log.info(s)`, "Memory")
}

// A file that cannot be written to any more is told of once, and no line is lost.
func TestFileFails(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /dev/full")
	}
	rt := interptest.New(t, builtins.Std())
	if _, err := rt.Run(`log.setup { file = "/dev/full", time = false } log.info("one") log.info("two")`); err != nil {
		t.Fatal(err)
	}
	want := "lull: log.info: log: /dev/full: no space left on device; its lines go to standard error\nINFO one\nINFO two\n"
	if got := rt.Stderr(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Without files there is no file to write to.
func TestSafeHasNoFile(t *testing.T) {
	rt := interptest.New(t, builtins.Safe())
	rt.CheckError(`log.setup { file = "x.log" }`, "log.setup: x.log")
	if _, err := rt.Run(`log.setup { time = false } log.info("m")`); err != nil {
		t.Fatal(err)
	}
	if got := rt.Stderr(); got != "INFO m\n" {
		t.Errorf("%q", got)
	}
}

// The line is one, of printable characters, whatever a message and a field have in them; JSON means what was given.
func FuzzLine(f *testing.F) {
	for _, s := range []string{"plain", "two\nlines", "\r\x1b[31m\x00\x7f", "\xff\xfe", "\u2028\u0085\u202e", `"\`, "k=v", "", "ä☃"} {
		f.Add(s, s)
	}
	rt := interptest.New(f, builtins.Safe())
	if _, err := rt.Run(`function text(m, v) log.setup { format = "text", time = false } log.info(m, { [v] = v }) end
		function json_line(m, v) log.setup { format = "json", time = false } log.info(m, { v = v }) end`); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, message, value string) {
		if _, err := rt.Call(t.Context(), "text", message, value); err != nil {
			t.Fatal(err)
		}
		line := rt.Stderr()
		if strings.Count(line, "\n") != 1 || !strings.HasPrefix(line, "INFO ") || !utf8.ValidString(line) {
			t.Errorf("%q", line)
		}
		if i := strings.IndexFunc(strings.TrimSuffix(line, "\n"), func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x202e }); i >= 0 {
			t.Errorf("%q: the character at %d", line, i)
		}
		if _, err := rt.Call(t.Context(), "json_line", message, value); err != nil {
			t.Fatal(err)
		}
		var got struct{ Level, Msg, V string }
		line = rt.Stderr()
		if err := json.Unmarshal([]byte(line), &got); err != nil || strings.Count(line, "\n") != 1 {
			t.Fatalf("%q: %v", line, err)
		}
		if want := strings.ToValidUTF8(message, "\ufffd"); utf8.ValidString(message) && got.Msg != want || utf8.ValidString(value) && got.V != value {
			t.Errorf("%q is %q, %q", line, got.Msg, got.V)
		}
	})
}

func BenchmarkInfo(b *testing.B) {
	for _, tt := range []struct{ name, call string }{
		{"bare", `log.info("copied")`},
		{"fields", `log.info("copied", { files = 12, took = 0.5 })`},
		{"disabled", `log.debug("copied", { files = 12, took = 0.5 })`},
	} {
		b.Run(tt.name, func(b *testing.B) {
			rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, io.Discard, io.Discard))
			if err != nil {
				b.Fatal(err)
			}
			defer rt.Close()
			b.ResetTimer()
			if _, err := rt.RunString(b.Context(), "=bench", fmt.Sprintf(`for i = 1, %d do %s end`, b.N, tt.call)); err != nil {
				b.Fatal(err)
			}
		})
	}
}
