package command

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

const completionUsage = `usage: lull completion bash|zsh|fish

Prints what the shell has to know to complete lull's flags, commands and files:

  bash   source <(lull completion bash)     in ~/.bashrc
  zsh    lull completion zsh > DIR/_lull    with DIR a folder of $fpath
  fish   lull completion fish > ~/.config/fish/completions/lull.fish
`

// completion prints the completions for a shell.
func completion(p *process, args []string) int {
	shells := map[string]func(x *Extension, names []string) string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}
	switch {
	case len(args) == 1 && (args[0] == "-h" || args[0] == "--help"):
		return p.say(p.with.named(completionUsage))
	case len(args) != 1:
		io.WriteString(p.stderr, p.with.named(completionUsage))
		return statusUsage
	case shells[args[0]] == nil:
		fmt.Fprintf(p.stderr, "lull completion: no completions for %.40q, only for %s\n", args[0], strings.Join(slices.Sorted(maps.Keys(shells)), ", "))
		return statusUsage
	}
	x, err := reference(p.with)
	if err != nil {
		fmt.Fprintln(p.stderr, "lull completion:", err)
		return statusFailed
	}
	names := x.Names()
	slices.Sort(names)
	return p.say(shells[args[0]](p.with, slices.Compact(names)))
}

// files and folders are the values of flags that a shell completes.
func (r flagRow) isFile() bool   { return r.value == "FILE" || strings.HasPrefix(r.value, "OUT") }
func (r flagRow) isFolder() bool { return r.value == "DIR" }

// flagNames are the names of those rows that want is true of, each behind a separator.
func flagNames(rows []flagRow, sep string, want func(flagRow) bool) string {
	var names []string
	for _, r := range rows {
		if want(r) {
			names = append(names, r.names...)
		}
	}
	return strings.Join(names, sep)
}

// words are what may stand first behind the subcommand, beside a name of the reference: of help the subcommands.
func (c *subcommand) words(x *Extension) []string {
	if c.name == "help" {
		return slices.Collect(x.subcommandNames)
	}
	return firstWords(c.name, c.usage)
}

// takesName reports whether a name of the reference may stand first behind the subcommand.
func (c *subcommand) takesName() bool { return c.name == "doc" || c.name == "help" }

func anyFlag(flagRow) bool { return true }

// bashCompletion has the names of methods with a dot, which the reference knows as well: bash takes a word apart at a colon.
func bashCompletion(x *Extension, names []string) string {
	var b strings.Builder
	cases := func(rows []flagRow, indent string) {
		var values []string
		for _, kind := range []struct {
			want   func(flagRow) bool
			action string
		}{
			{flagRow.isFile, "return"},
			{flagRow.isFolder, `_lull_words "$(compgen -d -- "$cur")"; return`},
			{func(r flagRow) bool { return r.value != "" && !r.isFile() && !r.isFolder() && r.choices() == nil }, "return"},
		} {
			if names := flagNames(rows, "|", kind.want); names != "" {
				values = append(values, indent+names+") "+kind.action+" ;;\n")
			}
		}
		for _, r := range rows {
			if words := r.choices(); words != nil {
				values = append(values, fmt.Sprintf("%s%s) _lull_words \"$(compgen -W '%s' -- \"$cur\")\"; return ;;\n", indent, strings.Join(r.names, "|"), strings.Join(words, " ")))
			}
		}
		if len(values) > 0 {
			fmt.Fprintf(&b, "%scase $prev in\n%s%sesac\n", indent, strings.Join(values, ""), indent)
		}
		if names := flagNames(rows, " ", anyFlag); names != "" {
			fmt.Fprintf(&b, "%s[[ $cur == -* ]] && _lull_words \"$(compgen -W '%s' -- \"$cur\")\"\n", indent, names)
		}
	}
	own := x.flagRows()
	valued := flagNames(own, "|", func(r flagRow) bool { return r.value != "" })
	b.WriteString(`# Completions of lull for bash; made by lull completion bash.
_lull_names='` + strings.ReplaceAll(strings.Join(names, " "), ":", ".") + `'
_lull_words() { # what compgen has found, a line each
	local word
	while IFS= read -r word; do [[ -n $word ]] && COMPREPLY+=("$word"); done <<<"$1"
}

_lull() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= i
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-e) command=-e; break ;;
		` + valued + `) ((i++)) ;;
		-?*) ;;
		*) command=${COMP_WORDS[i]}; break ;;
		esac
	done
	case $command in
	'')
`)
	cases(own, "\t\t")
	fmt.Fprintf(&b, "\t\t[[ $cur != -* ]] && _lull_words \"$(compgen -W '%s' -- \"$cur\"; compgen -f -X '!*.lua' -- \"$cur\"; compgen -d -- \"$cur\")\"\n\t\t;;\n", strings.Join(slices.Collect(x.subcommandNames), " "))
	for _, c := range x.subcommands() {
		rows, words := flagRows(c.usage), c.words(x)
		if len(rows)+len(words) == 0 && !c.takesName() {
			continue
		}
		fmt.Fprintf(&b, "\t%s)\n", c.name)
		cases(rows, "\t\t")
		list := "'" + strings.Join(words, " ") + "'"
		if c.takesName() {
			list += `" $_lull_names"`
		}
		if list != "''" {
			fmt.Fprintf(&b, "\t\t((COMP_CWORD == i + 1)) && _lull_words \"$(compgen -W %s -- \"$cur\")\"\n", list)
		}
		b.WriteString("\t\t;;\n")
	}
	b.WriteString(`	esac
}
complete -o filenames -o bashdefault -o default -F _lull lull
`)
	return x.renamed(b.String())
}

// zshQuoted is a text between single quotes of zsh's _arguments and _describe, where brackets and colons separate.
func zshQuoted(s string) string {
	return strings.NewReplacer("'", `'\''`, "[", `\[`, "]", `\]`, ":", `\:`).Replace(s)
}

func zshCompletion(x *Extension, names []string) string {
	var b strings.Builder
	specs := func(rows []flagRow, indent string) {
		for _, r := range rows {
			for _, name := range r.names {
				fmt.Fprintf(&b, "%s'%s[%s]", indent, name, zshQuoted(r.does))
				if r.value != "" {
					action := ""
					switch {
					case r.isFile():
						action = "_files"
					case r.isFolder():
						action = "_files -/"
					case r.choices() != nil:
						action = "(" + strings.Join(r.choices(), " ") + ")"
					}
					fmt.Fprintf(&b, ":%s:%s", zshQuoted(strings.ToLower(r.value)), action)
				}
				b.WriteString("' \\\n")
			}
		}
	}
	b.WriteString("#compdef lull\n# Completions of lull for zsh; made by lull completion zsh.\n_lull_names() { compadd \"$@\" - " + strings.Join(names, " ") + " }\n_lull() {\n\tlocal state line\n\t_arguments -A '-*' \\\n")
	specs(x.flagRows(), "\t\t")
	b.WriteString("\t\t'1: :->first' '*:: :->rest'\n\tcase $state in\n\tfirst)\n\t\tlocal -a commands=(\n")
	for _, c := range x.subcommands() {
		fmt.Fprintf(&b, "\t\t\t'%s'\n", strings.TrimSuffix(c.name+":"+zshQuoted(c.does), ":"))
	}
	b.WriteString("\t\t)\n\t\t_describe command commands\n\t\t_files -g '*.lua(-.)'\n\t\t;;\n\trest)\n\t\tcase $line[1] in\n")
	for _, c := range x.subcommands() {
		rows, words := flagRows(c.usage), c.words(x)
		if len(rows)+len(words) == 0 && !c.takesName() {
			continue
		}
		fmt.Fprintf(&b, "\t\t%s)\n\t\t\t_arguments \\\n", c.name)
		specs(rows, "\t\t\t\t")
		list := strings.Join(words, " ")
		switch {
		case c.takesName():
			fmt.Fprintf(&b, "\t\t\t\t'1: :_lull_names %s' \\\n", list)
		case list != "":
			fmt.Fprintf(&b, "\t\t\t\t'1: :(%s)' \\\n", list)
		}
		b.WriteString("\t\t\t\t'*: :_files'\n\t\t\t;;\n")
	}
	b.WriteString("\t\t*) _files ;;\n\t\tesac\n\t\t;;\n\tesac\n}\n")
	b.WriteString("if [[ $funcstack[1] == _lull ]]; then # zsh has loaded the file by the first Tab\n\t_lull \"$@\"\nelse\n\tcompdef _lull lull\nfi\n")
	return x.renamed(b.String())
}

func fishCompletion(x *Extension, names []string) string {
	var b strings.Builder
	quoted := func(s string) string { return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'" }
	own := x.flagRows()
	b.WriteString(`# Completions of lull for fish; made by lull completion fish.
function __lull_names
	string split ' ' ` + quoted(strings.Join(names, " ")) + `
end

function __lull_at # whether the first word that is neither a flag nor a flag's value, before the cursor, is this
	set -l words (commandline -opc)
	set -l skip 1
	for word in $words
		if test $skip = 1
			set skip 0
			continue
		end
		switch $word
			case -e
				test "$argv[1]" = -e
				return
			case ` + flagNames(own, " ", func(r flagRow) bool { return r.value != "" && r.names[0] != "-e" }) + `
				set skip 1
			case '-*'
			case '*'
				test "$argv[1]" = "$word"
				return
		end
	end
	test "$argv[1]" = ''
end

`)
	rows := func(condition string, rows []flagRow) {
		for _, r := range rows {
			fmt.Fprintf(&b, "complete -c lull -n %s", quoted(condition))
			for _, name := range r.names {
				if long, ok := strings.CutPrefix(name, "--"); ok {
					b.WriteString(" -l " + long)
				} else {
					b.WriteString(" -s " + name[1:])
				}
			}
			switch {
			case r.isFolder():
				b.WriteString(" -x -a '(__fish_complete_directories)'")
			case r.isFile():
				b.WriteString(" -r")
			case r.choices() != nil:
				b.WriteString(" -x -a " + quoted(strings.Join(r.choices(), " ")))
			case r.value != "":
				b.WriteString(" -x")
			}
			if r.does != "" {
				b.WriteString(" -d " + quoted(r.does))
			}
			b.WriteString("\n")
		}
	}
	const first = "__lull_at ''"
	rows(first, own)
	for _, c := range x.subcommands() {
		fmt.Fprintf(&b, "complete -c lull -n %s -a %s -d %s\n", quoted(first), c.name, quoted(c.does))
		at := "__lull_at " + c.name
		rows(at, flagRows(c.usage))
		words := strings.Join(c.words(x), " ")
		if words != "" {
			when := at
			if !c.takesName() {
				when += "; and not __fish_seen_subcommand_from " + words
			}
			fmt.Fprintf(&b, "complete -c lull -n %s -a %s\n", quoted(when), quoted(words))
		}
		if c.takesName() {
			fmt.Fprintf(&b, "complete -c lull -n %s -f -a '(__lull_names)'\n", quoted(at))
		}
	}
	return x.renamed(b.String())
}
