package trace

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"
)

// Bounds of what is read. A file says many things in few bytes.
const (
	maxHeader  = 64 << 10
	maxBlock   = 64 << 20
	maxLanes   = 1_000_000
	mostEvents = 20_000_000 // turns, tasks, brackets and the like: some GB of memory
)

// ErrFormat is the error of a file that is none of this package's, or is damaged.
var ErrFormat = errors.New("this is no trace of Lull, or it is damaged")

// Read reads a file that a [Recorder] has written. One that ends in the middle is read up to there, and says so. An error about the
// content is [ErrFormat]; a file that says more than memory should hold is an error as well.
func Read(r io.Reader) (*Trace, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	d := &decoder{t: &Trace{byID: map[uint64]*Task{}}}
	if err := d.header(in); err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	for {
		n, err := binary.ReadUvarint(in)
		if err == io.EOF {
			break
		}
		if err == nil && n > maxBlock {
			err = ErrFormat
		}
		short := errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !short {
			return nil, fmt.Errorf("trace: %w", err)
		}
		var block []byte
		if !short {
			if block, short, err = readBlock(in, int(n)); err != nil {
				return nil, fmt.Errorf("trace: %w", err)
			}
		}
		d.b = block
		d.enter(0)
		if err := d.records(); err != nil && !(short && errors.Is(err, errShort)) {
			if errors.Is(err, errShort) {
				err = ErrFormat
			}
			return nil, fmt.Errorf("trace: %w", err)
		}
		if short {
			break
		}
	}
	d.t.Truncated = !d.over
	if len(d.lanes) > 1 {
		lanes := map[uint64]*lane{}
		for _, l := range d.lanes {
			lanes[l.first] = l
		}
		for _, k := range d.t.Tasks {
			if l := lanes[k.ID-k.ID%laneTasks]; k.Spawner == 0 && l != nil && l.by != 0 {
				k.Spawner, k.Isolate = l.by, l.name
			}
		}
		d.t.renumber()
	}
	d.t.finish()
	return d.t, nil
}

// readBlock reads as much of a block as there is, without believing its length before.
func readBlock(r io.Reader, n int) (block []byte, short bool, err error) {
	for len(block) < n {
		piece := min(n-len(block), 1<<20)
		at := len(block)
		block = append(block, make([]byte, piece)...)
		got, err := io.ReadFull(r, block[at:])
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return block[:at+got], true, nil
		}
		if err != nil {
			return nil, false, err
		}
	}
	return block, false, nil
}

func (d *decoder) header(in *bufio.Reader) error {
	head := make([]byte, len(magic))
	if _, err := io.ReadFull(in, head); err != nil || string(head) != magic {
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return err
		}
		return ErrFormat
	}
	n, err := binary.ReadUvarint(in)
	if err != nil || n > maxHeader {
		return ErrFormat
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(in, text); err != nil {
		return ErrFormat
	}
	if json.Unmarshal(text, &d.t.Header) != nil {
		return ErrFormat
	}
	return nil
}

// decoder reads records.
type decoder struct {
	t *Trace
	b []byte // what is left of the block

	*lane
	lanes  map[uint64]*lane
	begun  bool // the trace's first event is known
	over   bool // nothing follows
	events int
	known  map[Site]int // of all segments
	things map[Object]int
	opened map[[2]uint64]opening // by lane and resource
}

// lane is the state of the records of one runtime.
type lane struct {
	first   uint64   // what the numbers of its tasks begin with
	by      uint64   // the task that has made the isolate
	name    string   // the isolate's
	strings []string // of the segment; [0] is ""
	sites   []int    // among the trace's, likewise
	objects []int
	prev    uint64
	end     int64
}

// laneTasks is how many tasks a lane may have where there are several. Their numbers in the trace follow each other; see renumber.
const laneTasks = 1 << 40

// enter has the records that follow be those of a lane.
func (d *decoder) enter(id uint64) {
	if d.lanes == nil {
		d.lanes = map[uint64]*lane{0: {}}
	}
	if d.lanes[id] == nil {
		d.lanes[id] = &lane{first: id * laneTasks}
	}
	d.lane = d.lanes[id]
}

// id is the number of a task of the lane as the decoder has it.
func (d *decoder) id(n *numbers, id uint64) uint64 {
	if id >= laneTasks && d.first != 0 && n.err == nil {
		n.err = ErrFormat
	}
	return d.first + id
}

type opening struct {
	task *Task
	i    int
}

var (
	errShort = errors.New("the block is too short")
	errMany  = fmt.Errorf("it has more than %d events, which is more than can be shown", mostEvents)
)

// numbers reads varints; the first error stays.
type numbers struct {
	d   *decoder
	err error
}

func (n *numbers) unsigned() uint64 {
	v, size := binary.Uvarint(n.d.b)
	if size <= 0 {
		n.fails(size)
		return 0
	}
	n.d.b = n.d.b[size:]
	return v
}

func (n *numbers) signed() int64 {
	v, size := binary.Varint(n.d.b)
	if size <= 0 {
		n.fails(size)
		return 0
	}
	n.d.b = n.d.b[size:]
	return v
}

func (n *numbers) fails(size int) {
	n.d.b = nil
	if n.err == nil {
		if n.err = errShort; size < 0 {
			n.err = ErrFormat
		}
	}
}

func (n *numbers) octet() byte {
	if len(n.d.b) == 0 {
		n.fails(0)
		return 0
	}
	v := n.d.b[0]
	n.d.b = n.d.b[1:]
	return v
}

// among is a number of something that is known.
func (n *numbers) among(known int) int {
	v := n.unsigned()
	if v >= uint64(known) {
		if n.err == nil {
			n.err = ErrFormat
		}
		return 0
	}
	return int(v)
}

func (n *numbers) text() string { return n.d.strings[n.among(len(n.d.strings))] }

// at is a time: so long after the end of the last turn.
func (n *numbers) at() int64 {
	v := n.signed()
	if sum := n.d.end + v; v > 0 == (sum > n.d.end) || v == 0 {
		return n.d.valid(sum, n)
	}
	return n.d.valid(-1, n)
}

// maxTime is the largest time that a duration can hold.
const maxTime = int64(math.MaxInt64 / int64(unit))

func (d *decoder) valid(at int64, n *numbers) int64 {
	if at < 0 || at > maxTime {
		if n.err == nil {
			n.err = ErrFormat
		}
		return 0
	}
	return at
}

// happens notes that something happened at a time.
func (d *decoder) happens(at int64) time.Duration {
	w := time.Duration(at) * unit
	if !d.begun || w < d.t.Begin {
		d.begun, d.t.Begin = true, w
	}
	d.t.End = max(d.t.End, w)
	return w
}

// records reads those of a block.
func (d *decoder) records() error {
	for len(d.b) > 0 {
		if d.events++; d.events > mostEvents {
			return errMany
		}
		n := numbers{d: d}
		kind := n.octet()
		if d.strings == nil && kind != recSegment && kind != recLane || d.over {
			return ErrFormat
		}
		if kind&turnBit != 0 {
			d.turn(kind, &n)
		} else if err := d.record(kind, &n); err != nil {
			return err
		}
		if n.err != nil {
			return n.err
		}
	}
	return nil
}

func (d *decoder) record(kind byte, n *numbers) error {
	switch kind {
	case recSegment:
		d.end = d.valid(int64(min(n.unsigned(), math.MaxInt64)), n)
		d.strings, d.sites, d.objects, d.prev = []string{""}, []int{0}, []int{0}, 0
		if d.t.Last { // what tasks there are may be older
			d.happens(d.end)
		}
		if d.known == nil {
			d.known, d.things, d.opened = map[Site]int{{}: 0}, map[Object]int{{}: 0}, map[[2]uint64]opening{}
			d.t.Sites, d.t.Objects = []Site{{}}, []Object{{}}
		}
	case recString:
		size := n.unsigned()
		if n.err == nil && size > uint64(len(d.b)) {
			n.err = errShort
		}
		if n.err == nil {
			d.strings = append(d.strings, string(d.b[:size]))
			d.b = d.b[size:]
		}
	case recSite:
		s := Site{n.text(), n.text()}
		if n.err == nil {
			d.sites = append(d.sites, placeOf(s, d.known, &d.t.Sites))
		}
	case recObject:
		o := Object{n.text(), n.text()}
		if n.err == nil {
			d.objects = append(d.objects, placeOf(o, d.things, &d.t.Objects))
		}
	case recTask:
		d.task(n)
	case recName:
		if k, name := d.of(n), n.text(); n.err == nil {
			k.Name = name
		}
	case recEnter:
		k, at, what := d.of(n), n.at(), n.text()
		i, of := n.unsigned(), n.unsigned()
		if n.err == nil {
			k.open = append(k.open, len(k.Brackets))
			k.Brackets = append(k.Brackets, Bracket{What: what, N: int(min(i, math.MaxInt32)), Of: int(min(of, math.MaxInt32)), Begin: d.happens(at), End: -1, Depth: len(k.open) - 1})
		}
	case recExit:
		if k, at := d.of(n), n.at(); n.err == nil && len(k.open) > 0 {
			last := len(k.open) - 1
			k.Brackets[k.open[last]].End = max(d.happens(at), k.Brackets[k.open[last]].Begin)
			k.open = k.open[:last]
		}
	case recBroken:
		if k, text := d.of(n), n.text(); n.err == nil && len(k.open) > 0 {
			k.Brackets[k.open[len(k.open)-1]].Text = text
		}
	case recOpen:
		k, at, id, name := d.of(n), n.at(), n.unsigned(), n.text()
		if n.err == nil {
			d.opened[[2]uint64{d.first, id}] = opening{k, len(k.Opened)}
			k.Opened = append(k.Opened, Open{name, d.happens(at), -1})
		}
	case recClose:
		id, at := n.unsigned(), n.at()
		if o, ok := d.opened[[2]uint64{d.first, id}]; ok && n.err == nil {
			o.task.Opened[o.i].End = max(d.happens(at), o.task.Opened[o.i].Begin)
			delete(d.opened, [2]uint64{d.first, id})
		}
	case recEnd:
		k, at, how, text := d.of(n), n.at(), n.octet(), n.text()
		if n.err == nil {
			d.ends(k, d.happens(at), how, text)
		}
	case recIsolate:
		id, by, name := n.unsigned(), d.of(n), n.text()
		if n.err == nil {
			here := d.lane
			if id == 0 || id > maxLanes {
				return ErrFormat
			}
			if d.enter(id); d.lane == here || d.by != 0 {
				return ErrFormat
			}
			d.by, d.name, d.lane = by.ID, name, here
		}
	case recLane: // which may come before the isolate's own record, as that is in another block
		id := n.unsigned()
		if id > maxLanes {
			return ErrFormat
		}
		if n.err == nil {
			d.enter(id)
		}
	case recOver:
		d.over = true
	default:
		return ErrFormat
	}
	return nil
}

// placeOf is where x stands in all, at whose end it is put if it is new.
func placeOf[K comparable](x K, known map[K]int, all *[]K) int {
	i, ok := known[x]
	if !ok {
		i = len(*all)
		known[x] = i
		*all = append(*all, x)
	}
	return i
}

// of is the task that a record is about.
func (d *decoder) of(n *numbers) *Task {
	id := d.id(n, n.unsigned())
	if k := d.t.byID[id]; k != nil && n.err == nil {
		return k
	}
	if n.err == nil {
		n.err = ErrFormat
	}
	return &Task{}
}

func (d *decoder) task(n *numbers) {
	id := d.id(n, n.unsigned())
	spawner, owner := n.unsigned(), n.signed()
	name, at := n.text(), n.among(len(d.sites))
	spawned := n.at()
	if n.err != nil {
		return
	}
	if k := d.t.byID[id]; k != nil { // in a segment before
		k.Name = name
		return
	}
	k := &Task{ID: id, Name: name, At: d.sites[at], Spawned: time.Duration(spawned) * unit}
	if !d.t.Last {
		d.happens(spawned)
	}
	if spawner != 0 {
		k.Spawner = id - spawner
	}
	if owner != 0 {
		k.Owner = uint64(int64(id) - owner)
	}
	d.t.byID[id] = k
	d.t.Tasks = append(d.t.Tasks, k)
}

func (d *decoder) turn(tag byte, n *numbers) {
	local := d.prev + 1
	if tag&turnNext == 0 {
		local = d.prev + uint64(n.signed())
	}
	id := d.id(n, local)
	begin := d.end
	if tag&turnGap != 0 {
		begin = n.at()
	}
	took := n.unsigned()
	if took > uint64(maxTime) {
		took = uint64(maxTime)
	}
	end := d.valid(min(begin, maxTime)+int64(took), n)
	u := Turn{Woken: -1, Begin: time.Duration(begin) * unit}
	if tag&turnWoken != 0 {
		u.Cause = Cause(n.octet() & (causeWho | causeCancelled))
		ready := n.unsigned()
		u.Woken = time.Duration(max(0, begin-int64(min(ready, uint64(maxTime))))) * unit
		if u.Cause.Who() == ByTask {
			u.By = id + uint64(n.signed())
		}
		if u.Cause&Cancelled != 0 {
			u.Reason = n.text()
		}
	}
	site, hasSite := 0, tag&turnSite != 0
	if hasSite {
		site = d.sites[n.among(len(d.sites))]
	}
	if tag&turnObject != 0 {
		u.Object = d.objects[n.among(len(d.objects))]
		if holder := n.signed(); holder != 0 {
			u.Holder = id + uint64(holder)
		}
	}
	text := ""
	if tag&turnHow >= howFailed {
		text = n.text()
	}
	k := d.t.byID[id]
	if k == nil && n.err == nil {
		n.err = ErrFormat
	}
	if n.err != nil {
		return
	}
	d.happens(begin)
	u.End = d.happens(end)
	if last := len(k.Turns) - 1; last >= 0 {
		if u.Woken < 0 {
			u.Woken = k.Turns[last].End
		}
		if !hasSite {
			site = k.Turns[last].Site
		}
	}
	if how := tag & turnHow; how == howWaits {
		u.Site = site
	} else {
		d.ends(k, u.End, how, text)
	}
	k.Turns = append(k.Turns, u)
	d.t.Turns++
	d.prev, d.end = local, end
}

// ends is told of the end of a task.
func (d *decoder) ends(k *Task, at time.Duration, how byte, text string) {
	k.Ended, k.End, k.Text = true, at, text
	k.State = [...]string{howDone: "done", howFailed: "failed", howCancelled: "cancelled"}[max(how&turnHow, howDone)]
	for _, i := range k.open {
		k.Brackets[i].End = max(at, k.Brackets[i].Begin)
	}
	k.open = nil
}
