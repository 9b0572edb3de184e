package trace

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/lull-lua/lull/interp"
)

// maxText bounds an error's text, a name and the like, in bytes.
const maxText = 1000

// Recorder writes what tasks do, as an [interp.Tracer] of one runtime. It buffers, and has a goroutine of its own write, which Close ends.
type Recorder struct {
	out  *output
	last *ring // unless nil, what is kept instead

	lane uint64 // that of an isolate; 0: it is the first runtime's
	live int    // tasks that have not ended

	buf     []byte
	now     int64        // loop time at the end of the last turn or, if later, of the idle time since: the next one begins there
	clock   *interp.Task // any task, which can tell the time
	prev    uint64       // the task of the last turn in the file
	end     int64        // of that, in the file
	flushed int64        // loop time at which the buffer was last handed on

	tasks    entries
	segment  uint32
	strings  map[string]uint64
	nstrings uint64 // numbered in this segment
	sites    map[interp.Site]uint64
	objects  map[interp.WaitObject]uint64
}

// entry is what is known of a task that has not ended, and is looked at in every turn: one line of a processor's cache.
type entry struct {
	id      uint64
	at      interp.Site // where it has waited last
	woken   int64
	by      uint64
	segment uint32 // in which it has its record
	site    uint32 // the number of at,
	lastSeg uint32 // in that segment
	cause   byte
	isWoken bool // cause, woken, by and the reason are of a Wake since the last turn
}

// rest is the rest of what is known of it.
type rest struct {
	spawned int64
	spawner uint64
	owner   uint64
	reason  string
}

// NewRecorder returns a recorder that writes to w, which it does not close. The header is written at once.
func NewRecorder(w io.Writer, h Header) (*Recorder, error) {
	head, err := header(h)
	if err == nil {
		_, err = w.Write(head)
	}
	if err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	r := newRecorder()
	r.out = newOutput(w)
	return r, nil
}

// NewLastRecorder returns a recorder that keeps the last records alone, about so many bytes of them, and writes nothing until [Recorder.Save].
func NewLastRecorder(size int) (*Recorder, error) {
	if size < 1<<16 {
		return nil, errors.New("trace: the least that can be kept is 64 KB")
	}
	r := newRecorder()
	r.last = &ring{limit: size}
	return r, nil
}

func newRecorder() *Recorder {
	r := &Recorder{}
	r.begin(0)
	return r
}

func header(h Header) ([]byte, error) {
	text, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	return append(put([]byte(magic), uint64(len(text))), text...), nil
}

// begin begins a segment.
func (r *Recorder) begin(now int64) {
	r.segment++
	r.strings, r.sites, r.objects = map[string]uint64{}, map[interp.Site]uint64{}, map[interp.WaitObject]uint64{}
	r.prev, r.end, r.nstrings = 0, now, 0
	r.buf = put(append(r.buf, recSegment), uint64(now))
}

// blockSize is when a buffer is handed on.
const blockSize = 64 << 10

// room hands the buffer on when it is full.
func (r *Recorder) room() {
	if len(r.buf) < blockSize {
		return
	}
	if r.last != nil {
		if r.buf = r.last.keep(r.buf); r.last.segmentEnds() {
			r.begin(r.end)
		}
		return
	}
	r.hands()
}

// hands hands on what there is.
func (r *Recorder) hands() {
	if r.lane == 0 {
		r.buf = r.out.hand(r.buf)
	} else { // there may be thousands of them, each of which has little to say
		r.out.blocks <- r.buf
		r.buf = put([]byte{recLane}, r.lane)
	}
	r.flushed = r.now
}

// Isolate implements interp.IsolateTracer: what an isolate's tasks do is recorded in the same file. The last records alone, of
// [NewLastRecorder], are those of the first runtime.
func (r *Recorder) Isolate(t *interp.Task, name string) interp.Tracer {
	if r.last != nil {
		return nil
	}
	e := r.of(t)
	r.define(e, t)
	lane := r.out.lanes.Add(1)
	text := r.string(name)
	r.buf = put(put(put(append(r.buf, recIsolate), lane), e.id), text)
	r.room()
	i := &Recorder{out: r.out, lane: lane}
	i.buf = put([]byte{recLane}, lane)
	i.begin(r.time(t))
	return i
}

// Close writes what is left, and returns the first error of all writes. The runtime is closed before. A recorder of [NewLastRecorder] has
// nothing to write.
func (r *Recorder) Close() error {
	if r.out == nil {
		return nil
	}
	if err := r.out.close(append(r.buf, recOver)); err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	return nil
}

// Save writes what a recorder of [NewLastRecorder] keeps. It is called on the loop, by [interp.Runtime.Post] or a tracer, or when the
// runtime is closed.
func (r *Recorder) Save(w io.Writer, h Header) error {
	if r.last == nil {
		return errors.New("trace: Save: the recorder keeps nothing")
	}
	h.Last = true
	head, err := header(h)
	if err == nil {
		_, err = w.Write(head)
	}
	if err == nil {
		err = r.last.write(w, append(slices.Clip(r.buf), recOver))
	}
	if err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	return nil
}

// time is the loop time now.
func (r *Recorder) time(t *interp.Task) int64 { return int64(t.Now() / unit) }

// Idle implements interp.IdleTracer. Every second or so what there is is handed on, so that little is lost where the process is killed.
func (r *Recorder) Idle() {
	const second = int64(time.Second / unit)
	if r.out != nil && r.now-r.flushed > second && len(r.buf) > 0 {
		r.hands()
	}
}

// Busy implements interp.IdleTracer.
func (r *Recorder) Busy() {
	if r.clock != nil {
		r.now = r.time(r.clock)
	}
}

// Spawn implements interp.Tracer.
func (r *Recorder) Spawn(t *interp.Task) {
	r.meets(t)
}

// of is the entry of a task, also of one that was there before the recorder.
func (r *Recorder) of(t *interp.Task) *entry {
	if e := r.tasks.find(t.ID()); e != nil && e.id != 0 {
		return e
	}
	return r.meets(t)
}

// meets takes in a task.
func (r *Recorder) meets(t *interp.Task) *entry {
	e := r.tasks.add(t.ID())
	e.id = t.ID()
	more := r.tasks.rest(e.id)
	more.spawned, more.spawner = r.time(t), t.Spawner()
	if r.clock == nil {
		r.now = more.spawned
	}
	r.clock = t
	r.live++
	if o := t.Owner(); o != nil {
		more.owner = o.ID()
	}
	return e
}

// Switch implements interp.Tracer: a cancellation has ended the wait.
func (r *Recorder) Switch(t *interp.Task) {
	if e := r.of(t); e.cause&causeCancelled == 0 {
		c := t.Woken()
		e.isWoken, e.cause = true, e.cause|causeCancelled
		r.tasks.rest(e.id).reason = c.Reason
		if e.woken == 0 {
			e.woken = r.now
		}
	}
}

// Wake implements interp.Tracer.
func (r *Recorder) Wake(t *interp.Task) {
	c, e := t.Woken(), r.of(t)
	e.isWoken, e.woken, e.cause, e.by = true, max(r.now, int64(t.Since()/unit)), 0, 0
	switch {
	case c.Timer:
		e.cause = causeTimer
	case c.Outside:
		e.cause = causeOutside
	case c.By != nil: // in its turn, in which time has gone by
		e.cause, e.by, e.woken = causeTask, c.By.ID(), r.time(t)
	}
	if c.Cancelled {
		e.cause |= causeCancelled
		r.tasks.rest(e.id).reason = c.Reason
	}
}

// Park implements interp.Tracer.
func (r *Recorder) Park(t *interp.Task) {
	e := r.of(t)
	siteIs := r.waits(e, t)
	object, holder := uint64(0), uint64(0)
	if what, who := t.WaitsFor(); what.Kind != "" {
		object = r.object(what)
		if who != nil {
			holder = who.ID()
		}
	}
	r.turn(t, e, howWaits, siteIs, object, holder, 0)
}

// Yield implements interp.TurnTracer.
func (r *Recorder) Yield(t *interp.Task) {
	e := r.of(t)
	siteIs := r.waits(e, t)
	if e.id == r.prev+1 && e.segment == r.segment && r.now == r.end && !siteIs && !e.isWoken {
		if took := uint64(r.time(t) - r.now); took < 0x80 { // as turn writes it, in two bytes
			r.buf = append(r.buf, turnBit|turnNext, byte(took)) // howWaits is no bit
			r.now += int64(took)
			r.end, r.prev = r.now, e.id
			if len(r.buf) >= blockSize {
				r.room()
			}
			return
		}
	}
	r.turn(t, e, howWaits, siteIs, 0, 0, 0)
}

// waits notes where the task waits, and reports whether that is to be said.
func (r *Recorder) waits(e *entry, t *interp.Task) (siteIs bool) {
	at := t.Site()
	if at == e.at && e.lastSeg == r.segment {
		return false
	}
	site := uint32(r.site(at))
	siteIs = site != e.site || e.lastSeg != r.segment
	e.at, e.site, e.lastSeg = at, site, r.segment
	return siteIs
}

// End implements interp.Tracer.
func (r *Recorder) End(t *interp.Task) {
	e := r.of(t)
	how, text := howDone, uint64(0)
	switch {
	case t.Failed():
		how = howFailed
	case t.Cancelled():
		how = howCancelled
	}
	if err := t.Err(); err != nil {
		text = r.string(err.Error())
	}
	if t.Started() {
		r.turn(t, e, how, false, 0, 0, text)
	} else {
		r.define(e, t)
		r.buf = append(r.buf, recEnd)
		r.buf = put(r.buf, e.id)
		r.buf = putSigned(r.buf, r.time(t)-r.end)
		r.buf = put(append(r.buf, how), text)
		r.room()
	}
	r.tasks.drop(e.id)
	if r.live--; r.live == 0 && r.lane != 0 { // it may be the last of the isolate's
		r.hands()
	}
}

// turn writes the turn that ends.
func (r *Recorder) turn(t *interp.Task, e *entry, how byte, siteIs bool, object, holder, text uint64) {
	now := max(r.time(t), r.now)
	if e.segment != r.segment {
		r.define(e, t)
	}
	reason := uint64(0)
	if e.isWoken && e.cause&causeCancelled != 0 {
		more := r.tasks.rest(e.id)
		reason = r.string(more.reason)
		more.reason = ""
	}
	tag := turnBit | how
	d := int64(e.id) - int64(r.prev)
	if d == 1 {
		tag |= turnNext
	}
	gap := r.now - r.end
	if gap != 0 {
		tag |= turnGap
	}
	if e.isWoken {
		tag |= turnWoken
	}
	if siteIs {
		tag |= turnSite
	}
	if object != 0 {
		tag |= turnObject
	}
	b := append(r.buf, tag)
	if d != 1 {
		b = putSigned(b, d)
	}
	if gap != 0 {
		b = putSigned(b, gap)
	}
	b = put(b, uint64(now-r.now))
	if e.isWoken {
		b = put(append(b, e.cause), uint64(max(0, r.now-e.woken)))
		if e.cause&causeWho == causeTask {
			b = putSigned(b, int64(e.by)-int64(e.id))
		}
		if e.cause&causeCancelled != 0 {
			b = put(b, reason)
		}
		e.isWoken, e.woken, e.cause, e.by = false, 0, 0, 0
	}
	if siteIs {
		b = put(b, uint64(e.site))
	}
	if object != 0 {
		b = put(b, object)
		if holder == 0 {
			b = put(b, 0)
		} else {
			b = putSigned(b, int64(holder)-int64(e.id))
		}
	}
	if how >= howFailed {
		b = put(b, text)
	}
	r.buf = b
	r.now, r.end, r.prev = now, now, e.id
	r.room()
}

// define writes what a task is, before the first record that names it.
func (r *Recorder) define(e *entry, t *interp.Task) {
	if e.segment == r.segment {
		return
	}
	e.segment = r.segment
	name, site, more := r.string(t.Name()), r.site(t.SpawnSite()), r.tasks.rest(e.id)
	b := put(append(r.buf, recTask), e.id)
	b = put(b, distance(e.id, more.spawner))
	if more.owner == 0 {
		b = put(b, 0)
	} else {
		b = putSigned(b, int64(e.id)-int64(more.owner))
	}
	b = put(put(b, name), site)
	r.buf = putSigned(b, more.spawned-r.end)
}

// distance is from a task down to its spawner; 0: it has none.
func distance(id, spawner uint64) uint64 {
	if spawner == 0 || spawner >= id {
		return 0
	}
	return id - spawner
}

// maxStrings bounds the texts that are remembered: names of tasks are as many as scripts like.
const maxStrings = 100_000

// string is the number of a text.
func (r *Recorder) string(s string) uint64 {
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "") + "..."
	}
	n, ok := r.strings[s]
	if !ok {
		if len(r.strings) >= maxStrings {
			clear(r.strings) // the numbers go on: a text may have two
		}
		r.nstrings++
		n = r.nstrings
		r.strings[s] = n
		r.buf = append(put(append(r.buf, recString), uint64(len(s))), s...)
	}
	return n
}

func (r *Recorder) site(at interp.Site) uint64 {
	if at == (interp.Site{}) {
		return 0
	}
	n, ok := r.sites[at]
	if !ok {
		what, place := r.string(at.Builtin()), r.string(at.Place())
		n = uint64(len(r.sites) + 1)
		r.sites[at] = n
		r.buf = put(put(append(r.buf, recSite), what), place)
	}
	return n
}

func (r *Recorder) object(what interp.WaitObject) uint64 {
	what.Count = 0
	n, ok := r.objects[what]
	if !ok {
		kind, name := r.string(what.Kind), r.string(what.String())
		n = uint64(len(r.objects) + 1)
		r.objects[what] = n
		r.buf = put(put(append(r.buf, recObject), kind), name)
	}
	return n
}

// Named implements interp.NameTracer. A task that has no record yet gets it with the name.
func (r *Recorder) Named(t *interp.Task) {
	e := r.of(t)
	if e.segment != r.segment {
		return
	}
	name := r.string(t.Name())
	r.buf = put(put(append(r.buf, recName), e.id), name)
	r.room()
}

// Enter implements interp.ScopeTracer.
func (r *Recorder) Enter(t *interp.Task, what string, n, of int) {
	e := r.of(t)
	r.define(e, t)
	name := r.string(what)
	b := put(append(r.buf, recEnter), e.id)
	b = put(putSigned(b, r.time(t)-r.end), name)
	r.buf = put(put(b, uint64(max(0, n))), uint64(max(0, of)))
	r.room()
}

// Exit implements interp.ScopeTracer.
func (r *Recorder) Exit(t *interp.Task) {
	e := r.of(t)
	if e.segment != r.segment {
		return // nobody knows what ends
	}
	r.buf = putSigned(put(append(r.buf, recExit), e.id), r.time(t)-r.end)
	r.room()
}

// Broken implements interp.BrokenTracer.
func (r *Recorder) Broken(t *interp.Task, text string) {
	e := r.of(t)
	if e.segment != r.segment {
		return // nobody knows what breaks
	}
	n := r.string(text)
	r.buf = put(put(append(r.buf, recBroken), e.id), n)
	r.room()
}

// Opened implements interp.ResourceTracer.
func (r *Recorder) Opened(t *interp.Task, id uint64, name string) {
	e := r.of(t)
	r.define(e, t)
	text := r.string(name)
	b := putSigned(put(append(r.buf, recOpen), e.id), r.time(t)-r.end)
	r.buf = put(put(b, id), text)
	r.room()
}

// Closed implements interp.ResourceTracer.
func (r *Recorder) Closed(id uint64) {
	if r.clock != nil {
		r.buf = putSigned(put(append(r.buf, recClose), id), r.time(r.clock)-r.end)
		r.room()
	}
}
