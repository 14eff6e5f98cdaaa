#!/usr/bin/env bats
# Callbacks: signed, delivered once they can be, and only where they may go. The receiver is
# tests/peers/callback.js with the npm package standardwebhooks; rows come from
# tests/drive/callback.c.
bats_require_minimum_version 1.5.0
load helper
load peer
load callback

@test "a thousand callbacks are verified by standardwebhooks, and none that was tampered with" {
	receiver
	drive-callback put "$URL" 1000
	deliver >told.json
	[ "$(jq -c '[.delivered, .retrying, .failed, .pending]' told.json)" = '[1000,0,0,0]' ]
	[ "$(got .headers.\"webhook-id\" | sort -u | wc -l)" = 1000 ]
	[ "$(got '[.verified, .trae]' | sort | uniq -c | sed 's/^ *//')" = '1000 [[true],true]' ]
	[ "$(got .tampered | sort -u)" = '[0]' ]
}

@test "control: another secret verifies none" {
	receiver
	plan '[200]' "whsec_$(head -c 32 /dev/zero | base64)"
	drive-callback put "$URL" 20
	deliver
	[ "$(got '[.verified, .trae]' | sort -u)" = '[[false],false]' ]
}

@test "body and headers are those of the guide" {
	receiver
	drive-callback put "$URL" 1
	deliver
	got . >one.json
	[ "$(jq -r '.body | keys_unsorted[]' one.json | xargs)" = "event timestamp task_id status \
result error execution_time_seconds resource_usage" ]
	[ "$(jq -c '.body | [.event, .status, .result.number, .error]' one.json)" = \
		'["task.completed","completed",1,null]' ]
	[ "$(jq '.body.execution_time_seconds | . >= 1 and . < 2' one.json)" = true ]
	jq -e '.headers | ."x-trae-event" == "task.completed"
		and ."content-type" == "application/json"
		and ."x-trae-delivery" == ."webhook-id"
		and (."x-trae-signature" | test("^sha256=[0-9a-f]{64}$"))
		and (."webhook-signature" | test("^v1,[A-Za-z0-9+/]{43}=$"))
		and (."webhook-timestamp" | test("^[0-9]{10}$"))' one.json
	[ "$(trae callback list --jsonl | jq -c '[.event, .state, .attempt, .http_status]')" = \
		'["task.completed","delivered",1,200]' ]
}

@test "a task tells how it went, from the queue to the receiver" {
	receiver
	id=$(trae task submit system_query --callback-url "$URL")
	run trae task submit system_query --callback-url "$HERE.example.com/"
	[ "$status" = 65 ]
	timeout 60 trae task work --until-empty >/dev/null
	deliver >told.json
	got '[.body.event, .body.status, .verified[0]] | join(" ")' | sort >events
	printf 'task.%s true\n' 'completed completed' 'created pending' 'started processing' |
		diff - events
	[ "$(got .body.task_id | sort -u)" = "$id" ]
	[ "$(got 'select(.body.event == "task.completed") | .body.result.version')" != null ]
	[ "$(trae callback list --task-id "$id" --state delivered --jsonl | wc -l)" = 3 ]
}

@test "trae serve delivers by itself" {
	receiver
	trae serve --port 0 >served.log 2>&1 3>&- &
	served=$!
	trae task submit system_query --callback-url "$URL" >/dev/null
	for ((i = 0; i < 600; i++)); do
		[ "$(grep -c '^{' got.log)" -lt 3 ] || break
		kill -0 "$served"
		sleep 0.1
	done
	kill -TERM "$served"
	ends 0 "$served"
	cat served.log
	got .body.event | sort >events
	printf 'task.%s\n' completed created started | diff - events
	[ "$(states)" = "3 delivered" ]
}

@test "a result that is too large is left out and said to be" {
	receiver
	drive-callback put "$URL" 1 30000
	deliver
	[ "$(got '[.body.result, .body.result_omitted, .verified[0]]')" = '[null,true,true]' ]
}

@test "nine repetitions at the written times, the same id, then it is given up" {
	receiver '[500]'
	drive-callback put "$URL" 1
	: >waits
	for attempt in 1 2 3 4 5 6 7 8 9; do
		sent
		[ "$(jq -c '[.delivered, .retrying, .failed]' told.json)" = '[0,1,0]' ]
		trae callback list --jsonl | jq -r '.next_at' >next
		jq -rn --arg next "$(cat next)" \
			'($next | sub("\\.[0-9]+"; "") | fromdate) - now' >>waits
	done
	paste waits <(printf '%s\n' 5 300 1800 7200 18000 36000 50400 72000 86400) >both
	cat both
	# Up to a fifth later by chance, and the seconds that this test took.
	awk '$1 > $2 * 1.2 + 1 || $1 < $2 - 60 { exit 1 }' both
	sent
	[ "$(jq -c '[.delivered, .retrying, .failed, .pending]' told.json)" = '[0,0,1,0]' ]
	grep -q 'warning: callback .* (task.completed), attempt 10: .* HTTP status 500' told.err
	[ "$(got .status | wc -l)" = 10 ]
	[ "$(got '.headers."webhook-id"' | sort -u | wc -l)" = 1 ]
	[ "$(states)" = "1 failed" ]
	sent
	[ "$(got .status | wc -l)" = 10 ]
}

@test "a callback that is given up is sent again by hand, once" {
	receiver '[410, 410, 200]'
	drive-callback put "$URL" 1
	sent
	[ "$(states)" = "1 failed" ]
	id=$(trae callback list --jsonl | jq -r .id)
	trae callback redeliver "$id" >/dev/null
	sent
	trae callback redeliver "$id" >/dev/null
	deliver >told.json
	[ "$(jq .delivered told.json)" = 1 ]
	[ "$(states)" = "1 delivered" ]
	[ "$(got '.headers."webhook-id"' | sort | uniq -c | sed 's/^ *//')" = "3 $id" ]
	refuses 66 'no callback nothing' trae callback redeliver nothing
}

@test "410 disables the URL, for what waits and what comes, and no other" {
	receiver '[410, 200]'
	drive-callback put "$URL" 3
	sent # the first answer is for this URL
	drive-callback put "$HERE/other" 1
	drive-callback put "$URL" 2
	sent
	trae callback list --jsonl | jq -r '[.url, .state] | @tsv' | sort | uniq -c >list
	cat list
	grep -q "5 $URL.failed" list || grep -q "$URL.delivered" list
	[ "$(trae callback list --state failed --jsonl | jq -r .error | grep -c 410)" -ge 3 ]
	lacks "$HERE/other.failed" list
	before=$(got .url | wc -l)
	drive-callback put "$URL" 4
	sent
	[ "$(got .url | wc -l)" = "$before" ]
}

@test "redirects are failures and are not followed" {
	receiver '[{"status": 302, "headers": {"Location": "/elsewhere"}}]'
	drive-callback put "$URL" 1
	sent
	[ "$(jq -c '[.delivered, .retrying]' told.json)" = '[0,1]' ]
	grep -q 'status 302, and redirects are not followed' told.err
	[ "$(got .url)" = /webhook/trae-ai ]
}

@test "Retry-After is kept, as seconds and as a date, up to a day" {
	later=$(LC_ALL=C date -u -d '+2 hours' '+%a, %d %b %Y %H:%M:%S GMT')
	receiver "[{\"status\": 503, \"headers\": {\"Retry-After\": \"4000\"}},
		{\"status\": 429, \"headers\": {\"Retry-After\": \"$later\"}},
		{\"status\": 503, \"headers\": {\"Retry-After\": \"99999999\"}},
		{\"status\": 503, \"headers\": {\"Retry-After\": \"1\"}}]"
	drive-callback put "$URL" 1
	for want in 4000 7200 86400 7200; do
		sent
		next=$(trae callback list --jsonl |
			jq -r '.next_at | sub("\\.[0-9]+"; "") | fromdate')
		wait=$((next - $(date +%s)))
		echo "wait $wait, want $want"
		[ "$wait" -ge $((want - 60)) ]
		[ "$wait" -le $((want * 6 / 5 + 1)) ]
	done
}

@test "the circuit of a dead receiver opens and the others go on" {
	receiver '[500]'
	drive-callback put "$URL" 40
	deliver >told.json 2>/dev/null
	# The first round has four to one origin, the second one; then nothing for half a minute.
	[ "$(got .url | wc -l)" -ge 5 ]
	[ "$(got .url | wc -l)" -le 8 ]
	dead=$(got .url | wc -l)
	plan '[200]' "$SECRET"
	SERVER_DEAD=$SERVER
	serve alive.log "$NODE" "$ROOT/tests/peers/callback.js" plan.json
	trae config set callback.hosts 127.0.0.1 >/dev/null
	drive-callback put "$HERE/alive" 5
	deliver >told.json
	kill "$SERVER_DEAD"
	[ "$(jq .delivered told.json)" = 5 ]
	[ "$(got .url | wc -l)" = "$dead" ]
}

@test "both secrets sign while a rotation overlaps, and only the new one after it" {
	receiver
	new=$(trae callback secret 127.0.0.1 --rotate --overlap 1h)
	[ "$new" != "$SECRET" ]
	[ "$(trae callback secret 127.0.0.1)" = "$new" ]
	trae callback secret "$URL" --json | jq -e '.overlap_until > (now | todate)'
	jq -n --arg old "$SECRET" --arg new "$new" \
		'{secrets: [$old, $new], trae: $old, next: $new}' >plan.json
	drive-callback put "$URL" 10
	deliver
	[ "$(got '[.verified, .trae, .next]' | sort | uniq -c | sed 's/^ *//')" = \
		'10 [[true,true],true,true]' ]
	last=$(trae callback secret 127.0.0.1 --rotate --overlap 0)
	jq -n --arg old "$new" --arg new "$last" '{secrets: [$old, $new], trae: $new}' >plan.json
	: >got.log
	drive-callback put "$URL" 10
	deliver
	[ "$(got '[.verified, .trae]' | sort | uniq -c | sed 's/^ *//')" = \
		'10 [[false,true],true]' ]
	[ "$(got '.headers."x-trae-signature-next"' | sort -u)" = null ]
	refuses 64 'overlap is a time' trae callback secret 127.0.0.1 --rotate --overlap soon
}

@test "a secret that is none stops its host only" {
	receiver
	printf 'not a secret' | trae secret set callback.127.0.0.2 >/dev/null
	trae config set callback.hosts "127.0.0.1,127.0.0.2" >/dev/null
	drive-callback put "http://127.0.0.2:$PORT/x" 1
	drive-callback put "$URL" 1
	deliver >told.json 2>told.err
	[ "$(jq -c '[.delivered, .retrying]' told.json)" = '[1,1]' ]
	grep -q 'trae callback secret HOST --rotate' told.err
}

@test "no secret of a callback is shown where it is not asked for" {
	receiver '[500]'
	drive-callback put "$URL?key=canary" 1
	sent
	trae callback list --json >list.json
	trae callback list --state pending --jsonl >>list.json
	lacks canary list.json
	lacks whsec_ list.json
	lacks "whsec_|canary" told.err
	[ "$(got .url)" = '/webhook/trae-ai?key=canary' ]
}

@test "a process that dies between sending and recording sends it again with the same id" {
	receiver '[{"status": 200, "wait_ms": 600000}, 200]'
	drive-callback put "$URL" 1
	trae callback deliver >/dev/null 2>&1 3>&- &
	courier=$!
	until grep -q '^{' got.log; do
		kill -0 "$courier"
		sleep 0.05
	done
	# What it is about to do is on disk: nobody else sends it meanwhile.
	deliver >told.json
	[ "$(got .url | wc -l)" = 1 ]
	[ "$(jq -c '[.delivered, .pending]' told.json)" = '[0,1]' ]
	kill -KILL "$courier"
	ends 137 "$courier"
	[ "$(states)" = "1 pending" ]
	sent
	[ "$(states)" = "1 delivered" ]
	[ "$(got '.headers."webhook-id"' | sort | uniq -c | sed 's/^ *\([0-9]*\).*/\1/')" = 2 ]
}

@test "ten couriers at once send each callback once" {
	receiver
	drive-callback put "$URL" 200
	for i in 1 2 3 4 5 6 7 8 9 10; do
		timeout 120 trae callback deliver >/dev/null 2>>told.err 3>&- &
	done
	wait $(jobs -p | grep -vx "$SERVER")
	[ "$(got '.headers."webhook-id"' | sort -u | wc -l)" = 200 ]
	[ "$(got .url | wc -l)" = 200 ]
	[ "$(states)" = "200 delivered" ]
}

@test "a courier that is stopped gives back what was under way" {
	receiver '[{"status": 200, "wait_ms": 600000}, 200]'
	drive-callback put "$URL" 1
	trae callback deliver >/dev/null 2>&1 3>&- &
	courier=$!
	until grep -q '^{' got.log; do
		kill -0 "$courier"
		sleep 0.05
	done
	kill -INT "$courier"
	ends 130 "$courier"
	deliver >told.json
	[ "$(jq .delivered told.json)" = 1 ]
}

@test "where a callback may go is seen before it is put on the queue" {
	{
		cat "$ROOT/tests/fixture/net/closed-urls.txt"
		sed 's,^http:,https:,' "$ROOT/tests/fixture/net/closed-urls.txt"
		printf '%s\n' https://localhost/ https://printer.local/x https://db.internal/ \
			https://router/ http://example.com/ https://example.com:8443/ \
			ftp://example.com/ example.com/hook ''
	} >urls
	drive-callback check <urls >said
	[ "$(wc -l <said)" = "$(wc -l <urls)" ]
	grep '^ok' said >passed
	cat passed
	# What is left are names, and numbers in letters that only a resolver reads.
	lacks '^ok https?://[][0-9a-fx.:]+(:[0-9]+)?/' passed
	lacks '^ok http://' passed
	drive-callback check <<<"https://example.com/hook?x=1" | grep -q '^ok'
	drive-callback check 10.0.0.1,localhost:8443,::1 >said <<-URLS
		http://10.0.0.1/hook
		https://localhost:8443/hook
		http://localhost:8080/hook
		http://[::1]:99/hook
		http://10.0.0.12/hook
	URLS
	[ "$(cut -d' ' -f1 said | xargs)" = "ok ok invalid_input ok invalid_input" ]
}

@test "nothing that leads inside is connected to, whatever it is called" {
	skip_without "node is not in build/peers" test -x "$NODE"
	skip_without "no network of its own can be made here" unshare -rmn ip link set lo up
	skip_without "no openssl" openssl version
	skip_without "no certificates" test -e /etc/ssl/certs/ca-certificates.crt
	sed 's,^http:,https:,' "$ROOT/tests/fixture/net/closed-urls.txt" |
		cat - "$ROOT/tests/fixture/net/closed-urls.txt" >urls
	printf '%s\n' https://inside.test/ https://private.test/ https://metadata.test/ >>urls
	drive-callback each <urls >put
	[ "$(grep -c '^ok' put)" -ge 60 ]
	unshare -rmn "$ROOT/tests/peers/internet.sh" "$NODE" sh -c '
		timeout 120 trae callback deliver --json >told.json 2>told.err
		drive-callback due
		timeout 120 trae callback deliver --json >>told.json 2>>told.err
		cp http.log http.closed; cp https.log https.closed
		drive-callback put https://public.test/ok 1
		timeout 60 trae callback deliver --json >open.json'
	cat told.json
	lacks '^connection' http.closed
	lacks '^connection' https.closed
	[ "$(jq -s 'map(.delivered) | add' told.json)" = 0 ]
	# Control: the same way leads to a public address.
	[ "$(jq .delivered open.json)" = 1 ]
	grep -q '^connection .*93\.184\.215\.14$' https.log
}

@test "a name that changes its address between two attempts is not followed inside" {
	skip_without "node is not in build/peers" test -x "$NODE"
	skip_without "no network of its own can be made here" unshare -rmn ip link set lo up
	skip_without "no openssl" openssl version
	skip_without "no certificates" test -e /etc/ssl/certs/ca-certificates.crt
	drive-callback put https://rebind.test/ok 1
	unshare -rmn "$ROOT/tests/peers/internet.sh" "$NODE" sh -c '
		timeout 60 trae callback deliver 2>>told.err
		drive-callback due
		timeout 60 trae callback deliver 2>>told.err' >/dev/null
	cat told.err
	# The certificate is of another name: the first attempt gets that far, the second opens
	# nothing.
	[ "$(grep -c '^connection' https.log)" = 1 ]
	grep -q '^connection .*93\.184\.215\.14$' https.log
	grep -q 'attempt 2: .*not on the public Internet' told.err
	[ "$(states)" = "1 failed" ]
}

@test "the example receiver takes a callback once, and none that is forged" {
	skip_without "no Python 3" command -v python3
	skip_without "jq is not installed" command -v jq
	WEBHOOK_SECRET=$(trae callback secret 127.0.0.1)
	export WEBHOOK_SECRET
	serve receiver.log python3 "$ROOT/share/examples/receiver.py" 0
	trae config set callback.hosts 127.0.0.1 >/dev/null
	drive-callback put "$HERE/webhook/trae-ai" 3
	deliver >told.json
	[ "$(jq .delivered told.json)" = 3 ]
	id=$(trae callback list --limit 1 --jsonl | jq -r .id)
	trae callback redeliver "$id" >/dev/null
	deliver >told.json
	[ "$(jq .delivered told.json)" = 1 ]
	[ "$(grep -c '^task .* completed: ' receiver.log)" = 3 ]
	trae callback secret 127.0.0.1 --rotate --overlap 0 >/dev/null
	drive-callback put "$HERE/webhook/trae-ai" 1
	deliver >told.json 2>told.err
	grep -q 'HTTP status 401' told.err
	[ "$(grep -c '^task .* completed: ' receiver.log)" = 3 ]
}

# The example receiver, which also tells each request before it looks at it.
counting_receiver() {
	cat >counting.py <<-PY
		import sys
		sys.path.insert(0, "$ROOT/share/examples")
		sys.dont_write_bytecode = True
		import receiver
		post = receiver.Receiver.do_POST
		def counted(self):
		    receiver.say("request " + self.headers["webhook-id"])
		    return post(self)
		receiver.Receiver.do_POST = counted
		receiver.main()
	PY
	WEBHOOK_SECRET=$(trae callback secret 127.0.0.1)
	export WEBHOOK_SECRET
	serve receiver.log python3 counting.py 0
	trae config set callback.hosts 127.0.0.1 >/dev/null
}

@test "killed anywhere: every callback is processed, none twice" {
	skip_without "no Python 3" command -v python3
	skip_without "jq is not installed" command -v jq
	kills=${TRAE_CALLBACK_KILLS:-30}
	counting_receiver
	for ((round = 0; round < kills; round++)); do
		drive-callback put "$HERE/webhook/trae-ai" 3
		drive-callback due
		trae callback deliver >/dev/null 2>&1 3>&- &
		courier=$!
		sleep "0.0$((RANDOM % 8))$((RANDOM % 10))"
		kill -KILL "$courier" 2>/dev/null || true
		wait "$courier" || [ $? = 137 ]
	done 2>/dev/null
	for ((round = 0; round < 50; round++)); do
		drive-callback due
		deliver >told.json
		[ "$(jq .pending told.json)" != 0 ] || break
	done
	want=$((kills * 3))
	processed=$(grep -c '^task .* completed: ' receiver.log)
	once=$(grep '^task .* completed: ' receiver.log | sort -u | wc -l)
	requests=$(grep -c '^request' receiver.log)
	echo "$want told, $processed processed, $once once, $requests requests; $(states | xargs)"
	trae callback list --state failed
	[ "$once" = "$want" ]
	[ "$processed" = "$want" ]
	[ "$(trae callback list --limit 1 --state pending --jsonl | wc -l)" = 0 ]
	# Control: requests did come twice, so a receiver that did not look at their ids would err.
	[ "$requests" -gt "$want" ]
}

@test "every outside call of a delivery can fail, and nothing is lost" {
	skip_without "no Python 3" command -v python3
	skip_without "jq is not installed" command -v jq
	counting_receiver
	for ((n = 1; n < 1000; n++)); do
		drive-callback put "$HERE/webhook/trae-ai" 1
		drive-callback due
		status=0
		TRAE_FAULT=$n TRAE_FAULT_COUNT=$PWD/count timeout 60 trae callback deliver \
			>/dev/null 2>told.err || status=$?
		case $status in
		0 | 65 | 66 | 69 | 74 | 75 | 77 | 78) ;;
		*) cat told.err; echo "fault $n: exit status $status"; return 1 ;;
		esac
		[ "$(cat count)" -ge "$n" ] || break
	done
	echo "$n faults"
	[ "$n" -gt 20 ]
	[ "$n" -lt 1000 ]
	sent
	for state in pending failed; do
		trae callback list --state $state >left
		[ ! -s left ]
	done
	[ "$(grep -c '^task .* completed: ' receiver.log)" = "$n" ]
}

@test "without a place for secrets nothing is sent unsigned" {
	receiver
	trae config set secrets.backend credential >/dev/null
	drive-callback put "$URL" 1
	run deliver
	[ "$status" = 78 ]
	[ "$(states)" = "1 pending" ]
	lacks '^{' got.log
}
