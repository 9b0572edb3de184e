//go:build unix && !linux

package fs_test

import "os"

// exchange puts b in the place of a, which is moved away, and both back.
func exchange(a, b string) error {
	if err := os.Rename(a, a+"-"); err != nil {
		return err
	}
	if err := os.Rename(b, a); err != nil {
		return err
	}
	if err := os.Rename(a, b); err != nil {
		return err
	}
	return os.Rename(a+"-", a)
}
