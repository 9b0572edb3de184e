package sched

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// tick is how often a loop that is not idle is looked at.
const tick = 10 * time.Millisecond

// watchdog pokes the running task every tick while the loop is not idle. It counts ticks, not time: a machine that was
// stopped or throttled stops it as well, so no task is interrupted for that. It keeps no goroutine of its own.
type watchdog struct {
	poke  func()
	idle  atomic.Bool // the loop waits
	armed atomic.Bool
	ticks atomic.Uint32 // how often it has looked

	breathed, turned time.Time // when breathe last let other goroutines, and the page, have the thread; for the loop's side

	mu      sync.Mutex
	timer   *time.Timer
	stopped bool
}

// busy is called when the loop goes on after it was idle.
func (d *watchdog) busy() {
	d.idle.Store(false)
	if d.poke == nil || d.armed.Load() {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stopped {
		return
	}
	d.armed.Store(true)
	if d.timer == nil {
		d.timer = time.AfterFunc(tick, d.look)
	} else {
		d.timer.Reset(tick)
	}
}

func (d *watchdog) look() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stopped {
		return
	}
	if d.idle.Load() {
		d.armed.Store(false)
		if d.idle.Load() {
			return // the loop arms it again when it goes on
		}
		d.armed.Store(true) // it went on in between and saw it armed
	}
	d.ticks.Add(1)
	d.poke()
	d.timer.Reset(tick)
}

// oneThread says that all goroutines have one thread, and that nothing takes it from one that computes: WebAssembly. The watchdog's timer,
// work off the loop and, in a browser, what the page sends wait there until the loop lets them have their turn.
const oneThread = runtime.GOARCH == "wasm"

// pageTurn is how often a loop that is never idle lets a page have the thread: a browser makes the loop wait 4 ms each time.
const pageTurn = 5 * tick

// Breathe lets the others that share the loop's only thread run, every tick; where there are more threads it does nothing. The loop
// breathes between its turns, and a task that computes does as it goes on.
func (l *Loop) Breathe() {
	if oneThread {
		l.dog.breathe(time.Now())
	}
}

func (d *watchdog) breathe(now time.Time) {
	switch {
	case runtime.GOOS == "js" && now.Sub(d.turned) >= pageTurn:
		if !d.turned.IsZero() { // else it has just begun
			time.Sleep(time.Nanosecond) // the page has a turn when all goroutines sleep
			now = time.Now()
		}
		d.turned = now
	case now.Sub(d.breathed) >= tick:
		runtime.Gosched()
	default:
		return
	}
	d.breathed = now
}

func (d *watchdog) stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stopped = true
	if d.timer != nil {
		d.timer.Stop()
	}
}
