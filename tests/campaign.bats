#!/usr/bin/env bats
# What `trae serve` promises, as campaigns (tests/campaign_*.py), each with the control that has to
# break it. Short here; whole with TRAE_CAMPAIGN=whole, as make torture runs them.
load helper

prepare() {
	skip_without "no python3" python3 -c 'import sqlite3'
	trae init --key-file -q
	export TRAE
}

# campaign SUBJECT CASE SHORT WHOLE [COMMAND...]: the case with so many rounds, run by COMMAND.
campaign() {
	local rounds=$3
	[ "${TRAE_CAMPAIGN:-}" != whole ] || rounds=$4
	PYTHONDONTWRITEBYTECODE=1 "${@:5}" python3 "$ROOT/tests/campaign_$1.py" "$2" "$rounds"
}

# As campaign, with mounts of its own, which need root, outside a chroot.
mounting() {
	skip_without "no mounts of its own can be made here" unshare -m --propagation private true
	campaign "$@" unshare -m --propagation private
}

@test "SIGTERM under load: nothing acknowledged is lost, what runs ends or goes back" {
	campaign load drain 4 100
}

@test "control: SIGKILL under load leaves tasks that are said to run" {
	campaign load control_drain 3 3
}

@test "killed between commit and reply: a retry gives the same id" {
	skip_without "strace is not installed" strace -V
	campaign load reply 4 200
}

@test "control: without a key a retry is another task" {
	skip_without "strace is not installed" strace -V
	campaign load control_reply 1 1
}

@test "a hundred submits at once with one key are one task" {
	campaign load same 3 100
}

@test "control: without a key they are a hundred" {
	campaign load control_same 1 1
}

@test "a full disk refuses new work and nothing else, and recovers" {
	mounting limits full 2 50
}

@test "control: without its reserve nothing can be ended there" {
	mounting limits control_full 1 1
}

@test "too few descriptors or processes: answers go on, and recover" {
	skip_without "no setpriv and prlimit" command -v setpriv prlimit
	campaign limits descriptors 6 100
}

@test "control: with too few from the start there is no server" {
	campaign limits control_descriptors 1 1
}

@test "paths that lead out of the recorded files" {
	campaign input paths 1 1
}

@test "a recorded file, or its folder, that becomes a link" {
	campaign input links 150 5000
}

@test "control: two folders that change places are both met" {
	campaign input control_links 150 150
}

@test "batches of garbage are refused in the guide's form" {
	campaign input garbage 200 20000
}

@test "JSON is parsed or refused as its name says" {
	campaign input texts 1 1
}

@test "ten thousand connections leave the server answering" {
	campaign input crowd 1000 10000
}

@test "memory stays as it is while many tasks are done" {
	# What AddressSanitizer keeps back of freed memory would be counted.
	export ASAN_OPTIONS=quarantine_size_mb=0
	campaign soak soak 10000 1000000
}

@test "control: memory that is kept is seen" {
	campaign soak control_soak 1000 1000
}
