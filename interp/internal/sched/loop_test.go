package sched

import "testing"

// fn is a task's body for tests.
type fn struct{ run, ended func(*Task) }

func (f fn) Run(t *Task) { f.run(t) }
func (f fn) Ended(t *Task) {
	if f.ended != nil {
		f.ended(t)
	}
}

func BenchmarkSwitch1000(b *testing.B) {
	l := New(Config{})
	per := b.N/1000 + 1
	for range 1000 {
		l.Start(&Task{}, fn{run: func(t *Task) {
			for range per {
				t.Sleep(0)
			}
		}})
	}
	l.Stop()
	l.Run()
}

func BenchmarkSpawn(b *testing.B) {
	l := New(Config{})
	b.ReportAllocs()
	l.Start(&Task{}, fn{run: func(t *Task) {
		for range b.N {
			c := &Task{}
			l.Start(c, fn{run: func(*Task) {}})
			t.Join(c)
		}
	}})
	l.Stop()
	l.Run()
}

func BenchmarkChannelHandover(b *testing.B) {
	x, y := make(chan struct{}), make(chan struct{})
	go func() {
		for range x {
			y <- struct{}{}
		}
		close(y)
	}()
	for range b.N / 2 {
		x <- struct{}{}
		<-y
	}
	close(x)
}
