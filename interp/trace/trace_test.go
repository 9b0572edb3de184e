package trace_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/trace"
)

// record runs a script in virtual time, and returns what is recorded of it.
func record(t testing.TB, src string, opts ...interp.Option) []byte {
	t.Helper()
	var file bytes.Buffer
	rec, err := trace.NewRecorder(&file, trace.Header{Script: "job.lua", Virtual: true})
	if err != nil {
		t.Fatal(err)
	}
	rt, err := interp.New(append(opts, builtins.Std(), interp.WithVirtualTime(), interp.WithTracer(rec), interp.WithStdio(nil, io.Discard, io.Discard))...)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = rt.RunString(context.Background(), "@job.lua", src) // an error is in the trace
	_ = rt.Close()
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func read(t testing.TB, file []byte) *trace.Trace {
	t.Helper()
	tr, err := trace.Read(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

const job = `
local db = sync.lock{name = "db"}
local function fetch(host)
  sleep(1)
  db:with(function() sleep(2) end)
  if host == "b" then
    task.retry(function(n) sleep(0.5) error("refused by <b>") end, {attempts = 2, delay = 1})
  end
  sleep(60)
end
finally(function() task.map({"a", "b", "c"}, fetch) end, function() sleep(0.25) end)`

// The file says what each task did, when, for what it waited, who had that, and what has woken or cancelled it.
func TestWhatIsRecorded(t *testing.T) {
	tr := read(t, record(t, job))
	if tr.Script != "job.lua" || !tr.Virtual || tr.Truncated || len(tr.Tasks) != 4 || tr.End != 7250*time.Millisecond {
		t.Fatalf("%+v, %d tasks, end %v", tr.Header, len(tr.Tasks), tr.End)
	}
	var b strings.Builder
	by := func(text string) string {
		if text != "" {
			text = ", by " + text
		}
		return text
	}
	for _, k := range tr.Tasks {
		fmt.Fprintf(&b, "%d '%s' by %d for %d at %s: %s after %v: %s; ran %v, waited %v\n", k.ID, k.Name, k.Spawner, k.Owner, tr.Sites[k.At], k.State, k.End, k.Text, k.Ran, k.Waited)
		for _, r := range k.Brackets {
			fmt.Fprintf(&b, "  in %s %d: %v to %v%s\n", r.Label(), r.Depth, r.Begin, r.End, by(r.Text))
		}
		for _, u := range k.Turns {
			fmt.Fprintf(&b, "  turn at %v, cause %d by %d %q, then %s: %s %d\n", u.Begin, u.Cause, u.By, u.Reason, tr.Sites[u.Site], tr.Objects[u.Object].Name, u.Holder)
		}
	}
	want := `1 'main' by 0 for 0 at : failed after 7.25s: job.lua:7: refused by <b>; ran 0s, waited 7.25s
  in map of 3 0: 0s to 7s, by job.lua:7: refused by <b>
  in cleanup 0: 7s to 7.25s
  turn at 0s, cause 0 by 0 "", then map at job.lua:11: tasks 0
  turn at 7s, cause 3 by 4 "", then sleep at job.lua:11:  0
  turn at 7.25s, cause 1 by 0 "", then :  0
2 'a' by 1 for 1 at job.lua:11: cancelled after 7s: cancelled: a sibling ended; ran 0s, waited 7s
  in lock 'db' 0: 1s to 3s
  turn at 0s, cause 0 by 0 "", then sleep at job.lua:4:  0
  turn at 1s, cause 1 by 0 "", then sleep at job.lua:5:  0
  turn at 3s, cause 1 by 0 "", then sleep at job.lua:9:  0
  turn at 7s, cause 7 by 3 "a sibling ended", then :  0
3 'b' by 1 for 1 at job.lua:11: failed after 7s: job.lua:7: refused by <b>; ran 0s, waited 7s
  in lock 'db' 0: 3s to 5s
  in attempt 1 of 2 0: 5s to 5.5s, by job.lua:7: refused by <b>
  in attempt 2 of 2 0: 6.5s to 7s, by job.lua:7: refused by <b>
  turn at 0s, cause 0 by 0 "", then sleep at job.lua:4:  0
  turn at 1s, cause 1 by 0 "", then with at job.lua:5: lock 'db' 2
  turn at 3s, cause 3 by 2 "", then sleep at job.lua:5:  0
  turn at 5s, cause 1 by 0 "", then sleep at job.lua:7:  0
  turn at 5.5s, cause 1 by 0 "", then retry at job.lua:7:  0
  turn at 6.5s, cause 1 by 0 "", then sleep at job.lua:7:  0
  turn at 7s, cause 1 by 0 "", then :  0
4 'c' by 1 for 1 at job.lua:11: cancelled after 7s: cancelled: a sibling ended; ran 0s, waited 7s
  in lock 'db' 0: 5s to 7s
  turn at 0s, cause 0 by 0 "", then sleep at job.lua:4:  0
  turn at 1s, cause 1 by 0 "", then with at job.lua:5: lock 'db' 2
  turn at 5s, cause 3 by 3 "", then sleep at job.lua:5:  0
  turn at 7s, cause 1 by 0 "", then sleep at job.lua:9:  0
  turn at 7s, cause 7 by 3 "a sibling ended", then :  0
`
	if b.String() != want {
		t.Errorf("read\n%s\nwant\n%s", b.String(), want)
	}
}

// The summary names what was waited for, who held it, and what the run's time was made of.
func TestSummary(t *testing.T) {
	tr := read(t, record(t, job))
	text := regexp.MustCompile(` +`).ReplaceAllString(tr.Text(), " ")
	for _, line := range []string{
		"job.lua: 7.25s, 4 tasks (at most 4 at once), 19 turns; in Lua 0s, 2 failed, 2 cancelled\n",
		"times are those of the run's virtual clock\n",
		" 6s 2 x max 4s with at job.lua:5\n",
		"lock 'db', held longest by 2 'a', for 2s\n",
		" at 7s 3 'b' job.lua:7: refused by <b>\n",
		" at 5.5s 3 'b' attempt 1 of 2: job.lua:7: refused by <b>\n",
		"2 x 2 'a' cancelled: a sibling ended, by 3 'b'\n",
	} {
		if !strings.Contains(text, line) {
			t.Errorf("no %q in\n%s", line, text)
		}
	}
	var path time.Duration
	at := tr.Begin
	for _, p := range tr.Summary().Path {
		if p.Begin != at {
			t.Errorf("the path has a hole from %v to %v", at, p.Begin)
		}
		path, at = path+p.End-p.Begin, p.End
	}
	if path != tr.Elapsed() {
		t.Errorf("the critical path is %v long, the run %v", path, tr.Elapsed())
	}
}

// A file that ends anywhere is read up to there; damage is an error.
func TestFilesThatAreCutShort(t *testing.T) {
	file := record(t, job)
	whole := read(t, file)
	tasks := 0
	for n := range file {
		tr, err := trace.Read(bytes.NewReader(file[:n]))
		switch {
		case err == nil:
			if len(tr.Tasks) < tasks {
				t.Errorf("%d bytes: %d tasks, and %d before", n, len(tr.Tasks), tasks)
			}
			if tasks = len(tr.Tasks); !tr.Truncated && tr.Turns > 0 && n < len(file) {
				t.Errorf("%d bytes: nothing says that it is cut short", n)
			}
		case !errors.Is(err, trace.ErrFormat) || tasks > 0:
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	if tasks != len(whole.Tasks) {
		t.Errorf("%d tasks of %d", tasks, len(whole.Tasks))
	}
	if _, err := trace.Read(strings.NewReader("#!/usr/bin/lull\nprint(1)")); !errors.Is(err, trace.ErrFormat) {
		t.Errorf("a script: %v", err)
	}
}

// The page holds nothing that a script could have HTML take for its own, and all of the data.
func TestPage(t *testing.T) {
	tr := read(t, record(t, `spawn(function() error("</script><script>alert(1)</script>", 0) end):name("<!--</script>") sleep(1)`))
	var page bytes.Buffer
	if err := tr.Page(&page); err != nil {
		t.Fatal(err)
	}
	text := page.String()
	if strings.Contains(text, "alert(1)") || strings.Count(text, "<script") != 2 || strings.Contains(text, "http://") || strings.Contains(text, "https://") {
		t.Error("the page has what is the script's, or loads something")
	}
	_, data, _ := strings.Cut(text, "id=data>")
	data, _, _ = strings.Cut(data, "<")
	packed, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	n, size := binary.Uvarint(all)
	var head struct {
		Tasks   int
		Turns   int
		Strings []string
	}
	if err := json.Unmarshal(all[size:size+int(n)], &head); err != nil || head.Tasks != 2 || !strings.Contains(fmt.Sprint(head.Strings), "<!--</script>") {
		t.Errorf("%v: %+v", err, head)
	}
}

// The page's lists are lists, also those of a run that has waited for nothing: it would show nothing otherwise.
func TestPageOfNothing(t *testing.T) {
	var data bytes.Buffer
	if err := read(t, record(t, `print(1)`)).Timeline(&data); err != nil {
		t.Fatal(err)
	}
	n, size := binary.Uvarint(data.Bytes())
	var head map[string]any
	if err := json.Unmarshal(data.Bytes()[size:size+int(n)], &head); err != nil {
		t.Fatal(err)
	}
	if len(head) < 20 {
		t.Error(head)
	}
	for name, v := range head {
		if v == nil {
			t.Errorf("%s is null", name)
		}
	}
}

// A page of a thousand tasks has at most 100 KB.
func TestSizeOfPage(t *testing.T) {
	tr := read(t, record(t, `
		local hosts = {}
		for i = 1, 1000 do hosts[i] = "host" .. i end
		local db = sync.semaphore(20)
		task.map(hosts, function(h, i) sleep(math.random()) db:with(function() sleep(math.random()) end) end)`))
	var page bytes.Buffer
	if err := tr.Page(&page); err != nil {
		t.Fatal(err)
	}
	if n := page.Len(); n > 100_000 {
		t.Errorf("%d bytes, %d turns", n, tr.Turns)
	}
}

// Pure switching takes at most six bytes a turn.
func TestSizeOfFile(t *testing.T) {
	file := record(t, `group(function(g) for i = 1, 100 do g:spawn(function() for i = 1, 200 do sleep(0) end end) end end)`)
	tr := read(t, file)
	if per := float64(len(file)) / float64(tr.Turns); tr.Turns < 20_000 || per > 6 {
		t.Errorf("%d turns, %.1f bytes each", tr.Turns, per)
	}
	for _, k := range tr.Tasks[1:] {
		if len(k.Turns) != 201 || k.State != "done" {
			t.Fatalf("task %d has had %d turns, and is %s", k.ID, len(k.Turns), k.State)
		}
		for i, u := range k.Turns[:200] {
			if at := tr.Sites[u.Site].String(); at != "sleep at job.lua:1" || u.Cause != trace.Yielded {
				t.Fatalf("task %d waits in its turn %d %s, which %d has ended", k.ID, i, at, u.Cause)
			}
		}
	}
}

// The other formats are what their readers take.
func TestConversions(t *testing.T) {
	tr := read(t, record(t, job))
	var b bytes.Buffer
	if err := tr.Chrome(&b); err != nil {
		t.Fatal(err)
	}
	var chrome struct {
		TraceEvents []struct {
			Ph, Name, Cat string
			Ts, Dur       float64
			Tid           int
		}
	}
	if err := json.Unmarshal(b.Bytes(), &chrome); err != nil {
		t.Fatal(err)
	}
	waited := 0.
	for _, e := range chrome.TraceEvents {
		if e.Cat == "wait" && e.Name == "with at job.lua:5: lock 'db'" {
			waited += e.Dur
		}
	}
	if waited != 6e6 {
		t.Errorf("in Chrome's format they wait %v µs for the lock", waited)
	}

	b.Reset()
	if err := tr.Perfetto(&b); err != nil {
		t.Fatal(err)
	}
	depth, slices := map[uint64]int{}, 0
	each := func(b []byte, fn func(field uint64, n uint64, text []byte)) {
		for len(b) > 0 {
			tag, size := binary.Uvarint(b)
			b = b[size:]
			v, size := binary.Uvarint(b)
			if size <= 0 {
				t.Fatal("a number ends in the middle")
			}
			b = b[size:]
			switch tag & 7 {
			case 0:
				fn(tag>>3, v, nil)
			case 2:
				fn(tag>>3, 0, b[:v])
				b = b[v:]
			default:
				t.Fatalf("wire type %d", tag&7)
			}
		}
	}
	each(b.Bytes(), func(field, _ uint64, packet []byte) {
		if field != 1 {
			t.Errorf("field %d of a trace", field)
		}
		each(packet, func(field, _ uint64, event []byte) {
			if field != 11 {
				return
			}
			var typ, track uint64
			each(event, func(field, n uint64, _ []byte) {
				switch field {
				case 9:
					typ = n
				case 11:
					track = n
				}
			})
			switch typ {
			case 1:
				depth[track]++
				slices++
			case 2:
				depth[track]--
			}
			if depth[track] < 0 || depth[track] > 1 {
				t.Errorf("track %d is %d deep", track, depth[track])
			}
		})
	})
	if slices < 40 {
		t.Errorf("%d slices", slices)
	}

	b.Reset()
	if err := tr.TSV(&b); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	if len(lines) != 6 || lines[3] != "3\t1\tb\t0.000000\t7.000000\t0.000000\t0.000000\t7.000000\t7\tfailed\tjob.lua:7: refused by <b>" {
		t.Errorf("%q", lines)
	}

	b.Reset()
	if err := tr.SVG(&b); err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(&b); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// The end of a long run is kept within its bound, and is a whole trace.
func TestLastRecorder(t *testing.T) {
	const size = 1 << 20
	rec, err := trace.NewLastRecorder(size)
	if err != nil {
		t.Fatal(err)
	}
	rt, err := interp.New(builtins.Std(), interp.WithVirtualTime(), interp.WithTracer(rec))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rt.RunString(context.Background(), "@job.lua", `
		spawn(function() for i = 1, 1000 do sleep(100) end end):name("early")
		for i = 1, 100000 do local t = spawn(function() sleep(0.5) end) t:name("task" .. i) sleep(1) end`); err != nil {
		t.Fatal(err)
	}
	if err := rt.Close(); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := rec.Save(&file, trace.Header{Script: "job.lua", Virtual: true}); err != nil {
		t.Fatal(err)
	}
	tr := read(t, file.Bytes())
	if n := file.Len(); n > size+size/4 || n < size/2 || !tr.Last {
		t.Errorf("%d bytes are kept of %d", n, size)
	}
	last := tr.Tasks[len(tr.Tasks)-1]
	if last.Name != "task100000" || last.State != "done" || tr.End != 100_000*time.Second || tr.Begin == 0 {
		t.Errorf("the last is %s, %s; from %v to %v", last.Name, last.State, tr.Begin, tr.End)
	}
	if k := tr.Task(2); k == nil || k.Name != "early" || len(k.Turns) == 0 || len(k.Turns) > 999 {
		t.Errorf("the long one is %+v", k)
	}
}

// A disk that is full is told by Close.
func TestRecorderWithoutRoom(t *testing.T) {
	rec, err := trace.NewRecorder(&full{room: 100}, trace.Header{Script: "job.lua"})
	if err != nil {
		t.Fatal(err)
	}
	rt, err := interp.New(builtins.Std(), interp.WithVirtualTime(), interp.WithTracer(rec))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rt.RunString(context.Background(), "=t", `for i = 1, 1e5 do sleep(i % 3) end`); err != nil {
		t.Error(err)
	}
	if err := rt.Close(); err != nil {
		t.Error(err)
	}
	if err := rec.Close(); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}

var errFull = errors.New("no space left on device")

type full struct{ room int }

func (f *full) Write(b []byte) (int, error) {
	if f.room -= len(b); f.room < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func FuzzRead(f *testing.F) {
	f.Add(record(f, job))
	f.Add(record(f, `group(function(g) for i = 1, 3 do g:spawn(function() sleep(0) sleep(i) end) end end)`))
	f.Add(record(f, isolated))
	f.Fuzz(func(t *testing.T, file []byte) {
		tr, err := trace.Read(bytes.NewReader(file))
		if err != nil {
			return
		}
		for _, write := range []func(io.Writer) error{tr.Page, tr.Chrome, tr.Perfetto, tr.TSV, tr.SVG} {
			if err := write(io.Discard); err != nil {
				t.Error(err)
			}
		}
		tr.Text()
	})
}

func ExampleRecorder() {
	var file bytes.Buffer // as a rule, an *os.File
	rec, err := trace.NewRecorder(&file, trace.Header{Script: "job.lua", Virtual: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	rt, err := interp.New(builtins.Std(), interp.WithVirtualTime(), interp.WithTracer(rec))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = rt.RunString(context.Background(), "@job.lua", `gather(function() sleep(1) end, function() sleep(2) end)`)
	if err := errors.Join(err, rt.Close(), rec.Close()); err != nil {
		fmt.Println(err)
		return
	}
	t, err := trace.Read(&file)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, w := range t.Summary().Waits {
		fmt.Println(w.What, w.Total, w.Count)
	}
	// Output:
	// sleep at job.lua:1 3s 2
	// gather at job.lua:1 2s 1
}
