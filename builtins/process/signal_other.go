//go:build !unix

package process

import "os"

// sendSignal ends a process: there is no other signal here.
func sendSignal(pid int, _ string) error {
	p, err := os.FindProcess(pid)
	if err != nil {
		return os.ErrProcessDone
	}
	defer p.Release()
	return p.Kill()
}
