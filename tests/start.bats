#!/usr/bin/env bats
# What a short command costs, in what can be counted again.
load helper

# A sanitizer brings symbols, libraries and instructions of its own.
sanitized() {
	ldd "$TRAE" | grep -q libasan
}

# instructions WORDS...: those that trae WORDS... runs in user space.
instructions() {
	valgrind --tool=callgrind --callgrind-out-file=/dev/null "$TRAE" "$@" 2>&1 >/dev/null |
		sed -n 's/.*Collected : //p'
}

@test "the program exports what its modules call and no more" {
	nm "$TRAE" | awk '$2 ~ /[TDBR]/ { print $3 }' | sort >defined
	nm -D --defined-only "$TRAE" | awk '{ print $3 }' | sort >exported
	nm -D --undefined-only "$BUILD"/libexec/*.so | awk '$1 == "U" { print $2 }' | sort -u >called
	comm -12 called defined >wanted
	[ -s wanted ]
	diff -u wanted exported
}

@test "status and file add run few instructions" {
	sanitized && return 0
	skip_without "valgrind is not installed" valgrind --version
	echo a note >note.txt
	trae init >/dev/null
	trae file add note.txt >/dev/null
	for words in status "file add note.txt"; do
		# shellcheck disable=SC2086
		count=$(instructions $words)
		echo "$words: $count"
		[ "$count" -gt 1000000 ]
		[ "$count" -le 4500000 ]
	done
}

# disk WORDS...: what trae WORDS... writes into the log, and where it waits for the disk, in order.
disk() {
	ASAN_OPTIONS=detect_leaks=0 strace -f -qq -y -s 0 -e trace=fsync,fdatasync,pwrite64 -o trace \
		trae "$@" >/dev/null
	sed 's/^[0-9]* *//; s/(.*</ /; s/>.*//; s,/.*/,,' trace | grep -v -- -shm | uniq
}

@test "one durable write waits for the disk once" {
	skip_without "strace is not installed" strace -o /dev/null true
	echo a note >note.txt
	trae init >/dev/null
	trae file add note.txt >/dev/null
	run disk file add note.txt
	echo "$output"
	[ "$output" = "pwrite64 trae.db-wal"$'\n'"fdatasync trae.db-wal" ]
}

@test "a log made anew stands in its folder before anything is written into it" {
	skip_without "strace is not installed" strace -o /dev/null true
	STORE=$HOME/.local/share/trae/trae.db
	echo a note >note.txt
	trae init >/dev/null
	for gone in "" "$STORE-wal"; do
		"$BUILD/tests/drive/sql" on "$STORE" "pragma wal_checkpoint(truncate)" >/dev/null
		rm -f "$gone"
		[ ! -s "$STORE-wal" ]
		run disk file add note.txt
		echo "$output"
		[ "${lines[1]}" = "fdatasync trae" ]
		[ "${lines[2]} ${lines[-1]}" = "pwrite64 trae.db-wal fdatasync trae.db-wal" ]
	done
}
