# Secrets: every backend, what each refuses, and what is left after a kill.
bats_require_minimum_version 1.5.0
load helper
load keyring

key_file() {
	mkdir -p "$HOME/.config/trae"
	trae init --key-file >/dev/null
}

put() {
	printf '%s\n' "$2" | trae secret set "$1"
}

SEALED=.config/trae/secrets.sealed
KEY=.config/trae/secrets.key

# Leaks cannot be looked for under strace.
traced() {
	ASAN_OPTIONS=detect_leaks=0 strace -qq "$@"
}

# typing COMMAND ANSWER...: runs COMMAND on a terminal of its own and types one ANSWER at each
# prompt; what the terminal showed is in $shown, the exit status is that of COMMAND.
typing() {
	local command=$1 answer ch seen
	shift
	coproc PTY { script -qfec "$command" /dev/null 2>&1; }
	local pid=$PTY_PID
	exec 7<&"${PTY[0]}" 8>&"${PTY[1]}"
	shown=
	for answer; do
		seen=
		while IFS= read -r -N1 -u 7 ch; do
			seen+=$ch
			[[ $seen == *": " ]] && break
		done
		shown+=$seen
		printf '%s\r' "$answer" >&8
	done
	shown+=$(cat <&7)
	exec 7<&- 8>&-
	wait "$pid"
}

# A session bus on which nobody offers the secret service.
bare_bus() {
	skip_without "dbus-run-session is not installed" command -v dbus-run-session
	cat >bus.conf <<-'END'
	<busconfig>
	<type>session</type>
	<listen>unix:tmpdir=/tmp</listen>
	<policy context="default">
	<allow send_destination="*"/><allow own="*"/><allow receive_sender="*"/>
	</policy>
	</busconfig>
	END
	dbus-run-session --config-file=bus.conf -- "$@"
}

@test "no backend: 78 and the three commands, nothing written" {
	printf 'value' >value
	run -78 --separate-stderr trae secret set name <value
	[[ $stderr == *"trae init --key-file"* ]]
	[[ $stderr == *"dbus-run-session"* ]]
	[[ $stderr == *"systemd-creds encrypt"* ]]
	[ -z "$(grep -rs value "$HOME")" ]
	run -78 --separate-stderr trae secret test
}

@test "a value on the command line is refused and not repeated" {
	key_file
	run -64 --separate-stderr trae secret set name canary-in-argv
	[[ $stderr == *"standard input"* ]]
	[[ $stderr != *canary-in-argv* ]]
	run -66 trae secret get name
}

@test "key file: set, get, list, test, delete" {
	key_file
	put name 'a value'
	printf other | trae secret set second -
	[ "$(trae secret get name)" = "a value" ]
	[ "$(trae secret get second --json | jq -r .value)" = other ]
	[ "$(trae secret list --json | jq -r '.secrets[].name' | paste -sd,)" = name,second ]
	[ "$(trae secret test name --json | jq -r '.backends[0].backend')" = file ]
	[[ $(trae secret test name --json) != *"a value"* ]]
	[[ $(trae secret list --json) != *"a value"* ]]
	run ! grep -q 'a value' "$HOME/$SEALED"
	[ "$(stat -c %a "$HOME/$SEALED" "$HOME/$KEY" | paste -sd,)" = 600,400 ]
	run -64 trae secret delete name
	trae secret delete name --yes
	run -66 trae secret get name
	[ "$(trae secret get second)" = other ]
}

@test "values: newlines, 65,536 bytes, empty, too long, no text" {
	key_file
	printf 'two\nlines\n\n' | trae secret set lines
	[ "$(trae secret get lines --json | jq -c .value)" = '"two\nlines\n"' ]
	head -c 65536 /dev/zero | tr '\0' x >long
	trae secret set long <long
	[ "$(trae secret get long | wc -c)" = 65537 ]
	printf x >>long
	run -65 trae secret set long <long
	run -65 trae secret set none </dev/null
	printf '\377\376' | trae secret set bytes
	run -65 trae secret get bytes
	trae secret test bytes
}

@test "names that are none are refused" {
	key_file
	for name in .. . a/b Upper ../x "a b" ä trae-key "$(printf '%065d' 0)"; do
		run -65 put "$name" x
	done
	run -64 trae secret set
}

@test "key file with a wrong mode or size is refused with the command that helps" {
	key_file
	put name value
	chmod 0640 "$HOME/$KEY"
	run -78 --separate-stderr trae secret get name
	[[ $stderr == *"chmod 0400"* ]]
	chmod 0600 "$HOME/$KEY"
	truncate -s 31 "$HOME/$KEY"
	chmod 0400 "$HOME/$KEY"
	run -78 --separate-stderr trae secret get name
	[[ $stderr == *"31 bytes"* ]]
	run -65 trae init --key-file
}

@test "sealed file that others can read, or that is a link, is refused" {
	key_file
	put name value
	chmod 0604 "$HOME/$SEALED"
	run -78 --separate-stderr trae secret get name
	[[ $stderr == *"chmod 0600"* ]]
	chmod 0600 "$HOME/$SEALED"
	[ "$(trae secret get name)" = value ]
	mv "$HOME/$SEALED" away
	ln -s "$PWD/away" "$HOME/$SEALED"
	run ! trae secret get name
}

@test "truncated, tampered and swapped sealed files are refused" {
	key_file
	put name value
	put other value
	cp -p "$HOME/$SEALED" good
	for size in 0 7 50 83 100 $(($(stat -c %s good) - 1)); do
		cp -p good "$HOME/$SEALED"
		truncate -s "$size" "$HOME/$SEALED"
		run -65 trae secret get name
	done
	for at in 90 130 150 200 $(($(stat -c %s good) - 1)); do
		cp -p good "$HOME/$SEALED"
		byte=$(od -An -tu1 -j "$at" -N1 good)
		printf "\\x$(printf %02x $((byte ^ 1)))" |
			dd of="$HOME/$SEALED" bs=1 seek="$at" conv=notrunc status=none
		run -65 trae secret get name
	done
	# Another home's file is under another key.
	(HOME=$PWD/elsewhere && key_file && put name forged)
	cp -p "elsewhere/$SEALED" "$HOME/$SEALED"
	run -77 trae secret get name
	# The control: the good file still reads.
	cp -p good "$HOME/$SEALED"
	[ "$(trae secret get name)" = value ]
}

@test "rotate: the old key is refused, the new one reads all" {
	key_file
	put one 1
	put two 2
	cp -p "$HOME/$KEY" old
	trae secret rotate
	[ "$(trae secret get one)$(trae secret get two)" = 12 ]
	run ! cmp -s old "$HOME/$KEY"
	cp -p "$HOME/$KEY" new
	cp -pf old "$HOME/$KEY"
	run -77 trae secret get one
	cp -pf new "$HOME/$KEY"
	[ "$(trae secret get one)" = 1 ]
}

@test "rotate to a given key file, named in the configuration from then on" {
	key_file
	put one 1
	(umask 0377 && head -c 32 /dev/urandom >mine)
	trae secret rotate --key-file mine
	run -77 trae secret get one
	trae config set secrets.key_file "$PWD/mine"
	[ "$(trae secret get one)" = 1 ]
}

@test "passphrase: asked without echo, wrong one refused, none without a terminal" {
	skip_without "script is not installed" command -v script
	typing "$TRAE secret set name" 'the value' 'the value' 'correct horse' 'correct horse'
	[[ $shown != *"the value"* && $shown != *"correct horse"* ]]
	typing "$TRAE secret get name" 'correct horse'
	[[ $shown == *"the value"* && $shown != *"correct horse"* ]]
	run -77 typing "$TRAE secret get name" 'incorrect horse'
	run -65 typing "$TRAE secret set name" 'the value' 'another value'
	run -130 typing "$TRAE secret get name" $'\003'
	run -78 --separate-stderr trae secret get name
	[[ $stderr == *"no terminal"* ]]
	[ "$(trae secret list --json | jq -r '.secrets[0].name')" = name ]
}

@test "rotate of a passphrase: the old one is refused" {
	skip_without "script is not installed" command -v script
	printf 'the value' >value
	typing "$TRAE secret set name <value" 'correct horse' 'correct horse'
	run -65 typing "$TRAE secret rotate" 'correct horse' 'correct horse' 'correct horse'
	run -65 typing "$TRAE secret rotate" 'correct horse' short short
	typing "$TRAE secret rotate" 'correct horse' 'battery staple' 'battery staple'
	run -77 typing "$TRAE secret get name" 'correct horse'
	typing "$TRAE secret get name" 'battery staple'
	[[ $shown == *"the value"* ]]
}

@test "credential: read, goes first, is never written" {
	mkdir credentials
	printf 'from systemd\n' >credentials/name
	printf x >credentials/NOT-OURS
	export CREDENTIALS_DIRECTORY=$PWD/credentials
	key_file
	put other 'from file'
	[ "$(trae secret get name)" = "from systemd" ]
	[ "$(trae secret get other)" = "from file" ]
	[ "$(trae secret list | cut -f1,2 | paste -sd,)" = $'name\tcredential,other\tfile' ]
	run -65 --separate-stderr put name x
	[[ $stderr == *"systemd-creds encrypt"* ]]
	run -65 trae secret delete name --yes
	[ "$(cat credentials/name)" = "from systemd" ]
}

@test "credential trae-key opens the sealed file; rotate says how to change it" {
	mkdir credentials
	(umask 0337 && head -c 32 /dev/urandom >credentials/trae-key)
	CREDENTIALS_DIRECTORY=$PWD/credentials put name value
	run -78 trae secret get name
	export CREDENTIALS_DIRECTORY=$PWD/credentials
	[ "$(trae secret get name)" = value ]
	run -78 --separate-stderr trae secret rotate
	[[ $stderr == *"--key-file"* ]]
}

@test "keyring: set, get, list, test, delete; other programs find it" {
	session '
		printf "in keyring\n" | trae secret set name
		[ "$(trae secret get name)" = "in keyring" ]
		printf "changed" | trae secret set name
		[ "$(trae secret get name)" = "changed" ]
		[ "$(trae secret list | cut -f1,2)" = "name	keyring" ]
		trae secret test | grep -P "^keyring\ttrue\ttrue\t"
		if command -v secret-tool; then
			[ "$(secret-tool lookup service trae name name)" = changed ]
		fi
		trae secret delete name --yes
		status=0; trae secret get name || status=$?
		[ $status = 66 ]
	'
	[ ! -e "$HOME/$SEALED" ]
}

@test "keyring: a value of 65,536 bytes and other bytes than text come back whole" {
	session '
		head -c 65536 /dev/zero | tr "\0" y | trae secret set long
		[ "$(trae secret get long | wc -c)" = 65537 ]
		printf "a\0b" | trae secret set bytes
		trae secret test bytes
	'
}

@test "keyring: locked is 78 and not the same as missing, and nothing goes elsewhere" {
	key_file
	session '
		printf value | trae secret set name
		lock
		status=0; trae secret get name 2>err || status=$?
		[ $status = 78 ] && grep -q "is locked: unlock it" err
		status=0; trae secret get missing 2>err || status=$?
		[ $status = 66 ]
		status=0; printf new | trae secret set name 2>err || status=$?
		[ $status = 78 ]
		status=0; trae secret delete name --yes 2>err || status=$?
		[ $status = 78 ]
		trae secret test --json |
			jq -e ".backends[] | select(.backend == \"keyring\") | .usable | not"
	'
	[ ! -e "$HOME/$SEALED" ]
}

@test "keyring locked since its start: names unreadable, said so" {
	session 'printf value | trae secret set name'
	export TRAE
	dbus-run-session -- bash -ec 3>&- '
		gnome-keyring-daemon --start --components=secrets >/dev/null
		gdbus wait --session --timeout 60 org.freedesktop.secrets
		status=0; setsid -w "$TRAE" secret get name 2>err || status=$?
		[ $status = 78 ]
		setsid -w "$TRAE" secret list 2>err
		grep -q "1 names in it cannot be read" err
	'
}

@test "keyring that hangs is given up, with 75" {
	session '
		printf value | trae secret set name
		[ "$(trae secret get name)" = value ]
		pid=$(gdbus call --session --dest org.freedesktop.DBus --object-path / \
			--method org.freedesktop.DBus.GetConnectionUnixProcessID \
			org.freedesktop.secrets | tr -dc "0-9 " | cut -d" " -f2)
		kill -STOP "$pid"
		status=0; trae secret get name 2>err || status=$?
		kill -CONT "$pid"
		[ $status = 75 ] && grep -q "did not answer" err
	'
}

@test "a bus without a keyring counts as none" {
	key_file
	put name value
	export TRAE
	bare_bus setsid -w "$TRAE" secret get name
	bare_bus setsid -w "$TRAE" secret test | grep 'no keyring answers'
	trae config set secrets.backend keyring
	run -78 bare_bus setsid -w "$TRAE" secret get name
	DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent run -78 trae secret get name
	run -78 trae secret get name
}

@test "no bus: no helper and no D-Bus daemon is started" {
	skip_without "strace is not installed" strace -V
	key_file
	put name value
	traced -f -e trace=execve,connect -o trace "$TRAE" secret get name
	[ "$(grep -c execve trace)" = 1 ]
	run ! grep -q connect trace
	# The control: with a bus there is a second program.
	DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent \
		traced -f -e trace=execve -o trace "$TRAE" secret get name
	[ "$(grep -c execve trace)" = 2 ]
}

@test "order of backends, and secrets.backend" {
	key_file
	put name 'from file'
	mkdir credentials
	printf 'from systemd' >credentials/name
	export TRAE
	session '
		[ "$(trae secret get name)" = "from file" ]
		printf "from keyring" | trae secret set name
		[ "$(trae secret get name)" = "from keyring" ]
		export CREDENTIALS_DIRECTORY=$PWD/credentials
		[ "$(trae secret get name)" = "from systemd" ]
		for backend in file keyring; do
			export TRAE_SECRETS_BACKEND=$backend
			[ "$(trae secret get name)" = "from $backend" ]
		done
		export TRAE_SECRETS_BACKEND=credential
		[ "$(trae secret get name)" = "from systemd" ]
		status=0; printf x | trae secret set name 2>err || status=$?
		[ $status = 65 ]
		unset CREDENTIALS_DIRECTORY
		status=0; trae secret get name 2>err || status=$?
		[ $status = 78 ]
	'
	TRAE_SECRETS_BACKEND=plain run -78 trae secret get name
}

@test "libsecret's test variables do not lead to another file" {
	export SECRET_BACKEND=file SECRET_FILE_TEST_PATH=$PWD/leak SECRET_FILE_TEST_PASSWORD=pw
	session '
		printf value | trae secret set name
		[ "$(trae secret get name)" = value ]
	'
	[ ! -e leak ]
	# The control: libsecret itself obeys them.
	skip_without "secret-tool is not installed" command -v secret-tool
	printf value | secret-tool store --label=x service trae name x
	[ -e leak ]
}

@test "killed at every step of set and rotate: the old value or the new one" {
	skip_without "strace is not installed" strace -V
	key_file
	put kept 'kept value'
	put name old
	killed=0
	for command in "secret set name" "secret rotate"; do
		for at in openat:{9,10,11,12} write:{1,2} fsync:{1,2,3,4} rename:{1,2}; do
			status=0
			printf new | traced -o /dev/null -e trace=openat,write,fsync,rename \
				-e inject="${at%:*}:signal=KILL:when=${at#*:}" \
				"$TRAE" $command >/dev/null 2>&1 || status=$?
			[ $status = 0 ] || killed=$((killed + 1))
			[ "$(trae secret get kept)" = "kept value" ]
			[[ $(trae secret get name) == old || $(trae secret get name) == new ]]
		done
	done
	echo "killed $killed times"
	[ $killed -ge 12 ]
	# The next change removes what the kills left.
	put name last
	[ "$(trae secret get name)" = last ]
	[ -z "$(find "$HOME/.config/trae" -name '*.part')" ]
}

@test "every outside call fails once: one sentence, and no secret lost" {
	key_file
	put kept 'kept value'
	put name old
	for command in "secret set name" "secret rotate" "secret get kept" \
		"secret delete name --yes"; do
		failed=0
		for ((n = 1; n < 200; n++)); do
			printf old | trae secret set name >/dev/null
			status=0
			printf new | TRAE_FAULT=$n trae $command >out 2>err || status=$?
			[ "$(trae secret get kept)" = "kept value" ]
			[ $status != 0 ] || break
			failed=$((failed + 1))
			[ -s err ]
		done
		echo "$command: $failed"
		[ $failed -ge 3 ] && [ $status = 0 ]
	done
}

@test "two writers at once lose nothing" {
	key_file
	put first x
	for i in 1 2 3 4 5 6 7 8; do
		put "name-$i" "$i" >/dev/null &
	done
	wait
	[ "$(trae secret list | wc -l)" = 9 ]
}

@test "nobody else can read the memory of a process that holds secrets" {
	skip_without "strace is not installed" strace -V
	key_file
	put name value
	traced -o trace -e trace=prctl,prlimit64 "$TRAE" secret get name
	# A leak checker attaches to the process, so its build leaves this out.
	[[ $BUILD == */san ]] || grep -q 'prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE) *= 0' trace
	grep -q 'RLIMIT_CORE, {rlim_cur=0, rlim_max=0}' trace
}
