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
	answered 200 '.paths["/api/v1/tasks"].get.responses["200"].content["application/json"].schema
		| .required == ["tasks","pagination"] and .properties.tasks.type == "array"
		and (.properties.pagination.required | length) == 4'
	[ "$(trae task list | wc -l)" = 3 ]
	trae task list --limit 1 --json | jq -e '.pagination.total == 3 and (.tasks | length) == 1'
}
