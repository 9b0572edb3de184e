package meter

import "sync/atomic"

// Pool is what several runs spend together, in runtimes that run at the same time. Its limits are those of each.
type Pool struct {
	steps, output atomic.Int64
	tasks         atomic.Int64 // alive
	reach         atomic.Int64 // bytes
}

// Pooled is the run's pool, which it makes if it has none: what the run has spent counts there.
func (r *Run) Pooled() *Pool {
	if r.pool == nil {
		p := &Pool{}
		p.steps.Store(r.steps)
		p.output.Store(r.output)
		p.tasks.Store(int64(r.tasks))
		r.pool = p
	}
	return r.pool
}

// Join has what the run spends count in a pool as well. Its main task does not: who runs it counts one for it.
func (r *Run) Join(p *Pool) {
	r.pool, r.joined = p, true
	p.tasks.Add(-1)
}

// Leave takes what the run reaches out of its pool: what it has spent stays.
func (r *Run) Leave() {
	r.reaches(0)
	if r.joined {
		r.joined = false
		r.pool.tasks.Add(1)
	}
}

// reaches tells the pool how many bytes the run reaches.
func (r *Run) reaches(n int) {
	if r.pool != nil {
		r.pool.reach.Add(int64(n - r.reach))
		r.reach = n
	}
}

// others is how many bytes the others of its pool reach.
func (r *Run) others() int {
	if r.pool == nil {
		return 0
	}
	return max(0, int(r.pool.reach.Load())-r.reach)
}
