#!/usr/bin/env bats
# trae serve as a service: what systemd is told, hands over and holds it to.
load helper
load serve

prepare() {
	for tool in curl jq python3; do skip_without "$tool is not installed" command -v $tool; done
}

# listener SOCKET FILE: writes what is told at SOCKET to FILE, a datagram a line.
listener() {
	python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1].replace("@", "\0", 1))
print("bound", flush=True)
while True: print(s.recv(4096).decode().replace("\n", ";"), flush=True)' "$1" >"$2" 2>&1 3>&- &
	LISTENER=$!
	until grep -q bound "$2"; do kill -0 $LISTENER || { cat "$2"; return 1; }; sleep 0.05; done
}

eventually() { # PATTERN FILE
	for _ in $(seq 400); do
		grep -qE "$1" "$2" && return 0
		sleep 0.05
	done
	echo "never: $1"
	cat "$2"
	return 1
}

certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$1" \
		-addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem 2>/dev/null
}

@test "the manager is told of start, reload, life and end" {
	skip_without "openssl is not installed" command -v openssl
	certificate one
	for socket in "$PWD/notify" "@trae-test-$$"; do
		listener "$socket" told
		export NOTIFY_SOCKET=$socket WATCHDOG_USEC=200000
		serve --tls-cert cert.pem --tls-key key.pem
		eventually '^READY=1$' told
		eventually '^WATCHDOG=1$' told
		kill -HUP $SERVER
		eventually '^RELOADING=1;MONOTONIC_USEC=[0-9]+$' told
		[ "$(grep -c '^READY=1$' told)" -ge 1 ]
		kill -TERM $SERVER
		wait $SERVER
		SERVER=
		eventually '^STOPPING=1$' told
		[ "$(sed '/WATCHDOG/d' told | paste -sd' ' | sed 's/USEC=[0-9]*/USEC=n/')" = \
			"bound READY=1 RELOADING=1;MONOTONIC_USEC=n READY=1 STOPPING=1" ]
		kill $LISTENER
	done
	unset NOTIFY_SOCKET WATCHDOG_USEC
	serve
}

# handed ADDRESS [OPTION...]: trae serve with a socket that listens at ADDRESS already.
handed() {
	local address=$1
	shift
	exec python3 -c 'import os, socket, sys
s = socket.create_server((sys.argv[1], 0), family=socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET)
print("socket", s.getsockname()[1], flush=True)
os.dup2(s.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS=os.environ.get("FDS", "1"), LISTEN_PID=str(os.getpid()))
os.execvp("trae", ["trae", "serve", "--port", "0"] + sys.argv[2:])' "$address" "$@"
}

@test "a socket that is handed over is served, and held to the same rules" {
	trae init --key-file -q
	for address in 127.0.0.1 ::1; do
		handed $address >out 2>err 3>&- &
		SERVER=$!
		eventually '^port' out
		[ "$(sed -n 's/^port	//p' out)" = "$(sed -n 's/^socket //p' out)" ]
		[ "$(sed -n 's/^address	//p' out)" = $address ]
		host=$address
		[[ $host != *:* ]] || host="[$host]"
		curl -s "http://$host:$(sed -n 's/^port	//p' out)/healthz" | jq -e '.status == "healthy"'
		kill $SERVER
		wait $SERVER
		SERVER=
	done
	run handed 0.0.0.0
	[ "$status" = 64 ]
	[[ $output == *"can be reached from other machines"* ]]
	FDS=2 run handed 127.0.0.1
	[ "$status" = 78 ]
	[[ $output == *"one is taken"* ]]
}

installed() {
	make -s -C "$ROOT" install B="$BUILD" DESTDIR="$PWD/root" PREFIX="$PWD/usr" MAKEFLAGS= >install.log 2>&1 ||
		{ cat install.log; return 1; }
	mv "root$PWD/usr" usr
}

@test "the units are installed, hold, and expose little" {
	skip_without "systemd-analyze is not installed" command -v systemd-analyze
	installed
	units=usr/lib/systemd
	grep -q "^ExecStart=$PWD/usr/bin/trae serve" $units/system/trae.service $units/user/trae.service
	export MANPATH="$PWD/usr/share/man"
	for unit in $units/system/trae.service $units/system/trae.socket; do
		systemd-analyze verify "$unit" 2>&1 | tee found
		[ ! -s found ]
	done
	XDG_RUNTIME_DIR=$PWD systemd-analyze --user verify $units/user/trae.service 2>&1 | tee found
	[ ! -s found ]
	systemd-analyze security --offline=true --threshold=15 $units/system/trae.service | tail -1 | tee exposure
	# Control: the same service without its hardening is too exposed.
	sed '/^# It needs its folders/,/^\[Install\]/d' $units/system/trae.service >bare.service
	run systemd-analyze security --offline=true --threshold=15 ./bare.service
	[ "$status" != 0 ]
}

@test "the system calls of serving and rendering are among those that the unit allows" {
	skip_without "systemd-analyze is not installed" command -v systemd-analyze
	skip_without "strace is not installed" command -v strace
	expand() { # SET: all its names
		systemd-analyze syscall-filter "$1" | sed -n 's/^    //p' | sed 's/ *$//' | while read -r name; do
			case $name in
			@*) expand "$name" ;;
			'#'*) ;;
			*) echo "$name" ;;
			esac
		done
	}
	unit=$ROOT/share/systemd/trae.service
	for word in $(sed -n 's/^SystemCallFilter=\([^~]\)/\1/p' "$unit"); do
		case $word in @*) expand "$word" ;; *) echo "$word" ;; esac
	done | sort -u >granted
	for word in $(sed -n 's/^SystemCallFilter=~//p' "$unit"); do expand "$word"; done | sort -u >taken
	comm -23 granted taken >allowed
	[ "$(wc -l <allowed)" -gt 200 ]
	grep -qx sync_file_range allowed
	trae init --key-file -q
	KEY=$(trae key create --name k --role admin --format '{{key}}')
	# LeakSanitizer cannot work beside strace.
	ASAN_OPTIONS=detect_leaks=0 strace -f -qq -e signal=none -o calls trae serve --port 0 >out 2>err 3>&- &
	local tracer=$!
	eventually '^port' out
	SERVER=$(pgrep -P $tracer)
	AT=http://127.0.0.1:$(sed -n 's/^port	//p' out)
	TRAE_VIDEO_SIZE=360p
	post "/api/v1/video/create?wait=40" '{"script":"A few words.","size":"360p","quality":"draft"}'
	id=$(jq -r .task_id body)
	for _ in $(seq 600); do
		request GET "/api/v1/tasks/$id" >/dev/null
		jq -e '.status == "completed" or .status == "failed"' body >/dev/null && break
		sleep 0.2
	done
	answered 200 '.status == "completed"'
	kill $SERVER
	SERVER=
	ends 0 $tracer
	sed -nE 's/^[0-9]+ +([a-z0-9_]+)\(.*/\1/p' calls | sort -u >used
	[ "$(wc -l <used)" -gt 50 ]
	grep -qx landlock_restrict_self used || echo "no Landlock here"
	# SQLite calls fchown as root alone.
	comm -23 used allowed | grep -vx fchown | tee beyond
	[ ! -s beyond ]
}
