# Canaries: a marked secret in every place where one can be, every operation run, and the marks
# looked for wherever they must not be. Each place looked at has its control, a planted leak.
bats_require_minimum_version 1.5.0
load helper
load keyring

# Marks are read from a file, so that no command of the test itself has one among its arguments.
mark() {
	local text=canary-$1-$RANDOM$RANDOM$RANDOM
	printf '%s' "$text" >"$MARKS/$1"
	{
		printf '%s\n' "$text"
		printf '%s' "$text" | od -An -tx1 | tr -d ' \n'
		echo
		# Base64 of it at each of the three alignments, without the ends that depend on what
		# stands around it.
		printf '%s' "$text" | base64 -w0 | cut -c1-28
		echo
		printf '..%s' "$text" | base64 -w0 | cut -c5-28
		echo
		printf '.%s' "$text" | base64 -w0 | cut -c5-28
		echo
	} | grep . >>"$MARKS.list"
}

prepare() {
	unset TRAE_MASTER_KEY # the mark of the whole run: here leaks are planted
	MARKS=$BATS_TEST_TMPDIR/marks
	mkdir -p "$MARKS" out work "$HOME/.config/trae" credentials
	for slot in key file keyring credential environment stdin; do mark $slot; done
	truncate -s 32 "$MARKS/key"
	head -c 24 "$MARKS/key" >>"$MARKS.list"
	echo >>"$MARKS.list"
	install -m 0400 "$MARKS/key" "$HOME/.config/trae/secrets.key"
	cp "$MARKS/credential" credentials/credential-canary
	export MARKS TRAE BUILD ROOT
}

# Files below the places given that hold a mark.
found() {
	grep -rlaF -f "$MARKS.list" "$@" 2>/dev/null || true
}

# What follows is for the processes inside the session, too.
export -f found

# Whether a command that ended with STATUS failed in words: no defect, no signal.
ran() {
	[ "$1" -lt 128 ] && [ "$1" != 70 ]
}
export -f ran

# Runs COMMAND under the eyes: its output is kept, and every program that is started, with its
# arguments and environment. The first execve is the test's own.
watched() {
	number=$((${number:-0} + 1))
	local out=$BATS_TEST_TMPDIR/out/$number
	ASAN_OPTIONS=detect_leaks=0 setsid -w strace -f -qq -v -s 100000 -e trace=execve \
		-e signal=none -o "$out.exec" "$@" >"$out.out" 2>"$out.err" </dev/null || ran $?
	grep execve "$out.exec" | tail -n +2 >"$out.children"
	rm "$out.exec"
}
export -f watched

# Everything that looks, fails, or starts children; the words of an operation are its example's.
commands() {
	local name example
	trae operations --format '{{name}}' | while read -r name; do
		case $name in secret\ get | secret\ delete | serve | task\ work) continue ;; esac
		echo "trae $name"
		echo "trae $name --json"
		echo "trae $name --help"
		echo "trae $name --no-such-flag"
		echo "trae man ${name// /-}"
	done
	cat <<-'END'
	trae init
	trae status --json
	trae secret test file-canary
	trae secret test keyring-canary --json
	trae secret test credential-canary
	trae secret get missing
	trae secret set file-canary -
	trae secret list --json
	trae secret rotate --key-file /nonexistent
	trae config set secrets.backend vault
	trae config list --json
	trae openapi
	trae content script work/talk.md
	trae content generate subject --source work/talk.md --format md
	trae content generate subject --source work/talk.md --format md --json
	trae video render work/talk.md -o work/talk.mp4 --size 360p
	trae video render work/missing.md -o work/none.mp4
	trae task work --until-empty
	trae backup create
	trae backup list --json
	trae doctor --security
	END
}
export -f commands

everything() {
	local at
	commands >commands
	while read -r at; do
		watched $at
	done <commands
	for at in 1 2 3 4 5 6 7 8; do
		TRAE_FAULT=$at watched trae secret get file-canary
		TRAE_FAULT=$at watched trae secret test
	done
	# Those must print them: what was printed is not looked at, what they started is.
	for at in file keyring credential; do
		watched trae secret get $at-canary
		cmp -s <(cat "$MARKS/$at" && echo) "$BATS_TEST_TMPDIR/out/$number.out" ||
			{ echo "$at is not where it belongs"; return 1; }
		rm "$BATS_TEST_TMPDIR/out/$number.out"
	done
	wc -l <commands >"$BATS_TEST_TMPDIR/ran"
}
export -f everything

@test "no mark in any output, child, store, backup or other file" {
	skip_without "strace is not installed" strace -V
	printf '# Title\n\nA paragraph of plain words for the talk.\n' >work/talk.md
	export OPENAI_API_KEY OPENAI_BASE_URL=http://127.0.0.1:9/v1 TRAE_LLM_MODEL=none
	OPENAI_API_KEY=$(cat "$MARKS/environment")
	export CREDENTIALS_DIRECTORY=$PWD/credentials BATS_TEST_TMPDIR
	TRAE_SECRETS_BACKEND=file trae secret set file-canary <"$MARKS/file"
	TRAE_SECRETS_BACKEND=file trae secret set stdin-canary <"$MARKS/stdin"
	session '
		trae secret set keyring-canary <"$MARKS/keyring"
		everything
	'
	[ "$(cat ran)" -gt 100 ]
	[ -s "$HOME/.config/trae/secrets.sealed" ]
	grep -q __keyring out/*.children
	chmod u+w "$HOME/.config/trae/secrets.key"
	mv "$HOME/.config/trae/secrets.key" "$MARKS/"
	run found out work "$HOME"
	for file in $output; do
		echo "$file: $(grep -hoaF -f "$MARKS.list" "$file" | sort -u | paste -sd' ')"
		[[ $file != *.children ]] || cut -c1-200 "$file"
	done
	[ -z "$output" ]
}

@test "control: a leak planted in each place is found" {
	skip_without "strace is not installed" strace -V
	rm "$HOME/.config/trae/secrets.key"
	run found out work "$HOME"
	[ -z "$output" ]
	mkdir -p "$HOME/.local/state/trae/backup"
	cp "$MARKS/file" "$HOME/.local/state/trae/backup/plain"
	base64 -w0 "$MARKS/keyring" >work/base64
	{ printf 'Authorization: x' && cat "$MARKS/keyring"; } | base64 -w0 >work/base64-inside
	od -An -tx1 "$MARKS/environment" | tr -d ' \n' >work/hex
	watched cat "$MARKS/credential"
	watched sh -c '/bin/true "$(cat "$MARKS/stdin")"'
	watched sh -c 'LEAK=$(cat "$MARKS/stdin") /bin/true'
	run found out work "$HOME"
	echo "$output"
	printf '%s\n' "$output" | sort >got
	printf '%s\n' "$HOME/.local/state/trae/backup/plain" out/1.out out/2.children out/3.children \
		work/base64 work/base64-inside work/hex | sort >want
	cmp got want
}

# A server that answers every request with what it was told in the Authorization header, as some do
# in the text of their errors. Writes its port into the file `port`.
echoing_server() {
	perl -MIO::Socket::INET -e '
		my $s = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1") or die;
		open my $f, ">", "port.part"; print $f $s->sockport; close $f;
		rename "port.part", "port";
		while (my $c = $s->accept) {
			my $said = "";
			while (<$c>) {
				$said = $1 if /^authorization:\s*(.*?)\r?$/i;
				last if /^\r?$/;
			}
			my $body = qq({"error":{"message":"wrong key: $said","code":"$said"}});
			print $c "HTTP/1.1 $ARGV[0]\r\nConnection: close\r\nX-Echo: $said\r\n",
				"Content-Type: application/json\r\nContent-Length: ", length $body,
				"\r\n\r\n$body";
			close $c;
			open my $h, ">>", "heard"; print $h "$said\n"; close $h;
		}' "$1" 3>&- &
	server=$!
	while [ ! -s port ]; do sleep 0.02; done
}

@test "no mark when a server repeats the key in its answer" {
	printf '# Title\n\nA paragraph of plain words for the talk.\n' >work/talk.md
	export TRAE_LLM_MODEL=none OPENAI_API_KEY
	OPENAI_API_KEY=$(cat "$MARKS/environment")
	for answer in "401 Unauthorized" "400 Bad Request" "200 OK" "500 Oops"; do
		echoing_server "$answer"
		export OPENAI_BASE_URL=http://127.0.0.1:$(cat port)/v1
		rm port
		name=out/${answer%% *}
		trae content script work/talk.md --json >"$name.json" 2>&1 || ran $?
		trae content script work/talk.md --progress json >"$name.out" 2>"$name.err" || ran $?
		trae content generate words --source work/talk.md --format md >"$name.md" 2>&1 ||
			ran $?
		trae doctor >"$name.doctor" 2>&1
		kill "$server"
	done
	# The control: the server was given the key.
	grep -qF -f "$MARKS.list" heard
	rm heard "$HOME/.config/trae/secrets.key"
	run found out work "$HOME"
	for file in $output; do
		echo "$file: $(grep -haF -f "$MARKS.list" "$file")"
	done
	[ -z "$output" ]
}

# Ends COMMAND with a fault while it holds the value: it writes to a pipe that nobody reads.
dump() {
	mkfifo pipe
	exec 5<>pipe
	(ulimit -c unlimited && ASAN_OPTIONS=handle_segv=0 exec "$@") >pipe 2>/dev/null 3>&- 5>&- &
	local pid=$! i
	for ((i = 0; i < 500; i++)); do
		[[ $(cat "/proc/$pid/wchan" 2>/dev/null) == *pipe* ]] && break
		sleep 0.02
	done
	kill -SEGV "$pid"
	ends 139 "$pid"
	exec 5>&-
	rm pipe
}

@test "no core of a process that holds a secret; control: others leave one" {
	case $(cat /proc/sys/kernel/core_pattern) in
	*[\|/%]*) skip_without "cores go elsewhere than to the working folder" false ;;
	esac
	# One byte more than a pipe takes, with the newline.
	head -c $((65536 - $(stat -c %s "$MARKS/file"))) /dev/zero | tr '\0' x |
		cat "$MARKS/file" - | trae secret set long
	mkdir holds && cd holds
	dump "$TRAE" secret get long
	[ -z "$(ls)" ]
	dump bash -c 'value=$(cat "$MARKS/file"); while :; do echo "$value"; done'
	[ -n "$(found .)" ]
}
