package sync

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
)

// The models, as plain as they can be: slices of tasks, first come first served.

const failed = "error" // the kind of misuse

func pick(r *rand.Rand, names ...string) string { return names[r.IntN(len(names))] }

func without(list []*simTask, t *simTask) []*simTask {
	if i := slices.Index(list, t); i >= 0 {
		return slices.Delete(slices.Clone(list), i, i+1)
	}
	return list
}

// queueModel: a waiting getter is handed its item, a waiting putter a place.
type queueModel struct {
	plain
	max              int
	items            []queueItem
	getters, putters []*simTask
	places           int
	closed           bool
	seq              int
	values           int // for op
}

type queueItem struct{ value, seq int }

func (m *queueModel) script() string {
	if m.max == 0 {
		return "sync.queue()"
	}
	return fmt.Sprintf("sync.queue(%d)", m.max)
}

func (m *queueModel) op(r *rand.Rand, forMain bool) op {
	name := pick(r, "put", "put", "put", "get", "get", "get", "try_put", "try_get", "size")
	if forMain {
		name = pick(r, "try_put", "try_put", "try_put", "try_get", "try_get", "size")
	}
	if r.IntN(16) == 0 {
		name = "close"
	}
	if name == "put" || name == "try_put" {
		m.values++
		return op{name, strconv.Itoa(m.values)}
	}
	if name == "get" {
		return op{name, limit(r)}
	}
	return op{name: name}
}

// limit is a time limit, or none.
func limit(r *rand.Rand) string { return pick(r, "", "", "", "0", "0.3", "0.70000001") }

func (m *queueModel) full() bool { return m.max > 0 && len(m.items)+m.places >= m.max }

func (m *queueModel) put(s *sim, x queueItem) {
	if len(m.getters) == 0 {
		m.items = append(m.items, x)
		return
	}
	m.hand(s, x)
	m.admit(s)
}

func (m *queueModel) hand(s *sim, x queueItem) {
	t := m.getters[0]
	m.getters = m.getters[1:]
	t.number, t.seq = x.value, x.seq
	s.wake(t, strconv.Itoa(x.value))
}

func (m *queueModel) admit(s *sim) {
	for len(m.putters) > 0 && !m.full() {
		t := m.putters[0]
		m.putters = m.putters[1:]
		m.places++
		s.wake(t, "place")
	}
}

func (m *queueModel) take(s *sim) string {
	x := m.items[0]
	m.items = m.items[1:]
	m.admit(s)
	return strconv.Itoa(x.value)
}

func (m *queueModel) exec(s *sim, t *simTask, o op) (string, bool) {
	v, _ := strconv.Atoi(o.arg)
	switch o.name {
	case "put", "try_put":
		switch {
		case m.closed:
			return "closed", false
		case m.full() && o.name == "try_put":
			return "false", false
		case m.full():
			m.putters = append(m.putters, t)
			t.number = v
			return "", true
		}
		m.seq++
		m.put(s, queueItem{v, m.seq})
		if o.name == "put" {
			return "nil", false
		}
		return "true", false
	case "get", "try_get":
		switch {
		case len(m.items) > 0:
			return m.take(s), false
		case o.name == "try_get" || m.closed || !s.limit(t, o.arg):
			return "nil", false
		}
		m.getters = append(m.getters, t)
		return "", true
	case "size":
		return strconv.Itoa(len(m.items)), false
	}
	if !m.closed {
		m.closed = true
		for _, t := range m.getters {
			s.wake(t, "nil")
		}
		for _, t := range m.putters {
			s.wake(t, "closed")
		}
		m.getters, m.putters = nil, nil
	}
	return "nil", false
}

func (m *queueModel) finish(s *sim, t *simTask, o op) string {
	switch {
	case o.name == "get" && t.handed == late:
		return "nil"
	case o.name == "get" && t.handed == "nil" && len(m.items) > 0:
		return m.take(s)
	case o.name == "get":
		return t.handed
	case t.handed == "place":
		m.places--
		if !m.closed {
			m.seq++
			m.put(s, queueItem{t.number, m.seq})
			return "nil"
		}
	}
	return "closed"
}

func (m *queueModel) leave(_ *sim, t *simTask) {
	m.getters, m.putters = without(m.getters, t), without(m.putters, t)
}

func (m *queueModel) giveUp(s *sim, t *simTask) {
	switch o := t.ops[0]; {
	case o.name == "put" && t.handed == "place":
		m.places--
		m.admit(s)
	case o.name == "get" && t.handed != "nil" && t.handed != late:
		x := queueItem{t.number, t.seq}
		if len(m.getters) > 0 {
			m.hand(s, x)
			return
		}
		m.items = append(m.items, x)
		slices.SortFunc(m.items, func(a, b queueItem) int { return a.seq - b.seq })
	}
}

// lockModel is the lock, also of a condition.
type lockModel struct {
	plain
	holder  *simTask
	waiters []*simTask
}

func (m *lockModel) script() string { return "sync.lock()" }

func (m *lockModel) op(r *rand.Rand, forMain bool) op {
	if forMain {
		return op{name: pick(r, "try_acquire", "release", "locked")}
	}
	return op{name: pick(r, "acquire", "acquire", "acquire", "release", "release", "try_acquire", "locked")}
}

func (m *lockModel) exec(s *sim, t *simTask, o op) (string, bool) {
	switch o.name {
	case "acquire", "try_acquire":
		switch {
		case m.holder == t:
			return failed, false
		case m.holder != nil && o.name == "try_acquire":
			return "false", false
		case m.holder != nil:
			m.waiters = append(m.waiters, t)
			return "", true
		}
		m.holder = t
		if o.name == "acquire" {
			return "nil", false
		}
		return "true", false
	case "release":
		if m.holder != t {
			return failed, false
		}
		m.pass(s)
		return "nil", false
	}
	return strconv.FormatBool(m.holder != nil), false
}

func (m *lockModel) pass(s *sim) {
	m.holder = nil
	if len(m.waiters) > 0 {
		m.holder = m.waiters[0]
		m.waiters = m.waiters[1:]
		s.wake(m.holder, "nil")
	}
}

func (m *lockModel) leave(_ *sim, t *simTask) { m.waiters = without(m.waiters, t) }
func (m *lockModel) giveUp(s *sim, t *simTask) {
	if m.holder == t && t.ops[0].name != "" {
		m.pass(s)
	}
}

func (m *lockModel) ended(s *sim, t *simTask) {
	if m.holder == t {
		s.warnings++
		m.pass(s)
	}
}

// conditionModel: who is notified waits for the lock, as if it had asked for it then.
type conditionModel struct {
	lockModel
	waits    []*simTask // not notified
	notified []*simTask // and not back from wait
}

func (m *conditionModel) script() string { return "sync.condition()" }

func (m *conditionModel) op(r *rand.Rand, forMain bool) op {
	name := pick(r, "acquire", "acquire", "acquire", "wait", "wait", "wait", "notify", "notify", "notify_all", "release")
	if forMain {
		name = pick(r, "notify", "notify_all", "release")
	}
	if name == "notify" && r.IntN(2) == 0 {
		return op{name, strconv.Itoa(r.IntN(3))}
	}
	return op{name: name}
}

func (m *conditionModel) exec(s *sim, t *simTask, o op) (string, bool) {
	switch o.name {
	case "acquire", "release":
		return m.lockModel.exec(s, t, o)
	}
	if m.holder != t {
		return failed, false
	}
	switch o.name {
	case "wait":
		m.waits = append(m.waits, t)
		m.pass(s)
		return "", true
	case "notify_all":
		m.notify(s, len(m.waits))
	default:
		n := 1
		if o.arg != "" {
			n, _ = strconv.Atoi(o.arg)
		}
		m.notify(s, n)
	}
	return "nil", false
}

func (m *conditionModel) notify(s *sim, n int) {
	for ; n > 0 && len(m.waits) > 0; n-- {
		t := m.waits[0]
		m.waits = m.waits[1:]
		m.notified = append(m.notified, t)
		m.waiters = append(m.waiters, t)
	}
	if m.holder == nil {
		m.pass(s)
	}
}

func (m *conditionModel) finish(_ *sim, t *simTask, _ op) string {
	m.notified = without(m.notified, t)
	return "nil"
}

func (m *conditionModel) leave(s *sim, t *simTask) {
	m.waits, m.waiters = without(m.waits, t), without(m.waiters, t)
	m.pass1(s, t)
}

func (m *conditionModel) giveUp(s *sim, t *simTask) {
	if t.ops[0].name != "wait" {
		m.lockModel.giveUp(s, t)
	}
	m.pass1(s, t)
}

// pass1 passes a notification on that t had.
func (m *conditionModel) pass1(s *sim, t *simTask) {
	if slices.Contains(m.notified, t) {
		m.notified = without(m.notified, t)
		m.notify(s, 1)
	}
}

func (m *conditionModel) unwind(_ *sim, t *simTask, o op) bool {
	if o.name != "wait" {
		return true
	}
	if m.holder == nil {
		m.holder = t
		return true
	}
	m.waiters = append(m.waiters, t)
	return false
}

// semaphoreModel counts.
type semaphoreModel struct {
	plain
	n, free int
	waiters []*simTask
}

func (m *semaphoreModel) script() string { return fmt.Sprintf("sync.semaphore(%d)", m.n) }

func (m *semaphoreModel) op(r *rand.Rand, forMain bool) op {
	if forMain {
		return op{name: pick(r, "try_acquire", "release", "release", "available")}
	}
	return op{name: pick(r, "acquire", "acquire", "acquire", "release", "release", "try_acquire", "available")}
}

func (m *semaphoreModel) exec(s *sim, t *simTask, o op) (string, bool) {
	switch o.name {
	case "acquire":
		if m.free == 0 {
			m.waiters = append(m.waiters, t)
			return "", true
		}
		m.free--
		return "nil", false
	case "try_acquire":
		if m.free == 0 {
			return "false", false
		}
		m.free--
		return "true", false
	case "release":
		if m.free == m.n {
			return failed, false
		}
		m.give(s)
		return "nil", false
	}
	return strconv.Itoa(m.free), false
}

func (m *semaphoreModel) give(s *sim) {
	if len(m.waiters) == 0 {
		m.free++
		return
	}
	t := m.waiters[0]
	m.waiters = m.waiters[1:]
	s.wake(t, "nil")
}

func (m *semaphoreModel) leave(_ *sim, t *simTask) { m.waiters = without(m.waiters, t) }
func (m *semaphoreModel) giveUp(s *sim, t *simTask) {
	if t.ops[0].name != "" {
		m.give(s)
	}
}

// eventModel is a flag.
type eventModel struct {
	plain
	set     bool
	waiters []*simTask
}

func (m *eventModel) script() string { return "sync.event()" }

func (m *eventModel) op(r *rand.Rand, forMain bool) op {
	if forMain {
		return op{name: pick(r, "set", "clear")}
	}
	if name := pick(r, "wait", "wait", "wait", "set", "clear"); name != "wait" {
		return op{name: name}
	}
	return op{"wait", limit(r)}
}

func (m *eventModel) exec(s *sim, t *simTask, o op) (string, bool) {
	switch o.name {
	case "wait":
		switch {
		case m.set:
			return "true", false
		case !s.limit(t, o.arg):
			return "false", false
		}
		m.waiters = append(m.waiters, t)
		return "", true
	case "set":
		m.set = true
		for _, t := range m.waiters {
			s.wake(t, "true")
		}
		m.waiters = nil
	default:
		m.set = false
	}
	return "nil", false
}

func (m *eventModel) leave(_ *sim, t *simTask) { m.waiters = without(m.waiters, t) }
func (m *eventModel) giveUp(*sim, *simTask)    {}

func (m *eventModel) finish(_ *sim, t *simTask, _ op) string {
	if t.handed == late {
		return "false"
	}
	return t.handed
}

// barrierModel lets n go at once.
type barrierModel struct {
	plain
	n       int
	waiters []*simTask
}

func (m *barrierModel) script() string           { return fmt.Sprintf("sync.barrier(%d)", m.n) }
func (m *barrierModel) leave(_ *sim, t *simTask) { m.waiters = without(m.waiters, t) }
func (m *barrierModel) giveUp(*sim, *simTask)    {}

// op: main has nothing to do here that does not wait.
func (m *barrierModel) op(_ *rand.Rand, forMain bool) op {
	if forMain {
		return op{name: "nothing"}
	}
	return op{name: "wait"}
}

func (m *barrierModel) exec(s *sim, t *simTask, o op) (string, bool) {
	if o.name == "nothing" {
		return "nil", false // what the call of a method that is not there raises is a string: its kind is nil
	}
	if len(m.waiters)+1 < m.n {
		m.waiters = append(m.waiters, t)
		return "", true
	}
	for i, t := range m.waiters {
		s.wake(t, strconv.Itoa(i+1))
	}
	m.waiters = nil
	return strconv.Itoa(m.n), false
}

// limiterModel is a bucket in billionths of a token.
type limiterModel struct {
	plain
	rate, burst int64
	level, last int64
	waiters     []*simTask
}

func newLimiterModel(rate, burst int64) *limiterModel {
	return &limiterModel{rate: rate, burst: burst, level: burst * 1e9}
}

func (m *limiterModel) script() string { return fmt.Sprintf("sync.limiter(%d, %d)", m.rate, m.burst) }

func (m *limiterModel) op(r *rand.Rand, forMain bool) op {
	name := pick(r, "acquire", "acquire", "acquire", "try_acquire")
	if forMain {
		name = "try_acquire"
	}
	return op{name, strconv.FormatInt(1+r.Int64N(m.burst), 10)}
}

func (m *limiterModel) fill(s *sim) {
	m.level = min(m.burst*1e9, m.level+(s.now-m.last)*m.rate)
	m.last = s.now
}

func (m *limiterModel) exec(s *sim, t *simTask, o op) (string, bool) {
	m.fill(s)
	n, _ := strconv.Atoi(o.arg)
	t.number = n
	enough := len(m.waiters) == 0 && m.level >= int64(n)*1e9
	switch {
	case enough:
		m.level -= int64(n) * 1e9
		if o.name == "acquire" {
			return "nil", false
		}
		return "true", false
	case o.name == "try_acquire":
		return "false", false
	}
	m.waiters = append(m.waiters, t)
	return "", true
}

func (m *limiterModel) leave(s *sim, t *simTask) {
	m.waiters = without(m.waiters, t)
	m.tick(s)
}

func (m *limiterModel) giveUp(s *sim, t *simTask) {
	if t.ops[0].name == "" {
		return
	}
	m.fill(s)
	m.level = min(m.burst*1e9, m.level+int64(t.number)*1e9)
	m.tick(s)
}

func (m *limiterModel) next(*sim) int64 {
	if len(m.waiters) == 0 {
		return -1
	}
	short := int64(m.waiters[0].number)*1e9 - m.level
	return m.last + (short+m.rate-1)/m.rate
}

func (m *limiterModel) tick(s *sim) {
	m.fill(s)
	for len(m.waiters) > 0 && m.level >= int64(m.waiters[0].number)*1e9 {
		t := m.waiters[0]
		m.waiters = m.waiters[1:]
		m.level -= int64(t.number) * 1e9
		s.wake(t, "nil")
	}
}
