#!/usr/bin/env bats
# The guide's endpoints, member by member: what its clients send, and what they read.
load helper
load serve

prepare() {
	for tool in curl jq; do skip_without "$tool is not installed" command -v $tool; done
	export TRAE_VIDEO_SIZE=360p TRAE_VIDEO_QUALITY=draft
}

@test "a list says where in it its rows stand; in the shell it stays a table" {
	serve
	request GET /api/v1/tasks
	answered 200 '. == {tasks:[],pagination:{total:0,limit:50,offset:0,has_more:false}}'
	for _ in 1 2 3; do post /api/v1/tasks '{"task_type":"system_query","run_at":"1h"}' >/dev/null; done
	request GET '/api/v1/tasks?limit=2'
	answered 200 '(.tasks | length) == 2 and .pagination == {total:3,limit:2,offset:0,has_more:true}'
	request GET '/api/v1/tasks?limit=2&offset=2'
	answered 200 '(.tasks | length) == 1 and .pagination == {total:3,limit:2,offset:2,has_more:false}'
	request GET '/api/v1/tasks?limit=3'
	answered 200 '(.tasks | length) == 3 and .pagination.has_more == false'
	request GET '/api/v1/tasks?limit=201' && answered 400
	request GET /openapi.json
	answered 200 '.components.schemas.TaskListReply
		| .required == ["tasks","pagination"] and .properties.tasks.type == "array"
		and (.properties.pagination.required | length) == 4'
	[ "$(trae task list | wc -l)" = 3 ]
	trae task list --limit 1 --json | jq -e '.pagination.total == 3 and (.tasks | length) == 1'
}

# Waits until the task of the last answer has ended, and asks for it.
ended() {
	local id
	id=$(jq -r .task_id body)
	until request GET "/api/v1/tasks/$id?wait=40" >/dev/null && jq -e '.completed_at' body >/dev/null; do :; done
}

SHORT='{"parameters":{"script":"The wind turns the wheel."}}'

@test "a task in the guide's words: its parameters mean what they mean elsewhere" {
	serve
	post /api/v1/tasks '{"task_type":"content_generation","priority":"high","parameters":{
		"content_type":"text","topic":"AI automation trends","duration":300,"style":"professional",
		"sources":["Machines do more of the work each year."]}}'
	answered 202 '.status == "accepted"'
	ended
	answered 200 '.parameters == {topic:"AI automation trends",format:"md",length:"300s",style:"professional",
		sources:["Machines do more of the work each year."]}'
	post /api/v1/tasks '{"task_type":"video_creation","parameters":{"script":"Words.","size":"360p",
		"voice_settings":{"speed":1.2},"visual_elements":{"logo_url":"https://a.example/l.png"}}}'
	answered 202
	ended
	answered 200 '.parameters == {text:"Words.",size:"360p",speed:1.2}'
	post /api/v1/tasks '{"task_type":"video_creation","parameters":{"script":"Words.","voice_settings":{"colour":1}}}'
	answered 400 '.error.message | contains("voice_settings.colour")'
}

@test "what nothing is made of is remarked, at once and with the result" {
	serve
	post '/api/v1/video/create?wait=0' '{"script":"Words.","parameters":{"audio_settings":{"noise_reduction":true}}}'
	answered 202 '.warnings == ["parameters.audio_settings.noise_reduction is not used"]'
	post '/api/v1/video/create?wait=40' '{"script":"Words.","parameters":{"audio_settings":{"noise_reduction":true}}}'
	answered 200 '.result.warnings == ["parameters.audio_settings.noise_reduction is not used"]'
}

@test "a result in the guide's members, what it took, and nothing of this machine's paths" {
	serve
	post '/api/v1/video/create?wait=0' "$SHORT"
	ended
	answered 200 '.status == "completed" and (.result | has("path") | not) and .result.content_type == "video/mp4"
		and .result.resolution == "640x360" and .result.metadata.processing_time_seconds > 0
		and .resource_usage.cpu_seconds > 0 and .resource_usage.gpu_seconds == null
		and .resource_usage.memory_peak_mb > 10 and .resource_usage.memory_peak_mb < 1000'
	cp body shown
	request GET "/api/v1/video/progress/$(jq -r .task_id body)"
	answered 200 '.progress.completion_percent == 100 and .resource_usage.cpu_seconds > 0'
	[ "$(jq .resource_usage body)" = "$(jq .resource_usage shown)" ]
}

@test "a file: both checksums, what it holds, until when, how often it was given" {
	serve
	post '/api/v1/video/create?wait=40' "$SHORT"
	url=$(jq -r .result.content_url body)
	request GET "$url" >/dev/null
	sum=$(md5sum <body | cut -d' ' -f1)
	request GET "$url" -H 'Range: bytes=100-' >/dev/null
	request GET "$url" -H "If-None-Match: $(grep -i '^etag:' headers | tr -d '\r' | cut -d' ' -f2)" >/dev/null
	request GET "$url" -H 'Range: bytes=0-' >/dev/null
	kill -TERM $SERVER
	wait $SERVER
	serve
	request GET "$url/metadata"
	answered 200 ".checksum_md5 == \"$sum\" and .download_count == 2 and .metadata.codec == \"h264\"
		and .metadata.resolution == \"640x360\" and .metadata.duration_seconds > 1"
	jq -e '((.expires_at[0:19] + "Z" | fromdate) - (.created_at[0:19] + "Z" | fromdate)) == 30 * 86400' body
}

@test "an estimate comes from runs that were, and a near result is waited for" {
	serve
	post /api/v1/video/create "$SHORT"
	answered 202 '.estimated_completion == null and .status == "processing"'
	ended
	post '/api/v1/video/create?wait=0' "$SHORT"
	answered 202 '.estimated_completion[0:4] | tonumber > 2000'
	post /api/v1/video/create "$SHORT"
	answered 200 '.status == "completed" and .execution_time_ms > 0'
	post /api/v1/tasks '{"task_type":"video_creation","parameters":{"text":"Words."},"paused":true}'
	answered 202 '.estimated_completion == null and .estimated_seconds == null'
	post /api/v1/tasks '{"task_type":"video_creation","parameters":{"text":"Words."},"run_at":"1h"}'
	answered 202 '.estimated_seconds > 3500 and .estimated_seconds < 3700'
}

@test "a key has ten videos under way and no more" {
	serve
	KEY=$(trae key create --name some --role operator --format '{{key}}')
	later='{"task_type":"video_creation","parameters":{"text":"Words."},"run_at":"1h"'
	for n in $(seq 10); do post /api/v1/tasks "$later,\"task_id\":\"t$n\"}"; answered 202; done
	post /api/v1/tasks "$later}"
	answered 429 '.error.code == "TRAE_RATE_002" and .error.details.limit == 10
		and .error.details.window_seconds == 0 and (.error.details.reset_at | test("^20.*Z$"))'
	grep -qi '^ratelimit-policy: "video";q=10;qu="concurrent-requests"' headers
	grep -qi '^retry-after: [1-9]' headers
	post /api/v1/tasks "$later,\"task_id\":\"t3\"}" && answered 202 .deduplicated
	post /api/v1/tasks '{"task_type":"system_query"}' && answered 202
	request DELETE /api/v1/tasks/t3 && answered 200 '.status == "cancelled" and .task_id == "t3" and .message != ""'
	post /api/v1/tasks "$later}" && answered 202
	[ "$(trae task submit video_creation --parameters '{"text":"Words."}' --run-at 1h | wc -l)" = 1 ]
}

@test "the rate stands in the headers, and in the refusal" {
	serve
	KEY=$(trae key create --name some --role viewer --format '{{key}}')
	request GET /api/v1/status && answered 200
	grep -qi '^ratelimit-policy: "default";q=100;w=60' headers
	grep -qi '^ratelimit: "default";r=99;t=60' headers
	for _ in $(seq 20); do request GET /api/v1/status >/dev/null; done
	answered 429 '.error.details.limit == 20 and .error.details.window_seconds == 10
		and (.error.details.reset_at | test("^20.*Z$"))'
}

@test "an error names the trace that its request belongs to" {
	serve
	trace=0af7651916cd43dd8448eb211c80319c
	request GET /api/v1/tasks/none -H "traceparent: 00-$trace-b7ad6b7169203331-01" -H 'X-Request-ID: r1'
	answered 404 ".error.details.trace_id == \"$trace\" and .error.details.request_id == \"r1\"
		and .error.details.component == \"task show\""
	for bad in 00-00000000000000000000000000000000-b7ad6b7169203331-01 nonsense; do
		request GET /api/v1/tasks/none -H "traceparent: $bad" -H 'X-Request-ID: r1'
		answered 404 '.error.details.trace_id == "r1"'
	done
}

@test "metrics need no key from this machine, unless a proxy asks for somebody" {
	serve --public-url https://trae.example
	KEY=
	curl -s -o body -w '%{http_code}' "$AT/metrics" >status
	grep -q '^trae_http_requests_total ' body
	for header in 'X-Forwarded-For: 1.2.3.4' 'Forwarded: for=1.2.3.4' 'Authorization: Bearer wrong' \
		'Host: trae.example'; do
		[ "$(curl -s -o body -w '%{http_code}' -H "$header" "$AT/metrics")" = 401 ]
	done
}
