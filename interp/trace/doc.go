// Package trace records what the tasks of a runtime and of its isolates do, and shows it: as a page, as tables, and in the formats of other tools.
//
// A [Recorder] is an [interp.Tracer] that writes a file of this package's own format as the tasks run; [Read] makes a [Trace] of it, which
// is what everything else is made from: [Trace.Page], [Trace.Summary], [Trace.Chrome], [Trace.Perfetto], [Trace.TSV], [Trace.SVG].
//
//	rec, err := trace.NewRecorder(file, trace.Header{Script: "job.lua"})
//	rt, err := interp.New(builtins.Std(), interp.WithTracer(rec))
//	... rt.Run, rt.Close
//	err = rec.Close()
//
// A trace holds names of tasks, which may be arguments, places, and texts of errors, and with them whatever secret a script has put there:
// a file of it should be its owner's alone, as the command's are (mode 0600).
//
// # The format
//
// A file is magic, the header (its length, then JSON), and blocks: the length, then records, none of which spans blocks. A file that ends
// in the middle of a block was cut short, and is good up to there. Numbers are varints as encoding/binary has them, signed ones zigzag.
// Times are counted in 100 ns of the loop's clock. Strings, sites and objects are written once and then named by their number, from 1;
// 0 is none. A record begins with its kind. Turns have bit 7 set, and are made for few bytes; their flags say what follows:
//
//	turn    0x40 the task is the one after that of the last turn; else its distance from that
//	        0x20 how long after the end of the last turn it began; else just then
//	             how long it took
//	        0x10 what ended the wait before it; else the task had let others run, or is new
//	        0x08 the site at which it waits now; else its last
//	        0x04 the object that it waits for, and the distance to the task that has that
//	        0x03 how it ended: 0 waits, 1 done, 2 failed, 3 cancelled; the last two with a text
//
// A segment begins with a record that says so, and forgets all numbers: the end of a trace alone can be kept.
package trace
