package command

import (
	"cmp"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
)

// manDescription is what the page says of lull.
const manDescription = `.Nm
runs scripts in Lua 5.1 whose builtins wait without stopping anything else:
a script starts a hundred jobs at once, each with a time limit, retries and
a cleanup, and no error is lost.
.Pp
Without a script it is a REPL on a terminal, and reads the script from
standard input otherwise.
The arguments behind the script are the script's, in
.Li ...
and
.Va arg .
.Pp
.Ic lull doc
prints the reference of the builtins.
.Pp
Its flags stand before the script:
`

// manPage is the page lull(1), or that of an Extension's program, in the macros of mdoc(7), made of the usage texts.
func manPage(x *Extension) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".Dd %s\n", built())
	fmt.Fprintf(&b, ".Dt %s 1\n.Os\n.Sh NAME\n.Nm %s\n.Nd %s\n.Sh SYNOPSIS\n.Bd -literal -compact\n", strings.ToUpper(x.program()), x.program(), cmp.Or(x.Does, "run async job scripts"))
	for line := range strings.Lines(x.named(usageOfScripts)) {
		b.WriteString(roff(strings.TrimPrefix(strings.TrimPrefix(line, "usage: "), "       ")))
	}
	for _, c := range x.subcommands() {
		b.WriteString(roff(x.program() + " " + c.form + "\n"))
	}
	b.WriteString(".Ed\n.Sh DESCRIPTION\n")
	if x.Name != "" {
		b.WriteString(".Nm\nis\n.Ic lull\nwith more: all that lull does, it does.\n.Pp\n")
		for i, paragraph := range strings.Split(strings.TrimSpace(x.Manual), "\n\n") {
			if i > 0 {
				b.WriteString(".Pp\n")
			}
			b.WriteString(filled(paragraph))
		}
		b.WriteString(".Pp\nIts flags stand before the script:\n")
	} else {
		b.WriteString(manDescription)
	}
	manFlags(&b, x.flagRows())
	b.WriteString(".Sh COMMANDS\n")
	for _, c := range x.subcommands() {
		fmt.Fprintf(&b, ".Ss %s\n", c.name)
		if c.usage == "" {
			b.WriteString(roff("Prints " + c.does + ".\n"))
			continue
		}
		b.WriteString(".Bd -literal -compact\n")
		for line := range strings.Lines(c.usage) {
			b.WriteString(roff(line))
		}
		b.WriteString(".Ed\n")
	}
	b.WriteString(".Sh ENVIRONMENT\n.Bl -tag -width LULL_HISTORY\n")
	for _, v := range append(x.Environment, [][2]string{
		{"LUA_PATH", "where require looks for modules, in place of the script's folder; ;; in it stands for the rest"},
		{"LULL_HISTORY", "the file of the REPL's history; empty: none is kept"},
		{"VISUAL, EDITOR", "the editor of the REPL's :edit"},
		{"PAGER", "where the REPL's output goes that is longer than the screen; empty: nowhere else"},
		{"NO_COLOR", "set to anything: no colours"},
		{"CI", "set to anything: lull test takes a missing snapshot as a failure"},
		{"TZ", "the zone of local times"},
		{"GOGC, GOMEMLIMIT", "how the Go runtime collects garbage, in place of lull's own setting"},
	}...) {
		fmt.Fprintf(&b, ".It Ev %s\n%s", strings.ReplaceAll(v[0], ", ", " , "), filled(v[1]+"."))
	}
	b.WriteString(".El\n.Sh EXIT STATUS\n.Bl -tag -width 143\n")
	for _, s := range [][2]string{
		{"0", "it ended well"},
		{"1", "an error that nobody caught, an error of a task that nobody awaited, or a deadlock"},
		{"2", "wrong usage, or a file that cannot be read"},
		{"3", "the script does not compile"},
		{"5", "lull test: there are no tests"},
		{"124", "the time of --timeout was over"},
		{"129, 130, 131, 141, 143", "it was ended by SIGHUP, Ctrl-C, a second SIGQUIT, a closed pipe, SIGTERM"},
	} {
		fmt.Fprintf(&b, ".It %s\n%s", strings.ReplaceAll(s[0], ", ", " , "), filled(s[1]+"."))
	}
	b.WriteString(`.El
.Pp
Any other is what the script has given to os.exit or stop.
.Sh EXAMPLES
Four downloads at once, each for half a minute at most:
.Bd -literal -offset indent
`)
	for line := range strings.Lines(`task.map({...}, function(url)
  wait_for(function()
    http.get(url, { to = url:match "[^/]+$" })
  end, 30)
end, { limit = 4 })
`) {
		b.WriteString(roff(line))
	}
	b.WriteString(".Ed\n.Sh SEE ALSO\n.Lk https://github.com/lull-lua/lull\n")
	return b.String()
}

// built is the day of the commit that the command was built from, as .Dd has it; without one there is none.
func built() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if at, err := time.Parse(time.RFC3339, s.Value); s.Key == "vcs.time" && err == nil {
				return at.UTC().Format("January 2, 2006")
			}
		}
	}
	return "$Mdocdate$"
}

// manFlags is a list of flags.
func manFlags(b *strings.Builder, rows []flagRow) {
	b.WriteString(".Bl -tag -width Ds\n")
	for _, r := range rows {
		b.WriteString(".It")
		for i, name := range r.names {
			if i > 0 {
				b.WriteString(" ,")
			}
			if long, ok := strings.CutPrefix(name, "--"); ok {
				b.WriteString(" Fl Fl " + long)
			} else {
				b.WriteString(" Fl " + name[1:])
			}
		}
		if r.value != "" {
			b.WriteString(" Ar " + r.value)
		}
		b.WriteString("\n" + filled(r.does))
	}
	b.WriteString(".El\n")
}

// filled is a paragraph in lines as short as mandoc wants them, a sentence beginning a new one, which fills them anew.
func filled(text string) string {
	const most = 70 // its dashes become longer
	var b, line strings.Builder
	for _, word := range strings.Fields(text) {
		if text := line.String(); text != "" && (len(text)+1+len(word) > most || strings.HasSuffix(text, ".")) {
			b.WriteString(roff(line.String() + "\n"))
			line.Reset()
		}
		if line.Len() > 0 {
			line.WriteByte(' ')
		}
		line.WriteString(word)
	}
	return b.String() + roff(line.String()+"\n")
}

// roff is a line of text as it is: a backslash begins an escape, a dash alone is a hyphen, and a dot at the beginning a macro.
func roff(line string) string {
	line = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(line)
	if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
		line = `\&` + line
	}
	return line
}
