package sched

import (
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

func (d *watchdog) stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stopped = true
	if d.timer != nil {
		d.timer.Stop()
	}
}
