package http

import (
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/lull-lua/lull/builtins/internal/bar"
	"github.com/lull-lua/lull/builtins/internal/replace"
	"github.com/lull-lua/lull/interp"
)

// download is a file that a body is written to: into path.part, which is renamed when it is whole.
type download struct {
	path, part, tag string
	resume          bool
	algorithm, sum  string // of the option checksum, or ""

	have      int64  // bytes of the part that are there and may be gone on from
	anew      bool   // the next attempt takes all of it
	validator string // of those: a strong ETag, or a Last-Modified
}

// checksums are the algorithms of the option checksum.
var checksums = map[string]func() hash.Hash{"sha256": sha256.New, "sha512": sha512.New, "sha1": sha1.New, "md5": md5.New}

// download reads the options of a download.
func (r optionReader) download(o *clientOptions) (*download, error) {
	if o.to == "" || strings.Contains(o.to, "\x00") || strings.HasSuffix(filepath.ToSlash(o.to), "/") {
		return nil, r.wrong("to", "the path of a file expected, got %.200q", o.to)
	}
	d := &download{path: o.to, part: o.to + ".part", tag: o.to + ".part.tag", resume: o.resume}
	if o.checksum != "" {
		d.algorithm, d.sum, _ = strings.Cut(strings.ToLower(o.checksum), ":")
		make := checksums[d.algorithm]
		if make == nil {
			return nil, r.wrong("checksum", `"sha256:..." expected, or sha512, sha1 or md5, got %.40q`, o.checksum)
		}
		if b, err := hex.DecodeString(d.sum); err != nil || len(b) != make().Size() {
			return nil, r.wrong("checksum", "%d hexadecimal digits expected behind %s:, got %.140q", 2*make().Size(), d.algorithm, d.sum)
		}
	}
	return d, nil
}

// claim sees that nothing else of the runtime writes to the file, until done is called.
func (d *download) claim(c *interp.Call, r *fetch) (done func(), err error) {
	key := filepath.Clean(d.path)
	if on, ok := r.files.OnMachine(d.path); ok {
		key = filepath.Clean(on)
	}
	k := r.clients
	if k.files[key] {
		return nil, interp.Errorf(interp.KindIO, "%s: %s: another request is writing to it", r.op, d.path).With("path", d.path).With("code", "EBUSY")
	}
	if k.files == nil {
		k.files = map[string]bool{}
	}
	k.files[key] = true
	return func() { delete(k.files, key) }, nil
}

// look sees what an earlier attempt has left.
func (d *download) look(c *interp.Call, r *fetch) error {
	d.have, d.validator = 0, ""
	if !d.resume || d.anew {
		d.anew = false
		return nil
	}
	return c.Block(func(ctx context.Context) error {
		st, err := r.files.Lstat(d.part)
		if err != nil || !st.Mode().IsRegular() || st.Size() == 0 {
			return nil // nothing to go on from
		}
		f, err := r.files.Open(ctx, d.tag, os.O_RDONLY, 0)
		if err != nil {
			if e := (*interp.Error)(nil); errors.As(err, &e) {
				return err
			}
			return nil
		}
		defer f.Close()
		b, err := io.ReadAll(io.LimitReader(f, 8<<10))
		if tag := strings.TrimSuffix(string(b), "\n"); err == nil && tag != "" && isFieldValue(tag) {
			d.have, d.validator = st.Size(), tag
		}
		return nil
	})
}

// ask puts into a request what part of the file is wanted.
func (d *download) ask(h http.Header) {
	if h["Accept-Encoding"] == nil {
		h["Accept-Encoding"] = []string{"identity"} // the bytes of the file are what is counted, and gone on from
	}
	if d.have > 0 {
		h["Range"] = []string{fmt.Sprintf("bytes=%d-", d.have)}
		h["If-Range"] = []string{d.validator}
	}
}

// strong is what says that a file is the same, byte for byte, or "": a strong ETag, or a Last-Modified that is older than the answer.
func strong(h http.Header) string {
	if tag := h.Get("ETag"); strings.HasPrefix(tag, `"`) && len(tag) < 4<<10 {
		return tag
	}
	changed, err := http.ParseTime(h.Get("Last-Modified"))
	if err != nil {
		return ""
	}
	if now, err := http.ParseTime(h.Get("Date")); err == nil && now.Sub(changed) < time.Second { // RFC 9110, 8.8.2.2: it may have changed twice in one second
		return ""
	}
	return h.Get("Last-Modified")
}

// errAnew says that a part cannot be gone on from.
var errAnew = errors.New("it has changed")

// fits looks whether a reply goes on where it was asked to, and says from where; whole: there is nothing more to come.
func (d *download) fits(p *outcome) (from int64, whole bool, err error) {
	first, total, ok := contentRange(p.header.Get("Content-Range"))
	switch {
	case p.status == http.StatusPartialContent && d.have == 0:
		return 0, false, errors.New("the server has sent a part, and was asked for all")
	case p.status == http.StatusPartialContent:
		if tag := strong(p.header); !ok || first != d.have || tag != "" && tag != d.validator {
			return 0, false, errAnew
		}
		return d.have, false, nil
	case p.status == http.StatusRequestedRangeNotSatisfiable && d.have > 0:
		if ok && total == d.have {
			return d.have, true, nil
		}
		return 0, false, errAnew
	}
	return 0, false, nil
}

// contentRange reads "bytes 0-99/200" or "bytes */200"; total is -1 where it is not known.
func contentRange(s string) (first, total int64, ok bool) {
	s, isBytes := strings.CutPrefix(strings.ToLower(strings.TrimSpace(s)), "bytes ")
	span, size, slash := strings.Cut(strings.TrimSpace(s), "/")
	if !isBytes || !slash {
		return 0, 0, false
	}
	total = -1
	var err error
	if size != "*" {
		if total, err = strconv.ParseInt(size, 10, 64); err != nil || total < 0 {
			return 0, 0, false
		}
	}
	if span == "*" {
		return -1, total, true
	}
	from, to, dash := strings.Cut(span, "-")
	first, err = strconv.ParseInt(from, 10, 64)
	last, err2 := strconv.ParseInt(to, 10, 64)
	return first, total, dash && err == nil && err2 == nil && first >= 0 && last >= first
}

// download writes the body of a reply into the file.
func (r *fetch) download(c *interp.Call, p *outcome) (err error) {
	d := r.to
	from, whole, err := d.fits(p)
	if err != nil {
		p.close()
		if err == errAnew {
			return err
		}
		return r.about(interp.Errorf(interp.KindIO, "%s: %s: %w", r.op, brief(r.at.url), err), r.at).With("code", "EPROTO")
	}
	if whole {
		p.close()
	}
	w := &writing{d: d, r: r}
	begin := func(ctx context.Context) error { return w.begin(ctx, from, strong(p.header)) }
	if err = c.BlockFirm(begin); err == nil && !whole {
		err = r.pump(c, p, from, w.write, func() error { return nil })
	}
	if err == nil {
		err = c.BlockFirm(w.commit)
	} else {
		p.close()
	}
	if err != nil {
		// The task may have been cancelled, and what is left is tidied up all the same.
		return r.tidy(c, w, err)
	}
	p.status, p.saved, p.length = cmp200(p.status), true, w.size
	return nil
}

// cmp200 is the status of a download, which is whole whatever parts it came in.
func cmp200(status int) int {
	if status == http.StatusPartialContent || status == http.StatusRequestedRangeNotSatisfiable {
		return http.StatusOK
	}
	return status
}

// tidy closes what is not whole, and removes it where nobody goes on from it.
func (r *fetch) tidy(c *interp.Call, w *writing, why error) error {
	res := c.Defer("the part of "+w.d.path, nil, func(context.Context) error { return w.abort() })
	c.Close(res)
	return why
}

// writing is a part under way. Its methods are called off the loop, one after the other.
type writing struct {
	d    *download
	r    *fetch
	f    *interp.File
	hash hash.Hash
	size int64
	bad  bool // its checksum is wrong
}

// begin opens the part, to go on from some place.
func (w *writing) begin(ctx context.Context, from int64, tag string) (err error) {
	d, files := w.d, w.r.files
	if d.algorithm != "" {
		w.hash = checksums[d.algorithm]()
	}
	flags := os.O_RDWR | os.O_CREATE
	if from == 0 {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
		if st, err := files.Lstat(d.part); err == nil && st.Mode()&fs.ModeSymlink != 0 { // somebody wants it to lead elsewhere
			if err := files.Remove(d.part); err != nil {
				return interp.PathErrorf(w.r.op, d.part, err)
			}
		}
		if !d.resume || tag == "" {
			if err := files.Remove(d.tag); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return interp.PathErrorf(w.r.op, d.tag, err)
			}
		}
	}
	if w.f, err = files.Open(ctx, d.part, flags, 0o666); err != nil {
		return interp.PathErrorf(w.r.op, d.part, err)
	}
	st, err := w.f.Stat()
	switch {
	case err != nil:
		return interp.PathErrorf(w.r.op, d.part, err)
	case !st.Mode().IsRegular():
		w.f.Close()
		w.f = nil // not ours to remove
		return interp.PathErrorf(w.r.op, d.part, replace.ErrNotRegular)
	case from > 0 && st.Size() != from:
		return errAnew
	}
	if from > 0 {
		if w.hash != nil {
			_, err = io.Copy(w.hash, readIn(ctx, w.f))
		} else {
			_, err = w.f.Seek(from, io.SeekStart)
		}
		if err != nil {
			return interp.PathErrorf(w.r.op, d.part, err)
		}
		w.size = from
		return nil
	}
	if d.resume && tag != "" {
		t, err := files.Open(ctx, d.tag, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
		if err == nil {
			_, err = io.WriteString(t, tag+"\n")
			if cerr := t.Close(); err == nil {
				err = cerr
			}
		}
		if err != nil {
			return interp.PathErrorf(w.r.op, d.tag, err)
		}
	}
	return nil
}

// readIn reads until ctx ends.
func readIn(ctx context.Context, r io.Reader) io.Reader { return &contextReader{ctx, r} }

type contextReader struct {
	ctx context.Context
	r   io.Reader
}

// Read implements io.Reader.
func (c *contextReader) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(b)
}

func (w *writing) write(b []byte) error {
	if w.hash != nil {
		w.hash.Write(b)
	}
	n, err := w.f.Write(b)
	w.size += int64(n)
	if most := w.r.maxBody; most >= 0 && w.size > most {
		return errTooLarge
	}
	if err != nil {
		return interp.PathErrorf(w.r.op, w.d.part, err)
	}
	return nil
}

// commit puts the part, which is whole, in its place.
func (w *writing) commit(ctx context.Context) error {
	d := w.d
	if w.hash != nil {
		if got := hex.EncodeToString(w.hash.Sum(nil)); got != d.sum {
			w.bad = true
			return interp.Errorf(interp.KindIO, "%s: %s: its %s is %s, and %s was expected: it is broken, or another file", w.r.op, brief(w.r.at.url), d.algorithm, got, d.sum).
				With("code", "ECHECKSUM").With("path", d.path).With("url", shown(w.r.at.url))
		}
	}
	var err error
	if sys := w.f.System(); sys != nil {
		err = sys.Sync()
	}
	if cerr := w.f.Close(); err == nil {
		err = cerr
	}
	w.f = nil
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = replace.Rename(ctx, w.r.files, d.part, d.path)
	}
	if err == nil && d.resume {
		if err = w.r.files.Remove(d.tag); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}
	if err != nil && ctx.Err() == nil {
		return interp.PathErrorf(w.r.op, d.path, err)
	}
	return err
}

func (w *writing) abort() error {
	opened := w.f != nil
	if opened {
		w.f.Close()
		w.f = nil
	}
	if w.d.resume && !w.bad {
		return nil
	}
	for _, name := range []string{w.d.part, w.d.tag} {
		if err := w.r.files.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) && (opened || name == w.d.part) {
			return err
		}
	}
	return nil
}

// collect reads a body into memory while it tells how far it is.
func (r *fetch) collect(c *interp.Call, p *outcome) error {
	var b []byte
	err := r.pump(c, p, 0, func(piece []byte) error {
		if int64(len(b)+len(piece)) > r.maxBody {
			return errTooLarge
		}
		b = append(b, piece...)
		return nil
	}, func() error { return c.Room(len(b)) })
	p.close()
	p.body, p.open, p.pipe = b, nil, nil
	return err
}

// pump gives a body to write, piece by piece, off the loop, calls between after each, on the loop, and tells the script how far it is.
func (r *fetch) pump(c *interp.Call, p *outcome, from int64, write func(b []byte) error, between func() error) error {
	total := int64(bar.Unknown)
	piece := int64(1 << 62)
	if p.length >= 0 {
		total = from + p.length
	}
	if r.told.Wanted() {
		piece = stride(total)
	}
	done := from
	told := int64(-1)
	tell := func() error {
		if told == done {
			return nil
		}
		told = done
		return r.told.Report(c, float64(done), float64(total))
	}
	if err := tell(); err != nil {
		return err
	}
	i := r.newIdle(c, p.cancel)
	defer i.over()
	buf := make([]byte, 128<<10)
	for over := false; !over; {
		if p.pipe != nil {
			var n int
			err := i.within(c, func() (err error) {
				n, err = p.pipe.Read(c, buf)
				return err
			})
			if over = err == io.EOF; err != nil && !over {
				return r.bodyFailed(c, i, err)
			}
			done += int64(n)
			if err := c.BlockFirm(func(context.Context) error { return write(buf[:n]) }); err != nil {
				return r.bodyFailed(c, i, err)
			}
		} else if err := c.BlockFirm(func(ctx context.Context) error {
			stop := context.AfterFunc(ctx, p.cancel)
			defer stop()
			for so := int64(0); so < piece; {
				i.begins()
				n, err := p.open.Read(buf[:min(int64(len(buf)), piece-so)])
				so += int64(n)
				done += int64(n)
				if n > 0 {
					if werr := write(buf[:n]); werr != nil {
						return werr
					}
				}
				if err == io.EOF {
					over = true
					return nil
				}
				if err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return r.bodyFailed(c, i, err)
		}
		i.ends()
		if err := between(); err != nil {
			return err
		}
		if err := tell(); err != nil {
			return err
		}
	}
	return nil
}

// stride is after how many bytes a script is told how far a body of so many is.
func stride(total int64) int64 {
	if total < 0 {
		return 64 << 10
	}
	return min(max(total/100, 16<<10), 1<<20)
}

// bodyFailed is the error of a body that did not come to its end.
func (r *fetch) bodyFailed(c *interp.Call, i *idling, err error) error {
	if i.late.Load() {
		return r.about(interp.Errorf(interp.KindTimeout, "%s: %s: nothing more came for %s", r.op, brief(r.at.url), inSeconds(r.idleTimeout)), r.at)
	}
	return r.failed(err, r.at)
}

// idling is the time within which the next bytes of a body must come.
type idling struct {
	r     *fetch
	timer *interp.Timer // for the loop's side
	done  bool          // for the loop's side
	late  atomic.Bool
}

func (r *fetch) newIdle(c *interp.Call, cancel func()) *idling {
	i := &idling{r: r}
	i.timer = c.NewTimer(func(time.Duration) {
		i.late.Store(true)
		if cancel != nil {
			cancel()
		}
	})
	return i
}

// begins is called off the loop when something is waited for, and ends when it has come.
func (i *idling) begins() {
	if i.r.idleTimeout != interp.Forever {
		i.r.rt.Post(func() {
			if !i.done {
				i.timer.Set(i.r.idleTimeout)
			}
		})
	}
}

func (i *idling) ends() {
	if i.r.idleTimeout != interp.Forever {
		i.r.rt.Post(i.timer.Stop)
	}
}

// over is called on the loop when nothing more is waited for.
func (i *idling) over() {
	i.done = true
	i.timer.Stop()
}

// within waits on the loop.
func (i *idling) within(c *interp.Call, wait func() error) error {
	scope := &interp.Scope{Timeout: i.r.idleTimeout}
	err := c.Scope(scope, wait)
	if scope.Ended() {
		i.late.Store(true)
		return interp.ErrTimeout
	}
	return err
}

// worded is the body of a stream, whose errors are those of the request.
type worded struct {
	r    *fetch
	at   *hop
	body io.Reader
	left int64 // of the option max_body; -1: it is not given
}

// Read implements io.Reader.
func (w *worded) Read(b []byte) (int, error) {
	n, err := w.body.Read(b)
	if w.left >= 0 {
		if w.left -= int64(n); w.left < 0 {
			return n, w.r.failed(errTooLarge, w.at)
		}
	}
	if err != nil && w.r.fault != nil {
		if fault := w.r.fault.Load(); fault != nil {
			return n, fault.err
		}
	}
	if err == nil || err == io.EOF {
		return n, err
	}
	return n, w.r.failed(err, w.at)
}
