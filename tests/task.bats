#!/usr/bin/env bats
# The queue from the shell: put, run, ended, stopped, rescued.
load helper

prepare() {
	trae init >/dev/null
	printf '# One\n\nA sentence to be spoken.\n' >talk.md
	{
		echo '# Long'
		for i in $(seq 200); do printf '\n## Part %s\n\nThis is sentence %s.\n' "$i" "$i"; done
	} >long.md
}

teardown() {
	[ -z "${POOL:-}" ] || kill -9 "$POOL" 2>/dev/null || true
}

state() {
	trae task show "$1" --format '{{state}}'
}

# within SECONDS COMMAND...: repeats it until it succeeds.
within() {
	local until=$(($(date +%s%3N) + $1 * 1000))
	shift
	while ! "$@"; do
		[ "$(date +%s%3N)" -lt "$until" ] || return 1
		sleep 0.05
	done
}

is() {
	[ "$(state "$1")" = "$2" ]
}

start_pool() {
	trae task work --jobs 2 >pool.out 2>pool.err 3>&- &
	POOL=$!
}

slow_task() {
	trae task submit video_creation --parameters \
		'{"script":"long.md","output":"long.mp4","size":"1080p"}' "$@"
}

has_worker() {
	pgrep -P "$POOL" >/dev/null
}

@test "a task is put, run and shown with its result" {
	id=$(trae task submit system_query --priority high --metadata '{"who":"test"}')
	is "$id" pending
	timeout 60 trae task work --until-empty >done
	grep -qx 'completed	1' done
	trae task show "$id" --json >shown
	jq -e '.status == "completed" and .task_type == "system_query" and .priority == "high"
		and .result.state == "ready" and .metadata.who == "test" and .retry_count == 0
		and .execution_time_seconds >= 0' shown
	trae task logs "$id" --format '{{action}}' >log
	diff log <(printf 'created\nstarted\ncompleted\n')
	timeout 10 trae task wait "$id"
}

@test "a video is made from where the task was put" {
	id=$(trae task submit video_creation --parameters '{"script":"talk.md","output":"talk.mp4","quality":"draft"}')
	(mkdir -p elsewhere && cd elsewhere && timeout 120 trae task work --until-empty)
	is "$id" completed
	[ -s talk.mp4 ]
	trae file list --json | jq -e '.files[0].operation == "video render"'
}

@test "any long operation is put on the queue with --queue" {
	id=$(trae video render talk.md -o queued.mp4 --quality draft --queue)
	is "$id" pending
	[ ! -e queued.mp4 ]
	timeout 120 trae task work --until-empty
	is "$id" completed
	[ -s queued.mp4 ]
	refuses 64 'for operations that take long' trae status --queue
	refuses 64 'no standard input' trae video render - --queue
}

@test "what cannot work is refused at once, with the reason" {
	refuses 64 'unknown task type "vidoe_creation"; did you mean video_creation' trae task submit vidoe_creation
	refuses 78 'this version has no research agent' trae task submit research
	refuses 64 'parameters: unknown member "scirpt"; did you mean script' \
		trae task submit video_creation --parameters '{"scirpt":"x"}'
	refuses 64 'a task has no standard input' trae task submit video_creation --parameters '{"script":"-"}'
	refuses 64 'priority: critical, high' trae task submit system_query --priority soon
	refuses 66 'no task nobody' trae task submit system_query --depends-on nobody
	refuses 64 'cannot be put on the queue' trae task submit "task work"
	[ -z "$(trae task list)" ]
}

@test "one id is one task" {
	[ "$(trae task submit system_query --task-id mine)" = mine ]
	trae task submit system_query --task-id mine --json | jq -e .deduplicated
	refuses 65 'another operation or other arguments' trae task submit doctor --task-id mine
	[ "$(trae task list | wc -l)" = 1 ]
	for id in a/b 'a b' 50% a?b .. $'a\nb' é; do
		refuses 64 'task_id: an id stands in URLs' trae task submit system_query --task-id "$id"
	done
	trae task submit system_query --task-id 'run:2026-11-27T14.00~a_b@c=d+e'
}

@test "a batch is put whole or not at all" {
	printf '{"task_type":"system_query"}\n{"task_type":"nonsense"}\n{]\n{"task_type":"doctor","priority":1}\n' >b.jsonl
	refuses 65 'nothing was submitted: line 2: .*nonsense.*; line 3: ' trae task submit --batch b.jsonl
	[ -z "$(trae task list)" ]
	trae task submit --batch b.jsonl --keep-going --json >made
	jq -e '.submitted == 2 and [.errors[].line] == [2, 3]' made
	trae task submit --batch b.jsonl --keep-going 2>told
	grep -q 'line 2 was left out: unknown task type "nonsense"' told
	grep -q 'line 3 was left out: ' told
	echo '{]' >none.jsonl
	refuses 65 'nothing was submitted: line 1: ' trae task submit --batch none.jsonl --keep-going
	echo '{"task_type":"doctor","priority":1.5}' >half.jsonl
	refuses 65 'line 1: priority: a text or a whole number is needed, not 1.5' \
		trae task submit --batch half.jsonl
	trae task list --batch "$(jq -r .batch_id made)" --json | jq -e '.tasks | length == 2'
}

@test "batches are JSON lines, arrays, steps and CSV" {
	echo '[{"task_type":"system_query"},{"task_type":"doctor"}]' | trae task submit --batch - --json |
		jq -e '.submitted == 2'
	printf 'task_type,priority,script,output\r\nvideo_creation,high,"talk.md","a, b.mp4"\r\n' >b.csv
	id=$(trae task submit --batch b.csv)
	trae task list --batch "$id" --json | jq -r '.tasks[0].task_id' >task
	trae task show "$(cat task)" --json |
		jq -e '.parameters.output == "a, b.mp4" and .priority == "high"'
	printf '\xef\xbb\xbf{"task_type":"doctor"}\r\n{"task_type":"doctor"}\r\n' | trae task submit --batch - --json |
		jq -e '.submitted == 2'
	printf '{\n  "task_type": "doctor"\n}\n' | trae task submit --batch -
	echo '{"tasks":[{"task_type":"doctor"}]}' | trae task submit --batch -
	printf '\xef\xbb\xbftask_type,parameters.text,parameters.sources\r\n%s\r\n' \
		'video_creation,"# ""Wind""\r\n\r\nOne line.\nAnother, longer.",' >b.csv
	id=$(trae task submit --batch b.csv)
	trae task list --batch "$id" --json | jq -r '.tasks[0].task_id' >task
	trae task show "$(cat task)" --json |
		jq -e '.parameters.text == "# \"Wind\"\\r\\n\\r\\nOne line.\\nAnother, longer."'
	printf 'task_type,colour\nsystem_query,red\n' >b.csv
	refuses 65 'line 2: parameters: unknown member "colour"' trae task submit --batch b.csv
	printf 'task_type,priority\nsystem_query\n' >b.csv
	refuses 65 'line 2: 1 cells where the header has 2' trae task submit --batch b.csv
}

@test "a workflow runs in its order, and circles are refused" {
	cat >flow.json <<-'END'
		{"steps":[
		{"step_id":"last","task_type":"system_query","depends_on":["a","b"]},
		{"step_id":"a","task_type":"doctor","payload":{}},
		{"step_id":"b","task_type":"doctor","depends_on":["a"]}]}
	END
	batch=$(trae task submit --batch flow.json)
	[ "$(trae task list --batch "$batch" --json | jq '[.tasks[] | select(.state == "blocked")] | length')" = 2 ]
	timeout 60 trae task work --until-empty
	trae task list --batch "$batch" --json |
		jq -e '.tasks | map(select(.state == "completed")) | sort_by(.started_at) |
			length == 3 and .[2].task_type == "system_query"'
	echo '{"steps":[{"step_id":"a","task_type":"doctor","depends_on":["b"]},
		{"step_id":"b","task_type":"doctor","depends_on":["a"]}]}' >circle.json
	refuses 65 'line 1: it needs itself.*line 2: it needs itself' trae task submit --batch circle.json
}

@test "a worker that is killed is noticed and its task tried again" {
	id=$(slow_task --retry-delay-s 0)
	start_pool
	within 20 is "$id" running
	within 5 has_worker
	kill -9 $(pgrep -P "$POOL")
	retried() { trae task logs "$id" | grep -q failed_retry_scheduled; }
	within 2 retried
	trae task logs "$id" | grep -q 'killed by signal 9'
	trae task cancel "$id"
}

@test "a pool that is killed loses nothing: another one goes on within two seconds" {
	id=$(slow_task)
	start_pool
	within 20 is "$id" running
	within 5 has_worker
	worker=$(pgrep -P "$POOL")
	kill -9 "$POOL"
	gone() { ! kill -0 "$worker" 2>/dev/null; }
	within 2 gone
	start_pool
	rescued() { trae task logs "$id" | grep -q rescued; }
	within 2 rescued
	within 5 is "$id" running
	[ "$(trae task show "$id" --format '{{attempt}}')" = 2 ]
	trae task cancel "$id"
}

@test "cancelling stops what runs" {
	id=$(slow_task)
	start_pool
	within 20 is "$id" running
	within 5 has_worker
	trae task cancel "$id" | grep -q 'Task cancelled'
	idle() { ! has_worker; }
	within 4 idle
	is "$id" cancelled
	refuses 65 'cannot be cancelled: it is cancelled' trae task cancel "$id"
	[ ! -e long.mp4 ]
	kill -TERM "$POOL"
	wait "$POOL"
	POOL=
}

@test "a run in the foreground is cancelled from elsewhere, in the middle of a stage" {
	trae video render long.md -o front.mp4 --size 1080p >front.out 2>front.err 3>&- &
	local render=$! id
	POOL=$render
	stage() { trae task list --status processing --json | jq -r '.tasks[0].task_id // empty'; }
	until id=$(stage) && [ -n "$id" ]; do sleep 0.05; done
	until [ "$(trae task progress "$id" --json | jq -r .progress.current_stage)" = video_rendering ]; do sleep 0.05; done
	trae task cancel "$id"
	ends 130 $render
	POOL=
	[ ! -e front.mp4 ]
	trae task list --status cancelled | grep -q video_creation
}

@test "progress is told, with its stages" {
	id=$(slow_task)
	start_pool
	far() { trae task progress "$id" --json | jq -e '.progress.current_stage != null and .progress.completion_percent > 0'; }
	within 20 far
	trae task cancel "$id"
}

@test "a timeout ends an attempt" {
	id=$(slow_task --timeout 1 --max-retries 0)
	timeout 60 trae task work --until-empty
	is "$id" failed
	trae task show "$id" --format '{{error}}' >why
	cat why
	grep -q 'longer than its timeout of 1 s' why
	run timeout 10 trae task wait "$id"
	[ "$status" = 1 ]
}

@test "a signal drains the pool: what runs ends or goes back" {
	head -6 long.md >some.md
	id=$(trae task submit video_creation --parameters '{"script":"some.md","output":"t.mp4","quality":"draft","size":"360p"}')
	start_pool
	within 20 is "$id" running
	kill -TERM "$POOL"
	wait "$POOL"
	POOL=
	trae task logs "$id" >log
	cat log
	# Which of both depends on how fast this machine is.
	if grep -q given_back log; then
		is "$id" pending
	else
		is "$id" completed
	fi
}

@test "paused, delayed, retried, pruned" {
	id=$(trae task submit system_query --paused)
	timeout 20 trae task work --until-empty
	is "$id" paused
	trae task resume "$id"
	trae task pause "$id"
	trae task resume "$id"
	later=$(trae task submit system_query --run-at 1h)
	is "$later" scheduled
	timeout 20 trae task work --until-empty
	is "$id" completed
	is "$later" scheduled
	trae task cancel "$later"
	trae task retry "$later"
	is "$later" pending
	timeout 20 trae task work --once
	is "$later" completed
	trae --yes task prune --older-than 1d | grep -qx 'removed	0'
	sleep 1.1
	trae --yes task prune --older-than 1s | grep -qx 'removed	2'
	[ -z "$(trae task list)" ]
}

@test "only the shell's tasks may name local files" {
	skip_without "jq is not installed" command -v jq
	id=$(trae task submit video_creation --parameters '{"script":"talk.md"}')
	"$BUILD/tests/drive/sql" on "$HOME/.local/share/trae/trae.db" \
		"update task set channel = 'http', max_retries = 0"
	timeout 60 trae task work --until-empty
	is "$id" failed
	trae task show "$id" --format '{{error}}' | grep -q 'only the shell may name local files'
}

@test "schedules put tasks, and missed times are made up for as asked" {
	trae schedule add often system_query --every 1s >/dev/null
	refuses 65 'a schedule often already' trae schedule add often doctor --every 1h
	refuses 64 'five fields of cron' trae schedule add never doctor --every '0 0 30 2 *'
	trae schedule add rests doctor --every daily --catch-up all >/dev/null
	trae schedule pause rests | grep -qx 'paused	true'
	"$BUILD/tests/drive/sql" on "$HOME/.local/share/trae/trae.db" \
		"update schedule set next_at = next_at - 10 * 86400000"
	timeout 20 trae task work --until-empty
	[ "$(trae task list | wc -l)" = 1 ]
	trae schedule resume rests >/dev/null
	"$BUILD/tests/drive/sql" on "$HOME/.local/share/trae/trae.db" \
		"update schedule set next_at = next_at - 10 * 86400000 where name = 'rests'"
	timeout 60 trae task work --until-empty
	[ "$(trae task list --task-type doctor | wc -l)" = 10 ]
	trae schedule remove often
	[ "$(trae schedule list | wc -l)" = 1 ]
}

@test "ended tasks and files of our own are kept as long as is set" {
	id=$(trae task submit system_query)
	mkdir -p "$HOME/.local/share/trae/files"
	echo x >"$HOME/.local/share/trae/files/old.txt"
	echo x >mine.txt
	trae file add "$HOME/.local/share/trae/files/old.txt" >/dev/null
	trae file add mine.txt >/dev/null
	timeout 20 trae task work --until-empty
	"$BUILD/tests/drive/sql" on "$HOME/.local/share/trae/trae.db" \
		"update task set completed_at = completed_at - 31 * 86400000"
	"$BUILD/tests/drive/sql" on "$HOME/.local/share/trae/trae.db" \
		"update file set created_at = created_at - 31 * 86400000"
	trae config set task.keep forever
	trae config set file.keep forever
	timeout 20 trae task work --until-empty
	is "$id" completed
	trae config unset task.keep
	trae config unset file.keep
	timeout 20 trae task work --until-empty
	[ -z "$(trae task list)" ]
	[ ! -e "$HOME/.local/share/trae/files/old.txt" ]
	[ -e mine.txt ]
	[ "$(trae file list | wc -l)" = 1 ]
}
