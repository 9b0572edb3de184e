package report

import "os"

// maxSource bounds what is read to show a line of it.
const maxSource = 4 << 20

// Sources is a Printer's Text for a script that the host has at hand, under the name that messages have for it, and for files that it
// has loaded.
func Sources(name string, src []byte) func(chunk string) string {
	return func(chunk string) string {
		if chunk == name {
			return string(src)
		}
		info, err := os.Stat(chunk)
		if err != nil || !info.Mode().IsRegular() || info.Size() > maxSource {
			return ""
		}
		text, err := os.ReadFile(chunk)
		if err != nil {
			return ""
		}
		return string(text)
	}
}
