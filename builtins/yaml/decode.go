package yaml

import (
	"fmt"
	"io"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

// maxAliased is how many values may come of aliases: each stands for a copy of what it names.
const maxAliased = 100_000

// decoder makes values of what the library has parsed, by YAML 1.2's core schema.
type decoder struct {
	s       string
	w       *interp.Work
	nulls   bool
	numbers data.Numbers
	data.Objects
	depth   int
	within  []*yaml.Node // that are being made, and that aliases may not lead back to
	alias   int          // how many aliases are around the value
	aliased int
	read    int // of s, by the library
}

func (d *decoder) errorf(n *yaml.Node, format string, args ...any) error {
	return data.ErrorAt("yaml.decode", "", max(n.Line, 1), max(n.Column, 1), fmt.Sprintf(format, args...))
}

// Read implements io.Reader: the library's reading ends when the work must, by a panic, as in the middle of a comment the library goes
// on after an error.
func (d *decoder) Read(p []byte) (int, error) {
	if d.read >= len(d.s) {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), 4096)], d.s[d.read:])
	d.read += n
	if err := d.w.Take(32 * n); err != nil { // the library's nodes
		panic(stopped{err})
	}
	if err := d.w.Did(8 * n); err != nil {
		panic(stopped{err})
	}
	return n, nil
}

// stopped is why the work ended, on its way through the library.
type stopped struct{ error }

// documents are all documents of the stream; an empty one is nil.
func (d *decoder) documents(all bool) (docs []interp.Value, err error) {
	if !utf8.ValidString(d.s) {
		for i, r := range d.s {
			if _, n := utf8.DecodeRuneInString(d.s[i:]); r == utf8.RuneError && n <= 1 {
				return nil, data.ParseError("yaml.decode", "", d.s, i, "invalid UTF-8: the byte 0x%02X", d.s[i])
			}
		}
	}
	if strings.HasPrefix(d.s, "%YAML 1.2") { // which the library does not know, though this is what is made of its nodes
		d.s = "%YAML 1.1" + d.s[len("%YAML 1.2"):]
	}
	dec := yaml.NewDecoder(d)
	for {
		var n yaml.Node
		if err := d.next(dec, &n); err == io.EOF {
			return docs, nil
		} else if err != nil {
			return nil, err
		}
		if len(docs) == 1 && !all {
			return nil, d.errorf(&n, "another document; all = true gives a list of them")
		}
		v, err := d.value(&n)
		if err != nil {
			return nil, err
		}
		docs = append(docs, v)
	}
}

// next reads a document. A panic of the library is an error of the text.
func (d *decoder) next(dec *yaml.Decoder, n *yaml.Node) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case stopped:
			err = p.error
		default:
			err = data.ErrorAt("yaml.decode", "", 1, 1, fmt.Sprintf("the text cannot be read (%v)", p))
		}
	}()
	if err = dec.Decode(n); err == nil || err == io.EOF {
		return err
	}
	return d.wrong(err)
}

var (
	lineOf   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?s)^yaml: line (\d+): (.*)`) })
	anchorOf = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`unknown anchor '(.*)' referenced`) })
)

// wrong is an error of the library with its place.
func (d *decoder) wrong(err error) error {
	text := err.Error()
	lines := 1 + strings.Count(d.s, "\n")
	if m := lineOf().FindStringSubmatch(text); m != nil {
		line, _ := strconv.Atoi(m[1]) // digits
		return data.ErrorAt("yaml.decode", "", min(max(line, 1), lines), 1, strings.ReplaceAll(m[2], "\n", "; "))
	}
	text = strings.ReplaceAll(strings.TrimPrefix(text, "yaml: "), "\n", "; ")
	at := 0
	if m := anchorOf().FindStringSubmatch(text); m != nil {
		at = max(0, strings.Index(d.s, "*"+m[1]))
	} else if strings.Contains(text, "control characters") {
		at = max(0, strings.IndexFunc(d.s, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f }))
	}
	return data.ParseError("yaml.decode", "", d.s, at, "%s", text)
}

// value is a node as a value; nil is null.
func (d *decoder) value(n *yaml.Node) (interp.Value, error) {
	if err := d.w.Spend(64); err != nil {
		return interp.Value{}, err
	}
	if d.alias > 0 {
		if d.aliased++; d.aliased > maxAliased {
			return interp.Value{}, d.errorf(n, "aliases come to more than %d values", maxAliased)
		}
	}
	switch n.Kind {
	case 0:
		return interp.Value{}, nil
	case yaml.DocumentNode:
		if len(n.Content) == 0 {
			return interp.Value{}, nil
		}
		return d.value(n.Content[0])
	case yaml.AliasNode:
		for _, outer := range d.within {
			if outer == n.Alias {
				return interp.Value{}, d.errorf(n, "the alias '*%s' stands inside what it names", n.Value)
			}
		}
		d.alias++
		defer func() { d.alias-- }()
		return d.value(n.Alias)
	case yaml.ScalarNode:
		return d.scalar(n)
	}
	if d.depth++; d.depth > data.MaxDepth {
		return interp.Value{}, d.errorf(n, "values inside values more than %d deep", data.MaxDepth)
	}
	d.within = append(d.within, n)
	defer func() {
		d.depth--
		d.within = d.within[:len(d.within)-1]
	}()
	if n.Kind == yaml.SequenceNode {
		return d.sequence(n)
	}
	return d.mapping(n)
}

// explicit is the tag that a node has in the text, or "".
func explicit(n *yaml.Node) string {
	if n.Style&yaml.TaggedStyle == 0 {
		return ""
	}
	return n.ShortTag()
}

func (d *decoder) sequence(n *yaml.Node) (interp.Value, error) {
	if tag := explicit(n); tag != "" && tag != "!!seq" && tag != "!" {
		return interp.Value{}, d.badTag(n, tag)
	}
	items := make([]interp.Value, 0, len(n.Content))
	for _, item := range n.Content {
		v, err := d.value(item)
		if err != nil {
			return v, err
		}
		if v.IsNil() {
			v = d.Null
		}
		items = append(items, v)
	}
	return d.w.List(items).Value(), nil
}

func (d *decoder) badTag(n *yaml.Node, tag string) error {
	return d.errorf(n, "the tag '%s' is none of the core schema (!!str !!int !!float !!bool !!null !!map !!seq)", short(tag))
}

func short(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "..."
	}
	return s
}

// isMerge reports whether a key is <<.
func isMerge(k *yaml.Node) bool {
	return k.Kind == yaml.ScalarNode && k.Value == "<<" && k.Style == 0
}

func (d *decoder) mapping(n *yaml.Node) (interp.Value, error) {
	if tag := explicit(n); tag != "" && tag != "!!map" && tag != "!" {
		return interp.Value{}, d.badTag(n, tag)
	}
	names := make([]string, len(n.Content)/2)
	own := make(map[string]bool, len(names))
	for i := range names {
		k := n.Content[2*i]
		if isMerge(k) {
			continue
		}
		name, err := d.key(k)
		if err != nil {
			return interp.Value{}, err
		}
		if own[name] {
			return interp.Value{}, d.errorf(k, "the key '%s' is there twice", short(name))
		}
		own[name], names[i] = true, name
	}
	var pairs []interp.Value
	for i, name := range names {
		k, v := n.Content[2*i], n.Content[2*i+1]
		if isMerge(k) {
			var err error
			if pairs, err = d.merge(pairs, own, v); err != nil {
				return interp.Value{}, err
			}
			continue
		}
		x, err := d.value(v)
		if err != nil {
			return x, err
		}
		if x.IsNil() && d.nulls {
			x = d.Null
		}
		pairs = append(pairs, d.w.Name(name), x)
	}
	return d.w.Map(pairs).Value(), nil
}

// merge appends the pairs of the mapping, or mappings, that << has as its value, but for names that are there.
func (d *decoder) merge(pairs []interp.Value, own map[string]bool, v *yaml.Node) ([]interp.Value, error) {
	from := v
	if v.Kind == yaml.AliasNode {
		from = v.Alias
		d.alias++
		defer func() { d.alias-- }()
	}
	for _, outer := range d.within {
		if outer == from {
			return nil, d.errorf(v, "<< merges a mapping into itself")
		}
	}
	switch from.Kind {
	case yaml.SequenceNode:
		for _, item := range from.Content {
			if item.Kind == yaml.SequenceNode || item.Kind == yaml.AliasNode && item.Alias.Kind == yaml.SequenceNode {
				return nil, d.errorf(item, "<< merges mappings, or a list of them")
			}
			var err error
			if pairs, err = d.merge(pairs, own, item); err != nil {
				return nil, err
			}
		}
		return pairs, nil
	case yaml.MappingNode:
	default:
		return nil, d.errorf(v, "<< merges mappings, or a list of them")
	}
	m, err := d.value(from)
	if err != nil {
		return nil, err
	}
	t, _ := m.Table()
	for k, x := range t.All() {
		if name := k.String(); !own[name] {
			own[name] = true
			pairs = append(pairs, d.w.Name(name), x)
		}
	}
	return pairs, nil
}

// key is a key's text.
func (d *decoder) key(k *yaml.Node) (string, error) {
	n := k
	if k.Kind == yaml.AliasNode {
		n = k.Alias
	}
	if n.Kind != yaml.ScalarNode {
		return "", d.errorf(k, "a list or mapping as a key, which Lua's tables cannot have")
	}
	tag := explicit(n)
	switch tag {
	case "", "!", "!!str", "!!int", "!!float", "!!bool":
	case "!!null":
		return "", d.errorf(k, "null as a key, which Lua's tables cannot have")
	default:
		return "", d.badTag(k, tag)
	}
	if tag == "" && n.Style&quoted == 0 && isNull(n.Value) {
		return "", d.errorf(k, "null as a key, which Lua's tables cannot have")
	}
	return n.Value, nil
}

const quoted = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle

func (d *decoder) scalar(n *yaml.Node) (interp.Value, error) {
	s := n.Value
	tag := explicit(n)
	if tag == "!" || tag == "" && n.Style&quoted != 0 {
		tag = "!!str"
	}
	switch tag {
	case "!!str":
		return d.w.Text(s), d.w.Did(len(s))
	case "", "!!null", "!!bool", "!!int", "!!float":
	default:
		return interp.Value{}, d.badTag(n, tag)
	}
	if (tag == "" || tag == "!!null") && isNull(s) {
		return interp.Value{}, nil
	}
	if tag == "" || tag == "!!bool" {
		switch s {
		case "true", "True", "TRUE":
			return interp.Bool(true), nil
		case "false", "False", "FALSE":
			return interp.Bool(false), nil
		}
	}
	if tag == "" || tag == "!!int" || tag == "!!float" {
		switch strings.TrimPrefix(s, "+") {
		case ".inf", ".Inf", ".INF":
			return d.w.Number(math.Inf(1)), nil
		case "-.inf", "-.Inf", "-.INF":
			return d.w.Number(math.Inf(-1)), nil
		}
		if s == ".nan" || s == ".NaN" || s == ".NAN" {
			return d.w.Number(math.NaN()), nil
		}
		if text, ok := plainNumber(s); ok && !(tag == "!!int" && strings.ContainsAny(text, ".eE")) {
			v, ok := d.Number(d.w, d.numbers, text)
			if !ok {
				return v, d.errorf(n, `the number %s is too large for a double; numbers = "exact" or "string" keeps its digits`, short(s))
			}
			return v, nil
		}
	}
	if tag != "" {
		return interp.Value{}, d.errorf(n, "'%s' is no %s", short(s), tag)
	}
	return d.w.Text(s), d.w.Did(len(s))
}

func isNull(s string) bool {
	return s == "" || s == "~" || s == "null" || s == "Null" || s == "NULL"
}

// plainNumber is a number of the core schema as JSON writes it.
func plainNumber(s string) (string, bool) {
	if len(s) > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'o') && len(s) < 1000 {
		base := 16
		if s[1] == 'o' {
			base = 8
		}
		for i := 2; i < len(s); i++ {
			if c := s[i]; !(c >= '0' && c <= '7' || base == 16 && (c >= '8' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f')) {
				return "", false
			}
		}
		n, ok := new(big.Int).SetString(s[2:], base)
		if !ok {
			return "", false
		}
		return n.String(), true
	}
	sign, rest := "", s
	if rest != "" && (rest[0] == '-' || rest[0] == '+') {
		if rest[0] == '-' {
			sign = "-"
		}
		rest = rest[1:]
	}
	whole := rest
	if i := strings.IndexAny(rest, ".eE"); i >= 0 {
		whole = rest[:i]
	}
	rest = rest[len(whole):]
	if whole == "" && !(len(rest) > 1 && rest[0] == '.' && rest[1] >= '0' && rest[1] <= '9') {
		return "", false
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" || whole[0] > '9' || whole[0] < '0' {
		whole = "0" + whole
	}
	if rest == "." {
		rest = ".0"
	} else if len(rest) > 1 && rest[0] == '.' && rest[1]|0x20 == 'e' {
		rest = ".0" + rest[1:]
	}
	text := sign + whole + rest
	end, ok := data.ScanNumber(text, 0)
	return text, ok && end == len(text)
}
