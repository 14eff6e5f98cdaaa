#!/usr/bin/env bats
# The store and its backups through the program: what is refused, and what stays as it was.
load helper

prepare() {
	SQL=$BUILD/tests/drive/sql
	STORE=$HOME/.local/share/trae/trae.db
}

# forge STATEMENT: makes a store file of somebody else.
forge() {
	mkdir -p -m 700 "$(dirname "$STORE")"
	"$SQL" on "$STORE" "$1"
	chmod 600 "$STORE"
	chmod 700 "$(dirname "$STORE")"
}

@test "status without a store says so and makes none" {
	run trae status
	[ "$status" = 0 ]
	[[ "$output" == *absent* ]]
	[ ! -e "$STORE" ]
}

@test "init makes a private store, and again does nothing" {
	trae init >/dev/null
	[ "$(stat -c %a "$STORE")" = 600 ]
	[ "$(stat -c %a "$(dirname "$STORE")")" = 700 ]
	before=$("$SQL" on "$STORE" "select group_concat(sql) from sqlite_schema")
	trae init >/dev/null
	[ "$before" = "$("$SQL" on "$STORE" "select group_concat(sql) from sqlite_schema")" ]
}

@test "a short command leaves the log as it is" {
	trae init >/dev/null
	[ -s "$STORE-wal" ]
	bytes=$(stat -c %s "$STORE")
	trae status >/dev/null
	[ -s "$STORE-wal" ]
	[ "$bytes" = "$(stat -c %s "$STORE")" ]
}

@test "a store of a newer version is refused and not touched" {
	trae init >/dev/null
	"$SQL" on "$STORE" "pragma user_version = 999; pragma journal_mode = delete" >/dev/null
	sum=$(sha256sum <"$STORE")
	refuses 65 'made by a newer version of trae \(schema 999' trae status
	refuses 65 'made by a newer version' trae init
	[ "$sum" = "$(sha256sum <"$STORE")" ]
}

@test "what is no store is refused and not touched" {
	mkdir -p -m 700 "$(dirname "$STORE")"
	chmod 700 "$(dirname "$STORE")"
	head -c 9000 /dev/zero | tr '\0' x >"$STORE"
	chmod 600 "$STORE"
	sum=$(sha256sum <"$STORE")
	refuses 65 'is not a database' trae status
	refuses 65 'is not a database' trae init
	[ "$sum" = "$(sha256sum <"$STORE")" ]
	rm "$STORE"
	mkdir "$STORE"
	refuses 65 'is no regular file' trae status
}

@test "a database of another program is refused and not touched" {
	forge "create table bookmark (a); pragma user_version = 1"
	sum=$(sha256sum <"$STORE")
	refuses 65 'a database of another program' trae status
	refuses 65 'a database of another program' trae init
	[ "$sum" = "$(sha256sum <"$STORE")" ]
}

@test "files that others may use are refused" {
	trae init >/dev/null
	chmod 640 "$STORE"
	refuses 77 'run chmod 600' trae status
	chmod 600 "$STORE"
	chmod 755 "$(dirname "$STORE")"
	refuses 77 'run chmod 700' trae status
	chmod 700 "$(dirname "$STORE")"
	mv "$STORE" "$STORE.real"
	ln -s "$STORE.real" "$STORE"
	refuses 77 'is a symbolic link' trae status
}

# read_only COMMAND...: runs it where the data folder cannot be written, also by root.
read_only() {
	mkdir -p "$HOME/.local/share"
	if [ "$(id -u)" = 0 ]; then
		unshare -m --propagation unchanged sh -c 'mount -t tmpfs -o ro none "$HOME/.local/share"; exec "$@"' sh "$@"
	else
		chmod 500 "$HOME/.local/share"
		"$@"
	fi
}

@test "a read-only folder is refused in words" {
	refuses 77 'cannot make folder' read_only trae init
}

@test "store.path names another place" {
	mkdir -m 700 place
	TRAE_STORE_PATH=$PWD/place/my.db trae init >/dev/null
	[ -f place/my.db ]
	[ ! -e "$STORE" ]
}

# others_open COMMAND...: prints what opens the store and is not SQLite, which asks for O_NOFOLLOW.
others_open() {
	ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=openat,open,creat -o trace "$@" >/dev/null || return 2
	grep -E 'trae\.db(-wal|-shm)?"' trace | grep -v O_NOFOLLOW
}

# Closing any other descriptor of the file would drop SQLite's locks in the process.
@test "nothing but SQLite opens the store" {
	skip_without "no strace" strace -o /dev/null true
	trae init >/dev/null
	others_open cat "$STORE"
	trae backup create >/dev/null
	for words in status "backup create" "file list" doctor; do
		# shellcheck disable=SC2086
		run others_open trae $words
		echo "$output"
		[ "$status" = 1 ]
		[ -z "$output" ]
	done
}

@test "backups: made, listed, verified, tried, restored" {
	trae init >/dev/null
	"$SQL" on "$STORE" "insert into meta values ('first', '1')"
	name=$(trae backup create --json | jq -r .name)
	[[ "$name" =~ ^trae-[0-9]{8}T[0-9]{6}Z$ ]]
	folder=$HOME/.local/state/trae/backups/$name
	echo "$(jq -r .sha256 "$folder/manifest.json")  $folder/store.db" | sha256sum --check
	trae backup list | grep -q "$name"
	trae backup verify "$name" >/dev/null
	trae backup test "$name" >/dev/null
	"$SQL" on "$STORE" "insert into meta values ('second', '2')"
	kept=$(trae backup restore "$name" --yes --json | jq -r .kept)
	[ "$("$SQL" on "$STORE" "select group_concat(name) from meta")" = first ]
	[ "$("$SQL" on "$kept/store.db" "select count(*) from meta")" = 2 ]
	trae backup restore "$kept" --yes >/dev/null
	[ "$("$SQL" on "$STORE" "select count(*) from meta")" = 2 ]
}

@test "a spoilt backup is refused and changes nothing" {
	trae init >/dev/null
	name=$(trae backup create --json | jq -r .name)
	copy=$HOME/.local/state/trae/backups/$name/store.db
	printf '!' | dd of="$copy" bs=1 seek=5000 conv=notrunc status=none
	"$SQL" on "$STORE" "insert into meta values ('kept', '1')"
	refuses 65 'its hash differs' trae backup verify "$name"
	refuses 65 'its hash differs' trae backup restore "$name" --yes
	[ "$("$SQL" on "$STORE" "select count(*) from meta")" = 1 ]
	refuses 66 'no backup nothing' trae backup verify nothing
}

@test "a damaged store is kept aside by restore, not deleted" {
	trae init >/dev/null
	name=$(trae backup create --json | jq -r .name)
	rm -f "$STORE-wal" "$STORE-shm"
	head -c 9000 /dev/zero | tr '\0' x >"$STORE"
	refuses 65 'not a database.*backup' trae status
	kept=$(trae backup restore "$name" --yes --json | jq -r .kept)
	[ "$(stat -c %s "$kept/trae.db")" = 9000 ]
	trae status >/dev/null
}

@test "no store, no backup" {
	refuses 66 'there is no store' trae backup create
	[ ! -e "$HOME/.local/state/trae/backups" ]
}
