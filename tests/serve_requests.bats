#!/usr/bin/env bats
# Requests in the guides' words: batches as files, scripts of the caller, what is refused by name.
load helper
load serve

prepare() {
	for tool in curl jq; do skip_without "$tool is not installed" command -v $tool; done
	export TRAE_VIDEO_SIZE=360p TRAE_VIDEO_QUALITY=draft
}

upload() { # TYPE TEXT
	request POST /api/v1/batch -H "Content-Type: $1" --data-binary "$2"
}

@test "a batch is uploaded as JSON, lines, an array or CSV" {
	serve
	post /api/v1/batch '{"tasks":[{"task_type":"system_query"}]}'
	answered 200 '.submitted == 1 and .status == "accepted"'
	upload application/x-ndjson $'{"task_type":"system_query"}\n{"task_type":"system_query"}\n'
	answered 200 '.submitted == 2 and (.task_ids | length) == 2'
	upload application/json '[{"task_type":"system_query"},{"task_type":"system_query"}]'
	answered 200 '.submitted == 2'
	upload 'text/csv; charset=utf-8' $'task_type,priority\nsystem_query,high\n'
	answered 200 '.submitted == 1'
	upload text/csv $'task_type,priority\nsystem_query,high\nnothing,low\n'
	answered 400 '.error.message | contains("line 3")'
	upload text/csv $'task_type\n\xff\xfe\n' && answered 400
	upload text/html '<p>' && answered 400 '.error.message | contains("text/csv")'
	upload application/x-ndjson ''
	answered 400
	request POST /api/v1/tasks -H 'Content-Type: text/csv' -d 'task_type' && answered 400
}

@test "a batch may be larger than other bodies, and not larger than 32 MiB" {
	serve
	yes '{"task_type":"system_query","run_at":"1h"}' | head -40000 >tasks
	request POST /api/v1/batch -H 'Content-Type: application/x-ndjson' --data-binary @tasks
	answered 200 '.submitted == 40000'
	head -c 33600000 /dev/zero | tr '\0' ' ' >large
	request POST /api/v1/batch -H 'Content-Type: application/x-ndjson' --data-binary @large
	answered 413
}

@test "a script of the caller's, and the kinds of content in the guide's words" {
	serve
	post '/api/v1/content/generate?wait=40' '{"task_id":"own-1","content_type":"audio","parameters":{
		"topic":"Wind","custom_script":"The wind turns the wheel.","include_subtitles":true},"metadata":{"a":1}}'
	answered 200 '.task_id == "own-1" and .result.content_type == "audio/mpeg" and .result.writer == "caller"'
	post '/api/v1/content/generate?wait=40' '{"content_type":"text","parameters":{"topic":"Wind","custom_script":"The wind turns."}}'
	answered 200 '.result.content_type == "text/markdown"'
	request GET "$(jq -r .result.content_url body)" && answered 200
	grep -q 'The wind turns.' body
	post '/api/v1/video/create?wait=40' '{"parameters":{"script":"Words.","voice_settings":{"voice_id":"professional_male"},
		"video_settings":{"resolution":"640x360","fps":30,"format":"mp4","quality":"low"},
		"audio_settings":{"background_music":true,"music_volume":0.3}}}'
	answered 200 '.result.resolution == "640x360" and .result.warnings == []'
}

@test "sources are texts too, in both dialects and as a task" {
	serve
	text='Wind energy is cheap in many places. The wind turns a wheel and the wheel makes electricity.'
	for body in "{\"prompt\":\"Wind energy\",\"format\":\"text\",\"sources\":[\"$text\"]}" \
		"{\"content_type\":\"text\",\"parameters\":{\"topic\":\"Wind energy\",\"sources\":[\"$text\"]}}"; do
		post '/api/v1/content/generate?wait=40' "$body"
		answered 200 '.status == "completed" and .result.writer == "extraction"'
		request GET "$(jq -r .result.content_url body)" && grep -q 'The wind turns a wheel' body
	done
	post /api/v1/tasks "{\"task_type\":\"content_generation\",\"parameters\":{\"content_type\":\"text\",
		\"topic\":\"Wind energy\",\"sources\":[\"$text\",\"/etc/passwd is a file that nobody reads.\"]}}"
	request GET "/api/v1/tasks/$(jq -r .task_id body)?wait=40" && answered 200 '.status == "completed"'
	request GET "$(jq -r .result.content_url body)" && lacks root: body
	post /api/v1/content/generate '{"prompt":"x","sources":["/etc/passwd"]}'
	answered 400 '.error.message | contains("the text itself")'
}

@test "an image is a card, in both dialects and as a task" {
	serve
	text='Wind energy is cheap in many places. The wind turns a wheel and the wheel makes electricity.'
	card='.status == "completed" and (.result | .content_type == "image/png" and .resolution == "640x360"
		and .file_size_bytes > 9000 and has("duration_seconds") and .duration_seconds == null)'
	for body in "{\"prompt\":\"Wind energy\",\"format\":\"image\",\"sources\":[\"$text\"]}" \
		"{\"content_type\":\"image\",\"parameters\":{\"topic\":\"Wind energy\",\"resolution\":\"640x360\",\"sources\":[\"$text\"]}}"; do
		post '/api/v1/content/generate?wait=40' "$body"
		answered 200 "$card"
	done
	url=$(jq -r .result.content_url body)
	request GET "$url" >/dev/null && answered 200
	grep -qi '^content-type: image/png' headers
	[ "$(head -c 4 body | od -An -t x1)" = " 89 50 4e 47" ]
	for task in content_generation video_creation; do
		post /api/v1/tasks "{\"task_type\":\"$task\",\"parameters\":{\"content_type\":\"image\",
			\"topic\":\"Wind energy\",\"sources\":[\"$text\"]}}"
		answered 202
		request GET "/api/v1/tasks/$(jq -r .task_id body)?wait=40" && answered 200 "$card"
	done
	post '/api/v1/video/create?wait=40' '{"parameters":{"content_type":"image","script":"The wind turns.","video_settings":{"fps":30}}}'
	answered 200 "$card and (.result.warnings | any(contains(\"left out: fps\")))"
}

@test "a video task is of a script or of a topic, and what nothing is made of is remarked" {
	serve
	post /api/v1/tasks '{"task_type":"video_creation","priority":"high","parameters":{"content_type":"video",
		"topic":"Wind","duration":30,"style":"calm","requirements":["short"],"constraints":{"words":50},
		"sources":["Wind energy is cheap in many places. The wind turns a wheel."]}}'
	answered 202 '.warnings == ["requirements is not used","constraints is not used"]'
	request GET "/api/v1/tasks/$(jq -r .task_id body)"
	answered 200 '.operation == "content generate" and .parameters.format == "mp4" and .parameters.length == "30s"'
	post /api/v1/tasks '{"task_type":"video_creation","parameters":{"content_type":"audio","topic":"Wind","script":"The wind turns."}}'
	answered 202 '.warnings == ["topic is not used"]'
	request GET "/api/v1/tasks/$(jq -r .task_id body)?wait=40"
	answered 200 '.operation == "video render" and .result.content_type == "audio/mpeg"'
	upload text/csv $'task_type,topic,length,sources\nvideo_creation,Wind,30s,The wind turns a wheel.\n' && answered 200 '.submitted == 1'
}

@test "a priority is a word or a number, from a task's own route and a guide's" {
	serve
	for is in '"critical" critical' '1 critical' '3 high' '"7" low' '10 10' '"background" background' 'null medium'; do
		post /api/v1/tasks "{\"task_type\":\"system_query\",\"priority\":${is% *}}" && answered 202
		request GET "/api/v1/tasks/$(jq -r .task_id body)" && answered 200 ".priority == \"${is#* }\""
	done
	post '/api/v1/video/create?wait=0' '{"script":"Words.","priority":1}' && answered 202
	request GET "/api/v1/tasks/$(jq -r .task_id body)" && answered 200 '.priority == "critical"'
	for bad in 0 11 1.5 '"soon"'; do
		post /api/v1/tasks "{\"task_type\":\"system_query\",\"priority\":$bad}"
		answered 400 '.error.message | contains("priority: ")'
	done
}

@test "what is not made is refused by name, with what to ask for" {
	serve
	for body in '{"prompt":"x","format":"avi"}' '{"prompt":"x","format":"AVI"}' '{"prompt":"x","format":"webm"}' \
		'{"prompt":"x","content_type":"webm"}'; do
		post /api/v1/content/generate "$body"
		answered 400 '.error.message | contains("ask for mp4")'
	done
	for body in '{"prompt":"x","format":"jpg"}' '{"prompt":"x","content_type":"svg"}'; do
		post /api/v1/content/generate "$body"
		answered 400 '.error.message | contains("is not written: ask for png")'
	done
	post /api/v1/video/create '{"parameters":{"script":"x","video_settings":{"format":"avi"}}}'
	answered 400 '.error.message | contains("AVI is not written")'
	post '/api/v1/video/create?wait=40' '{"parameters":{"script":"x y.","video_settings":{"resolution":"7680x4320"}}}'
	answered 200 '.status == "failed" and (.error.message | contains("3840x2160"))'
	jq -n --arg text "$(head -c 50001 /dev/zero | tr '\0' x)" '{script:$text}' >long.json
	request POST /api/v1/video/create -H 'Content-Type: application/json' -d @long.json
	answered 400 '.error.message | contains("50000")'
}

@test "research is refused with what is missing, by its route and as a task; templates and sources tell" {
	serve
	post /api/v1/research/analyze '{"topic":"renewable energy trends","sources":["news","academic","social_media"],"depth":"comprehensive"}'
	answered 503 '.error.code == "TRAE_AGENT_005" and .error.details.word == "not_configured"
		and (.error.message | contains("no research agent"))'
	post /api/v1/research/analyze '{"query":"x","parameters":{"sources":["news"],"depth":"3","time_range":"last_30_days",
		"language":"en","max_sources":10,"include_sentiment":true,"include_trends":true},"output_format":"structured_report"}'
	answered 503
	post /api/v1/tasks '{"task_type":"research","parameters":{"topic":"x"}}' && answered 503
	request GET /api/v1/research/sources
	answered 200 '(.sources | map({(.name): .state}) | add) == {text:"available",files:"available",web:"available",
		news:"not_configured",academic:"not_configured",social_media:"not_configured"}'
	request GET /api/v1/content/templates
	answered 200 '(.voice_options | map(.id) | index("professional_male")) != null
		and (.video_templates[0].supported_resolutions | index("1080p")) != null
		and .voice_options[0].sample_url == null'
	[ -z "$(trae openapi | jq -r '.. | .operationId? // empty' | grep research_analyze)" ]
}

@test "PORT opens a second listener, and API_KEY is a key for the GPT backend's operations" {
	port=$((20000 + RANDOM % 20000))
	API_KEY=of-the-guide-0123456789 PORT=$port serve
	[ "$(curl -s "http://127.0.0.1:$port/health")" = '{"status":"healthy"}' ]
	curl -s "$AT/health" | jq -e '.status == "healthy"'
	code() { curl -s -o body -w '%{http_code}' -H "X-API-Key: $1" "$AT/api/v1/status"; }
	[ "$(code of-the-guide-0123456789)" = 403 ]
	grep -q 'scopes of this key (gmail,app)' body
	[ "$(code of-the-guide-012345678)" = 401 ]
	refuses 78 'PORT is no port' env PORT=many trae serve --port 0
	refuses 64 'can be reached from other machines' env PORT=$port HOST=0.0.0.0 trae serve --port 0
}

# occupy N: a language model that takes connections and says nothing, and N requests that wait for it.
occupy() {
	skip_without "no python3" command -v python3
	python3 -c 'import socket, time
s = socket.create_server(("127.0.0.1", 0), backlog=99)
print(s.getsockname()[1], flush=True)
time.sleep(600)' >mute.port 3>&- &
	MUTE=$!
	until [ -s mute.port ]; do sleep 0.05; done
	export OPENAI_BASE_URL=http://127.0.0.1:$(cat mute.port)/v1 OPENAI_API_KEY=none
	trae init --key-file -q && trae config set llm.model mute -q
	echo 'The wind turns the wheel. It costs little. It has to be stored.' >wind.txt
	local id i
	id=$(trae file add wind.txt --format '{{id}}')
	serve
	for i in $(seq "$1"); do
		curl -s -o "long$i" -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' \
			-d "{\"topic\":\"Wind\",\"writer\":\"model\",\"sources\":[\"$id\"]}" \
			"$AT/api/v1/content/script" 3>&- &
	done
	until [ "$(ss -Htn state established dst "127.0.0.1:$(cat mute.port)" | wc -l)" = "$1" ]; do sleep 0.05; done
}

@test "what others keep from beginning is refused within the time that callers wait, and not done later" {
	skip_without "no ss" command -v ss
	occupy 4
	# Who gave up does not find it done later.
	request POST /api/v1/agents/content/drain -m 1 || true
	id=$(trae task submit system_query --paused)
	request GET "/api/v1/tasks/$id?wait=1" && answered 200 '.state == "paused"'
	request GET /actions/api/v1/content/templates -m 60
	answered 503 '.error.code == "TRAE_SYS_004" and (.error.message | contains("ask again later"))'
	grep -qi '^retry-after: [0-9]' headers
	kill $MUTE
	for _ in $(seq 100); do
		request GET /api/v1/content/templates
		[ "$(cat status)" = 200 ] && break
		sleep 0.1
	done
	answered 200
	[ "$(trae agent list --format '{{name}} {{status}}' | grep content)" = "content active" ]
}

@test "submissions in one transaction: one that fails after it wrote takes no other along" {
	serve
	post /api/v1/tasks '{"task_type":"system_query","paused":true}' && answered 202
	first=$(jq -r .task_id body)
	good='{"task_type":"system_query","paused":true,"idempotency_key":"k%d"}'
	bad='{"task_type":"system_query","depends_on":["'$first'","nothing"]}'
	# While another process holds the lock the server's lane fills up.
	python3 -c "import sqlite3, time
db = sqlite3.connect('$HOME/.local/share/trae/trae.db', isolation_level=None)
db.execute('begin immediate'); print('held', flush=True); time.sleep(1.5)" >lock 3>&- &
	until [ -s lock ]; do sleep 0.02; done
	for i in $(seq 40); do
		# shellcheck disable=SC2059 # a text with a place for the number
		[ $((i % 4)) = 0 ] && echo "$bad" || printf "$good\n" "$i"
	done >bodies
	before=$(curl -s -H "Authorization: Bearer $KEY" "$AT/metrics" | awk '/^trae_write_transactions/ { print $2 }')
	tr '\n' '\0' <bodies | xargs -0 -P 40 -I{} curl -s -o /dev/null -w '%{http_code}\n' \
		-H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -d {} "$AT/api/v1/tasks" >codes
	after=$(curl -s -H "Authorization: Bearer $KEY" "$AT/metrics" | awk '/^trae_write_transactions/ { print $2 }')
	echo "$((after - before)) transactions"
	[ $((after - before)) -lt 20 ]
	[ "$(grep -c 202 codes) $(grep -c 404 codes)" = "30 10" ]
	[ "$(trae task list --limit 100 --format '{{task_id}}' | wc -l)" = 31 ]
	[ "$("$BUILD/tests/drive/sql" on "$HOME/.local/share/trae/trae.db" 'select count(*) from task_dependency')" = 0 ]
	trae audit verify >/dev/null
	# As each key was taken once, so it answers.
	post /api/v1/tasks '{"task_type":"system_query","paused":true,"idempotency_key":"k1"}' && answered 202
	[ "$(trae task list --limit 100 --format '{{task_id}}' | wc -l)" = 31 ]
}

@test "a reply is the same whether it is kept for a repetition or goes out as it is made" {
	local plain='del(.id, .task_id, .progress_url, .estimated_completion, .estimated_seconds)' body
	serve
	for body in '{"task_type":"system_query","parameters":{},"paused":true}' \
		'{"task_type":"health","priority":"high","unique_key":"\"\u00e4\n","paused":true}'; do
		post /api/v1/tasks "$body" >once
		post /api/v1/tasks "$body" -H "Idempotency-Key: $RANDOM-$RANDOM" >kept
		[ "$(jq -c 'keys_unsorted' once)" = "$(jq -c 'keys_unsorted' kept)" ]
		[ "$(jq "$plain | del(.deduplicated)" once)" = "$(jq "$plain | del(.deduplicated)" kept)" ]
	done
	# And as the shell has it, which reads the members to show them.
	request GET "/api/v1/tasks/$(jq -r .task_id once)" >far
	trae task show "$(jq -r .task_id once)" --json >near
	[ "$(jq -c 'keys_unsorted' far)" = "$(jq -c 'keys_unsorted' near)" ]
}
