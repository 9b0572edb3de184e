package sched

import (
	"errors"
	"io"
	"testing"
	"time"
)

// within runs body in a scope with a deadline after d.
func within(t *Task, d time.Duration, reason string, body func() error) (timedOut bool, err error) {
	var s Scope
	t.EnterFor(&s, d, &Cancelled{Reason: reason, Interrupts: true})
	err = body()
	if t.Exit(&s, err) {
		return true, nil
	}
	return false, err
}

// behind runs body behind a shield.
func behind(t *Task, grace time.Duration, body func() error) error {
	var s Scope
	t.EnterShield(&s, &Shield{Grace: grace})
	err := body()
	if t.Exit(&s, err) {
		return nil
	}
	return err
}

func TestCancelInEveryState(t *testing.T) {
	reason := func(t *testing.T, err error) {
		t.Helper()
		if why(err) != "x" || !errors.Is(err, ErrCancelled) {
			t.Errorf("raised %v", err)
		}
	}
	t.Run("not started", func(t *testing.T) {
		play(t, func(main *Task) {
			l, ended := main.Loop(), 0
			c := &Task{}
			l.Start(c, fn{run: func(*Task) { t.Error("it ran") }, ended: func(*Task) { ended++ }})
			if c.State() != "new" || !c.Cancel(cancelled("x")) || c.Ended() {
				t.Error("it should end in its turn")
			}
			main.Join(c)
			if c.Started() || !c.Ended() || ended != 1 || c.CancelledBy().Reason != "x" {
				t.Errorf("started %v, ended %v %d times", c.Started(), c.Ended(), ended)
			}
		})
	})
	t.Run("ready, having given way", func(t *testing.T) {
		play(t, func(main *Task) {
			c := spawn(main.Loop(), func(c *Task) { reason(t, c.Sleep(0)) })
			main.Sleep(0)
			if c.State() != "ready" {
				t.Errorf("it is %s", c.State())
			}
			c.Cancel(cancelled("x"))
		})
	})
	t.Run("ready, having been woken", func(t *testing.T) {
		play(t, func(main *Task) {
			var a aborted
			c := spawn(main.Loop(), func(c *Task) {
				v, err := c.Park(&a)
				reason(t, err)
				if v != nil {
					t.Errorf("it got %v, which was handed back", v)
				}
			})
			main.Sleep(0)
			c.Waker().Wake("item")
			c.Cancel(cancelled("x"))
			if a.calls != 1 || !a.woken || a.v != "item" {
				t.Errorf("told: %+v", a)
			}
		})
	})
	t.Run("parked", func(t *testing.T) {
		play(t, func(main *Task) {
			var a aborted
			var w Waker
			c := spawn(main.Loop(), func(c *Task) {
				w = c.Waker()
				_, err := c.Park(&a)
				reason(t, err)
			})
			main.Sleep(0)
			c.Cancel(cancelled("x"))
			c.Cancel(cancelled("y")) // the first stays
			if a.calls != 1 || a.woken || a.w != w || w.Wake("item") {
				t.Errorf("told: %+v", a)
			}
		})
	})
	t.Run("asleep", func(t *testing.T) {
		play(t, func(main *Task) {
			c := spawn(main.Loop(), func(c *Task) {
				reason(t, c.Sleep(9*second))
				if c.Loop().Now() != second {
					t.Errorf("at %v", c.Loop().Now())
				}
			})
			main.Sleep(second)
			c.Cancel(cancelled("x"))
			main.Join(c)
			if n := main.Loop().Stats().Timers; n != 0 {
				t.Errorf("%d timers are left", n)
			}
		})
	})
	t.Run("running", func(t *testing.T) {
		play(t, func(main *Task) {
			main.Cancel(cancelled("x"))
			reason(t, main.Checkpoint())
		})
	})
	t.Run("unwinding", func(t *testing.T) {
		play(t, func(main *Task) {
			c := spawn(main.Loop(), func(c *Task) {
				reason(t, c.Sleep(Forever))
				c.ParkFirm()
				reason(t, c.Sleep(0)) // by the first, still
			})
			main.Sleep(0)
			c.Cancel(cancelled("x"))
			main.Sleep(0)
			c.Cancel(cancelled("y"))
			c.Waker().Wake(nil)
		})
	})
	t.Run("ended", func(t *testing.T) {
		play(t, func(main *Task) {
			c := spawn(main.Loop(), func(*Task) {})
			main.Join(c)
			if c.Cancel(cancelled("x")) || c.CancelledBy() != nil {
				t.Error("a task that has ended was cancelled")
			}
		})
	})
}

// aborted notes what an Aborter is told.
type aborted struct {
	calls int
	w     Waker
	v     any
	woken bool
}

func (a *aborted) Abort(w Waker, v any, woken bool) {
	*a = aborted{a.calls + 1, w, v, woken}
}

func TestEveryCheckpointRaisesAgain(t *testing.T) {
	play(t, func(main *Task) {
		main.Cancel(&Cancelled{Reason: "x", Cause: io.EOF})
		ended := spawn(main.Loop(), func(*Task) {})
		var list WaitList
		for name, wait := range map[string]func() error{
			"Checkpoint":      main.Checkpoint,
			"Sleep":           func() error { return main.Sleep(second) },
			"Sleep(0)":        func() error { return main.Sleep(0) },
			"SleepUntil":      func() error { return main.SleepUntil(second) },
			"SleepUntil past": func() error { return main.SleepUntil(0) },
			"Join":            func() error { return main.Join(ended) },
			"WaitList":        func() error { return list.Wait(main) },
			"Park": func() error {
				var a aborted
				main.Waker().Wake("item")
				_, err := main.Park(&a)
				if a.calls != 1 || !a.woken || a.v != "item" {
					t.Errorf("told: %+v", a)
				}
				return err
			},
		} {
			for range 2 {
				if err := wait(); why(err) != "x" || !errors.Is(err, io.EOF) {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		if main.Pending() != main.CancelledBy() {
			t.Errorf("pending: %v", main.Pending())
		}
	})
}

func TestDeadline(t *testing.T) {
	play(t, func(main *Task) {
		l := main.Loop()
		out, err := within(main, second, "late", func() error {
			err := main.Sleep(2 * second)
			if again := main.Checkpoint(); why(err) != "late" || again != err {
				t.Errorf("raised %v, then %v", err, again)
			}
			return err
		})
		if !out || err != nil || l.Now() != second || main.Checkpoint() != nil {
			t.Errorf("timed out: %v, %v at %v", out, err, l.Now())
		}
		// In time: the timer goes with the scope.
		if out, err := within(main, second, "late", func() error { return main.Sleep(second / 2) }); out || err != nil || l.Stats().Timers != 0 {
			t.Errorf("timed out: %v, %v, %d timers", out, err, l.Stats().Timers)
		}
		// A result that is there when the deadline is looked at is returned.
		if out, err := within(main, second, "late", func() error { main.ParkUntil(l.Now() + 2*second); return nil }); out || err != nil || main.Checkpoint() != nil {
			t.Errorf("a result in spite of the deadline: %v, %v", out, err)
		}
		// An error is not taken for the cancellation.
		if out, err := within(main, second, "late", func() error { main.Sleep(2 * second); return io.EOF }); out || err != io.EOF {
			t.Errorf("an error in spite of the deadline: %v, %v", out, err)
		}
	})
}

// ParkUntil is a firm wait for a loop time.
func (t *Task) ParkUntil(when time.Duration) {
	w := t.Waker()
	t.loop.AfterFunc(when-t.loop.Now(), func() { w.Wake(nil) })
	t.ParkFirm()
}

func TestOfNestedDeadlinesTheOuterDecides(t *testing.T) {
	for _, tt := range []struct {
		name         string
		outer, inner time.Duration
		firm         time.Duration // the body looks only then
		by           string
		at           time.Duration
	}{
		{"inner first", 3 * second, 2 * second, 0, "inner", 2 * second},
		{"outer first", 2 * second, 3 * second, 0, "outer", 2 * second},
		{"the same instant", 2 * second, 2 * second, 0, "outer", 2 * second},
		{"both have passed", 3 * second, 2 * second, 4 * second, "outer", 4 * second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			play(t, func(main *Task) {
				var outer, inner bool
				outer, err := within(main, tt.outer, "outer", func() (err error) {
					inner, err = within(main, tt.inner, "inner", func() error {
						if tt.firm > 0 {
							main.ParkUntil(tt.firm)
						}
						return main.Sleep(Forever)
					})
					return err
				})
				if err != nil || outer != (tt.by == "outer") || inner != (tt.by == "inner") || main.Loop().Now() != tt.at {
					t.Errorf("outer %v, inner %v, %v at %v", outer, inner, err, main.Loop().Now())
				}
			})
		})
	}
}

func TestOuterDeadlineWhileTheInnerUnwinds(t *testing.T) {
	play(t, func(main *Task) {
		outer, err := within(main, 3*second, "outer", func() error {
			inner, err := within(main, 2*second, "inner", func() error {
				err := main.Sleep(Forever)
				main.ParkUntil(4 * second) // a cleanup that takes its time
				return err
			})
			if inner || why(err) != "inner" {
				t.Errorf("inner %v, %v", inner, err)
			}
			return err
		})
		if !outer || err != nil {
			t.Errorf("outer %v, %v", outer, err)
		}
	})
}

func TestFinalEndsNoScope(t *testing.T) {
	play(t, func(main *Task) {
		var s Scope
		main.Enter(&s)
		s.Cancel(cancelled("scope"))
		if main.Exit(&s, &Cancelled{Reason: "exit", Final: true}) {
			t.Error("a scope ended it")
		}
	})
}

func TestCancelBeforeAndAfterAScope(t *testing.T) {
	play(t, func(main *Task) {
		var s Scope
		s.Cancel(cancelled("before"))
		main.Enter(&s)
		if s.Cancel(cancelled("again")) || s.By().Reason != "before" || !s.Entered() {
			t.Errorf("cancelled by %v", s.By())
		}
		if err := main.Checkpoint(); why(err) != "before" {
			t.Errorf("raised %v", err)
		} else if !main.Exit(&s, err) {
			t.Error("its own cancellation went through")
		}
		s = Scope{}
		main.Enter(&s)
		main.Exit(&s, nil)
		s.Cancel(cancelled("after"))
		if err := main.Checkpoint(); err != nil {
			t.Error(err)
		}
	})
}

func TestShield(t *testing.T) {
	const start = second
	for _, tt := range []struct {
		name  string
		grace time.Duration
		enter time.Duration // into the shield; the task is cancelled at one second
		at    time.Duration // when what is inside is cancelled
		want  string
	}{
		{"grace counts from the cancellation", 3 * second, 0, 4 * second, "x"},
		{"or from the start, where that is later", 3 * second, 2 * second, 5 * second, "x"},
		{"no grace", 0, 0, second, "x"},
		{"for ever", Forever, 0, 100 * second, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			play(t, func(main *Task) {
				c := spawn(main.Loop(), func(c *Task) {
					c.ParkUntil(tt.enter)
					err := behind(c, tt.grace, func() error {
						err := c.SleepUntil(100 * second)
						if why(err) != tt.want || c.Loop().Now() != tt.at {
							t.Errorf("inside: %v at %v", err, c.Loop().Now())
						}
						if tt.want != "" && c.force == gentle {
							t.Error("the end of the grace does not interrupt")
						}
						return err
					})
					if why(err) != tt.want {
						t.Errorf("outside: %v", err)
					}
					if err := c.Checkpoint(); why(err) != "x" {
						t.Errorf("the cancellation does not go on: %v", err)
					}
				})
				main.SleepUntil(start)
				c.Cancel(cancelled("x"))
			})
		})
	}
}

func TestShieldedTaskIsNotDisturbed(t *testing.T) {
	play(t, func(main *Task) {
		if err := behind(main, second, func() error {
			main.Cancel(cancelled("x"))
			if main.Pending() != nil {
				t.Error("a cancellation is pending behind the shield")
			}
			// A deadline inside is the cleanup's own.
			if out, err := within(main, second/2, "late", func() error { return main.Sleep(Forever) }); !out || err != nil {
				t.Errorf("timed out: %v, %v", out, err)
			}
			return main.Sleep(second / 4)
		}); err != nil {
			t.Error(err)
		}
		if main.Loop().Stats().Timers != 0 {
			t.Error("the grace's timer is left")
		}
	})
}

func TestShieldInsideScopeInsideShield(t *testing.T) {
	type mark struct {
		at  time.Duration
		err string
	}
	for _, tt := range []struct {
		name         string
		outer, inner time.Duration // graces
		task, scope  time.Duration // when they are cancelled; Forever: never
		innermost    mark          // behind the inner shield
		middle       mark          // in the scope
		out          mark          // behind the outer shield
	}{
		{"the task is cancelled: the inner shield ends with the outer", 3 * second, 100 * second, second, Forever,
			mark{4 * second, "task"}, mark{4 * second, "task"}, mark{4 * second, "task"}},
		{"the scope is cancelled: the inner shield has its own grace", 3 * second, 5 * second, Forever, second,
			mark{6 * second, "scope"}, mark{6 * second, "scope"}, mark{90 * second, ""}},
		{"both: the outer grace ends the inner one", 3 * second, 50 * second, 2 * second, second,
			mark{5 * second, "task"}, mark{5 * second, "task"}, mark{5 * second, "task"}},
		{"both: the inner grace ends first", 10 * second, 2 * second, 2 * second, second,
			mark{3 * second, "scope"}, mark{3 * second, "scope"}, mark{12 * second, "task"}},
		{"the inner one waits for ever, the outer does not", 3 * second, Forever, second, Forever,
			mark{4 * second, "task"}, mark{4 * second, "task"}, mark{4 * second, "task"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			play(t, func(main *Task) {
				l := main.Loop()
				var scope Scope
				check := func(where string, want mark, err error) {
					if why(err) != want.err || l.Now() != want.at {
						t.Errorf("%s: %v at %v, want %v", where, err, l.Now(), want)
					}
				}
				c := spawn(l, func(c *Task) {
					behind(c, tt.outer, func() error {
						c.Enter(&scope)
						err := behind(c, tt.inner, func() error {
							err := c.SleepUntil(80 * second)
							check("innermost", tt.innermost, err)
							return err
						})
						if again := c.Checkpoint(); again != nil {
							err = again
						}
						check("middle", tt.middle, err)
						c.Exit(&scope, err)
						err = c.SleepUntil(90 * second)
						check("outer", tt.out, err)
						return err
					})
				})
				if tt.scope != Forever {
					l.AfterFunc(tt.scope, func() { scope.Cancel(cancelled("scope")) })
				}
				if tt.task != Forever {
					l.AfterFunc(tt.task, func() { c.Cancel(cancelled("task")) })
				}
			})
		})
	}
}

// A shield that was cancelled by itself before its grace ended takes the shields inside along at that end all the same.
func TestGraceOfACancelledShield(t *testing.T) {
	play(t, func(main *Task) {
		l := main.Loop()
		var outer Scope
		main.EnterShield(&outer, &Shield{Grace: 3 * second})
		main.Cancel(cancelled("task"))
		outer.Cancel(cancelled("itself"))
		err := behind(main, 50*second, func() error { return main.Sleep(Forever) })
		if why(err) != "itself" || l.Now() != 3*second {
			t.Errorf("%v at %v", err, l.Now())
		}
		main.Exit(&outer, err)
	})
}

func TestJoinBehindAShield(t *testing.T) {
	play(t, func(main *Task) {
		c := spawn(main.Loop(), func(c *Task) {
			if err := behind(c, 5*second, func() error { return c.Sleep(2 * second) }); err != nil {
				t.Error(err)
			}
		})
		main.Sleep(0)
		c.Cancel(cancelled("x"))
		if main.Join(c); main.Loop().Now() != 2*second {
			t.Errorf("at %v", main.Loop().Now())
		}
	})
}

// compute runs ticks of the watchdog in a turn that waits for nothing, and returns the tick at which it was to stop.
func compute(l *Loop, ticks int, before func(tick int)) int {
	for i := range ticks {
		before(i)
		if l.Poll() != nil {
			return i
		}
	}
	return -1
}

func TestComputingIsInterruptedAfter50ms(t *testing.T) {
	urgent := &Cancelled{Reason: "urgent", Interrupts: true}
	for _, tt := range []struct {
		name string
		body func(main *Task) int
		want int
	}{
		{"a deadline", func(main *Task) (at int) {
			within(main, 0, "late", func() error { at = compute(main.Loop(), 20, func(int) {}); return nil })
			return at
		}, 5},
		{"counted from its passing", func(main *Task) int {
			return compute(main.Loop(), 20, func(i int) {
				if i == 7 {
					main.Loop().Post(func() { main.Cancel(urgent) })
				}
			})
		}, 12},
		{"an ordinary cancellation does not", func(main *Task) int {
			main.Cancel(cancelled("x"))
			return compute(main.Loop(), 20, func(int) {})
		}, -1},
		{"a deadline inside an ordinary cancellation", func(main *Task) (at int) {
			within(main, 0, "late", func() error {
				main.Cancel(cancelled("x"))
				at = compute(main.Loop(), 20, func(int) {})
				return nil
			})
			return at
		}, 5},
		{"nothing behind a shield", func(main *Task) (at int) {
			main.Cancel(urgent)
			behind(main, second, func() error { at = compute(main.Loop(), 20, func(int) {}); return nil })
			return at
		}, -1},
		{"the end of the grace", func(main *Task) (at int) {
			main.Cancel(cancelled("x"))
			behind(main, 0, func() error { at = compute(main.Loop(), 20, func(int) {}); return nil })
			return at
		}, 5},
		{"each has its own time", func(main *Task) (at int) {
			within(main, 0, "late", func() error { return make50(compute(main.Loop(), 4, func(int) {})) })
			within(main, 0, "late", func() error { at = compute(main.Loop(), 20, func(int) {}); return nil })
			return at
		}, 5},
		{"a wait begins it anew", func(main *Task) (at int) {
			within(main, 0, "late", func() error {
				compute(main.Loop(), 4, func(int) {})
				main.ParkUntil(second)
				at = compute(main.Loop(), 20, func(int) {})
				return nil
			})
			return at
		}, 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			play(t, func(main *Task) {
				if got := tt.body(main); got != tt.want {
					t.Errorf("interrupted at tick %d, want %d", got, tt.want)
				}
			})
		})
	}
	New(Config{}).Poll() // between turns: nothing to interrupt
}

func make50(at int) error {
	if at != -1 {
		return io.ErrUnexpectedEOF
	}
	return nil
}

func TestDetachAndAttach(t *testing.T) {
	for _, tt := range []struct {
		name   string
		cancel func(task *Task, s *Scope) // while it is detached
		want   string                     // raised once it is attached, in the scope; behind the shield inside nothing is
	}{
		{"nothing", func(*Task, *Scope) {}, ""},
		{"the scope", func(_ *Task, s *Scope) { s.Cancel(cancelled("scope")) }, "scope"},
		{"the task that it comes to", func(c *Task, _ *Scope) { c.Cancel(cancelled("task")) }, "task"},
		{"both", func(c *Task, s *Scope) { s.Cancel(cancelled("scope")); c.Cancel(cancelled("task")) }, "task"},
		{"its deadline", func(c *Task, _ *Scope) { c.ParkUntil(10 * second) }, "late"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			play(t, func(main *Task) {
				l := main.Loop()
				var s, shield Scope
				base := main.Scope()
				main.EnterFor(&s, 10*second, cancelled("late"))
				main.EnterShield(&shield, &Shield{Grace: second})
				inner := main.Detach(base)
				if inner != &shield || main.Scope() != base || s.Entered() || main.Detach(base) != nil {
					t.Error("the scopes are still there")
				}
				main.Cancel(cancelled("the old task"))
				c := spawn(l, func(c *Task) {
					tt.cancel(c, &s)
					base := c.Scope()
					c.Attach(inner)
					start := l.Now()
					err := c.SleepUntil(start + 3*second)
					if why(err) != tt.want || tt.want != "" && l.Now() != start+second {
						t.Errorf("behind the shield: %v at %v", err, l.Now())
					}
					c.Exit(&shield, err)
					if err = c.Checkpoint(); why(err) != tt.want {
						t.Errorf("in the scope: %v", err)
					}
					if own := c.Exit(&s, err); own != (tt.want == "scope" || tt.want == "late") {
						t.Errorf("its own: %v", own)
					}
					if c.Scope() != base {
						t.Error("not back at the base")
					}
				})
				_ = c
			})
		})
	}
}

func TestAttachReachesANursery(t *testing.T) {
	var tr trace
	play(t, func(main *Task) {
		l := main.Loop()
		tr.l = l
		var n Nursery
		base := main.Scope()
		n.Open(main, nil)
		n.Own(spawn(l, func(c *Task) { tr.add("member: %s", why(c.Sleep(Forever))) }))
		inner := main.Detach(base)
		spawn(l, func(c *Task) {
			c.Sleep(second)
			c.Cancel(cancelled("x"))
			c.Attach(inner)
			n.JoinIn(c)
			tr.add("joined")
			c.Exit(n.Scope(), c.Checkpoint())
		})
	})
	tr.check(t, "1: member: x", "1: joined")
}

func TestDiscard(t *testing.T) {
	play(t, func(main *Task) {
		l := main.Loop()
		var a, b Scope
		base := main.Scope()
		main.EnterFor(&a, 10*second, cancelled("late"))
		main.EnterFor(&b, 20*second, cancelled("late"))
		l.Discard(main.Detach(base))
		if n := l.Stats().Timers; n != 0 {
			t.Errorf("%d timers are left", n)
		}
	})
}

func TestAttachAShieldToACancelledTask(t *testing.T) {
	play(t, func(main *Task) {
		var shield Scope
		base := main.Scope()
		main.EnterShield(&shield, &Shield{Grace: second})
		inner := main.Detach(base)
		main.Cancel(cancelled("x"))
		main.Attach(inner)
		if err := main.Sleep(Forever); why(err) != "x" || main.Loop().Now() != second {
			t.Errorf("%v at %v", err, main.Loop().Now())
		}
		main.Exit(&shield, nil)
	})
}

// The outermost scope, which is made late, is outside whatever the task has opened by then.
func TestRootIsMadeLate(t *testing.T) {
	for _, open := range []int{0, 1, 3} {
		play(t, func(main *Task) {
			scopes := make([]Scope, open)
			for i := range scopes {
				main.Enter(&scopes[i])
			}
			if main.CancelledBy() != nil || main.Pending() != nil {
				t.Error("it is cancelled")
			}
			by := cancelled("late")
			main.Cancel(by)
			if main.Pending() != by || main.CancelledBy() != by || main.Cancel(cancelled("again")) != true || main.CancelledBy() != by {
				t.Errorf("below %d scopes: %v, %v", open, main.Pending(), main.CancelledBy())
			}
			for i := range scopes {
				if main.Exit(&scopes[open-1-i], by) {
					t.Errorf("scope %d of %d says that it was its own", open-i, open)
				}
			}
			if main.Scope() != main.Root() || main.Pending() != by {
				t.Errorf("above %d scopes: %v", open, main.Pending())
			}
		})
	}
}
