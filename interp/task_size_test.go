package interp

import (
	"testing"
	"unsafe"
)

// A task takes no more than a size class of Go's allocator, 352 bytes: a million of them would each pay for the next one, 384, and the
// collector would come round earlier.
func TestSizeOfATask(t *testing.T) {
	if size := unsafe.Sizeof(Task{}); size > 352 {
		t.Errorf("a Task has %d bytes: what few need belongs into rare", size)
	}
}
