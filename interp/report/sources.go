package report

import "os"

// Sources is a Printer's Text for a script that the host has at hand, under the name that it was compiled by, and for files that it
// has loaded: any on the machine by whose name a chunk calls itself; a line of it is shown if the chunk may have been compiled from
// it. A host that shows strangers the errors of a stranger's script needs a Text of its own.
func Sources(name string, src []byte) func(chunk string) string {
	if name != "" && (name[0] == '=' || name[0] == '@') { // which messages leave out
		name = name[1:]
	}
	return func(chunk string) string {
		if chunk == name {
			return string(src)
		}
		info, err := os.Stat(chunk)
		if err != nil || !info.Mode().IsRegular() || info.Size() > maxMarked {
			return ""
		}
		text, err := os.ReadFile(chunk)
		if err != nil {
			return ""
		}
		return string(text)
	}
}
