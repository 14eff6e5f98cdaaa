#!/usr/bin/env bats
# Habits of the command line that hold for every operation.
load helper

@test "no command, an unknown one and a half one are refused with what is near" {
	refuses 64 'no command given' trae
	refuses 64 'unknown command statsu; did you mean trae status' trae statsu
	refuses 64 'unknown command xyzzy' trae xyzzy
	refuses 64 'unknown command vido; did you mean trae video render' trae vido render x.md
	refuses 64 'unknown command vido; did you mean trae video\?' trae vido
	refuses 64 'unknown command video rendr; did you mean trae video render' trae video rendr x.md -o y
	refuses 64 'unknown command secret xyzzy; trae secret --help' trae secret xyzzy
	refuses 64 'which command of agent config\? trae agent config --help' trae agent config
	refuses 64 'which command of config' trae config
	refuses 64 'one word too many' trae status now
}

@test "unknown options name the nearest" {
	refuses 64 'unknown option --jsn; did you mean --json' trae status --jsn
	refuses 64 'unknown option --limt; did you mean --limit' trae file list --limt 3
	refuses 64 'unknown option -Z' trae status -Z
	refuses 64 '--select needs a value' trae status --select
	refuses 64 '--json takes no value' trae status --json=1
}

@test "values of the wrong type or range name the field and what is allowed" {
	refuses 64 'limit: a whole number is needed, not "many"' trae file list --limit many
	refuses 64 'limit: it has to be from 1 to 200, not 0' trae file list --limit 0
	refuses 64 'limit: it has to be from 1 to 200, not 201' trae file list --limit=201
	refuses 64 'limit: a whole number is needed' trae file list --limit 1e2
	refuses 64 'limit is given twice' trae file list --limit 1 --limit 2
	refuses 64 '"tea" is not one of openapi, actions, functions or mcp' trae openapi --as tea
	refuses 64 'name is needed' trae config get
}

@test "help goes to standard output and never runs anything" {
	run trae --help
	[ "$status" = 0 ]
	[[ $output == *"video render"* ]]
	run trae help config set
	[[ $output == *"trae config set NAME VALUE"* ]]
	run trae config --help
	[[ $output == *"trae config get"* ]]
	trae init --help
	[ ! -e "$HOME/.local" ]
}

@test "version" {
	[[ $(trae --version) == "trae "[0-9]* ]]
	[[ $(trae -V) == "$(trae --version)" ]]
}

@test "links and programs beside it" {
	mkdir links plugins
	trae --install links
	[ "$(./links/trae-status --format '{{state}}')" = "$(trae status --format '{{state}}')" ]
	[ "$(./links/trae-config-get video.voice)" = professional_male ]
	printf '#!/bin/sh\necho "plug-in $*"\n' >plugins/trae-foo
	chmod +x plugins/trae-foo
	PATH=$PWD/plugins:$PATH run trae foo bar --baz
	[ "$output" = "plug-in bar --baz" ]
}

@test "lists: TSV when piped, JSON as one document, JSON lines, templates, selected members" {
	trae exit-codes >tsv
	[ "$(awk -F'\t' 'NF != 4' tsv | wc -l)" = 0 ]
	grep -q "^78	503	not_configured	" tsv
	trae exit-codes --json | jq -e '.exit_codes | length > 10'
	[ "$(trae exit-codes --jsonl | wc -l)" = "$(wc -l <tsv)" ]
	trae exit-codes --format '{{exit}}\t{{word}}' | grep -qx "78	not_configured"
	trae exit-codes --select word,exit | grep -qx "not_configured	78"
	refuses 64 'has no member nothing' trae exit-codes --select nothing
	refuses 64 'has no member nothing' trae exit-codes --format '{{nothing}}'
	refuses 64 'a template such as' trae exit-codes --format word
}

@test "a list is a table on a terminal" {
	skip_without "script(1) is not installed" command -v script
	script -qec "trae exit-codes" /dev/null </dev/null | tr -d '\r' >table
	head -1 table | grep -qE '^exit +http +word +meaning$'
	lacks '	' table
}

@test "errors are one sentence, or JSON where JSON is asked for" {
	run trae config get no.such --json
	[ "$status" = 78 ]
	echo "$output" | jq -e '.error.word == "not_configured" and .error.exit == 78'
}

@test "a full or closed standard output is an error, not silence" {
	run sh -c 'trae exit-codes >/dev/full'
	[ "$status" = 74 ]
	[[ $output == *"cannot write standard output"* ]]
	run sh -c 'trae operations | head -1; exit 0'
	[ "$status" = 0 ]
	[ "${#lines[@]}" = 1 ]
	trae status >&-  2>/dev/null || [ $? = 74 ]
}

@test "operations that cannot show what they would do refuse --dry-run" {
	refuses 64 'cannot show what it would do' trae init -n
	[ ! -e "$HOME/.local" ]
}

@test "control characters of data never reach the terminal" {
	run trae config get "$(printf 'a\033[31mb')"
	[[ $output != *$'\033'* ]]
	name=$(printf 'x\033]0;t\007.md')
	echo '# Tea' >"$name"
	run trae content generate --topic Tea --source "$name" --progress bar
	[[ $output == *'reading_sources: x'* && $output != *$'\033]'* ]]
}

@test "completion offers commands, options, words and settings" {
	trae __complete vid | grep -q '^video'
	trae __complete config '' | grep -q '^unset'
	trae __complete file list --li | grep -q '^--limit'
	trae __complete openapi --as '' | grep -q '^mcp'
	trae __complete config get video.v | grep -q '^video.voice'
	trae __complete video render '' | grep -qx ':file'
	trae __complete help content gen | grep -q '^generate'
	trae __complete man content gen | grep -q '^generate'
	trae __complete --json config uns | grep -q '^unset'
	trae __complete status --progress '' | grep -q '^json'
}

@test "completion works in bash, zsh and fish" {
	for shell in bash zsh fish; do
		skip_without "$shell is not installed" command -v $shell
	done
	run bash -c 'source "$1/completions/trae.bash"
		COMP_WORDS=(trae config un) COMP_CWORD=2
		_trae 2>/dev/null
		echo "${COMPREPLY[*]}"' - "$ROOT"
	[ "$output" = unset ]
	run fish -c 'source $argv[1]/completions/trae.fish; complete -C "trae config un"' "$ROOT"
	[[ $output == unset* ]]
	run zsh -c 'autoload -U compinit; compinit -D; source $1/completions/trae.zsh
		_describe() { print -r -- ${(P)2}; }
		words=(trae config un) CURRENT=3
		_trae' - "$ROOT"
	[[ $output == unset* ]]
}

@test "start-up loads nothing heavy" {
	# What a sanitizer adds to its own build does not count.
	[ "$(ldd "$TRAE" | grep -cvE 'lib(asan|ubsan|stdc\+\+|gcc_s)')" -le 7 ]
	trae init >/dev/null
	LD_DEBUG=libs trae status 2>libs >/dev/null
	lacks 'libcurl|libxml2|libsecret|libav|libglib' libs
}
