package sched

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestNurseryWaitsForItsMembers(t *testing.T) {
	var tr trace
	play(t, func(main *Task) {
		tr.l = main.Loop()
		var n Nursery
		n.Open(main, func(c *Task) bool { tr.add("end of %d", c.ID()); return false })
		for i := range 3 {
			n.Own(spawn(tr.l, func(c *Task) { c.Sleep(time.Duration(3-i) * second) }))
		}
		early := spawn(tr.l, func(*Task) {})
		main.Join(early)
		n.Own(early) // has ended already
		if n.Live() != 3 {
			t.Errorf("%d live", n.Live())
		}
		if n.Close(nil) {
			t.Error("it was cancelled")
		}
		tr.add("closed")
	})
	tr.check(t, "0: end of 5", "1: end of 4", "2: end of 3", "3: end of 2", "3: closed")
}

// Every way in which a nursery can be cut short, with a member that cleans up for a second.
func TestNurseryNeverReturnsBeforeItsMembersHaveUnwound(t *testing.T) {
	for _, tt := range []struct {
		name   string
		cut    func(n *Nursery, main *Task)
		sleep  time.Duration // what the other member does before it fails the nursery
		body   error
		own    bool   // it was the nursery's own cancellation
		reason string // the member's
	}{
		{name: "a member ends it", sleep: second, own: true, reason: "a sibling ended"},
		{name: "Cancel", cut: func(n *Nursery, _ *Task) { n.Cancel(cancelled("enough")) }, sleep: Forever, own: true, reason: "enough"},
		{name: "the owner is cancelled", cut: func(_ *Nursery, main *Task) { main.Cancel(cancelled("main")) }, sleep: Forever, reason: "main"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cleanups := 0
			play(t, func(main *Task) {
				l := main.Loop()
				var n Nursery
				n.Open(main, func(c *Task) bool { return c.ID() == 3 })
				n.Own(spawn(l, func(c *Task) {
					err := c.Sleep(Forever)
					behind(c, 5*second, func() error { return c.Sleep(second) })
					if cleanups++; why(err) != tt.reason {
						t.Errorf("the member was cancelled: %v", err)
					}
				}))
				n.Own(spawn(l, func(c *Task) { c.Sleep(tt.sleep) }))
				if tt.cut != nil {
					l.AfterFunc(second, func() { tt.cut(&n, main) })
				}
				err := main.Sleep(Forever)
				if why(err) != tt.reason {
					t.Errorf("the body was cancelled: %v", err)
				}
				late := spawn(l, func(*Task) { t.Error("a member that came after the cancellation ran") })
				n.Own(late)
				if own := n.Close(err); own != tt.own {
					t.Errorf("its own: %v", own)
				}
				if cleanups != 1 || l.Now() != 2*second || n.Live() != 0 || n.By().Reason != tt.reason || !late.Ended() {
					t.Errorf("%d cleanups at %v, %d live", cleanups, l.Now(), n.Live())
				}
			})
		})
	}
}

func TestNurseryCloseWithAnErrorCancels(t *testing.T) {
	play(t, func(main *Task) {
		var n Nursery
		n.Open(main, nil)
		c := spawn(main.Loop(), func(c *Task) { c.Sleep(Forever) })
		n.Own(c)
		main.Sleep(0)
		if n.Close(fmt.Errorf("failed")) || !c.Ended() || c.CancelledBy().Reason != "the owner ended" {
			t.Errorf("the member: %v", c.CancelledBy())
		}
	})
}

func TestTheOwnersCancellationReachesTheMembersWhileItJoins(t *testing.T) {
	play(t, func(main *Task) {
		l := main.Loop()
		o := spawn(l, func(o *Task) {
			var n Nursery
			n.Open(o, nil)
			n.Own(spawn(l, func(c *Task) {
				if err := c.Sleep(Forever); why(err) != "x" {
					t.Errorf("raised %v", err)
				}
			}))
			n.Close(nil)
			if err := o.Checkpoint(); why(err) != "x" {
				t.Errorf("the owner: %v", err)
			}
		})
		main.Sleep(second)
		o.Cancel(cancelled("x"))
	})
}

// A member that comes between the end of the last one and the owner's turn is waited for as well.
func TestNurseryLastMinuteMember(t *testing.T) {
	play(t, func(main *Task) {
		l := main.Loop()
		var n Nursery
		n.Open(main, nil)
		last := false
		n.Own(spawn(l, func(c *Task) { c.Sleep(second) }))
		spawn(l, func(c *Task) {
			c.Sleep(second) // its timer is behind the member's
			n.Own(spawn(l, func(c *Task) {
				c.Sleep(second)
				last = true
			}))
		})
		n.Close(nil)
		if !last || l.Now() != 2*second {
			t.Errorf("closed at %v", l.Now())
		}
	})
}

func TestNurseryOpenedWhileCancelled(t *testing.T) {
	play(t, func(main *Task) {
		main.Cancel(cancelled("x"))
		var n Nursery
		n.Open(main, nil)
		n.Own(spawn(main.Loop(), func(*Task) { t.Error("it ran") }))
		n.Close(nil)
		behind(main, second, func() error { // in a cleanup it works
			ran := false
			var n Nursery
			n.Open(main, nil)
			n.Own(spawn(main.Loop(), func(c *Task) { ran = c.Sleep(second/2) == nil }))
			n.Close(nil)
			if !ran {
				t.Error("a cleanup's task was cancelled")
			}
			return nil
		})
	})
}

// A cleanup inside another ends with the outer's, also where it is in another task.
func TestGraceEndsCleanupsOfMembers(t *testing.T) {
	play(t, func(main *Task) {
		l := main.Loop()
		main.Cancel(cancelled("x"))
		behind(main, 3*second, func() error {
			var n Nursery
			n.Open(main, nil)
			n.Own(spawn(l, func(c *Task) {
				var n Nursery
				n.Open(c, nil)
				n.Own(spawn(l, func(c *Task) {
					c.SleepUntil(2 * second)
					behind(c, 50*second, func() error { return c.Sleep(Forever) })
				}))
				n.Close(nil)
			}))
			n.Own(spawn(l, func(c *Task) {
				n := &n
				c.SleepUntil(second)
				n.Cancel(cancelled("cut")) // at first only this: the cleanups go on
			}))
			n.Close(nil)
			return nil
		})
		if l.Now() != 3*second {
			t.Errorf("it ended at %v", l.Now())
		}
	})
}

func TestTaskInTwoNurseries(t *testing.T) {
	play(t, func(main *Task) {
		l := main.Loop()
		c := spawn(l, func(c *Task) { c.Sleep(second) })
		ends := 0
		for range 2 {
			spawn(l, func(o *Task) {
				var n Nursery
				n.Open(o, func(*Task) bool { ends++; return false })
				n.Own(c)
				n.Own(c) // the same one twice
				n.Close(nil)
				if l.Now() != second {
					t.Errorf("closed at %v", l.Now())
				}
			})
		}
		main.Sleep(2 * second)
		if ends != 4 {
			t.Errorf("told of %d ends", ends)
		}
	})
}

func TestAbandon(t *testing.T) {
	play(t, func(main *Task) {
		var n Nursery
		n.Open(main, nil)
		c := spawn(main.Loop(), func(c *Task) { c.Sleep(Forever) })
		n.Own(c)
		main.Detach(main.Root())
		n.Abandon()
		main.Join(c)
		if c.CancelledBy().Reason != "the owner was discarded" || main.Checkpoint() != nil {
			t.Errorf("the member: %v, the owner: %v", c.CancelledBy(), main.Pending())
		}
	})
}

func TestLongLivedNurseryForgetsItsDead(t *testing.T) {
	play(t, func(main *Task) {
		var n Nursery
		var ends []uint64
		n.Open(main, func(c *Task) bool { ends = append(ends, c.ID()); return false })
		for range 10_000 {
			n.Own(spawn(main.Loop(), func(*Task) {}))
			main.Sleep(0)
		}
		if len(n.members) > 130 {
			t.Errorf("it remembers %d", len(n.members))
		}
		n.Close(nil)
		if len(ends) != 10_000 || !slices.IsSorted(ends) {
			t.Errorf("told of %d ends, in order: %v", len(ends), slices.IsSorted(ends))
		}
	})
}

// The force of a cancellation grows on its way to the members: the owner's deadline cuts a member that computes, though
// the nursery was cancelled before, and so does the end of a grace.
func TestForceReachesMembersThatAreCancelled(t *testing.T) {
	for _, tt := range []struct {
		name string
		over func(main *Task, body func() error)
	}{
		{"a deadline", func(main *Task, body func() error) { within(main, second, "late", body) }},
		{"a grace", func(main *Task, body func() error) {
			main.Cancel(cancelled("x"))
			behind(main, second, body)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			play(t, func(main *Task) {
				l := main.Loop()
				tt.over(main, func() error {
					var n Nursery
					n.Open(main, nil)
					n.Own(spawn(l, func(c *Task) {
						n.Cancel(cancelled("enough"))
						if compute(l, 20, func(int) {}) != -1 {
							t.Error("it was interrupted before its time")
						}
						c.ParkUntil(second)
						if at := compute(l, 20, func(int) {}); at != 5 {
							t.Errorf("interrupted at tick %d", at)
						}
						if c.Pending().Reason != "enough" {
							t.Errorf("raised %v, which was not the first", c.Pending())
						}
					}))
					n.Close(nil)
					return main.Checkpoint()
				})
			})
		})
	}
}

func TestOwningATaskAfterTheGraceHasEnded(t *testing.T) {
	play(t, func(main *Task) {
		l := main.Loop()
		c := spawn(l, func(c *Task) {
			behind(c, 50*second, func() error { return c.Sleep(40 * second) })
		})
		main.Cancel(cancelled("x"))
		behind(main, second, func() error {
			var n Nursery
			n.Open(main, nil)
			main.ParkUntil(2 * second)
			n.Own(c)
			n.Close(nil)
			return main.Checkpoint()
		})
		if l.Now() != 2*second {
			t.Errorf("it was waited for until %v", l.Now())
		}
	})
}

func TestGraceReachesANurseryBehindAnInnerShield(t *testing.T) {
	play(t, func(main *Task) {
		l := main.Loop()
		main.Cancel(cancelled("x"))
		behind(main, second, func() error {
			return behind(main, 50*second, func() error {
				var n Nursery
				n.Open(main, nil)
				n.Own(spawn(l, func(c *Task) { c.Sleep(40 * second) }))
				n.Close(nil)
				return main.Checkpoint()
			})
		})
		if l.Now() != second {
			t.Errorf("it ended at %v", l.Now())
		}
	})
}
