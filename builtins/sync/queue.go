package sync

import (
	"fmt"
	"math"
	"time"

	"github.com/lull-lua/lull/builtins/internal/crew"
	"github.com/lull-lua/lull/interp"
)

// Queue is a first-in first-out queue between tasks, what sync.queue makes. Go code outside the loop has [Queue.Put],
// [Queue.Get] and the like for one that it has made with [NewQueue], or was given as a parameter of a function.
//
// A getter that waits is handed its item. A putter that waits is handed a place, and puts its item when it runs: a put
// that was cancelled has put nothing.
//
// Invariants: where getters wait, there is no item; where putters wait, no place is free; what was handed to a getter is
// older than what is in items, since these were empty when the getter came.
type Queue struct {
	feed
	identity
	items            ring
	back             ring // that getters gave back when they were cancelled, oldest first; before items
	max              int  // 0: no limit
	places           int  // handed to putters that have not run yet
	closed           bool
	seq              uint64 // of the latest item
	getters, putters interp.Waiters[item]

	onHanded, onAdmitted, onLate   func(c *interp.Call, it item) error // the methods of their names, which would be allocated at each wait
	onHandedQuick, onAdmittedQuick func(c *interp.QuickCall, it item) bool

	rt      *interp.Runtime
	release func() // NewQueue holds the runtime until the queue is closed
}

var queueType = interp.Type{
	Name:   "queue",
	Of:     (*Queue)(nil),
	String: func(v any) string { return v.(*Queue).String() },
	Methods: []interp.Def{
		{Name: "put", Fn: queuePut, Quick: queuePutQuick},
		{Name: "get", Fn: queueGet, Quick: queueGetQuick},
		{Name: "try_put", Fn: queueTryPut, Quick: queueTryPutQuick},
		{Name: "try_get", Fn: queueTryGet, Quick: queueTryGetQuick},
		{Name: "close", Fn: queueClose},
		{Name: "closed", Fn: queueClosed},
		{Name: "size", Fn: queueSize, Quick: queueSizeQuick},
		{Name: "items", Fn: queueItems},
		{Name: "drain", Fn: queueDrain},
	},
}

func newQueue(rt *interp.Runtime, is identity, limit int) *Queue {
	q := &Queue{rt: rt, identity: is, max: limit}
	q.feed = crew.NewFeed((*source)(q))
	q.getters.Left, q.putters.Left = q.getterLeft, q.putterLeft
	q.getters.Of, q.putters.Of = q, q
	q.onHanded, q.onAdmitted, q.onLate = q.handed, q.admitted, q.late
	q.onHandedQuick, q.onAdmittedQuick = q.handedQuick, q.admittedQuick
	return q
}

// WaitedFor says what the tasks in its lists wait for, as lists of tasks show it.
func (q *Queue) WaitedFor() (what interp.WaitObject, holder *interp.Task) {
	return q.object("queue"), nil
}

// String shows the queue as tostring does: its name, how many items it has, and of how many. It is for the loop's side.
func (q *Queue) String() string {
	s := fmt.Sprintf("%s: %d", label("queue", q.name), q.size())
	if q.max > 0 {
		s += fmt.Sprintf(" of %d", q.max)
	}
	if q.closed {
		s += ", closed"
	}
	return s
}

// Contents implements interp.Container.
func (q *Queue) Contents(yield func(interp.Value)) {
	for _, r := range []*ring{&q.back, &q.items} {
		for _, it := range r.buf { // empty places count as well
			yield(it.value)
		}
	}
}

func (q *Queue) size() int { return q.back.n + q.items.n }

func (q *Queue) full() bool { return q.max > 0 && q.size()+q.places >= q.max }

// add takes an item in, for which there is a place.
func (q *Queue) add(v interp.Value) {
	q.seq++
	it := item{v, q.seq}
	if q.getters.Len() > 0 && q.hand(it) {
		q.admit() // the place is free again
		return
	}
	q.items.push(it)
}

// hand gives an item to a getter, and reports whether there is one.
func (q *Queue) hand(it item) bool {
	return q.getters.Wake(it) != nil
}

// take takes the first item out; there must be one.
func (q *Queue) take() interp.Value { return q.takeItem().value }

func (q *Queue) takeItem() item {
	from := &q.items
	if q.back.n > 0 {
		from = &q.back
	}
	it := from.pop()
	if q.putters.Len() > 0 {
		q.admit()
	}
	return it
}

// giveBack takes an item in again that was not used: it goes to the next getter, or to its old place.
func (q *Queue) giveBack(it item) {
	if !q.hand(it) {
		q.back.insert(it)
	}
}

// admit hands free places to putters that wait.
func (q *Queue) admit() {
	for q.putters.Len() > 0 && !q.full() {
		q.places++
		it, _ := q.putters.First()
		it.seq = hasPlace
		q.putters.Wake(it)
	}
}

func (q *Queue) close() {
	if !q.closed {
		q.closed = true
		if q.release != nil {
			q.release()
		}
		for q.getters.Wake(item{}) != nil {
		}
		for it, some := q.putters.First(); some; it, some = q.putters.First() {
			q.putters.Wake(it)
		}
	}
}

// getterLeft is told of a getter that was cancelled: the item that it had goes to the next, or back.
func (q *Queue) getterLeft(it item, handed bool) {
	if handed && !it.value.IsNil() { // nil: it was woken by close
		q.giveBack(it)
	}
}

// putterLeft is told of a putter that was cancelled: the place that it had is free.
func (q *Queue) putterLeft(it item, _ bool) {
	if it.seq == hasPlace {
		q.places--
		q.admit()
	}
}

// sync.queue([max]) makes a queue, which holds at most max items; without max as many as are put.
func syncQueue(c *interp.Call) error {
	m, err := newMaker(c, "max")
	if err != nil {
		return err
	}
	limit := 0
	if !m.arg(0).IsNil() {
		if limit, err = m.positive(0); err != nil {
			return err
		}
	}
	return c.Return(newQueue(c.Runtime(), m.identity(), limit))
}

func itemArg(c *interp.Call) (interp.Value, error) {
	v := c.Arg(1)
	if v.IsNil() {
		return v, c.ArgError(1, "value expected, got nil; a get that returns nil means that the queue is closed")
	}
	return v, nil
}

func (q *Queue) errClosed(op string) error {
	return interp.Errorf(interp.KindClosed, "%s: %s is closed", op, the("queue", q.name))
}

// q:put(value) waits while the queue is full. Where it is closed, or is while put waits, an error of kind closed is
// raised. A put that raises has put nothing.
func queuePut(c *interp.Call) error {
	return put(c, interp.Self[*Queue](c))
}

func put(c *interp.Call, q *Queue) error {
	v, err := itemArg(c)
	if err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	switch {
	case q.closed:
		return q.errClosed("put")
	case q.full():
		return q.putters.Wait(c, item{value: v}, q.onAdmitted)
	}
	q.add(v)
	return nil
}

func queuePutQuick(c *interp.QuickCall, self any) bool {
	q, ok := self.(*Queue)
	v := c.Arg(1)
	switch {
	case !ok || q.closed || v.IsNil():
		return false
	case q.full():
		return q.putters.WaitQuick(c, item{value: v}, q.onAdmitted, q.onAdmittedQuick)
	case !c.Checkpoint():
		return false
	}
	q.add(v)
	return true
}

// admitted ends a put that waited.
func (q *Queue) admitted(_ *interp.Call, it item) error {
	if it.seq == hasPlace {
		q.places--
	}
	if q.closed {
		return q.errClosed("put")
	}
	q.add(it.value)
	return nil
}

func (q *Queue) admittedQuick(_ *interp.QuickCall, it item) bool {
	if q.closed || it.seq != hasPlace {
		return false
	}
	q.places--
	q.add(it.value)
	return true
}

// q:get([timeout]) takes the first item out; it waits while there is none. It takes what is left in a closed queue, then returns
// nil; when the time is over nil and "timeout".
func queueGet(c *interp.Call) error {
	limit, err := timeLimit(c, 1)
	if err != nil {
		return err
	}
	return get(c, interp.Self[*Queue](c), limit)
}

// get is q:get with a time limit.
func get(c *interp.Call, q *Queue, limit time.Duration) error {
	if err := c.Checkpoint(); err != nil {
		return err
	}
	switch {
	case q.size() > 0:
		return c.ReturnValues(interp.Values{q.take()})
	case q.closed:
		return c.Return(nil)
	case limit <= 0:
		return q.late(c, item{})
	}
	return q.getters.WaitFor(c, limit, item{}, q.onHanded, q.onLate)
}

func queueGetQuick(c *interp.QuickCall, self any) bool {
	q, ok := self.(*Queue)
	return ok && c.Len() == 0 && q.quickGet(c)
}

// quickGet is get for as long as it takes.
func (q *Queue) quickGet(c *interp.QuickCall) bool {
	switch {
	case q.size() == 0:
		return !q.closed && q.getters.WaitQuick(c, item{}, q.onHanded, q.onHandedQuick)
	case !c.Checkpoint():
		return false
	}
	c.Return(q.take())
	return true
}

// late ends a get whose time is over.
func (q *Queue) late(c *interp.Call, _ item) error { return c.Return(nil, "timeout") }

// handed ends a get that waited.
func (q *Queue) handed(c *interp.Call, it item) error {
	return c.ReturnValues(interp.Values{q.received(it)})
}

func (q *Queue) handedQuick(c *interp.QuickCall, it item) bool {
	if it.value.IsNil() {
		return false
	}
	c.Return(it.value)
	return true
}

// received is the item of a get that was handed it; nil when the queue was closed.
func (q *Queue) received(it item) interp.Value {
	if it.value.IsNil() && q.size() > 0 {
		return q.take() // woken by close, but meanwhile a task that had been handed an item was cancelled
	}
	return it.value
}

// q:try_put(value) puts, unless the queue is full: then it returns false. A closed one is an error of kind closed.
func queueTryPut(c *interp.Call) error {
	q := interp.Self[*Queue](c)
	v, err := itemArg(c)
	if err != nil {
		return err
	}
	if q.closed {
		return q.errClosed("try_put")
	}
	if q.full() {
		return c.Return(false)
	}
	q.add(v)
	return c.Return(true)
}

func queueTryPutQuick(c *interp.QuickCall, self any) bool {
	q, ok := self.(*Queue)
	v := c.Arg(1)
	if !ok || v.IsNil() || q.closed {
		return false
	}
	room := !q.full()
	if room {
		q.add(v)
	}
	c.ReturnBool(room)
	return true
}

// q:try_get() takes the first item out; nil if there is none.
func queueTryGet(c *interp.Call) error {
	q := interp.Self[*Queue](c)
	if q.size() == 0 {
		return c.Return(nil)
	}
	return c.ReturnValues(interp.Values{q.take()})
}

func queueTryGetQuick(c *interp.QuickCall, self any) bool {
	q, ok := self.(*Queue)
	if !ok || q.size() == 0 {
		return false
	}
	c.Return(q.take())
	return true
}

// q:close() ends the putting: those who wait for an item get nil, those who wait to put an error of kind closed. Items that
// are in the queue stay. Closing twice does nothing.
func queueClose(c *interp.Call) error {
	interp.Self[*Queue](c).close()
	return nil
}

// q:closed() reports whether the queue was closed; there may be items left.
func queueClosed(c *interp.Call) error { return c.Return(interp.Self[*Queue](c).closed) }

// q:size() is the number of items in the queue.
func queueSize(c *interp.Call) error { return c.Return(interp.Self[*Queue](c).size()) }

func queueSizeQuick(c *interp.QuickCall, self any) bool {
	q, ok := self.(*Queue)
	if ok {
		c.ReturnNumber(float64(q.size()))
	}
	return ok
}

// q:items() is an iterator that gets until the queue is closed and empty. Any number of tasks may have one.
func queueItems(c *interp.Call) error {
	q := interp.Self[*Queue](c)
	return c.Return(c.NewQuickFunction("items", func(c *interp.Call) error { return get(c, q, interp.Forever) },
		func(c *interp.QuickCall, _ any) bool { return q.quickGet(c) }))
}

// ring is a first-in first-out buffer that gives memory back.
type ring struct {
	buf     []item // its length is a power of two
	head, n int
}

type item struct {
	value interp.Value
	seq   uint64 // in the order in which they were put; of a putter's 0, or hasPlace
}

// hasPlace is the seq of a putter's item that was handed a place.
const hasPlace = math.MaxUint64

const (
	minRing  = 8
	keptRing = 256 // what is no larger is not given back
)

func (r *ring) at(i int) *item { return &r.buf[(r.head+i)&(len(r.buf)-1)] }

func (r *ring) grow() {
	if r.n == len(r.buf) {
		r.resize(max(minRing, 2*r.n))
	}
}

func (r *ring) push(x item) {
	r.grow()
	r.n++
	*r.at(r.n - 1) = x
}

// insert puts an item where its number belongs, near either end as a rule: those who are cancelled together are so in the
// order in which they came, or the other way round.
func (r *ring) insert(x item) {
	if r.n == 0 || r.at(r.n-1).seq < x.seq {
		r.push(x)
		return
	}
	r.grow()
	r.head = (r.head - 1) & (len(r.buf) - 1)
	r.n++
	i := 0
	for ; r.at(i+1).seq < x.seq; i++ {
		*r.at(i) = *r.at(i + 1)
	}
	*r.at(i) = x
}

// pop takes the first item out; there must be one.
func (r *ring) pop() item {
	p := r.at(0)
	x := *p
	*p = item{}
	r.head = (r.head + 1) & (len(r.buf) - 1)
	r.n--
	if len(r.buf) > keptRing && r.n <= len(r.buf)/16 {
		r.resize(len(r.buf) / 4)
	}
	return x
}

func (r *ring) resize(size int) {
	buf := make([]item, size)
	for i := range r.n {
		buf[i] = *r.at(i)
	}
	r.buf, r.head = buf, 0
}
