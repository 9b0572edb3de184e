package command

import (
	"encoding/binary"
	"os"
	"strings"
	"time"
)

// readTZ reads the environment's TZ where Go does not, but C does: "JST-9", "CET-1CEST,M3.5.0,M10.5.0/3", "<+03>-3" say themselves
// what the local time is. A name of a file of the time zone database is read by Go.
func readTZ() {
	tz := strings.TrimPrefix(os.Getenv("TZ"), ":")
	zone := posixZone(tz)
	if zone == nil {
		return
	}
	if _, err := time.LoadLocation(tz); err != nil { // EST5EDT is both
		time.Local = zone
	}
}

// posixZone is the time zone that a TZ of POSIX's form describes; nil if it is none. Package time understands that form as the last
// line of a zone's file (RFC 8536), so it is given a file that holds nothing else.
func posixZone(tz string) *time.Location {
	const unread = "?" // the zone that is in force if the last line is not understood
	if tz == "" || strings.ContainsAny(tz, "\n\x00") {
		return nil
	}
	header := func(zones, letters uint32) []byte {
		b := append([]byte("TZif2"), make([]byte, 15+4*4)...)
		b = binary.BigEndian.AppendUint32(b, zones)
		return binary.BigEndian.AppendUint32(b, letters)
	}
	file := append(header(0, 0), header(1, uint32(len(unread)+1))...)
	file = append(file, make([]byte, 4+1+1)...) // offset, summer time, where its name begins
	file = append(file, unread+"\x00\n"+tz+"\n"...)
	zone, err := time.LoadLocationFromTZData("Local", file)
	if err != nil {
		return nil
	}
	if name, _ := time.Unix(0, 0).In(zone).Zone(); name == unread {
		return nil
	}
	return zone
}
