package sync

import (
	"testing"

	"github.com/lull-lua/lull/interp"
)

// TestQueueGivesMemoryBack fills and drains a queue of a million.
func TestQueueGivesMemoryBack(t *testing.T) {
	q := newQueue(nil, identity{}, 0)
	for i := range 1_000_000 {
		q.add(interp.Number(float64(i)))
	}
	if len(q.items.buf) > 2_000_000 {
		t.Errorf("a million items take room for %d", len(q.items.buf))
	}
	for i := range 1_000_000 {
		if v, _ := q.take().Number(); v != float64(i) {
			t.Fatalf("item %d is %v", i, v)
		}
	}
	if len(q.items.buf) > keptRing {
		t.Errorf("empty, it has room for %d", len(q.items.buf))
	}
}
