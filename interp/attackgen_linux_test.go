package interp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

var (
	attackCount = flag.Int("attacks", 100, "how many attacks TestGeneratedAttacks makes")
	attackSeed  = flag.Uint64("attack-seed", 1, "the first one's seed")
)

// Attacks are also made at random: of what is large, what takes time by the size of that, and ways to do it over and over. A hole
// is found where two of them meet that nobody has thought of.
type attacker struct {
	*rand.Rand
	b strings.Builder
}

func (a *attacker) of(list ...string) string { return list[a.IntN(len(list))] }

// much is a number that is large for something of which there may be so many.
func (a *attacker) much(most float64) string {
	return fmt.Sprintf("%.0f", max(1, most*[]float64{0.001, 0.03, 0.5, 1, 1}[a.IntN(5)]))
}

func (a *attacker) text() string {
	n := a.much(8e6)
	return a.of(
		`("x"):rep(`+n+`)`,
		`("1"):rep(`+n+`)`,
		`(" "):rep(`+n+`) .. "1"`,
		`("ab"):rep(`+n+` / 2)`,
		`("abcdefghijklmnopq"):rep(`+n+` / 17)`,
		`("("):rep(`+n+`)`,
		`("a"):rep(`+n+`) .. "b"`,
		`("%c"):rep(`+n+` / 2)`,
		`("?;"):rep(`+n+` / 2)`,
		`("x = 1 "):rep(`+n+` / 6)`,
		`("x."):rep(`+n+` / 2)`,
	)
}

func (a *attacker) table() string {
	n := a.much(5e4)
	return a.of(
		`(function() local t = {} for i = 1, `+n+` do t[i] = i end return t end)()`,
		`(function() local t = {} for i = `+n+`, 1, -1 do t[i] = i end return t end)()`,
		`(function() local t = {} for i = 1, `+n+` do t["k" .. i] = i end return t end)()`,
		`(function() local t = {} for i = 1, `+n+` do t["k" .. i] = i end for i = 2, `+n+` do t["k" .. i] = nil end return t end)()`,
		`(function() local t = {} for i = 1, `+n+` do t[i] = i end for i = 2, `+n+` do t[i] = nil end return t end)()`,
		`(function() local t = {} for i = 1, `+n+` do t[i] = i end for i = 19, 62 do t[2 ^ i] = 1 end return t end)()`,
		`(function() local t = {} for i = 1, 90 do t = setmetatable({}, {__index = t, __newindex = t}) end return t end)()`,
		`(function() local t = {} for i = 1, 300 do t[i] = s:sub(i) end return t end)()`,
		`(function() local t = {} for i = 1, 300 do t[s:sub(i)] = i end return t end)()`,
		`(function() local t = {} for i = 1, `+n+` do t[i] = tostring(i) end return t end)()`,
		`setmetatable({}, {__index = function(t, k) return u end, __call = function() return s end, __concat = function() return s end, __lt = function() return s < u end, __eq = function() return s == u end})`,
	)
}

// instruction is a statement that takes time by the size of something in the loop itself, or in a function that it calls without a
// frame: nothing but the budget ends a loop of these. s, u are strings, t, v tables, x what is kept.
func (a *attacker) instruction() string {
	return a.of(
		`x = s < u`, `x = s == u`, `x = s <= u`, `x = s ~= u`, `x = s .. u`, `x = s .. 1 .. u`, `x = #t`, `x = #s`, `x = t[s]`, `t[s] = u`, `t[s] = nil`, `t[#t + 1] = s`, `t[-i] = i`, `t[i * 1000] = i`, `x = {[s] = 1}`,
		`x = t.x`, `t.x = nil`, `x = next(t)`, `for k in pairs(t) do end`, `for k in next, t do break end`, `x = rawequal(s, u)`, `x = rawget(t, s)`, `x = s.y`, `x = s[u]`, `x = {unpack(t)}`, `x = select("#", unpack(t))`, `x = s:len()`,
		`x = ("1"):rep(1000) + 1`, `x = tonumber(s) and s + 1`, `x = tonumber(s) and -s`, `if tonumber(s) then for j = s, 1 do end end`, `x = s:find("x", 1, true)`, `x = s:byte(i)`, `x = s:sub(2)`, `x = function() return s end`, `t[i % 1000 + 1] = s == u`,
	)
}

// work is a statement that takes time, or memory, by the size of something.
func (a *attacker) work() string {
	p := a.of(".", "a*", "%s*", "(a*)%1b", ".-b", "a-b", "[^b]*", "%b()", "%f[a]a", "(.)(.)(.*)", "((((((a*))))))", "a?a?a?a?b", "^(.-)%1$", ".*.*.*b", "^ *1")
	return a.of(
		`x = s < u`, `x = s == u`, `x = s <= u`, `x = s .. u`, `x = s .. 1 .. u .. s`, `x = s + 1`, `x = -s`, `x = s * u`, `x = #t`, `x = t[s]`, `t[s] = u`, `t[s] = nil`,
		`t[#t + 1] = s`, `t[-i] = i`, `t[i * 1000] = i`, `t["n" .. i] = i t["n" .. i - 1] = nil`, `x = {[s] = 1}`, `x = {unpack(t)}`, `x = select("#", unpack(t))`, `x = {s:byte(1, 100000)}`,
		`x = t.x`, `t.x = nil`, `x = next(t)`, `for k in pairs(t) do if k == s then break end end`, `for i, y in ipairs(t) do end`, `for k in next, t do break end`,
		`x = rawequal(s, u)`, `x = rawget(t, s)`, `rawset(t, s, u)`, `x = tonumber(s)`, `x = tonumber(s, 36)`, `x = tostring(s)`, `x = type(s)`,
		`x = s:upper()`, `x = s:reverse()`, `x = s:rep(3)`, `x = s:sub(2)`, `x = s:sub(-100)`, `x = s:len()`, `x = s:find(u, 1, true)`, `x = s:find(u)`, `x = s:find("`+p+`")`, `x = s:match("`+p+`")`,
		`x = s:gsub("`+p+`", "%0%0")`, `x = s:gsub("`+p+`", t)`, `x = s:gsub("`+p+`", function(c) return u end)`, `for c in s:gmatch("`+p+`") do x = c end`, `x = ("%s%s"):format(s, u)`, `x = ("%q"):format(s)`,
		`x = s:format(1, 2, 3)`, `x = table.concat(t, s)`, `x = table.concat(t)`, `table.sort(t)`, `table.sort(t, function(a, b) return a < b end)`, `table.insert(t, 1, s)`, `table.remove(t, 1)`,
		`x = table.maxn(t)`, `x = unpack(t)`, `x = os.date(s)`, `x = load(s)`, `x = load("return " .. s)`, `x = loadstring(s, s)`, `x = load(function() return s end)`, `x = require(s)`, `module(s)`,
		`package.path = s`, `x = debug.traceback(s)`, `x = debug.getinfo(1)`, `error(s)`, `assert(false, s)`, `x = t + 1`, `x = s.y.z`, `x = t.y.z`, `_G[s]()`, `x = task.all()`,
		`spawn(sleep, 1)`, `spawn(error, s)`, `x = spawn(print, s)`, `q:put(s)`, `x = q:try_get()`, `x = async(print)(s, u)`, `x = tostring(task.current())`, `task.current():name(s)`,
		`x = coroutine.wrap(function(...) coroutine.yield(...) end) x(unpack(t))`, `x = function() return s, t end`, `print(s, u, s)`, `io.write(s, u)`, `x = io.open("f", "w"):write(s)`, `x = read("f")`,
		`x = s:split("x")`, `x = s:split(u)`, `x = s:trim()`, `x = show(t)`, `x = show(s)`, `x = errors.wrap(x, s)`, `x = errors.new {kind = "a", message = s}`,
		`x = json.encode(t)`, `x = json.encode(s)`, `x = json.decode(s)`, `x = json.decode("[" .. ("[],"):rep(#s / 3) .. "[]]")`, `x = json.decode(("["):rep(#s))`, `x = csv.decode(s)`, `x = csv.encode({{s, u}, t})`, `x = toml.decode(s)`, `x = toml.encode({a = s})`,
		`x = toml.decode("a = \"" .. s .. "\"")`, `x = yaml.decode(s)`, `x = yaml.decode("- " .. s)`, `x = yaml.encode(t)`, `x = yaml.decode(("- "):rep(#s / 2))`, `x = re.find(s, "(a|b)*c")`, `x = re.gsub(s, ".", "$0$0")`, `x = re.match(s, s)`, `x = re.split(s, "x")`,
		`x = re.groups(s, "(x*)(x*)(x*)")`, `for a in re.gmatch(s, "x") do x = a end`, `x = hash.sha512(s)`, `x = hash.hmac("sha256", s, u)`, `x = base64.encode(s)`, `x = base64.decode(s)`, `x = hex.encode(s)`, `x = hex.decode(s)`, `x = archive.gzip(s)`,
		`x = archive.gunzip(archive.gzip(s))`, `x = time.parse(s, u)`, `x = time.format(1, s)`, `x = time.human(#s)`, `x = random.bytes(#s)`, `x = bit.band(#s, s)`, `x = task.each(t, print)`, `x = task.map(t, function(a) return s end)`, `x = q:drain(function() end)`,
		`x = {x, s .. i}`, `x = {x, t}`, `x = collectgarbage("count")`, `x = string.dump(load(s) or print)`, `x = setmetatable({}, {__index = t})`, `x = gather(function() return s end, function() error(u) end)`,
		`x = wait_for(sleep, 0, 1)`, `x = finally(function() error(s) end, function(ok, e) error(e) end)`, `for i = s, u do end`, `x = math.max(s, 1)`, `x = -t`, `x = t == v`, `x = t < v`, `x = t .. v`, `x = t(s)`, `x = s % 3`,
	)
}

// program is a whole attack.
func (a *attacker) program() string {
	w := &a.b
	fmt.Fprintf(w, "local s, u = %s, %s if s == \"\" then s = \"x\" end\nlocal q, i, x = sync.queue(), 0\n", a.text(), a.text())
	if a.IntN(2) == 0 { // hardly another
		w.WriteString(a.of("u = s .. \"y\"\n", "u = s:sub(2) .. s:sub(1, 1)\n", "u = s:sub(1, -2) .. \"~\"\n"))
	}
	fmt.Fprintf(w, "local t, v = %s, %s\n", a.table(), a.table())
	var body strings.Builder
	inline := a.IntN(2) == 0
	for range 1 + a.IntN(3) {
		line := a.work()
		if inline {
			line = a.instruction()
			body.WriteString("do " + line + " end " + strings.Repeat("do "+line+" end ", a.IntN(2)*a.IntN(100)) + "\n")
			continue
		}
		switch a.IntN(6) {
		case 0:
			line = "pcall(function() " + line + " end)"
		case 1:
			line = "kept[#kept + 1] = select(2, pcall(function() " + line + " end)) or x"
		case 2:
			line = "local co = coroutine.wrap(function() " + line + " end) pcall(co)"
		case 3:
			line = "do " + line + " end " + strings.Repeat("do "+line+" end ", a.IntN(100))
		}
		body.WriteString(line + "\n")
	}
	w.WriteString("local kept = {} q:put(kept)\n")
	once := "i = i + 1 " + body.String()
	if !inline {
		w.WriteString("local function step() " + once + "end\n")
		once = a.of("step()", "pcall(step)", "pcall(step) pcall(step)", "x = xpcall(step, debug.traceback)")
	}
	switch a.IntN(8) {
	case 0:
		fmt.Fprintf(w, "local function deep(n) if n > 0 then deep(n - 1) return 1 end while true do %s end end deep(%s)\n", once, a.much(20000))
	case 1:
		fmt.Fprintf(w, "while true do group(function(g) for j = 1, %s do g:spawn(function() %s end) end end) end\n", a.much(1000), once)
	case 2:
		fmt.Fprintf(w, "table.sort({3, 2, 1, 5}, function() while true do %s end end)\n", once)
	case 3:
		fmt.Fprintf(w, "finally(function() while true do %s end end, function() while true do %s end end)\n", once, once)
	case 4:
		fmt.Fprintf(w, "setmetatable(_G, {__index = function() while true do %s end end}) local y = z\n", once)
	default:
		fmt.Fprintf(w, "while true do %s end\n", once)
	}
	return a.b.String()
}

// generatedReport is what the child says of an attack.
type generatedReport struct {
	Seed uint64
	Over time.Duration
	Peak int
	Err  string
	Next string
}

// generatedChild makes the attacks of count seeds, each on a runtime of its own.
func generatedChild(from, count uint64) {
	enc := json.NewEncoder(os.Stdout)
	for seed := from; seed < from+count; seed++ {
		debug.FreeOSMemory()
		if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil { // VmHWM begins anew
			panic(err)
		}
		a := &attacker{Rand: rand.New(rand.NewPCG(seed, 1))}
		src := a.program()
		fmt.Fprintf(os.Stderr, "%d\n", seed)
		root, err := os.OpenRoot(".")
		if err != nil {
			panic(err)
		}
		var out bytes.Buffer
		rt, err := interp.New(builtins.Safe(), interp.WithRoot(root), interp.WithLimits(attackLimits), interp.WithStdio(nil, &out, &out))
		if err != nil {
			panic(err)
		}
		over := afterwards(attackLimits.Time)
		_, err = rt.RunString(context.Background(), "=attack", src)
		r := generatedReport{Seed: seed, Over: over(), Err: fmt.Sprintf("%.200v", err), Peak: peakMemory()}
		if e := (*interp.Error)(nil); errors.As(err, &e) && e.Kind == interp.KindPanic {
			r.Next = e.Traceback()
		} else if vals, err := rt.RunString(context.Background(), "=next", `setmetatable(_G, nil) return 6 * 7`); err != nil || vals.Get(1).String() != "42" {
			r.Next = fmt.Sprintf("the next run: %.200v", err)
		}
		_ = rt.Close()
		root.Close()
		if err := enc.Encode(r); err != nil {
			panic(err)
		}
	}
}

// TestGeneratedAttacks makes attacks at random; more of them with -attacks.
func TestGeneratedAttacks(t *testing.T) {
	if testing.Short() || underRace {
		t.Skip("processes, and their memory is measured")
	}
	const batch = 20
	for from := *attackSeed; from < *attackSeed+uint64(*attackCount); from += batch {
		n := min(batch, *attackSeed+uint64(*attackCount)-from)
		t.Run(strconv.FormatUint(from, 10), func(t *testing.T) {
			t.Parallel()
			for _, bad := range generated(t, from, n) { // again, alone: a machine that has much else to do is slow to collect
				if again := generated(t, bad.Seed, 1); len(again) > 0 {
					a := &attacker{Rand: rand.New(rand.NewPCG(bad.Seed, 1))}
					t.Errorf("seed %d: %v too much, %d MB, %s, %s\n%.3000s", bad.Seed, again[0].Over, again[0].Peak>>20, again[0].Err, again[0].Next, a.program())
				}
			}
		})
	}
}

// generated makes attacks in a process of its own, and returns what took too much.
func generated(t *testing.T, from, n uint64) (bad []generatedReport) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(n)*10*time.Second+20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=gen %d %d", attackEnv, from, n), "GOMAXPROCS=2")
	cmd.Dir = t.TempDir()
	var out, errw bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errw
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done, watched := make(chan struct{}), make(chan bool)
	go func() { watched <- watchMemory(cmd.Process, done) }()
	err = cmd.Wait()
	close(done)
	killed := <-watched
	dec := json.NewDecoder(&out)
	got := uint64(0)
	worst := generatedReport{}
	for ; got < n; got++ {
		var r generatedReport
		if dec.Decode(&r) != nil {
			break
		}
		worst.Over, worst.Peak = max(worst.Over, r.Over), max(worst.Peak, r.Peak)
		if r.Over > attackOver || r.Peak > attackMemory || r.Next != "" {
			bad = append(bad, r)
		}
	}
	t.Logf("%d attacks, at worst %v too much, %d MB", got, worst.Over.Round(time.Millisecond), worst.Peak>>20)
	if killed || err != nil || got < n {
		a := &attacker{Rand: rand.New(rand.NewPCG(from+got, 1))}
		t.Errorf("seed %d: the process: %v (killed for its memory: %v)\n%.2000s\n%.3000s", from+got, err, killed, errw.String(), a.program())
	}
	return bad
}
