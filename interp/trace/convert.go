package trace

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/lull-lua/lull/interp/internal/protobuf"
)

// Chrome writes the trace in Chrome's format, for chrome://tracing, Perfetto and speedscope: a thread a task, with its turns, waits and
// brackets. Times are microseconds from the trace's beginning.
func (t *Trace) Chrome(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<16)
	c := &chrome{t: t, w: out}
	out.WriteString("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n")
	c.event('M', 0, "process_name", "", 0, 0, "name", t.Script)
	for _, k := range t.Tasks {
		c.event('M', k.ID, "thread_name", "", 0, 0, "name", k.label())
		c.event('M', k.ID, "thread_sort_index", "", 0, 0, "sort_index", k.ID)
		for _, b := range k.Brackets {
			var args []any
			if b.Text != "" {
				args = []any{"error", b.Text}
			}
			c.event('X', k.ID, b.Label(), "bracket", b.Begin, b.End, args...)
		}
		t.eachStretch(k, func(what, kind string, begin, end time.Duration) {
			c.event('X', k.ID, what, kind, begin, end)
		})
		for _, o := range k.Opened { // they may outlive the task, and overlap
			c.async(k.ID, o)
		}
		if k.Ended && k.State != "done" {
			c.event('i', k.ID, k.State, "end", k.End, 0, "text", k.Text)
		}
	}
	out.WriteString("\n]}\n")
	return flushed(out)
}

func flushed(out *bufio.Writer) error {
	if err := out.Flush(); err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	return nil
}

// Label is the bracket as it is shown: "attempt 2 of 3".
func (b Bracket) Label() string {
	switch {
	case b.N > 0 && b.Of > 0:
		return fmt.Sprintf("%s %d of %d", b.What, b.N, b.Of)
	case b.N > 0:
		return fmt.Sprintf("%s %d", b.What, b.N)
	case b.Of > 0:
		return fmt.Sprintf("%s of %d", b.What, b.Of)
	}
	return b.What
}

// eachStretch calls fn for what a task does from its spawn to its end: kind is "turn", "ready" or "wait".
func (t *Trace) eachStretch(k *Task, fn func(what, kind string, begin, end time.Duration)) {
	at := k.Spawned
	for i := range k.Turns {
		u := &k.Turns[i]
		if i > 0 && u.Woken > at {
			fn(t.waits(&k.Turns[i-1]), "wait", at, u.Woken)
		}
		if u.Begin > u.Woken {
			fn("ready", "ready", u.Woken, u.Begin)
		}
		fn("run", "turn", u.Begin, u.End)
		at = u.End
	}
	switch n := len(k.Turns); {
	case k.End <= at:
	case n == 0:
		fn("ready", "ready", at, k.End)
	default:
		fn(t.waits(&k.Turns[n-1]), "wait", at, k.End)
	}
}

type chrome struct {
	t    *Trace
	w    *bufio.Writer
	many bool
	n    int
}

func (c *chrome) comma() {
	if c.many {
		c.w.WriteString(",\n")
	}
	c.many = true
}

func (c *chrome) micros(d time.Duration) string {
	return strconv.FormatFloat(float64(d)/1e3, 'f', -1, 64)
}

// event writes one; args are a name and its value.
func (c *chrome) event(ph byte, tid uint64, name, cat string, begin, end time.Duration, args ...any) {
	c.comma()
	fmt.Fprintf(c.w, `{"ph":"%c","pid":1,"tid":%d,"name":%s`, ph, tid, quote(name))
	if ph != 'M' {
		fmt.Fprintf(c.w, `,"cat":"%s","ts":%s`, cat, c.micros(begin-c.t.Begin))
	}
	switch ph {
	case 'X':
		fmt.Fprintf(c.w, `,"dur":%s`, c.micros(max(0, end-begin)))
	case 'i':
		c.w.WriteString(`,"s":"t"`)
	}
	if len(args) == 2 {
		v, ok := args[1].(string)
		text := fmt.Sprint(args[1])
		if ok {
			text = quote(v)
		}
		fmt.Fprintf(c.w, `,"args":{"%s":%s}`, args[0], text)
	}
	c.w.WriteByte('}')
}

// async writes what may overlap with anything.
func (c *chrome) async(tid uint64, o Open) {
	c.n++
	for i, at := range []time.Duration{o.Begin, o.End} {
		c.comma()
		fmt.Fprintf(c.w, `{"ph":"%c","pid":1,"tid":%d,"cat":"open","id":%d,"name":%s,"ts":%s}`, "be"[i], tid, c.n, quote(o.Name), c.micros(at-c.t.Begin))
	}
}

// quote is a text as JSON.
func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil { // no string has one
		return `""`
	}
	return string(b)
}

// Perfetto writes the trace in Perfetto's own format: a track a task, below that of its spawner. The fields are those of
// protos/perfetto/trace: TracePacket, TrackDescriptor, TrackEvent and InternedData.
func (t *Trace) Perfetto(w io.Writer) error {
	p := &perfetto{w: bufio.NewWriterSize(w, 1<<16), names: map[string]uint64{}, begin: t.Begin}
	for _, k := range t.Tasks {
		d := protobuf.Number(nil, 1, k.ID+1) // uuid
		d = protobuf.Bytes(d, 2, k.label())
		if k.Spawner != 0 && t.byID[k.Spawner] != nil {
			d = protobuf.Number(d, 5, k.Spawner+1) // parent_uuid
		}
		p.packet(protobuf.Bytes(nil, 60, d))
	}
	for _, k := range t.Tasks {
		// Slices of a track must nest: brackets and stretches do not, as a bracket may begin in a turn. Each has a track of its own.
		for _, b := range k.Brackets {
			label := b.Label()
			if b.Text != "" {
				label += ": " + b.Text
			}
			p.slice(p.below(k, 1+b.Depth, "brackets"), label, b.Begin, b.End)
		}
		t.eachStretch(k, func(what, kind string, begin, end time.Duration) { p.slice(k.ID+1, what, begin, end) })
		for i, o := range k.Opened {
			p.slice(p.below(k, 1000+i, "open"), o.Name, o.Begin, o.End)
		}
		if k.Ended && k.State != "done" {
			p.event(3, k.ID+1, k.State+": "+k.Text, k.End)
		}
	}
	return flushed(p.w)
}

type perfetto struct {
	w      *bufio.Writer
	begin  time.Duration
	names  map[string]uint64
	begun  bool
	tracks map[[2]uint64]uint64
}

// below is a track of a task's own, below it.
func (p *perfetto) below(k *Task, n int, name string) uint64 {
	key := [2]uint64{k.ID, uint64(n)}
	if p.tracks == nil {
		p.tracks = map[[2]uint64]uint64{}
	}
	if id, ok := p.tracks[key]; ok {
		return id
	}
	id := 1<<62 + uint64(len(p.tracks))
	p.tracks[key] = id
	d := protobuf.Bytes(protobuf.Number(nil, 1, id), 2, name)
	p.packet(protobuf.Bytes(nil, 60, protobuf.Number(d, 5, k.ID+1)))
	return id
}

func (p *perfetto) packet(body []byte) {
	body = protobuf.Number(body, 10, 1) // trusted_packet_sequence_id
	flags := uint64(2)                  // SEQ_NEEDS_INCREMENTAL_STATE
	if !p.begun {
		p.begun, flags = true, 1 // SEQ_INCREMENTAL_STATE_CLEARED
	}
	body = protobuf.Number(body, 13, flags)
	p.w.Write(protobuf.Bytes(nil, 1, body))
}

func (p *perfetto) slice(track uint64, name string, begin, end time.Duration) {
	p.event(1, track, name, begin) // TYPE_SLICE_BEGIN
	p.event(2, track, "", end)     // TYPE_SLICE_END
}

func (p *perfetto) event(typ, track uint64, name string, at time.Duration) {
	b := protobuf.Number(nil, 8, uint64(at-p.begin)) // timestamp, ns
	e := protobuf.Number(protobuf.Number(nil, 9, typ), 11, track)
	if name != "" {
		id, ok := p.names[name]
		if !ok {
			id = uint64(len(p.names) + 1)
			p.names[name] = id
			n := protobuf.Bytes(protobuf.Number(nil, 1, id), 2, strings.ToValidUTF8(name, "?"))
			b = protobuf.Bytes(b, 12, protobuf.Bytes(nil, 2, n)) // interned_data.event_names
		}
		e = protobuf.Number(e, 10, id) // name_iid
	}
	p.packet(protobuf.Bytes(b, 11, e))
}

// TSV writes a line for each task, tab-separated, below a line of headings. Times are in seconds; tabs, line ends and backslashes in texts
// are written as \t, \n, \r and \\.
func (t *Trace) TSV(w io.Writer) error {
	out := bufio.NewWriter(w)
	out.WriteString("id\tparent\tname\tstart\tseconds\tran\tready\twaited\tturns\tstate\terror\n")
	s := func(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 6, 64) }
	escape := strings.NewReplacer("\\", "\\\\", "\t", "\\t", "\n", "\\n", "\r", "\\r")
	for _, k := range t.Tasks {
		fmt.Fprintf(out, "%d\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\n", k.ID, k.Spawner, escape.Replace(k.Name), s(k.Spawned), s(k.End-k.Spawned),
			s(k.Ran), s(k.Ready), s(k.Waited), len(k.Turns), k.State, escape.Replace(k.Text))
	}
	return flushed(out)
}
