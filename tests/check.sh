#!/bin/sh
# Runs tests and counts: check.sh BUILD JOBS TEST... Each TEST is a program or a .bats file that
# prints TAP. The last line is `N passed, N failed`, with `, N skipped` where some were.
set -u
build=$1 jobs=$2
shift 2
results=$build/check
rm -rf "$results"
mkdir -p "$results"
export TRAE_BUILD="$build"
# A secret in the environment of all tests: it, and those of each test's home, may stand in no file
# that a test left, no output, no arguments, and the environment of no child.
canary=$build/tests/drive/canary left=$(mktemp -d /tmp/tc.XXXXXX)
chmod 711 "$left" # a throw-away PostgreSQL is another user's
watch=
trap 'kill $watch 2>/dev/null; rm -rf "$left"' EXIT
TRAE_MASTER_KEY=canary-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
export TRAE_MASTER_KEY
printf %s "$TRAE_MASTER_KEY" >"$left/planted"
"$canary" watch "$build" "$left/planted" "$left/processes" &
watch=$!
printf '%s\n' "$@" | xargs -P "$jobs" -I{} sh -c '
	name=$(basename "$(dirname "$1")")-$(basename "$1" .bats) # unit/store is not store.bats
	case $1 in
	*.bats) run="env TMPDIR=$3/$name bats --no-tempdir-cleanup --tap $1" ;;
	*) run=$1 ;;
	esac
	status=0
	mkdir "$3/$name"
	$run >"$2/$name.tap" 2>&1 </dev/null || status=$?
	for run in "$3/$name"/bats-run-*/test; do
		[ ! -d "$run" ] || "$4" sweep "$TRAE_BUILD" "$3/planted" "$run" >>"$3/files"
	done
	chmod -R u+w "$3/$name"
	rm -rf "${3:?}/$name"
	# A program that dies prints no plan, and bats counts a set-up that fails as no test.
	if [ $status != 0 ] && ! grep -q "^not ok" "$2/$name.tap"; then
		echo "not ok - $name ended with status $status" >>"$2/$name.tap"
	fi
	grep -q "^ok\|^not ok" "$2/$name.tap" || echo "not ok - $name ran no test" >>"$2/$name.tap"
	printf "%-28s %s ok, %s not ok\n" "$name" "$(grep -c "^ok" "$2/$name.tap")" \
		"$(grep -c "^not ok" "$2/$name.tap")"
' sh {} "$results" "$left" "$canary"
kill "$watch"
wait "$watch"
watch=
"$(dirname "$0")/canary.sh" "$build" "$left" "$results" >"$results/canary-run.tap"
for tap in "$results"/*.tap; do
	if grep -q '^not ok' "$tap"; then
		echo "--- $(basename "$tap" .tap)"
		awk '/^not ok/ { show = 1 } /^ok/ { show = 0 } show || /^not ok/' "$tap" | head -60
		grep -h '^#' "$tap" | head -20
	fi
done
skipped=$(cat "$results"/*.tap | grep -c '^ok.*# skip')
passed=$(cat "$results"/*.tap | grep -c '^ok')
failed=$(cat "$results"/*.tap | grep -c '^not ok')
grep -h '^ok.*# skip' "$results"/*.tap | sed 's/^ok [0-9]* /skipped: /'
if [ -n "${TRAE_CI:-}" ] && [ "$skipped" -gt 0 ]; then
	echo "tests were skipped although TRAE_CI is set"
	failed=$((failed + skipped))
fi
passed=$((passed - skipped))
if [ "$skipped" -gt 0 ]; then
	echo "$passed passed, $failed failed, $skipped skipped"
else
	echo "$passed passed, $failed failed"
fi
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
