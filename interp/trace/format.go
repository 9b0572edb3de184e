package trace

import (
	"encoding/binary"
	"time"
)

const magic = "lulltrace\x01\n"

// unit is what times are counted in.
const unit = 100 * time.Nanosecond

// Header is what a file says of the run.
type Header struct {
	Script  string  `json:"script"`
	Version string  `json:"version,omitempty"` // of who recorded it
	PID     int     `json:"pid,omitempty"`
	Start   float64 `json:"start"`             // the time of day at loop time 0, in seconds since 1970
	Virtual bool    `json:"virtual,omitempty"` // loop time is no machine's
	Last    bool    `json:"last,omitempty"`    // the end of the run alone is there
}

// The records, but for turns, which have turnBit.
const (
	recSegment byte = 1 + iota // time: all numbers begin anew
	recString                  // length, bytes
	recSite                    // builtin, place
	recObject                  // kind, name
	recTask                    // task, distance to its spawner, to its owner, name, site, time of Spawn
	recName                    // task, name
	recEnter                   // task, time, name, n, of
	recExit                    // task, time
	recOpen                    // task, time, resource, name
	recClose                   // resource, time
	recEnd                     // task, time, how, text: of one that ends outside a turn
	recOver                    // nothing follows: the file is whole
	recBroken                  // task, text: with which its last bracket ends
	recIsolate                 // lane, task, name: the task makes an isolate, whose records are of that lane
	recLane                    // lane: of it are the records that follow in the block; without one they are of lane 0
)

// The bits of a turn's record.
const (
	turnBit    byte = 0x80
	turnNext   byte = 0x40
	turnGap    byte = 0x20
	turnWoken  byte = 0x10
	turnSite   byte = 0x08
	turnObject byte = 0x04
	turnHow    byte = 0x03
)

// How a turn ends.
const (
	howWaits byte = iota
	howDone
	howFailed
	howCancelled
)

// The bits of what ended a wait.
const (
	causeTimer     byte = 1
	causeOutside   byte = 2
	causeTask      byte = 3
	causeWho       byte = 3 // the mask of these
	causeCancelled byte = 4
)

func put(b []byte, v uint64) []byte { return binary.AppendUvarint(b, v) }

// putSigned is put of a distance.
func putSigned(b []byte, v int64) []byte { return binary.AppendVarint(b, v) }
