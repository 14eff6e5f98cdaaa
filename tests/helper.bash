# What every bats file loads: the built program, a home of its own, and small helpers.
ROOT=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
BUILD=${TRAE_BUILD:-$ROOT/build}
TRAE=$BUILD/trae
SHARED=$ROOT/../shared

setup() {
	HOME=$BATS_TEST_TMPDIR/home
	mkdir -p "$HOME"
	export HOME PATH="$BUILD:$PATH" NO_COLOR=1 LC_ALL=C.UTF-8 LSAN_OPTIONS=print_suppressions=0
	unset XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_CACHE_HOME XDG_RUNTIME_DIR
	unset DBUS_SESSION_BUS_ADDRESS CREDENTIALS_DIRECTORY OPENAI_API_KEY OPENAI_BASE_URL
	cd "$BATS_TEST_TMPDIR" || return 1
	if declare -F prepare >/dev/null; then prepare; fi
}

# skip_without REASON COMMAND...: skips when COMMAND fails; where TRAE_CI is set that is a failure.
skip_without() {
	local reason=$1
	shift
	"$@" >/dev/null 2>&1 && return 0
	[ -z "${TRAE_CI:-}" ] || { echo "absent although TRAE_CI is set: $reason"; return 1; }
	skip "$reason"
}

# refuses STATUS PATTERN COMMAND...: one clear sentence on stderr, that exit status, empty stdout.
refuses() {
	local status=$1 pattern=$2 got=0
	shift 2
	"$@" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" </dev/null || got=$?
	cat "$BATS_TEST_TMPDIR/err"
	[ "$got" = "$status" ] || { echo "exit status $got, not $status"; return 1; }
	[ ! -s "$BATS_TEST_TMPDIR/out" ] || { echo "printed on stdout"; return 1; }
	grep -qE -- "$pattern" "$BATS_TEST_TMPDIR/err"
}

# ends STATUS PID: that child of this shell ends, and with that exit status.
ends() {
	local got=0
	wait "$2" || got=$?
	[ "$got" = "$1" ] || { echo "exit status $got, not $1"; return 1; }
}

# lacks PATTERN FILE: no line of FILE matches. (bats passes over a failing `! grep`.)
lacks() {
	if grep -E -- "$1" "$2"; then
		echo "that is in $2"
		return 1
	fi
}
