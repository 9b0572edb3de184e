package parallel

import (
	"container/list"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/lull-lua/lull/interp"
)

// channel is a queue that lives in several isolates: what parallel.channel makes.
//
// A getter that waits is handed its item, a putter a place: it puts when it runs, so that a put which was cancelled has put nothing. An item,
// or a place, that was handed to one that is cancelled before it has run goes to the next, or back to where it was.
//
// Invariants, with the lock: where getters wait that were handed nothing, there is no item; places, those that were handed out, and items are
// no more than max and the getters that wait together, but for items that came back.
type channel struct {
	max  int
	name string
	made interp.Site

	mu               sync.Mutex
	items            list.List // of entry, by seq
	seq              uint64    // of the latest item
	places           int       // handed to putters that have not run yet
	getters, putters list.List // of *waiting, that were handed nothing
	closed           bool
}

type entry struct {
	p   *interp.Packed
	seq uint64
}

// waiting is a task's place in one of the lists.
type waiting struct {
	ch     *channel
	waker  interp.Waker
	at     *list.Element // in which list; nil: it was handed something, or has left
	getter bool
	entry  entry // that a getter was handed, or a putter brings
	place  bool  // that a putter was handed
}

var channelType = interp.Type{
	Name:       "channel",
	Of:         (*channel)(nil),
	Concurrent: true,
	String:     func(v any) string { return v.(*channel).String() },
	Equal:      func(a, b any) bool { return a == b },
	Methods: []interp.Def{
		{Name: "put", Fn: channelPut},
		{Name: "get", Fn: channelGet},
		{Name: "try_put", Fn: channelTryPut},
		{Name: "try_get", Fn: channelTryGet},
		{Name: "close", Fn: channelClose},
		{Name: "closed", Fn: channelClosed},
		{Name: "size", Fn: channelSize},
		{Name: "items", Fn: channelItems},
	},
}

// parallel.channel([max = 0]) makes a channel. With a max of 0 a put waits for the getter.
func parallelChannel(c *interp.Call) error {
	limit, name := 0.0, ""
	if _, ok := c.Arg(1).Table(); ok {
		if err := c.Options(1, map[string]any{"max": &limit, "name": &name}); err != nil {
			return err
		}
	} else if !c.Arg(1).IsNil() {
		n, err := c.Number(1)
		if err != nil {
			return err
		}
		limit = n
	}
	if !(limit >= 0) || limit != math.Trunc(limit) || limit > math.MaxInt32 {
		return c.ArgError(1, "max: a whole number from 0 on expected, got "+interp.Number(limit).String())
	}
	if len(name) > 200 {
		return c.ArgError(1, fmt.Sprintf("name: at most 200 bytes expected, got %d", len(name)))
	}
	return c.Return(&channel{max: int(limit), name: name, made: c.Site()})
}

// String shows the channel as tostring does.
func (ch *channel) String() string {
	s := "channel"
	if ch.name != "" {
		s += " '" + ch.name + "'"
	}
	ch.mu.Lock()
	defer ch.mu.Unlock()
	s += fmt.Sprintf(": %d of %d", ch.items.Len(), ch.max)
	if ch.closed {
		s += ", closed"
	}
	return s
}

// MemorySize implements interp.Sized.
func (ch *channel) MemorySize() int {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	n := 200
	for at := ch.items.Front(); at != nil; at = at.Next() {
		p := at.Value.(entry).p
		n += 150 + p.Size() + p.TextSize()
	}
	return n
}

// WaitedFor says what a task waits for.
func (w *waiting) WaitedFor() (interp.WaitObject, *interp.Task) {
	return interp.WaitObject{Kind: "channel", Name: w.ch.name, Made: w.ch.made}, nil
}

// Abort implements interp.Aborter: the lock says what was handed over, whatever has come to the task's own runtime.
func (w *waiting) Abort(interp.Waker, any, bool) {
	ch := w.ch
	ch.mu.Lock()
	defer ch.mu.Unlock()
	switch {
	case w.at != nil && w.getter:
		ch.getters.Remove(w.at)
	case w.at != nil:
		ch.putters.Remove(w.at)
	case w.getter && w.entry.p != nil:
		ch.giveBack(w.entry)
	case w.place:
		w.place = false
		ch.places--
		ch.admit()
	}
	w.at = nil
}

// full reports whether a put has to wait.
func (ch *channel) full() bool { return ch.items.Len()+ch.places >= ch.max+ch.getters.Len() }

// add takes an item in, for which there is a place.
func (ch *channel) add(p *interp.Packed) {
	ch.seq++
	if e := (entry{p, ch.seq}); !ch.hand(e) {
		ch.items.PushBack(e)
	}
}

// hand gives an item to a getter, and reports whether there is one.
func (ch *channel) hand(e entry) bool {
	w := ch.wake(&ch.getters)
	if w == nil {
		return false
	}
	w.entry = e
	w.waker.Post(w)
	return true
}

// wake takes the first out of a list; its waker is to be used then.
func (ch *channel) wake(l *list.List) *waiting {
	at := l.Front()
	if at == nil {
		return nil
	}
	w := l.Remove(at).(*waiting)
	w.at = nil
	return w
}

// giveBack takes an item in again that was not used: it goes to the next getter, or to its old place.
func (ch *channel) giveBack(e entry) {
	if ch.hand(e) {
		return
	}
	at := ch.items.Front()
	for at != nil && at.Value.(entry).seq < e.seq {
		at = at.Next()
	}
	if at == nil {
		ch.items.PushBack(e)
	} else {
		ch.items.InsertBefore(e, at)
	}
}

// admit hands free places to putters that wait.
func (ch *channel) admit() {
	for ch.putters.Len() > 0 && !ch.full() {
		w := ch.wake(&ch.putters)
		ch.places++
		w.place = true
		w.waker.Post(w)
	}
}

// take takes the first item out; there must be one.
func (ch *channel) take() entry {
	e := ch.items.Remove(ch.items.Front()).(entry)
	ch.admit()
	return e
}

// item packs the first argument.
func item(c *interp.Call) (*interp.Packed, error) {
	if c.Arg(1).IsNil() {
		return nil, c.ArgError(1, "value expected, got nil; a get that returns nil means that the channel is closed")
	}
	p, err := c.Pack(c.Arg(1))
	if err != nil {
		return nil, c.ArgError(1, err.Error())
	}
	return p, nil
}

func (ch *channel) errClosed(op string) error {
	what := "the channel"
	if ch.name != "" {
		what = "channel '" + ch.name + "'"
	}
	return interp.Errorf(interp.KindClosed, "%s: %s is closed", op, what)
}

// ch:put(value) waits while the channel is full, with a max of 0 until somebody gets. A put that raises has put nothing.
func channelPut(c *interp.Call) error {
	ch := interp.Self[*channel](c)
	p, err := item(c)
	if err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	ch.mu.Lock()
	switch {
	case ch.closed:
		ch.mu.Unlock()
		return ch.errClosed("put")
	case ch.putters.Len() == 0 && !ch.full():
		ch.add(p)
		ch.mu.Unlock()
		return nil
	}
	w := &waiting{ch: ch, waker: c.Waker(), entry: entry{p: p}}
	w.at = ch.putters.PushBack(w)
	ch.mu.Unlock()
	return c.ParkReturn(w, admitted)
}

// admitted ends a put that waited.
func admitted(c *interp.Call, v any) error {
	w := v.(*waiting)
	ch := w.ch
	ch.mu.Lock()
	if w.place {
		w.place = false
		ch.places--
	}
	switch {
	case ch.closed:
		ch.mu.Unlock()
		return ch.errClosed("put")
	case ch.full(): // the getter that it was for has left
		w.waker = c.Waker()
		w.at = ch.putters.PushFront(w)
		ch.mu.Unlock()
		return c.ParkReturn(w, admitted)
	}
	ch.add(w.entry.p)
	ch.mu.Unlock()
	return nil
}

// ch:get([timeout]) takes the first item out; nil from a closed channel that is empty, nil and "timeout" when the time is over.
func channelGet(c *interp.Call) error {
	limit := interp.Forever
	if !c.Arg(1).IsNil() {
		d, err := c.Seconds(1)
		if err != nil {
			return err
		}
		limit = d
	}
	return get(c, interp.Self[*channel](c), limit)
}

// get is ch:get with a time limit.
func get(c *interp.Call, ch *channel, limit time.Duration) error {
	if err := c.Checkpoint(); err != nil {
		return err
	}
	ch.mu.Lock()
	switch {
	case ch.items.Len() > 0:
		e := ch.take()
		ch.mu.Unlock()
		return ch.give(c, e)
	case ch.closed:
		ch.mu.Unlock()
		return c.Return(nil)
	case limit <= 0:
		ch.mu.Unlock()
		return c.Return(nil, "timeout")
	}
	w := &waiting{ch: ch, getter: true}
	begin := func(c *interp.Call) {
		w.waker = c.Waker()
		w.at = ch.getters.PushBack(w)
		ch.admit()
		ch.mu.Unlock()
	}
	if limit == interp.Forever {
		begin(c)
		return c.ParkReturn(w, handed)
	}
	ch.mu.Unlock()
	var v any
	s := interp.Scope{Timeout: limit}
	err := c.Scope(&s, func() (err error) {
		ch.mu.Lock()
		if ch.items.Len() > 0 || ch.closed {
			if ch.items.Len() > 0 {
				w.entry = ch.take()
			}
			ch.mu.Unlock()
			v = w
			return nil
		}
		begin(c)
		v, err = c.Park(w)
		return err
	})
	switch {
	case err != nil:
		return err
	case s.Ended():
		return c.Return(nil, "timeout")
	}
	return handed(c, v)
}

// handed ends a get that waited.
func handed(c *interp.Call, v any) error {
	w := v.(*waiting)
	ch := w.ch
	ch.mu.Lock()
	if w.entry.p == nil && ch.items.Len() > 0 { // woken by close, but meanwhile one that had been handed an item was cancelled
		w.entry = ch.take()
	}
	ch.mu.Unlock()
	if w.entry.p == nil {
		return c.Return(nil)
	}
	return ch.give(c, w.entry)
}

// give returns an item, which goes back where it cannot be unpacked.
func (ch *channel) give(c *interp.Call, e entry) error {
	vals, err := c.Unpack(e.p)
	if err != nil {
		ch.mu.Lock()
		ch.giveBack(e)
		ch.mu.Unlock()
		return err
	}
	return c.ReturnValues(vals)
}

// ch:try_put(value) puts, unless that would wait: then it returns false.
func channelTryPut(c *interp.Call) error {
	ch := interp.Self[*channel](c)
	p, err := item(c)
	if err != nil {
		return err
	}
	ch.mu.Lock()
	defer ch.mu.Unlock()
	if ch.closed {
		return ch.errClosed("try_put")
	}
	if ch.putters.Len() > 0 || ch.full() {
		return c.Return(false)
	}
	ch.add(p)
	return c.Return(true)
}

// ch:try_get() takes the first item out; nil if there is none.
func channelTryGet(c *interp.Call) error {
	ch := interp.Self[*channel](c)
	ch.mu.Lock()
	if ch.items.Len() == 0 {
		ch.mu.Unlock()
		return c.Return(nil)
	}
	e := ch.take()
	ch.mu.Unlock()
	return ch.give(c, e)
}

// ch:close() ends the putting: those who wait for an item get nil, those who wait to put an error of kind closed.
func channelClose(c *interp.Call) error {
	ch := interp.Self[*channel](c)
	ch.mu.Lock()
	defer ch.mu.Unlock()
	if ch.closed {
		return nil
	}
	ch.closed = true
	for _, l := range []*list.List{&ch.getters, &ch.putters} {
		for w := ch.wake(l); w != nil; w = ch.wake(l) {
			w.waker.Post(w)
		}
	}
	return nil
}

// ch:closed() reports whether the channel was closed; there may be items left.
func channelClosed(c *interp.Call) error {
	ch := interp.Self[*channel](c)
	ch.mu.Lock()
	defer ch.mu.Unlock()
	return c.Return(ch.closed)
}

// ch:size() is the number of items in the channel.
func channelSize(c *interp.Call) error {
	ch := interp.Self[*channel](c)
	ch.mu.Lock()
	defer ch.mu.Unlock()
	return c.Return(ch.items.Len())
}

// ch:items() is an iterator that gets until the channel is closed and empty.
func channelItems(c *interp.Call) error {
	ch := interp.Self[*channel](c)
	return c.Return(c.NewFunction("items", func(c *interp.Call) error { return get(c, ch, interp.Forever) }))
}
