#!/usr/bin/env bats
# Looking in: status, doctor, init, and the record of files.
load helper

@test "before its first use it says so, and init is safe to repeat" {
	trae status --json | jq -e '.state | startswith("absent")'
	trae init --json >first
	trae init --json >second
	cmp first second
	trae status --json | jq -e '.state == "ready" and .tasks_running == 0'
	[ "$(stat -c %a "$HOME/.local/share/trae")" = 700 ]
	[ "$(stat -c %a "$HOME/.local/share/trae/trae.db")" = 600 ]
}

@test "a key file is made once" {
	trae init --key-file --json >reply
	[ "$(stat -c %a "$(jq -r .key_file reply)")" = 400 ]
	refuses 65 'exists' trae init --key-file
}

@test "doctor looks at everything and says what to do" {
	trae init --key-file -q
	trae doctor --json >findings
	for check in configuration store sqlite 'encoder libx264' 'voices: flite' font \
		'sandbox: seccomp' 'disk space' backups; do
		jq -e --arg c "$check" '.findings | any(.check == $c and .health != "fail")' findings
	done
	for module in "$BUILD"/libexec/*.so; do
		basename "$module" .so
	done | sort >built
	jq -r '.findings[] | select(.health == "ok").check | select(startswith("module ")) | .[7:]' \
		findings | sort >looked
	diff built looked
	jq -e '.findings | all(.health == "ok" or .health == "note" or .remedy != null)' findings
	trae doctor --security --json >security
	jq -e '.findings | any(.check == "module net") | not' security
	jq -e '.findings | any(.check == "sandbox: landlock")' security
}

@test "doctor fails with what to install when a part is missing" {
	mkdir -p bin libexec
	cp "$TRAE" bin/
	cp -r "$BUILD/libexec" libexec/trae
	rm libexec/trae/net.so libexec/trae/trae-media
	run ./bin/trae doctor
	[ "$status" = 78 ]
	[[ $output == *"module net	fail"*"libcurl4"* ]]
	[[ $output == *"trae-media	fail"* ]]
	echo "One sentence is enough." >s.txt
	refuses 78 'trae-media is not installed' ./bin/trae video render s.txt
	refuses 78 'module net cannot be loaded' ./bin/trae content script https://example.org/
}

@test "doctor warns of what others may read or write" {
	trae init -q
	trae config set video.fps 25 >/dev/null
	chmod 666 "$HOME/.config/trae/config.json"
	chmod 755 "$HOME/.config/trae"
	trae doctor --security --format '{{check}} {{health}} {{remedy}}' >rows
	grep -q '^configuration warn chmod 600' rows
	grep -q '^folder warn chmod 700' rows
}

@test "doctor works when the configuration does not" {
	mkdir -p "$HOME/.config/trae"
	echo '{' >"$HOME/.config/trae/config.json"
	run trae doctor
	[ "$status" = 78 ]
	[[ $output == *"configuration	fail"* ]]
}

@test "a file is recorded, named by its id, and forgotten; it stays where it is" {
	echo "The wind turns the wheel of the mill on the hill." >note.txt
	id=$(trae file add note.txt --format '{{id}}')
	trae file list --json | jq -e --arg id "$id" '.files[0].id == $id and .files[0].bytes == 50'
	[ "$(trae file add note.txt --format '{{sha256}}')" = "$(sha256sum note.txt | cut -d' ' -f1)" ]
	[ "$(trae status --format '{{files}}')" = 1 ]
	id=$(trae file list --select id)
	trae content script "$id" 2>err | grep -q 'turns the wheel'
	[ ! -s err ]
	trae file forget "$id" >/dev/null
	[ -s note.txt ]
	refuses 66 "no file $id" trae file forget "$id"
	refuses 66 'No such file' trae file add nothing.txt
	refuses 65 'Is a directory' trae file add .
	[ "$(trae status --format '{{files}} {{file_bytes}}')" = "0 0" ]
}
