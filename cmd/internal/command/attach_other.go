//go:build !unix

package command

import "errors"

// answer answers nobody: there is no signal to ask by.
func answer(of *subject) *answerer { return newAnswerer(of) }

// conversation is a talk with a process, which cannot be had here.
type conversation struct{}

func attach(int) (*conversation, error) {
	return nil, errors.New("a process cannot be asked on this system; in its console Ctrl-Break prints its tasks on standard error")
}

func (*conversation) ask(string) (*taskList, error) { return nil, errors.ErrUnsupported }
func (*conversation) close()                        {}
