package sched

import "iter"

// coro is a Go coroutine that runs tasks, one after the other: its goroutine and the stack it has grown are reused.
type coro struct {
	next  func() (struct{}, bool)
	stop  func()
	yield func(struct{}) bool
	task  *Task // nil once its body has returned
}

// maxIdle bounds the coroutines that are kept for reuse: enough for the usual crowd, small beside a peak.
const maxIdle = 1024

func (l *Loop) coroutine() *coro {
	if n := len(l.idle); n > 0 {
		c := l.idle[n-1]
		l.idle[n-1] = nil
		l.idle = l.idle[:n-1]
		return c
	}
	c := &coro{}
	c.next, c.stop = iter.Pull(func(yield func(struct{}) bool) {
		c.yield = yield
		for {
			c.task.body.Run(c.task)
			c.task = nil
			if !yield(struct{}{}) {
				return
			}
		}
	})
	return c
}

func (l *Loop) recycle(c *coro) {
	if len(l.idle) < maxIdle {
		l.idle = append(l.idle, c)
	} else {
		c.stop()
	}
}
