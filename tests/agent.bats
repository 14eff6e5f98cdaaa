#!/usr/bin/env bats
# Agents: listed, paused, drained, configured as the guides write it; health, checks and alerts.
bats_require_minimum_version 1.5.0
load helper

prepare() {
	SQL=$BUILD/tests/drive/sql
	STORE=$HOME/.local/share/trae/trae.db
	trae init >/dev/null
	cat >guide.json <<'JSON'
{
  "agent_config": {
    "research_agent": {
      "sources": ["rss_feeds", "social_media", "news_apis"],
      "update_frequency": "15_minutes",
      "keywords": ["AI", "automation", "technology"]
    },
    "content_agent": {
      "voice_style": "professional",
      "video_quality": "1080p",
      "background_music": true
    }
  }
}
JSON
}

# sections JSON: sets them as agent_config.
sections() {
	printf '{"agent_config":%s}' "$1" | trae agent config set - --json
}

# refuses_sections PATTERN JSON
refuses_sections() {
	printf '{"agent_config":%s}' "$2" >bad.json
	refuses 65 "$1" trae agent config set bad.json
}

@test "agents are listed with their class, limit and operations" {
	run -0 trae agent list --json
	[ "$(jq -r '.agents[].class' <<<"$output" | sort | tr '\n' ' ')" = "ContentAgent SystemAgent " ]
	[ "$(jq -r '.agents[] | select(.name == "content").operations[]' <<<"$output" | grep -c 'video render')" = 1 ]
	[ "$(jq -r '.agents[0].status' <<<"$output")" = stopped ]
}

@test "every operation of an agent is one that exists" {
	trae operations --jsonl | jq -r .name | sort >there
	trae agent list --json | jq -r '.agents[].operations[]' | sort >named
	[ -s named ]
	[ -z "$(comm -13 there named)" ]
}

@test "the guide's status names every agent there is" {
	trae system status --json | jq -r '.agents | keys[]' | sort >said
	trae openapi | jq -r '[.. | objects | select(has("SystemAgent") and has("ContentAgent"))][0] | keys[]' |
		sort >declared
	trae agent list --json | jq -r '.agents[].class' | sort >there
	diff said there
	diff declared there
}

@test "pause, resume and drain hold across processes" {
	run -0 trae agent pause content --json
	[ "$(jq -r .state <<<"$output")" = paused ]
	trae agent list | grep -qP '^content\tpaused'
	trae agent resume ContentAgent >/dev/null
	trae agent list | grep -qP '^content\tstopped'
	run -0 trae agent drain content --json
	[ "$(jq -r '.state + " " + (.running | tostring)' <<<"$output")" = "paused 0" ]
	[ "$(trae agent logs content --json | jq -r '[.lines[].action] | join(" ")')" = \
		"drained draining active paused" ]
	refuses 66 'no agent contnt; did you mean content' trae agent pause contnt
}

@test "an agent that drains is paused only when its last task has ended" {
	trae agent list >/dev/null
	"$SQL" on "$STORE" "insert into task (id, operation, arguments, state, channel, agent, created_at)
		values ('t1', 'content script', '{}', 'running', 'shell', 'content', 1)"
	run -0 trae agent drain content --json
	[ "$(jq -r '.state + " " + (.running | tostring)' <<<"$output")" = "draining 1" ]
	"$SQL" on "$STORE" "update task set state = 'completed' where id = 't1'"
	run -0 trae agent drain content --json
	[ "$(jq -r .state <<<"$output")" = paused ]
}

@test "the guide's configuration is taken as it stands, kept, and brought back" {
	run -0 --separate-stderr trae agent config set guide.json --json
	[ "$(jq .version <<<"$output")" = 1 ]
	[[ "$(jq -r '.warnings[0]' <<<"$output")" == *research_agent* ]]
	trae agent config show --json | jq -S '{agent_config}' >shown
	jq -S . guide.json | diff - shown
	sections '{"content_agent":{"video_quality":"720p","max_concurrent_tasks":2}}' >/dev/null
	[ "$(trae agent config show --json | jq -c .agent_config)" = \
		'{"content_agent":{"video_quality":"720p","max_concurrent_tasks":2}}' ]
	[ "$(trae agent list --json | jq '.agents[] | select(.name == "content").max_running')" = 2 ]
	run -0 --separate-stderr trae agent config rollback 1 --json
	[ "$(jq -c '[.version, .back_to]' <<<"$output")" = '[3,1]' ]
	trae agent config show --json | jq -S '{agent_config}' | diff - shown
	[ "$(trae agent list --json | jq '.agents[] | select(.name == "content").max_running')" = 10 ]
	[ "$(trae agent config show --version 2 --json | jq -r .agent_config.content_agent.video_quality)" = 720p ]
	refuses 66 'no version 9' trae agent config rollback 9
}

@test "durations are 15_minutes, 15m or 900" {
	for every in '"15_minutes"' '"15m"' '"900"' 900; do
		sections "{\"system_agent\":{\"health_check_interval\":$every}}" >/dev/null
		trae agent run system --due >/dev/null
	done
	refuses_sections 'content_agent: video_quality: "9000p"' '{"content_agent":{"video_quality":"9000p"}}'
	refuses_sections 'system_agent: health_check_interval: a duration is needed' \
		'{"system_agent":{"health_check_interval":"15_parsecs"}}'
	refuses_sections 'health_check_interval: a duration is needed' \
		'{"system_agent":{"health_check_interval":0}}'
}

@test "a configuration is refused with the path of what is wrong, and nothing is kept" {
	refuses_sections 'agent_config: unknown member "contnt_agent"; did you mean content_agent' \
		'{"contnt_agent":{}}'
	refuses_sections 'agent_config: content_agent: unknown member "voice_stile"; did you mean voice_style' \
		'{"research_agent":{},"content_agent":{"voice_stile":"x"}}'
	refuses_sections 'content_agent: background_music: true or false is needed' \
		'{"content_agent":{"background_music":"yes"}}'
	refuses_sections 'research_agent: sources: "telepathy" is not one of' \
		'{"research_agent":{"sources":["telepathy"]}}'
	refuses_sections 'system_agent: memory_alert_percent: it has to be from 10 to 100' \
		'{"system_agent":{"memory_alert_percent":800}}'
	refuses_sections 'max_concurrent_tasks: it has to be from 1 to 10000' \
		'{"content_agent":{"max_concurrent_tasks":0}}'
	refuses_sections 'system_agent: services: "nonsense" is no URL' \
		'{"system_agent":{"services":["nonsense"]}}'
	refuses_sections 'system_agent: alert_url|system_agent: .*169\.254' \
		'{"system_agent":{"alert_url":"http://169.254.169.254/"}}'
	refuses_sections 'content_agent: an object is needed' '{"content_agent":[]}'
	refuses_sections 'an object is needed' '[]'
	printf '{"agent_config":{},"more":1}' >bad.json
	refuses 65 'agent_config has to stand alone' trae agent config set bad.json
	refuses 64 'give either a file or agent_config' trae agent config set
	[ "$(trae agent config show --json | jq .version)" = 0 ]
}

@test "a dry run checks and keeps nothing" {
	run -0 --separate-stderr trae agent config set guide.json --dry-run --json
	[ "$(jq .version <<<"$output")" = null ]
	[ "$(trae agent config show --json | jq .version)" = 0 ]
}

@test "status is DEGRADED without a worker and says why" {
	run -0 trae system status --json
	[ "$(jq -r .status <<<"$output")" = DEGRADED ]
	[ "$(jq -r .database_health <<<"$output")" = healthy ]
	[[ "$(jq -r '.reasons[]' <<<"$output")" == *"no worker runs"* ]]
	[ "$(jq '.system_metrics.memory_usage_percent > 0 and .system_metrics.memory_usage_percent <= 100' <<<"$output")" = true ]
	rm -r "$HOME/.local/share/trae"
	run -0 trae system status --json
	[ "$(jq -r '.status + " " + .database_health' <<<"$output")" = "DEGRADED absent" ]
	[ ! -e "$STORE" ]
}

@test "status reports a damaged store instead of failing" {
	rm -f "$STORE"-*
	head -c 9000 /dev/zero | tr '\0' x >"$STORE"
	run -0 trae system status --json
	[ "$(jq -r '.status + " " + .database_health' <<<"$output")" = "DEGRADED failed" ]
	[[ "$(jq -r '.reasons[0]' <<<"$output")" == *"not a database"* ]]
}

@test "a round samples, records, and is not due again at once" {
	[ "$(trae system health --json | jq '.samples | length')" = 0 ]
	[[ "$(trae agent run system --json | jq -r .done)" == *"checks good" ]]
	[ "$(trae agent run system --due --json | jq -r .done)" = null ]
	trae agent run system >/dev/null
	run -0 trae system health --json
	[ "$(jq '.samples | length' <<<"$output")" = 2 ]
	[ "$(jq '.samples | all(.score >= 0 and .score <= 1)' <<<"$output")" = true ]
	refuses 65 'content does nothing of itself' trae agent run content
}

@test "checks say what is wrong and what to do, and end with status 78" {
	sections '{"system_agent":{"services":["/bin/true","/bin/false","tcp:127.0.0.1:1"]}}' >/dev/null
	run -78 --separate-stderr trae agent test system
	printf '%s\n' "$output" >checks
	grep -qP '^/bin/true\ttrue' checks
	grep -qP '^/bin/false\tfalse\tended with status 1\t.' checks
	grep -qP '^tcp:127.0.0.1:1\tfalse\t.*refused' checks
	grep -qP '^workers\tfalse\t.*\tstart trae serve' checks
	run -0 trae agent test content
}

# sound MORE: puts a task that writes a sound file of the article, and prints its id.
sound() {
	trae task submit content_generation --max-retries 0 --parameters "$(jq -nc --argjson more "$1" \
		--arg source "$ROOT/share/examples/article.md" --arg to "$PWD/out.wav" \
		'{topic: "energy", sources: [$source], format: "wav", output: $to, length: "5s"} + $more')"
}

work() {
	timeout 60 trae task work --until-empty >/dev/null
}

@test "a paused agent takes nothing while the others go on" {
	trae agent pause content >/dev/null
	id=$(sound '{}')
	other=$(trae task submit status)
	work
	[ "$(trae task show "$other" --json | jq -r .state)" = completed ]
	[ "$(trae task show "$id" --json | jq -r .state)" = pending ]
	trae agent resume content >/dev/null
	work
	[ "$(trae task show "$id" --json | jq -r .state)" = completed ]
	run -0 trae agent list --json
	[ "$(jq -c '[.agents[].completed]' <<<"$output")" = '[1,1]' ]
	[ "$(trae system agents --json | jq '.agents[] | select(.type == "content") | .performance_metrics
		| .success_rate_percent == 100 and .avg_response_time_ms > 0 and .error_count_24h == 0')" = true ]
}

@test "the configuration holds at once for what tasks leave out, and for nothing else" {
	sections '{"content_agent":{"voice_style":"no_such_voice"}}' >/dev/null
	id=$(sound '{}')
	said=$(sound '{"voice":"british_male","length":"6s"}')
	work
	run -0 trae task show "$id" --json
	[[ "$(jq -r .error <<<"$output")" == *'no_such_voice'* ]]
	[ "$(trae task show "$said" --json | jq -r .state)" = completed ]
	sections '{"content_agent":{"voice_style":"professional"}}' >/dev/null
	id=$(sound '{}')
	work
	[ "$(trae task show "$id" --json | jq -r .state)" = completed ]
	[ "$(trae agent list --json | jq -c '.agents[] | select(.name == "content") | [.completed, .errors]')" = '[2,1]' ]
	trae agent logs content | grep -q 'task failed'
}

@test "status is LIVE while a worker lives, and no longer" {
	trae task work >/dev/null 2>&1 &
	worker=$!
	for _ in $(seq 100); do
		trae system status --json >live
		[ "$(jq -r '.status + .agents.SystemAgent.status' live)" != LIVEactive ] || break
		sleep 0.1
	done
	[ "$(jq -r '.status + " " + .orchestrator_status' live)" = "LIVE LIVE" ]
	[ "$(jq -c .reasons live)" = '[]' ]
	[ "$(jq '.agents.SystemAgent | .status == "active" and .health_score == 1' live)" = true ]
	kill -KILL "$worker"
	ends 137 "$worker"
	[ "$(trae system status --json | jq -r .status)" = DEGRADED ]
	trae agent list | grep -qP '^system\tstopped'
}

@test "alerts are raised after two bad samples, logged, and ended" {
	run_round() { trae agent run system >/dev/null; }
	sections '{"system_agent":{"services":["/bin/false"]}}' >/dev/null
	"$SQL" on "$STORE" "insert into counter values ('task_dead_letter', 1)
		on conflict (name) do update set n = 1"
	run_round
	trae system alerts | grep -q '^dead_letter'
	run -1 grep -q '^checks' < <(trae system alerts)
	run_round
	trae system alerts | grep -q '^checks'
	[ "$(trae agent logs system | grep -c 'alert raised.*dead_letter: ')" = 1 ]
	"$SQL" on "$STORE" "update counter set n = 0 where name = 'task_dead_letter'"
	run_round
	run -1 grep -q '^dead_letter' < <(trae system alerts)
	trae agent logs system | grep -q 'alert ended.*dead_letter: '
}

@test "an alert is sent as the event system.alert" {
	trae config set callback.hosts 127.0.0.1:9 >/dev/null
	sections '{"system_agent":{"alert_url":"http://127.0.0.1:9/hook"}}' >/dev/null
	"$SQL" on "$STORE" "insert into counter values ('task_dead_letter', 1)
		on conflict (name) do update set n = 1"
	trae agent run system >/dev/null
	run -0 trae callback list --json
	[ "$(jq -r '[.callbacks[].event] | join(" ")' <<<"$output")" = system.alert ]
}
