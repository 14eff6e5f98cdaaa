#!/usr/bin/env bats
# The HTTP server, byte by byte. The server is tests/drive/web.c, the client tests/web.py.
bats_require_minimum_version 1.5.0
load helper
load peer

# A server that hangs is killed, so that a test cannot.
start() {
	skip_without "no python3" python3 -c 'import ssl'
	head -c 300000 /dev/urandom >file
	serve log timeout -s KILL 300 "$BUILD/tests/drive/web" file="$PWD/file" "$@"
}

talk() {
	timeout 120 python3 "$ROOT/tests/web.py" "$PORT" "$@"
}

# The signal goes to the server, not to timeout, which would pass on its own.
finish() {
	pkill -TERM -P "$SERVER"
	wait "$SERVER"
	SERVER=
}

# eventually COMMAND...: tries until it succeeds.
eventually() {
	for _ in $(seq 300); do
		if "$@"; then return 0; fi
		sleep 0.05
	done
	echo "never: $*"
	return 1
}

state_has() {
	talk ask GET /state | grep -q "$1"
}

certificate() {
	skip_without "no openssl" openssl version
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 \
		-subj /CN=localhost -keyout "$1.key" -out "$1.crt" 2>openssl.log
}

@test "requests with two meanings are refused, and what follows them is not read" {
	start
	talk refused
}

@test "control: requests beside them are served" {
	start
	talk served
	talk piecemeal
}

@test "paths and queries are decoded once or refused" {
	start
	talk paths
}

@test "slow headers and bodies are cut off at an absolute deadline" {
	start headers_ms=300 body_ms=300 idle_ms=300
	talk slow
}

@test "control: with long deadlines the same drip is not cut off" {
	start headers_ms=600000 body_ms=600000 idle_ms=600000
	run ! talk slow 100
	[[ "$output" = *"not cut off"* ]]
}

@test "requests in one packet are answered in order, at once or later" {
	start threads=1
	talk pipeline
	finish
	start threads=2
	talk pipeline
}

@test "answers of one connection are each as they were asked for" {
	start
	talk asked
}

@test "100-continue is given only where the body is wanted" {
	start
	talk continue
}

@test "heads and bodies beyond their limits are refused" {
	start
	talk large
}

@test "HEAD gives the head of GET" {
	start
	talk head
}

@test "parts of a file" {
	start
	talk range file
}

@test "a client that stops reading a file is dropped" {
	start idle_ms=500
	truncate -s 64M file
	talk stalled file
}

@test "what the client has is not sent again" {
	start
	talk etag
}

@test "a stream, and clients that leave it" {
	start
	talk stream
	talk flood log
}

@test "clients that abort while their answer is pending" {
	start delay_ms=30
	talk abort 200
	finish
	grep -qx 'unanswered: 0' log
}

@test "ten thousand connections leave the server answering" {
	start headers_ms=2000
	talk crowd 10000
	finish
	grep -qx 'unanswered: 0' log
}

@test "few open files allow few connections, and the server goes on" {
	skip_without "no python3" python3 -c 'import ssl'
	# shellcheck disable=SC2016 # the inner shell expands
	serve log timeout -s KILL 300 sh -c 'ulimit -n 64; exec "$0" headers_ms=500' \
		"$BUILD/tests/drive/web"
	grep -q '^warning: .* allows only 16 connections' log
	talk crowd 300
	talk served
}

@test "one address gets 64 connections, loopback as many as there are" {
	start
	[ "$(talk address 127.0.0.1 100)" = "100 kept" ]
	finish
	skip_without "no network of its own can be made here" unshare -rn ip link set lo up
	# shellcheck disable=SC2016 # the inner shell expands
	unshare -rn sh -ec 'ip link set lo up && ip address add 203.0.113.5/32 dev lo
		timeout -s KILL 100 "$1/tests/drive/web" address=0.0.0.0 port=18080 >log &
		for i in $(seq 300); do grep -q ready log && break; sleep 0.05; done
		timeout 60 python3 "$2/tests/web.py" 18080 address 203.0.113.5 100
		timeout 60 python3 "$2/tests/web.py" 18080 address 127.0.0.1 100
		kill $!' sh "$BUILD" "$ROOT" >kept
	cat kept
	[ "$(cat kept)" = "64 kept
100 kept" ]
}

@test "TLS 1.2 and later, and a certificate that is replaced" {
	certificate one
	certificate two
	cp one.crt crt
	cp one.key key
	start cert="$PWD/crt" key="$PWD/key"
	talk tls file
	WEB_TLS=1 talk refused
	WEB_TLS=1 talk served
	WEB_TLS=1 talk piecemeal
	WEB_TLS=1 talk pipeline
	WEB_TLS=1 talk large
	WEB_TLS=1 talk range file
	WEB_TLS=1 talk stream
	WEB_TLS=1 talk abort 50
	talk certificate >before
	cp two.crt crt
	pkill -HUP -P "$SERVER"
	eventually grep -q reload log
	grep -q 'reload: .* do not match' log
	talk certificate | cmp - before
	cp two.key key
	pkill -HUP -P "$SERVER"
	eventually grep -q reloaded log
	talk certificate >after
	run ! cmp before after
	[ -s after ]
	talk tls file
}

@test "a certificate and a key that do not belong together are refused" {
	certificate one
	certificate two
	refuses 65 'do not match' "$BUILD/tests/drive/web" cert=one.crt key=two.key
	echo nonsense >three.crt
	refuses 65 'cannot be used' "$BUILD/tests/drive/web" cert=three.crt key=one.key
}

@test "a place that cannot be listened at is named" {
	start
	refuses 75 "port $PORT of 127.0.0.1 is taken" "$BUILD/tests/drive/web" port="$PORT"
	refuses 65 'no IPv4 or IPv6 address' "$BUILD/tests/drive/web" address=localhost
	refuses 65 'no address of this machine' "$BUILD/tests/drive/web" address=192.0.2.1
}

@test "stopping waits for what is being answered, and no longer than it was told" {
	start delay_ms=400
	talk ask GET /later >later &
	client=$!
	eventually state_has '"open":1'
	finish
	wait "$client"
	grep -q '^200 .*"path":"/later"' later
	grep -qx 'unanswered: 0' log
	start
	talk ask GET /never >never 2>&1 &
	eventually state_has '"kept":true'
	finish
	grep -qx 'unanswered: 1' log
}

@test "each outside call of starting a server may fail" {
	certificate one
	for n in $(seq 1 40); do
		status=0
		TRAE_FAULT=$n "$BUILD/tests/drive/web" once=1 cert=one.crt key=one.key >out 2>err ||
			status=$?
		cat err
		[ "$status" = 0 ] || lacks ready out
		[ "$status" != 0 ] || break
		[ "$status" -lt 126 ]
		grep -qE '^[a-z_]+: .' err
	done
	[ "$n" -gt 3 ]
	grep -q ready out
}

@test "a reply with a header of two lines is not sent" {
	start
	[[ "$(talk ask GET /bad)" = "500 a header of the reply is not valid"* ]]
}
