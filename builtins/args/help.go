package args

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/lull-lua/lull/interp"
)

// Widths of the help, in characters.
const (
	narrowest = 40
	widest    = 100
	usual     = 80
	maxLabel  = 28 // of what stands before the help of an entry; where it is longer the help begins on the next line
)

// help is what --help prints.
func (s *spec) help(c *interp.Call) string {
	width := usual
	if columns, ok := c.Env("COLUMNS"); ok {
		if n, err := strconv.Atoi(columns); err == nil && n > 0 {
			width = min(max(n, narrowest), widest)
		}
	}
	var b strings.Builder
	b.WriteString(s.usage(width))
	if s.text != "" {
		b.WriteString("\n" + wrapped(s.text, "", "", width))
	}
	writeSections(&b, s.sections(c), width)
	if len(s.examples) > 0 {
		b.WriteString("\nExamples:\n")
		for _, e := range s.examples {
			b.WriteString("  " + strings.ReplaceAll(strings.TrimRight(e, "\n"), "\n", "\n  ") + "\n")
		}
	}
	if len(s.commands) > 0 {
		fmt.Fprintf(&b, "\n'%s COMMAND --help' tells more about a command.\n", s.name)
	}
	return b.String()
}

// section is a part of the help: labels and what they mean.
type section struct {
	title string
	rows  [][2]string
}

// sections are what the help lists.
func (s *spec) sections(c *interp.Call) []section {
	var arguments, options, commands, common [][2]string
	for _, e := range s.entries {
		if len(e.names) == 0 {
			arguments = append(arguments, [2]string{e.shown(), e.described(c)})
		} else {
			options = append(options, [2]string{e.shown(), e.described(c)})
		}
	}
	for _, cmd := range s.commands {
		first, _, _ := strings.Cut(cmd.text, "\n")
		commands = append(commands, [2]string{cmd.word, first})
	}
	top := s
	for top.up != nil {
		top = top.up
		for _, e := range top.entries {
			common = append(common, [2]string{e.shown(), e.described(c)})
		}
	}
	own := &options
	if s.up != nil {
		own = &common
	}
	if top.version != "" && !s.has("--version") {
		*own = append(*own, [2]string{"    --version", "show the version"})
	}
	if !s.has("--help") {
		label := "-h, --help"
		if s.has("-h") {
			label = "    --help"
		}
		*own = append(*own, [2]string{label, "show this help"})
	}
	return []section{{"Arguments", arguments}, {"Commands", commands}, {"Options", options}, {"Common options", common}}
}

// writeSections writes the sections that are not empty, with what the labels mean in one column.
func writeSections(b *strings.Builder, sections []section, width int) {
	column := 0
	for _, sec := range sections {
		for _, row := range sec.rows {
			if n := utf8.RuneCountInString(row[0]); n <= maxLabel {
				column = max(column, n)
			}
		}
	}
	for _, sec := range sections {
		if len(sec.rows) == 0 {
			continue
		}
		b.WriteString("\n" + sec.title + ":\n")
		for _, row := range sec.rows {
			label := "  " + row[0]
			indent := strings.Repeat(" ", column+4)
			if pad := column + 4 - utf8.RuneCountInString(label); pad >= 2 {
				label += strings.Repeat(" ", pad)
			} else if row[1] != "" {
				label += "\n" + indent
			}
			b.WriteString(strings.TrimRight(wrapped(row[1], label, indent, width), " \n") + "\n")
		}
	}
}

// has reports whether the script has an option of that name itself.
func (s *spec) has(name string) bool {
	for ; s != nil; s = s.up {
		if slices.ContainsFunc(s.entries, func(e *entry) bool { return slices.Contains(e.names, name) }) {
			return true
		}
	}
	return false
}

// usage is the first lines: how the script, or its command, is called.
func (s *spec) usage(width int) string {
	words := []string{"[OPTIONS]"}
	for at := s; at != nil; at = at.up {
		for _, e := range at.entries { // what must be there is named
			if e.required {
				words = append(words, e.last()+value(e))
			}
		}
	}
	if len(s.commands) > 0 {
		words = append(words, "COMMAND ...")
	}
	for _, e := range s.entries {
		if len(e.names) == 0 {
			word := strings.ToUpper(e.placeholder)
			if e.many {
				word += "..."
			}
			if e.optional {
				word = "[" + word + "]"
			}
			words = append(words, word)
		}
	}
	head := "Usage: " + s.name
	line, indent := head, strings.Repeat(" ", min(utf8.RuneCountInString(head), width/2)+1)
	out := ""
	for _, w := range words {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(w) > width {
			out += line + "\n"
			line = indent + w
			continue
		}
		line += " " + w
	}
	return out + line + "\n"
}

func value(e *entry) string {
	switch {
	case e.flag():
		return ""
	case strings.HasPrefix(e.last(), "--"):
		return "=" + e.placeholder
	}
	return " " + e.placeholder
}

// shown is an entry as the help's left column has it.
func (e *entry) shown() string {
	if len(e.names) == 0 {
		name := strings.ToUpper(e.placeholder)
		if e.many {
			name += "..."
		}
		return name
	}
	s := strings.Join(e.names, ", ")
	if strings.HasPrefix(s, "--") {
		s = "    " + s
	}
	if !e.flag() {
		s += " " + e.placeholder
	}
	return s
}

// described is the help of an entry, with what else there is to know.
func (e *entry) described(c *interp.Call) string {
	var more []string
	if len(e.choices) > 0 {
		var all []string
		for _, v := range e.choices {
			text, _ := v.Text()
			all = append(all, text)
		}
		more = append(more, "one of: "+strings.Join(all, ", "))
	}
	if text := e.defaultText(); text != "" {
		more = append(more, "default: "+text)
	}
	if long, ok := strings.CutPrefix(e.last(), "--"); ok && e.flag() && !e.many && e.byDefault.Truth() {
		more = append(more, "off with --no-"+long)
	}
	if e.many && len(e.names) > 0 && !e.flag() {
		more = append(more, "may be repeated")
	}
	if e.required {
		more = append(more, "required")
	}
	if e.env != "" {
		more = append(more, "env: "+e.env)
	}
	if len(more) == 0 {
		return e.help
	}
	return strings.TrimPrefix(e.help+" ("+strings.Join(more, "; ")+")", " ")
}

func (e *entry) defaultText() string {
	v := e.byDefault
	if t, ok := v.Table(); ok {
		var all []string
		for i := 1; i <= t.Len(); i++ {
			text, _ := t.Index(i).Text()
			all = append(all, text)
		}
		return strings.Join(all, " ")
	}
	text, ok := v.Text()
	n, isNumber := v.Number()
	switch {
	case !ok || text == "" || e.flag():
		return ""
	case isNumber && e.kind == "duration":
		return durationText(n)
	case isNumber && e.kind == "size":
		return sizeText(n)
	case strings.ContainsAny(text, " ;()"):
		return strconv.Quote(text)
	}
	return text
}

// durationText is a number of seconds in the largest units that give it exactly.
func durationText(n float64) string {
	if n < 60 || n != float64(int64(n)) {
		return strconv.FormatFloat(n, 'f', -1, 64) + "s"
	}
	s := ""
	rest := int64(n)
	for _, u := range []struct {
		name string
		size int64
	}{{"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}} {
		if rest >= u.size {
			s += strconv.FormatInt(rest/u.size, 10) + u.name
			rest %= u.size
		}
	}
	return s
}

// sizeText is a number of bytes in the largest unit that gives it exactly.
func sizeText(n float64) string {
	units := []string{"", "K", "M", "G", "T", "P"}
	i := 0
	for ; n >= 1024 && float64(int64(n)/1024) == n/1024 && i < len(units)-1; i++ {
		n /= 1024
	}
	return strconv.FormatFloat(n, 'f', -1, 64) + units[i]
}

// wrapped is text in lines of that width, the first behind a label, the others behind an indent. Its own line breaks stay.
func wrapped(text, label, indent string, width int) string {
	var b strings.Builder
	b.WriteString(label)
	room := max(width-utf8.RuneCountInString(indent), narrowest/2)
	for i, paragraph := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		if i > 0 {
			b.WriteString("\n")
			if paragraph != "" {
				b.WriteString(indent)
			}
		}
		line := 0
		for j, word := range strings.Split(paragraph, " ") { // blanks are kept: a list may be indented
			n := utf8.RuneCountInString(word)
			switch {
			case j == 0:
			case line+1+n > room && word != "":
				b.WriteString("\n" + indent)
				line = 0
			default:
				b.WriteString(" ")
				line++
			}
			b.WriteString(word)
			line += n
		}
	}
	b.WriteString("\n")
	return b.String()
}
