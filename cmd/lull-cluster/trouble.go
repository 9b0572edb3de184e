package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/lull-lua/lull/interp"
)

// Failures are told apart here: those that another time may mend, those that stay, and the cluster's own trouble. A cluster that cannot be reached is waited for, as servers are started again; one that can be reached, and keeps nothing of what it is sent, is not.

// subjHealth is where the monitors of servers answer what is wrong with them.
const subjHealth = "lull.health"

// maxSilence is how long a cluster that can be reached may take to acknowledge something.
const maxSilence = 30 * time.Second

// again calls fn until it has no error that another time may not bring, ctx ends, or the cluster can be reached and does not do it.
func (l *link) again(ctx context.Context, fn func(ctx context.Context) error) error {
	wait := 50 * time.Millisecond
	silent := l.listens()
	for {
		c, cancel := context.WithTimeout(ctx, 5*time.Second)
		err := fn(c)
		cancel()
		if err == nil || stays(err) {
			return err
		}
		if ctx.Err() != nil {
			return errors.Join(context.Cause(ctx), err)
		}
		if err := silent.trouble(ctx, err); err != nil {
			return err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
		wait = min(2*wait, 2*time.Second)
	}
}

// stays reports whether it is an error that stays.
func stays(err error) bool {
	return errors.Is(err, jetstream.ErrKeyExists) || errors.Is(err, jetstream.ErrKeyNotFound) || errors.Is(err, nats.ErrMaxPayload)
}

// silence is how long a cluster that can be reached has not done what it was asked for.
type silence struct {
	l     *link
	since time.Time // zero: it cannot be reached
}

func (l *link) listens() *silence { return &silence{l: l} }

// trouble is told of each failure, and says what is wrong with the cluster; nil: the next time may do.
func (s *silence) trouble(ctx context.Context, err error) error {
	switch now := time.Now(); {
	case s.l.forbidden() != nil:
		return s.l.forbidden()
	case isFull(err):
		return s.l.troubled("its disk is full, or what it may take of it: " + plainError(err))
	case !s.l.nc.IsConnected():
		s.since = time.Time{}
		return nil
	case s.since.IsZero():
		s.since = now
	}
	text := s.l.health(ctx)
	long := time.Since(s.since) > maxSilence
	switch {
	case text != "" && (long || s.l.nc.ConnectedClusterName() == ""): // of three servers, others may do it
		return s.l.troubled(text)
	case long:
		return s.l.troubled(fmt.Sprintf("it has not done for %s what it was asked for; is its disk full? its log says more (%s)", maxSilence, plainError(err)))
	}
	return nil
}

// denial is what a server does not let the account of this process do.
type denial struct {
	text string
	at   time.Time
}

// freshDenial is how long ago a denial may be the reason of a failure.
const freshDenial = 15 * time.Second

// told is told of errors that the server sends, and that belong to no call: what else there is of them is seen where it is waited for.
func (l *link) told(err error) {
	if !errors.Is(err, nats.ErrPermissionViolation) {
		return
	}
	text := strings.TrimPrefix(err.Error(), nats.ErrPermissionViolation.Error()+": ")
	for _, subject := range []string{subjHealth, subjHeld, subjLost} { // which other servers know nothing of
		if strings.Contains(text, `"`+subject) {
			return
		}
	}
	l.denied.Store(&denial{text, time.Now()})
	if strings.Contains(text, "Subscription") {
		l.muted.Do(func() { close(l.mute) })
	}
}

// forbidden is the error of something that the account of this process may not do; nil: nothing of late.
func (l *link) forbidden() error {
	d := l.denied.Load()
	if d == nil || time.Since(d.at) > freshDenial {
		return nil
	}
	return interp.Errorf(interp.KindIO, "%s does not let this account do what is needed: %s: the server's settings must permit it (see Servers in lull-cluster's documentation)", l.where, d.text)
}

// troubled is the error of a cluster that does not do its work.
func (l *link) troubled(text string) error {
	return interp.Errorf(interp.KindIO, "%s fails: %s", l.where, text)
}

// isTrouble reports whether it is an error of troubled's.
func isTrouble(err error) bool {
	var e *interp.Error
	return errors.As(err, &e) && e.Kind == interp.KindIO
}

// isFull reports whether the cluster says that it has no room. Servers say so by a code where they count what they may take, else in the words of their system.
func isFull(err error) bool {
	if e := (*jetstream.APIError)(nil); errors.As(err, &e) {
		return e.ErrorCode == 10023 || e.ErrorCode == 10047 || saysFull(e.Description)
	}
	return false
}

// saysFull reports whether a text is of a full disk, or of a file that may not grow.
func saysFull(text string) bool {
	for _, words := range []string{"no space left", "file too large", "quota exceeded", "not enough space"} {
		if strings.Contains(strings.ToLower(text), words) {
			return true
		}
	}
	return false
}

// plainError is what an error says, or the server in it, in one line.
func plainError(err error) string {
	if e := (*jetstream.APIError)(nil); errors.As(err, &e) {
		return e.Description
	}
	return strings.ReplaceAll(err.Error(), "\n", "; ")
}

// health asks what is wrong with the cluster's servers. "" is nothing, or nothing that anybody says: only lull-cluster's own servers do.
func (l *link) health(ctx context.Context) string {
	var all []string
	l.gather(ctx, subjHealth, func(m *nats.Msg) bool {
		if text := string(m.Data); text != "" && len(text) < maxText {
			all = append(all, text)
		}
		return l.nc.ConnectedClusterName() != "" // there are others
	})
	return strings.Join(all, "; ")
}

// gather asks all who listen to a subject, and takes the answers of a second, or those until take says that it has enough.
func (l *link) gather(ctx context.Context, subject string, take func(m *nats.Msg) (more bool)) {
	inbox := l.nc.NewInbox()
	answers, err := l.nc.SubscribeSync(inbox)
	if err != nil {
		return
	}
	defer func() { _ = answers.Unsubscribe() }()
	if err := l.nc.PublishRequest(subject, inbox, nil); err != nil {
		return
	}
	c, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	for {
		m, err := answers.NextMsgWithContext(c)
		if err != nil || !take(m) { // there is no answer, or no more
			return
		}
	}
}
