#!/usr/bin/env bats
# The HTTP front: the guides' API over the same operations.
load helper
load serve

prepare() {
	for tool in curl jq; do skip_without "$tool is not installed" command -v $tool; done
	export TRAE_VIDEO_SIZE=360p TRAE_VIDEO_QUALITY=draft
}

@test "health and readiness need no key, everything else does" {
	serve
	KEY=
	request GET /healthz && answered 200 '.status == "healthy"'
	request GET /readyz && answered 200 '.status == "ready"'
	request GET /openapi.json && answered 200 '.openapi == "3.1.0"'
	for path in /api/v1/status /api/v1/system/status /api/v1/tasks; do
		request GET $path
		answered 401 '.error.code == "TRAE_AUTH_001" and .error.details.word == "unauthenticated"'
	done
	KEY=trae_live_00000000_0000000000000000000000000000000000000000000000000
	request GET /api/v1/status && answered 401
}

@test "a key is taken as bearer and as X-API-Key" {
	serve
	request GET /api/v1/status && answered 200 '.state == "ready"'
	curl -s -H "X-API-Key: $KEY" "$AT/api/v1/status" | jq -e '.state == "ready"'
}

@test "the guide's status, in its own words" {
	serve
	request GET /api/v1/system/status
	answered 200 '.orchestrator_status == "LIVE" and .api_version == "1.0"
		and .system_metrics.memory_usage_percent > 0 and .agents.SystemAgent.status == "active"'
	request GET /api/v1/system/agents && answered 200 '.agents | length >= 2'
}

@test "the root and the health of the GPT backend, byte for byte" {
	serve
	KEY=
	request GET / && answered 200
	printf '{"status":"online","service":"GPT Backend API","version":"1.0.0"}' | cmp - body
	request GET "/health?from=elsewhere" && answered 200
	printf '{"status":"healthy"}' | cmp - body
}

@test "errors: the guide's body, the request's id, no path, no method" {
	serve
	request GET /api/v1/nothing -H 'X-Request-ID: abc-1'
	answered 404 '.error.details.request_id == "abc-1" and .error.message == "no such path"'
	grep -qi '^x-request-id: abc-1' headers
	request PATCH /api/v1/tasks
	answered 405
	grep -qi '^allow: .*POST' headers
	request GET /api/v1/tasks/none && answered 404 '.error.code == "TRAE_TASK_003"'
	request GET "/api/v1/tasks?limit=many" && answered 400 '.error.message | contains("limit")'
	request GET "/api/v1/tasks?colour=red" && answered 400 '.error.message | contains("colour")'
}

@test "bodies: only JSON objects of the operation's members" {
	serve
	request POST /api/v1/tasks -d '{"task_type":"system_query"}'
	answered 400 '.error.message | contains("application/json")'
	for body in '[]' '{' '{"a":1,"a":2}' 'null' '"x"'; do
		post /api/v1/tasks "$body" && answered 400
	done
	post /api/v1/tasks '{"task_type":"system_query","colour":1}'
	answered 400 '.error.message | contains("colour")'
	post /api/v1/video/create '{"script":"Words.","voice_settings":{"volume":1}}'
	answered 400 '.error.message | contains("voice_settings")'
	post /api/v1/tasks "$(printf '%0.s[' $(seq 70))" && answered 400
	head -c 1100000 /dev/zero | tr '\0' ' ' >large
	request POST /api/v1/tasks -H 'Content-Type: application/json' --data-binary @large
	answered 413 '.error.code == "TRAE_TASK_003"'
}

@test "a task: submitted, waited for, listed" {
	serve
	post /api/v1/tasks '{"task_type":"system_query","priority":"high","metadata":{"mine":1}}'
	[[ $(cat status) == 20[12] ]]
	id=$(jq -r .task_id body)
	for _ in $(seq 100); do
		request GET "/api/v1/tasks/$id"
		[ "$(jq -r .status body)" = completed ] && break
		sleep 0.1
	done
	answered 200 '.status == "completed" and .retry_count == 0 and .priority == "high"'
	request GET "/api/v1/tasks?status=completed" && answered 200 '.tasks | length == 1'
	request DELETE "/api/v1/tasks/$id" -H 'Content-Type: application/json' -d '{"task_id":"another"}'
	answered 400 '.error.message == "task_id is given twice"'
	request DELETE "/api/v1/tasks/$id" -H 'Content-Type: application/json' -d "{\"task_id\":\"$id\"}"
	answered 409
	request DELETE "/api/v1/tasks/$id" && answered 409
}

@test "the guide's video request, from script to file" {
	skip_without "ffmpeg is not installed" command -v ffprobe
	serve
	post "/api/v1/video/create?wait=40" '{"script":"The wind turns the wheel. The wheel makes light.",
		"voice":"professional_male","background_music":true,"effects":["transitions","text_overlays"]}'
	answered 200 '.status == "completed" and .result.content_type == "video/mp4"
		and .result.duration_seconds > 3 and (.result | has("path") | not)'
	url=$(jq -r .result.content_url body)
	sum=$(jq -r .result.sha256 body)
	request GET "$url" >talk.mp4
	answered 200
	grep -qi '^x-file-id: ' headers
	grep -qi '^cache-control: private, no-cache' headers
	[ "$(sha256sum body | cut -d' ' -f1)" = "$sum" ]
	ffprobe -v error -show_streams body | grep -q codec_name=h264
	request GET "$url" -r 0-99 && answered 206
	cmp -n 100 body talk.mp4
	request GET "$url" -r 99999999- && answered 416 '.error.details.request_id and .error.message == "the file has no such range"'
	request GET "$url" -H "If-None-Match: \"$sum\"" && answered 304
	curl -sI -H "Authorization: Bearer $KEY" "$AT$url" | tr -d '\r' >headers
	grep -q '^Content-Disposition: attachment; filename="[0-9a-f-]*\.mp4"$' headers
	grep -q '^HTTP/1.1 200 ' headers && grep -qi "^content-length: $(stat -c %s talk.mp4)$" headers
	request GET "$url/metadata" && answered 200 ".file_size_bytes == $(stat -c %s talk.mp4)"
}

@test "the spec form of the same request, and what nothing is made of is remarked" {
	serve
	post "/api/v1/video/create" '{"parameters":{"script":"Words to say.","voice_settings":
		{"voice_id":"professional_male","speed":1.1,"volume":0.8},"video_settings":{"resolution":"360p"}}}'
	answered 202 '.status == "processing" and .progress.stages[0] == "script_processing"'
	post "/api/v1/content/generate" '{"prompt":"Sustainable energy","format":"video","priority":"high"}'
	answered 503 '.error.code == "TRAE_AGENT_005" and .error.details.word == "not_configured"
		and (.error.message | contains("give sources"))'
	post /api/v1/tasks '{"task_type":"content_generation","parameters":{"topic":"Sustainable energy"}}'
	answered 503 '.error.details.word == "not_configured"'
	for length in abc '50 min'; do
		post /api/v1/content/generate "{\"prompt\":\"x\",\"length\":\"$length\",\"sources\":[\"The wind turns.\"]}"
		answered 400 '.error.message | contains("length")'
	done
}

@test "local files are for the shell alone" {
	serve
	for body in '{"sources":["/etc/passwd"],"topic":"x"}' '{"sources":["-"],"topic":"x"}' \
		'{"sources":["../x"],"topic":"x"}'; do
		post /api/v1/content/script "$body"
		answered 403 '.error.details.word == "denied"'
	done
	post '/api/v1/video/create?wait=40' '{"script":"![a](/etc/passwd)\n\nWords.","voice":"none"}'
	answered 200 '.status == "failed" and .error.word == "denied"'
	request GET /api/v1/files/..%2f..%2fetc%2fpasswd
	[[ $(cat status) == 40[04] ]]
	for path in /api/v1/files/../../../etc/passwd /api/v1/files/%2e%2e/passwd; do
		request GET $path --path-as-is
		[[ $(cat status) == 40[04] ]]
		id=$(tr -d '\r' <headers | sed -n 's/^X-Request-ID: //p')
		jq -e --arg id "$id" '$id != "" and .error.details.request_id == $id' body
	done
	request GET /api/v1/secret && answered 404
	lacks 'root:' body
}

@test "who may not look at a task does not wait for it" {
	serve
	id=$(trae task submit system_query --paused --format '{{id}}')
	KEY=$(trae key create --name other --role viewer --scopes file --format '{{key}}')
	request GET "/api/v1/tasks/$id?wait=40" -m 20 && answered 403
}

@test "roles: a viewer reads, and writes nothing" {
	ROLE=viewer serve
	request GET /api/v1/status && answered 200
	post /api/v1/tasks '{"task_type":"system_query"}'
	answered 403 '.error.details.word == "denied"'
	post /api/v1/video/create '{"script":"Words."}' && answered 403
}

@test "one idempotency key is one task" {
	serve
	for _ in 1 2 3; do
		post /api/v1/tasks '{"task_type":"system_query"}' -H 'Idempotency-Key: k1'
		jq -r .task_id body
	done | sort -u >ids
	[ "$(wc -l <ids)" = 1 ]
	post /api/v1/tasks '{"task_type":"system_query","priority":"low"}' -H 'Idempotency-Key: k1'
	answered 422 '.error.details.word == "key_reused"'
}

@test "a rate is kept, and told" {
	serve
	KEY=$(trae key create --name slow --role viewer --format '{{key}}')
	for _ in $(seq 22); do request GET /api/v1/status >/dev/null; cat status; echo; done >all
	grep -q 429 all
	answered 429 '.error.code == "TRAE_RATE_002"'
	grep -qi '^retry-after: ' headers
	grep -qi '^x-ratelimit-limit: ' headers
}

@test "metrics count what happened" {
	serve
	trae task submit system_query --paused && trae task submit system_query --run-at 1h
	request GET /api/v1/nothing
	request GET /metrics
	for name in task_completion_rate response_time_seconds error_frequency process_peak_bytes \
		'resource_utilization_percent{resource="memory"}' workers store_bytes; do
		grep -q "^trae_$name [0-9.e+-]*$" body
	done
	[ "$(sed -n 's/^trae_tasks_waiting //p' body)" = 2 ]
	[ "$(sed -n 's/^trae_tasks_ready //p' body)" = 0 ]
	[ "$(sed -n 's/^trae_http_refused_total //p' body)" -ge 1 ]
}

@test "an address that others can reach needs a certificate" {
	trae init --key-file -q
	refuses 64 'can be reached from other machines' trae serve --address 0.0.0.0 --port 0
	refuses 64 'needed together' trae serve --tls-cert x.pem
	refuses 78 'DASHBOARD_PORT is no port' env DASHBOARD_PORT=many trae serve
}

@test "TLS, when given a certificate" {
	skip_without "openssl is not installed" command -v openssl
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
		-addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem 2>/dev/null
	serve --tls-cert cert.pem --tls-key key.pem
	curl -s --cacert cert.pem "https://localhost:${AT##*:}/healthz" | jq -e '.status == "healthy"'
	run curl -s --tls-max 1.1 --cacert cert.pem "https://localhost:${AT##*:}/healthz"
	[ "$status" != 0 ]
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=renewed \
		-addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem 2>/dev/null
	kill -HUP $SERVER
	for _ in $(seq 100); do grep -q '"reload"' serve.err && break; sleep 0.05; done
	curl -sv --cacert cert.pem "https://localhost:${AT##*:}/healthz" 2>&1 | grep -q 'CN=renewed'
}

@test "SIGTERM ends it after what is under way, and nothing that was acknowledged is lost" {
	serve
	for _ in $(seq 20); do post /api/v1/tasks '{"task_type":"system_query"}' >/dev/null; jq -r .task_id body; done >ids
	kill -TERM $SERVER
	wait $SERVER
	SERVER=
	[ "$(wc -l <ids)" = 20 ]
	while read -r id; do trae task show "$id" --format '{{task_id}}' >/dev/null; done <ids
	grep -q '"event":"stop"' serve.err
}

@test "a public URL is scheme, host and port, and needs https" {
	serve --public-url https://Trae.Example:443/
	grep -qx 'public_url	https://trae.example' serve.out
	refuses 78 'without "/x"' trae serve --port 0 --public-url https://trae.example/x
	refuses 78 'https' trae serve --port 0 --public-url http://trae.example
	refuses 65 'user name' trae serve --port 0 --public-url https://a@trae.example
}

@test "the journal holds the end of the audit record, and a record written anew does not lead there" {
	serve
	trae config set video.fps 24 2>&1 >/dev/null | grep 'until it is started again'
	post /api/v1/tasks '{"task_type":"system_query"}' && answered 202
	kill -TERM $SERVER
	wait $SERVER
	SERVER=
	jq -r 'select(.event == "audit_head").text' serve.err >heads
	[ "$(wc -l <heads)" -ge 1 ]
	tail -n 1 heads >end.anchor
	trae audit verify --anchor end.anchor
	"$BUILD/tests/drive/sql" on "$HOME/.local/share/trae/trae.db" "drop trigger audit_undeleted;
		delete from audit where seq >= $(cut -d" " -f1 end.anchor)"
	refuses 65 'of the audit record are missing' trae audit verify --anchor end.anchor
}
