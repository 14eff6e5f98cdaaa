#!/bin/sh
# fuzz.sh RUNS TARGET.c...: feeds each target RUNS new inputs under AddressSanitizer and UBSan.
# What clang builds goes to build/fuzz; a finding stays there as crash-* and ends the script.
set -eu
runs=$1
shift
cc=$(command -v clang-14 || command -v clang)
# shellcheck disable=SC2089,SC2090 # the quotes belong to the C text
flags="-std=gnu2x -g -O1 -D_GNU_SOURCE -I. -DTRAE_VERSION=\"fuzz\" -DTRAE_DATE=\"\"
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all"
packages='sqlite3 jansson libsodium libcurl libxml-2.0 md4c'
mkdir -p build/fuzz/obj
# All but the media program; of the archive a target takes what it needs.
sources=$(ls lib/*/*.c cmd/*.c | grep -vE '^(lib/(frame|media|voice|effect)/|cmd/main\.c)')
modules=
objects=
for source in $sources lib/page/module/*.c; do
	object=build/fuzz/obj/$(echo "$source" | tr / -).o
	# shellcheck disable=SC2086,SC2046,SC2090 # the flags are words
	$cc $flags $(pkg-config --cflags $packages) -c -o "$object" "$source"
	case $source in
	*/module/*) modules="$modules $object" ;;
	*) objects="$objects $object" ;;
	esac
done
rm -f build/fuzz/libtrae.a
# shellcheck disable=SC2086
ar rcs build/fuzz/libtrae.a $objects
for target in "$@"; do
	name=$(basename "$target" .c)
	mkdir -p "build/fuzz/corpus-$name"
	# shellcheck disable=SC2086,SC2046,SC2090
	$cc $flags -fsanitize=fuzzer $(pkg-config --cflags $packages) -o "build/fuzz/$name" \
		"$target" $modules build/fuzz/libtrae.a $(pkg-config --libs $packages) -l:libmd.a -lm
	echo "$name: $runs runs"
	(cd build/fuzz && "./$name" -runs="$runs" -max_len=8192 -timeout=10 -rss_limit_mb=2048 \
		-print_final_stats=1 "corpus-$name" "../../tests/fixture/fuzz/$name" 2>"$name.log") || {
		tail -40 "build/fuzz/$name.log"
		exit 1
	}
	grep -E 'stat::(number_of_executed_units|average_exec_per_sec)' "build/fuzz/$name.log"
done
echo "no finding"
