#!/bin/sh
# render.sh ROUNDS: SIGKILL of a render at random instants. No partial file may stand under a final
# name, nothing may be recorded that is not there. The control writes to the final name at once.
set -u
rounds=${1:-50}
for peer in ffmpeg python3; do
	command -v $peer >/dev/null && continue
	echo "ok 1 renders survive SIGKILL # skip $peer is not installed"
	echo "1..1"
	exit 0
done
root=$(cd "$(dirname "$0")/../.." && pwd)
trae=${TRAE_BUILD:-$root/build}/trae
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
HOME=$dir
export HOME TRAE_VIDEO_SIZE=360p TRAE_VIDEO_QUALITY=draft
unset XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_CACHE_HOME XDG_RUNTIME_DIR
seed=${TRAE_SEED:-$(date +%N)}
echo "# TRAE_SEED=$seed"

random() { # sets $chance below $1
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	chance=$((seed / 65536 % $1))
}

whole() { # FILE: an MP4 that ends where its boxes say, with its index
	python3 - "$1" <<'PY'
import struct, sys
data = open(sys.argv[1], "rb").read()
at, seen = 0, set()
while at + 8 <= len(data):
    size, kind = struct.unpack(">I4s", data[at:at + 8])
    if size < 8:
        sys.exit(1)
    seen.add(kind)
    at += size
sys.exit(not (at == len(data) and {b"moov", b"mdat"} <= seen))
PY
}

echo "The wind turns the wheel. The wheel makes light. The light goes far. We see it at night." >s.txt
start=$(date +%s%N)
"$trae" video render s.txt -o first.mp4 >/dev/null || exit 1
span=$((($(date +%s%N) - start) / 1000000))
partial=0 untrue=0 killed=0 finished=0
for round in $(seq "$rounds"); do
	"$trae" video render s.txt -o "out-$round.mp4" >/dev/null 2>&1 &
	pid=$!
	random $span
	sleep "$(printf '%d.%03d' $((chance / 1000)) $((chance % 1000)))"
	if kill -9 $pid 2>/dev/null; then killed=$((killed + 1)); else finished=$((finished + 1)); fi
	wait $pid 2>/dev/null
	[ ! -e "out-$round.mp4" ] || whole "out-$round.mp4" || partial=$((partial + 1))
done
"$trae" video render s.txt -o last.mp4 >/dev/null || exit 1
"$trae" file list --limit 200 --select path,sha256 >recorded
while read -r path sum; do
	[ "$(sha256sum "$path" 2>/dev/null | cut -d' ' -f1)" = "$sum" ] || untrue=$((untrue + 1))
done <recorded
running=$("$trae" status --format '{{tasks_running}}')
for round in 1 2 3; do
	"$trae" video render s.txt -o "out-$round.mp4" >/dev/null || exit 1
done
left=$(find "$HOME/.cache/trae" -mindepth 1 | wc -l)
parts=$(find . -name '.out-[123].mp4.*.part' | wc -l)

# The control: the same killing of a program that writes to the final name at once.
control=0
for round in 1 2 3 4 5 6; do
	ffmpeg -v quiet -nostdin -y -re -i first.mp4 -c copy control.mp4 &
	pid=$!
	sleep "0.$((round + 2))"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	[ ! -e control.mp4 ] || whole control.mp4 || control=$((control + 1))
	rm -f control.mp4
done

say() { # CONDITION TEXT
	number=$((${number:-0} + 1))
	if [ "$1" -eq 1 ]; then echo "ok $number $2"; else echo "not ok $number $2"; bad=1; fi
}
bad=0
echo "# $killed killed, $finished finished before, of $rounds"
say $((killed > 0)) "renders were killed while they ran"
say $((partial == 0)) "$partial partial files under a final name"
say $((untrue == 0)) "$untrue recorded files that are not there as recorded"
say $((running == 0)) "$running tasks left as running"
say $((left == 0)) "$left scratch files left behind"
say $((parts == 0)) "$parts .part files left after the next render of the same name"
say $((control > 0)) "the control left $control partial files"
echo "1..$number"
exit $bad
