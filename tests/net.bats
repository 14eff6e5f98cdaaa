#!/usr/bin/env bats
# Requests to other machines and language models, against servers that behave badly on purpose and
# against @copilotkit/aimock. The driver is tests/drive/net.c.
bats_require_minimum_version 1.5.0
load helper
load peer

prepare() {
	mkdir bin
	ln -s "$BUILD/tests/drive/net" bin/drive-net
	PATH=$PWD/bin:$PATH
}

hostile() {
	skip_without "node is not in build/peers" test -x "$NODE"
	serve hostile.log "$NODE" "$ROOT/tests/peers/hostile.js" "$@"
}

# ask API MODEL PROMPT [TIMEOUT_MS]
ask() {
	drive-net ask "$1" "$HERE/v1" "$2" "be brief" "${@:3}"
}

# asked: how many questions aimock has seen.
asked() {
	"$NODE" -e 'fetch(process.argv[1], { headers: { authorization: "Bearer sk-canary" } })
		.then((r) => r.json()).then((j) => console.log(j.length))' "$HERE/__aimock/journal"
}

# only_public: every connection to port 80 came to a public address.
only_public() {
	grep '^connection' http.log >connections
	sed -i '/93\.184\.215\.14$/d; /2606:2800:21f::1$/d' connections
	lacks . connections
}

in_internet() {
	skip_without "node is not in build/peers" test -x "$NODE"
	skip_without "no network of its own can be made here" unshare -rmn ip link set lo up
	skip_without "no openssl" openssl version
	skip_without "no certificates" test -e /etc/ssl/certs/ca-certificates.crt
	unshare -rmn "$ROOT/tests/peers/internet.sh" "$NODE" "$@"
}

@test "no form of a closed URL opens a connection" {
	in_internet sh -c "drive-net each <'$ROOT/tests/fixture/net/closed-urls.txt' >each"
	cat each
	[ "$(wc -l <each)" = 100 ]
	lacks '^ok' each
	[ "$(grep -c 'only ports 80 and 443' each)" = 3 ]
	[ "$(grep -c '^connection' http.log)" = 0 ]
	[ "$(grep -c '^connection' https.log)" = 0 ]
}

@test "control: the same forms do connect where the owner names them" {
	in_internet sh -c "drive-net each -o <'$ROOT/tests/fixture/net/closed-urls.txt' >each"
	[ "$(grep -c '^connection' http.log)" -ge 50 ]
}

@test "public addresses are reached, by name and by number" {
	in_internet sh -ec '
		drive-net request http://public.test/ok
		drive-net request http://93.184.215.14/ok
		drive-net request "http://[2606:2800:21f::1]/ok"
		drive-net request http://mixed.test/ok
		drive-net request https://public.test/ok'
	only_public
}

@test "a name that changes its address is not followed inside" {
	in_internet sh -c '
		drive-net request http://rebind.test/ok
		drive-net request http://rebind.test/ok && echo REACHED
		drive-net request -r 1 "http://rebind.test/redirect?to=/ok" && echo REACHED
		true' >out 2>err
	cat out err
	[ "$(grep -c '^200' out)" = 1 ]
	lacks REACHED out
	[ "$(grep -c '^denied' err)" = 2 ]
	only_public
}

@test "redirects are checked like the first URL" {
	in_internet sh -c '
		away=public.test/redirect?to=
		for to in http://127.0.0.1/ok http://inside.test/ok http://[::1]/ok \
			http://10.0.0.1/ http://public.test:22/ file:///etc/passwd \
			http://u:p@public.test/ gopher://x/; do
			drive-net request -r 3 "http://$away$to" && echo REACHED
		done
		drive-net request -r 3 "https://${away}http://public.test/ok" && echo REACHED
		drive-net request -r 3 http://public.test/loop && echo REACHED
		drive-net request -r 1 "http://${away}https://public.test/ok"' >out 2>err
	cat out err
	lacks REACHED out
	[ "$(cat out)" = "200 https://public.test/ok  5 0
fine" ]
	[ "$(wc -l <err)" = 10 ]
	grep -q 'only ports 80 and 443' err
	only_public
	[ "$(grep -c 'GET /loop' http.log)" = 4 ]
}

@test "the word of the owner holds for the origin that was named" {
	in_internet sh -ec '
		drive-net request -o http://10.0.0.1/ok
		drive-net request -o -r 1 "http://10.0.0.1/redirect?to=/ok"
		for to in http://127.0.0.1/ok http://10.0.0.1:8080/ok //192.168.1.1/ok; do
			! drive-net request -o -r 1 "http://10.0.0.1/redirect?to=$to"
		done' >out 2>err
	cat out err
	[ "$(grep -c '^200 http://10.0.0.1/ok' out)" = 2 ]
	[ "$(grep -c '^denied.*not on the public Internet' err)" = 3 ]
}

@test "a redirect of a POST is the answer, not followed" {
	hostile
	run drive-net request -o -r 3 -X POST -d x "$HERE/redirect?to=/ok"
	[ "$status" = 0 ]
	[[ $output == "302 "*elsewhere ]]
}

@test "proxies of the environment are not used" {
	in_internet env http_proxy=http://127.0.0.1:80 ALL_PROXY=http://127.0.0.1:80 \
		drive-net request http://public.test/ok
	only_public
}

@test "a key goes over https or to this machine only, and to one origin only" {
	in_internet sh -c '
		drive-net request -o -H "!X-Key: canary" http://public.test/echo && echo REACHED
		drive-net request -o -H "Authorization: canary" http://10.0.0.1/echo && echo REACHED
		away=http://127.0.0.1/redirect?to=
		drive-net request -o -r 1 -H "!X-Key: canary" "${away}http://public.test/echo"
		drive-net request -o -r 1 -H "!X-Key: canary" "$away/echo"
		drive-net request -H "!X-Key: canary" https://public.test/echo' >out 2>err
	cat out err
	lacks REACHED out
	[ "$(grep -c 'https:// or to this machine' err)" = 2 ]
	[ "$(grep -c 'key=canary' http.log)" = 3 ]
	[ "$(grep -c 'GET /echo key=$' http.log)" = 1 ]
	[ "$(grep -c 'key=canary' https.log)" = 1 ]
}

@test "certificates are checked" {
	in_internet sh -c '
		drive-net request https://public.test/ok
		drive-net request https://93.184.215.14/ok' >out 2>err || [ $? = 69 ]
	cat out err
	[ "$(grep -c '^200' out)" = 1 ]
	grep -q '^upstream_failed: the certificate of https://93.184.215.14:443 is not valid' err
}

@test "a connection that closes while a body is sent fails the request, not the program" {
	in_internet sh -c '
		for round in 1 2 3 4 5 6; do
			drive-net request -X POST -b 30000000 https://public.test/close
			echo "ended with $?"
		done' >out
	[ "$(sort -u out)" = "ended with 69" ]
}

@test "a certificate that nobody signed is refused from the owner's server too" {
	skip_without "no openssl" openssl version
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=127.0.0.1 \
		-addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem
	hostile --tls key.pem cert.pem
	refuses 69 'certificate .* not valid' drive-net request -o "https://127.0.0.1:$PORT/ok"
	lacks '^request' hostile.log
}

@test "an answer that unpacks to too much is stopped" {
	hostile
	refuses 65 'larger than 1000000 bytes' drive-net request -o -m 1000000 "$HERE/bomb"
	refuses 65 'unpacks to more than 200 times' drive-net request -o -m 100000000 "$HERE/bomb"
	refuses 65 'larger than 100000 bytes' drive-net request -o -m 100000 "$HERE/empty-blocks"
	run drive-net request -o "$HERE/text"
	[ "$status" = 0 ]
	[[ $output == *"line 59999 of"* ]]
}

@test "an answer that is too large is stopped, announced or not" {
	hostile
	refuses 65 'larger than 16777216 bytes' drive-net request -o "$HERE/endless"
	refuses 65 'larger than 16777216 bytes' drive-net request -o "$HERE/announced"
	refuses 65 'larger than 4 bytes' drive-net request -o -m 4 "$HERE/ok"
	drive-net request -o -m 5 "$HERE/ok"
}

@test "a server that is slow, mute, broken or talks something else" {
	hostile
	refuses 69 'no answer from http://127.0.0.1:[0-9]+: .*timed out' \
		drive-net request -o -t 700 "$HERE/drip"
	refuses 69 'timed out' drive-net request -o -t 300 "$HERE/mute"
	refuses 69 'too slow' drive-net request -o -i 1 "$HERE/silent"
	refuses 69 'no answer' drive-net request -o "$HERE/break"
	refuses 69 'too many headers' drive-net request -o "$HERE/headers"
	refuses 69 'no answer' drive-net request -o "$HERE/garbage"
	kill "$SERVER" && wait "$SERVER" || true
	SERVER=
	refuses 69 'no answer' drive-net request -o "$HERE/ok"
}

@test "a request ends when its caller stops it" {
	hostile
	drive-net request -o "$HERE/mute" 2>err 3>&- &
	client=$!
	until grep -q '^request' hostile.log; do
		kill -0 "$client"
		sleep 0.05
	done
	kill -INT "$client"
	status=0
	wait "$client" || status=$?
	[ "$status" = 130 ]
	grep -q '^interrupted' err
}

@test "methods, bodies and headers arrive as given" {
	hostile
	run drive-net request -o -X PUT -d '{"a":1}' -H 'Content-Type: application/json' \
		-H 'X-Empty:' "$HERE/echo"
	[[ $output == *'"method":"PUT"'* ]]
	[[ $output == *'"content-type":"application/json"'* ]]
	[[ $output == *'"content-length":"7"'* ]]
	[[ $output == *'"x-empty":""'* ]]
	[[ $output == *'"user-agent":"trae/'* ]]
	run drive-net request -o "$HERE/missing"
	[[ $output == "404 "*"no such page" ]]
	refuses 65 'control byte' drive-net request -o -H $'X-A: b\r\nX-C: d' "$HERE/echo"
	[ "$(grep -c '^request' hostile.log)" = 2 ]
}

@test "the body of a success goes to the receiver, that of a refusal is kept" {
	hostile
	run drive-net request -o -s "$HERE/ok"
	[ "$output" = "200 $HERE/ok  0 1" ]
	run drive-net request -o -s "$HERE/missing"
	[[ $output == "404 "*" 13 0"*"no such page" ]]
}

@test "every outside call can fail" {
	hostile
	TRAE_FAULT=1 refuses 69 'no answer' drive-net request -o "$HERE/ok"
	lacks '^request' hostile.log
	TRAE_FAULT=2 drive-net request -o "$HERE/ok"
	TRAE_FAULT=1 ask chat whole x
	[ "$(grep -c '^model' hostile.log)" = 1 ]
}

@test "aimock answers in both interfaces" {
	aimock
	for api in chat responses; do
		run --separate-stderr ask "$api" gpt-any "say hello"
		echo "$output"
		[ "$output" = "Hello from the peer, in pieces as a model does: one, two." ]
	done
	[ "$(asked)" = 2 ]
}

@test "a stream shows its progress" {
	hostile
	ask chat whole x 2>err
	grep -q '^progress: model [0-9]* of 0 whole$' err
}

@test "aimock: control characters do not come through" {
	aimock
	for api in chat responses; do
		run --separate-stderr ask "$api" gpt-any control
		[ "$output" = $'red [31mtext[0m and reversed\nnext line' ]
	done
}

@test "aimock: too many requests, then an answer" {
	for api in chat responses; do
		aimock
		run --separate-stderr ask "$api" gpt-any "busy once"
		[ "$output" = "answered after a wait" ]
		[ "$(asked)" = 2 ]
		kill "$SERVER"
	done
	SERVER=
}

@test "aimock: asked three times in all, an empty account once" {
	aimock
	refuses 69 'status 429: slow down' ask chat gpt-any "always busy"
	[ "$(asked)" = 3 ]
	refuses 69 'no quota left: You exceeded' ask responses gpt-any "no quota"
	[ "$(asked)" = 4 ]
}

@test "aimock: a broken answer is asked for again" {
	for api in chat responses; do
		aimock
		run --separate-stderr ask "$api" gpt-any "breaks once"
		[ "$output" = "whole the second time" ]
		[ "$(asked)" = 2 ]
		kill "$SERVER"
	done
	SERVER=
}

@test "aimock: wrong key, no key, unknown model, list of models" {
	aimock
	DRIVE_KEY=sk-other refuses 78 'refuses the API key' ask chat gpt-any "say hello"
	DRIVE_KEY='' refuses 78 'wants an API key' ask chat gpt-any "say hello"
	refuses 78 'no model "gpt-any"' ask chat gpt-any "no model"
	run drive-net models "$HERE/v1"
	[ "$status" = 0 ]
	[[ $output == *gpt-4o* ]]
}

@test "a model's server that breaks off" {
	hostile
	[ "$(ask chat breaks-once x)" = "one two" ]
	[ "$(grep -c 'model breaks-once' hostile.log)" = 2 ]
	refuses 69 'no answer from' ask chat breaks-always x
	[ "$(grep -c 'model breaks-always' hostile.log)" = 3 ]
	refuses 69 'broke off in the middle' ask chat ends-early x
	[ "$(grep -c 'model ends-early' hostile.log)" = 3 ]
}

@test "a model's server says when to come back, and whether" {
	hostile
	[ "$(ask chat asks-for-time x)" = "one two" ]
	[ "$(ask chat wants-again x)" = "one two" ]
	refuses 69 'status 503: loading' ask chat asks-for-an-hour x
	refuses 69 'status 500: broken' ask chat forbids-again x
	[ "$(grep -c 'model asks-for-an-hour' hostile.log)" = 1 ]
	[ "$(grep -c 'model forbids-again' hostile.log)" = 1 ]
}

@test "a model's server that answers nonsense or without end" {
	hostile
	refuses 78 'answers with a web page; check the base URL' ask chat page x
	refuses 69 'event of more than' ask chat endless-event x
	refuses 65 'larger than' ask chat endless-text x
	refuses 69 'timed out' ask chat drips x 700
	refuses 69 'out of memory' ask chat error-event x
	refuses 69 'answers nothing' ask chat says-nothing x
	refuses 69 'refuses: I would rather not' ask chat refuses x
	refuses 78 'redirects to /v1/other; set that' ask chat redirects x
	lacks /v1/other hostile.log
}

@test "a model's server that does not stream, or cuts the answer" {
	hostile
	[ "$(ask chat no-stream x)" = "in one" ]
	[ "$(ask chat cut x 2>err)" = "as far as it" ]
	grep -q '^warning: the answer of the model was cut off (length)' err
}

@test "the key is not repeated from the words of a server" {
	hostile
	export DRIVE_KEY=sk-canary
	refuses 78 'refuses the API key: bad key Bearer \*\*\*' ask chat repeats-key x
	lacks sk-canary err
	lacks sk-canary out
	grep -q sk-canary hostile.log
}

@test "a base URL, an interface and a model have to be given" {
	refuses 78 'base URL of the model: only http' drive-net ask chat localhost:8080 m i p
	HERE=http://127.0.0.1:9
	refuses 78 'no model interface "assistants"' ask assistants m p
	refuses 78 'no model is set' ask chat '' p
}
