package net

import (
	"github.com/lull-lua/lull/builtins/internal/network"
	"github.com/lull-lua/lull/builtins/internal/serving"
	"github.com/lull-lua/lull/interp"
)

// lookup is the server of this runtime that a connection to an address would come to; see serving.Find.
func lookup(c *interp.Call, at network.Address) *server {
	return serving.Find(c, func(s *server) bool { return !s.Refuses() && at.Reaches(c.Files(), s.at) })
}

// room is how much is on its way in each direction before a writer waits.
const room = 64 << 10

// meet makes a connection to the server whose bytes go from task to task, and returns the client's end of it. secure says that the client
// means to speak TLS; nothing is encrypted.
func (s *server) meet(at network.Address, secure bool) (*connection, error) {
	if secure && s.config == nil {
		return nil, interp.Errorf(interp.KindIO, "net.connect: %s: the other side does not speak TLS there: is it the right port?", at).With("code", "ETLS").With("address", at.String())
	}
	up, down := interp.NewPipe(room, nil), interp.NewPipe(room, nil)
	client := &connection{remote: s.at.String(), from: down, to: up}
	own := &connection{address: s.at.String(), from: up, to: down}
	if at.Network == "tcp" {
		client.address, own.remote = "127.0.0.1:0", "127.0.0.1:0" // it has no port
	}
	if s.config != nil && !secure { // as a server does with one that does not begin to speak TLS
		own.drop()
		return client, nil
	}
	s.near = append(s.near, own)
	s.rouse()
	return client, nil
}
