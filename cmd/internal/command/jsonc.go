package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// jsonc is a text of JSON with comments and commas behind the last, as editors' settings are. It is edited where something is
// added, and stays as it is elsewhere.
type jsonc struct {
	src string
	pos int
}

// value is a value's place in the text, and what is in it, if it is an object or an array.
type value struct {
	from, to int
	kind     byte // '{', '[', '"', or 0 for anything else
	text     string
	members  []member
	comma    int // behind the last member: the comma's place, or -1
}

// member is a member of an object, or an element of an array, whose key is "".
type member struct {
	key   string
	value *value
	from  int // of the key, or the element
}

// parse reads the whole text as one object.
func (j *jsonc) parse() (*value, error) {
	j.pos = 0
	if strings.HasPrefix(j.src, "\ufeff") {
		j.pos = len("\ufeff")
	}
	v, err := j.value(0)
	if err == nil {
		err = j.blanks()
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("line %d: %w", 1+strings.Count(j.src[:min(j.pos, len(j.src))], "\n"), err)
	case j.pos < len(j.src) || v.kind != '{':
		return nil, errors.New("it is not one object")
	}
	return v, nil
}

// maxNested bounds the depth of a file of settings.
const maxNested = 100

func (j *jsonc) value(depth int) (*value, error) {
	if err := j.blanks(); err != nil {
		return nil, err
	}
	v := &value{from: j.pos, comma: -1}
	if depth > maxNested {
		return nil, fmt.Errorf("values within values more than %d deep", maxNested)
	}
	switch c := j.at(); c {
	case '{', '[':
		v.kind = c
		if err := j.inside(v, depth); err != nil {
			return nil, err
		}
	case '"':
		s, err := j.str()
		if err != nil {
			return nil, err
		}
		v.kind, v.text = '"', s
	default:
		n := strings.IndexAny(j.src[j.pos:], ",:{}[]\"/ \t\r\n")
		if n < 0 {
			n = len(j.src) - j.pos
		}
		word := j.src[j.pos : j.pos+n]
		if !json.Valid([]byte(word)) {
			return nil, fmt.Errorf("a value is expected, not %.20q", j.src[j.pos:min(len(j.src), j.pos+max(n, 1))])
		}
		j.pos += n
	}
	v.to = j.pos
	return v, nil
}

func (j *jsonc) inside(v *value, depth int) error {
	closing := v.kind + 2 // so ASCII has it
	j.pos++
	for {
		if err := j.blanks(); err != nil {
			return err
		}
		if j.at() == closing {
			j.pos++
			return nil
		}
		if len(v.members) > 0 && v.comma < 0 {
			return fmt.Errorf("a comma or %q is expected", closing)
		}
		m := member{from: j.pos}
		if v.kind == '{' {
			key, err := j.str()
			if err == nil {
				err = j.blanks()
			}
			if err == nil && j.at() != ':' {
				err = errors.New("a colon is expected")
			}
			if err != nil {
				return err
			}
			j.pos++
			m.key = key
		}
		var err error
		if m.value, err = j.value(depth + 1); err != nil {
			return err
		}
		v.members = append(v.members, m)
		if err := j.blanks(); err != nil {
			return err
		}
		if v.comma = -1; j.at() == ',' {
			v.comma = j.pos
			j.pos++
		}
	}
}

func (j *jsonc) str() (string, error) {
	if j.at() != '"' {
		return "", errors.New("a string is expected")
	}
	for end := j.pos + 1; end < len(j.src); end++ {
		switch j.src[end] {
		case '\\':
			end++
		case '"':
			var s string
			err := json.Unmarshal([]byte(j.src[j.pos:end+1]), &s)
			j.pos = end + 1
			return s, err
		}
	}
	return "", errors.New("a string has no end")
}

// blanks steps over white space and comments.
func (j *jsonc) blanks() error {
	for {
		switch rest := j.src[j.pos:]; {
		case strings.HasPrefix(rest, "//"):
			if n := strings.IndexByte(rest, '\n'); n >= 0 {
				j.pos += n
			} else {
				j.pos = len(j.src)
			}
		case strings.HasPrefix(rest, "/*"):
			n := strings.Index(rest[2:], "*/")
			if n < 0 {
				return errors.New("a comment has no end")
			}
			j.pos += n + 4
		case rest != "" && strings.IndexByte(" \t\r\n", rest[0]) >= 0:
			j.pos++
		default:
			return nil
		}
	}
}

// at is the byte at hand, or 0 at the end.
func (j *jsonc) at() byte {
	if j.pos < len(j.src) {
		return j.src[j.pos]
	}
	return 0
}

// find is the value of a key of an object; "a.b" is also the key b within a.
func (v *value) find(key string) *value {
	for _, m := range v.members {
		if m.key == key {
			return m.value
		}
		if rest, ok := strings.CutPrefix(key, m.key+"."); ok && m.value.kind == '{' {
			if in := m.value.find(rest); in != nil {
				return in
			}
		}
	}
	return nil
}

// home is the object that a key belongs into, and the key there: b in a, for "a.b", where a is an object.
func (v *value) home(key string) (in *value, rest string) {
	for _, m := range v.members {
		if rest, ok := strings.CutPrefix(key, m.key+"."); ok && m.value.kind == '{' {
			return m.value.home(rest)
		}
	}
	return v, key
}

// add is the text with one more member at the end of v, as it is written: `"key": 1`. It stands in a line of its own, unless
// the value has only one line.
func (j *jsonc) add(v *value, written string) string {
	if len(v.members) == 0 {
		inner := j.src[v.from+1 : v.to-1]
		if strings.TrimSpace(inner) != "" { // comments
			return j.src[:v.to-1] + "  " + written + "\n" + j.src[v.to-1:]
		}
		return j.src[:v.from+1] + written + j.src[v.to-1:]
	}
	last := v.members[len(v.members)-1]
	line := strings.LastIndexByte(j.src[:last.from], '\n') + 1
	indent := j.src[line:last.from]
	if strings.TrimSpace(indent) != "" || !strings.Contains(j.src[v.from:last.from], "\n") { // another stands before it
		if v.comma >= 0 {
			return j.src[:v.comma+1] + " " + written + "," + j.src[v.comma+1:]
		}
		return j.src[:last.value.to] + ", " + written + j.src[last.value.to:]
	}
	before, after, comma := j.src[:last.value.to], j.src[last.value.to:], ","
	if v.comma >= 0 {
		before, after, comma = j.src[:v.comma+1], j.src[v.comma+1:], ""
		written += ","
	}
	eol := "\n"
	rest, _, _ := strings.Cut(after, "\n")
	if strings.HasSuffix(rest, "\r") {
		eol = "\r\n"
		rest = rest[:len(rest)-1]
	}
	if v.to-1 < len(before)+len(rest) { // the closing bracket is in the same line
		rest = ""
	} else if at := (&jsonc{src: rest}); at.blanks() != nil || at.pos < len(rest) { // a comment that goes on, or nothing we know
		rest = ""
	}
	return before + comma + rest + eol + indent + written + after[len(rest):]
}
