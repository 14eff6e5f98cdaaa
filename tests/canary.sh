#!/bin/sh
# canary.sh BUILD LEFT RESULTS: what tests/check.sh has found of secrets over a whole run, as TAP;
# and the control, secrets planted where none may be.
set -u
build=$1 left=$2 results=$3
canary=$build/tests/drive/canary

# verdict NUMBER TEXT FILE...: holds when the files have no lines but counts.
verdict() {
	number=$1 text=$2
	shift 2
	if grep -hv '^#' "$@"; then
		echo "not ok $number $text"
	else
		echo "ok $number $text ($(awk '/^#/ { n += $2 } END { print n + 0 }' "$@"))"
	fi
}

mkdir -p "$left/outputs" "$left/leak/1/home"
cp "$results"/*.tap "$left/outputs"
"$canary" sweep "$build" "$left/planted" "$left/outputs" >>"$left/files"
verdict 1 "no secret in any file that a test left, and no output" "$left/files" | sed 's/^[^on]/# &/'
verdict 2 "no secret in arguments, nor the environment of a child" "$left/processes" |
	sed 's/^[^on]/# &/'

# The control: a file with each kind of secret, and a process with one in each place.
cd "$left/leak/1" || exit 1
HOME=$PWD/home
export HOME
env -u XDG_CONFIG_HOME -u XDG_DATA_HOME TRAE_SECRETS_BACKEND=file "$build/trae" init --key-file -q
"$build/trae" key create --name control --role viewer >/dev/null
printf 'a %s' "$TRAE_MASTER_KEY" >plain
base64 <"$left/planted" >coded
od -An -v -tx1 home/.config/trae/secrets.key | tr -d ' \n' >key
"$build/trae" secret get policy-key | tr a-f A-F | tr A-F a-f | sed 's/^/x/' >policy
found=$("$canary" sweep "$build" "$left/planted" "$left/leak" | grep -c ' holds ')
[ "$found" = 4 ] || printf 'not '
echo "ok 3 control: $found of 4 planted files are found"

cp /bin/sh "$results/sh"
"$canary" watch "$build" "$left/planted" "$left/found" &
watch=$!
# shellcheck disable=SC2016 # the inner shells expand
"$results/sh" -c '"$0" -c "sleep 3; :"; :' "$results/sh" "$TRAE_MASTER_KEY" &
wait $!
kill "$watch"
wait "$watch"
found=$(sed -n 's/ of a process holds.*//p' "$left/found" | sort -u | wc -l)
[ "$found" = 2 ] || printf 'not '
echo "ok 4 control: $found of 2 places in a process are found"
rm "$results/sh"
echo 1..4
