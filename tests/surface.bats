#!/usr/bin/env bats
# The operation table and what is computed from it.
load helper

@test "the table keeps its rules" {
	run trae lint
	[ "$status" = 0 ]
	[ -z "$output" ]
}

@test "the surface is the one that was reviewed" {
	trae lint --surface >surface.txt
	diff -u "$ROOT/tests/golden/surface.txt" surface.txt
}

@test "rooms call only rooms below them" {
	(cd "$ROOT" && ls cmd/*.c lib/*/*.c lib/*/module/*.c) | sed "s,^,$BUILD/obj/,; s/c\$/o/" |
		xargs nm -A -P |
		sed 's/: / /; s/\[.*\]:/ /' | awk '{ print $1, $3, $2 }' |
		awk -f "$ROOT/tests/rooms.awk" "$ROOT/tests/rooms.txt" -
}

@test "a breach of the rooms is seen" {
	printf 'obj/lib/base/x.o U field_bind\nobj/lib/field/bind.o T field_bind\n' >breach
	printf 'obj/lib/op/y.o U sqlite3_open\n' >>breach
	run awk -f "$ROOT/tests/rooms.awk" "$ROOT/tests/rooms.txt" breach
	[ "$status" = 1 ]
	[[ $output == *"base (floor 0) reaches field_bind"* ]]
	[[ $output == *"sqlite3_open is not for this room"* ]]
}

@test "every example of the table parses" {
	trae operations --format '{{name}}' >names
	[ "$(wc -l <names)" -ge 20 ]
	while read -r name; do
		trae help $name | sed -n '/^Example:/{n;s/^ *//;p}' >example
		[ -s example ]
		# The words behind trae, without pipes and redirections: --help stops before running.
		words=$(sed 's/.*trae //; s/[|<>].*//' example)
		eval "trae $words --help" >/dev/null
	done <names
}

@test "every operation has a manual page without faults" {
	skip_without "mandoc is not installed" command -v mandoc
	trae operations --format '{{name}}' >names
	while read -r name; do
		trae man "$name" >page.1
		mandoc -T lint -W warning page.1
	done <names
}

@test "the hand-written manual pages have no faults" {
	skip_without "mandoc is not installed" command -v mandoc
	mandoc -T lint -W warning "$ROOT"/man/*.[1-9]
}

@test "OpenAPI and MCP documents name every operation that is not for the shell only" {
	skip_without "jq is not installed" command -v jq
	trae openapi | jq -r '.paths[][]."x-trae".command | gsub("[ -]"; "_")' | sort -u >openapi
	trae openapi --as mcp | jq -r '.tools[].name' | sort >mcp
	trae operations --json | jq -r '.operations[] | select(.route and (.protocol | not) and .lacks == null) | .name' |
		tr ' -' '__' | sort >table
	diff table openapi
	# One that takes a secret is no tool.
	grep -vx event_subscribe table | diff - mcp
}

@test "descriptions hold the lengths that assistants accept" {
	skip_without "jq is not installed" command -v jq
	trae openapi --as mcp | jq -e 'all(.tools[]; (.description | length) <= 300
		and (.title | length) <= 60
		and (.annotations | length) == 5
		and .inputSchema.additionalProperties == false
		and .outputSchema.type == "object")'
}

@test "README lists every operation with its effect and summary" {
	trae operations --format '| `{{name}}` | {{effect}} | {{summary}} |' >table

	diff table <(grep -xFf table "$ROOT/README.md")
}
