#!/usr/bin/env bats
# Settings: precedence, origins, refusals.
load helper

@test "flag over environment over own file over default" {
	[ "$(trae config get video.fps)" = 30 ]
	trae config set video.fps 25 >/dev/null
	[ "$(trae config get video.fps)" = 25 ]
	[ "$(TRAE_VIDEO_FPS=50 trae config get video.fps)" = 50 ]
	[ "$(trae config get video.fps --show-origin)" = "$HOME/.config/trae/config.json	25" ]
	[ "$(TRAE_VIDEO_FPS=50 trae config get video.fps --show-origin)" = "TRAE_VIDEO_FPS	50" ]
	trae config get video.fps --json | jq -e '.origin == "user" and .value == "25"'
	trae config unset video.fps >/dev/null
	[ "$(trae config get video.fps --show-origin)" = "default	30" ]
}

@test "variables that other programs use" {
	[ "$(OPENAI_BASE_URL=http://127.0.0.1:1/v1 trae config get llm.base_url)" = http://127.0.0.1:1/v1 ]
}

@test "own settings keep what else is in the file" {
	trae config set video.voice robot >/dev/null
	trae config set llm.model m >/dev/null
	jq -e '.video.voice == "robot" and .llm.model == "m"' "$HOME/.config/trae/config.json"
	[ "$(stat -c %a "$HOME/.config/trae/config.json")" = 600 ]
}

@test "wrong settings are refused, wherever they come from" {
	refuses 78 'unknown setting video.voic; did you mean video.voice' trae config set video.voic robot
	refuses 64 'video.fps: it has to be from 1 to 60, not 99' trae config set video.fps 99
	refuses 64 'video.size: "9" is not one of 360p' trae config set video.size 9
	refuses 64 'task.keep: a duration such as 30d or the word forever' trae config set task.keep long
	refuses 78 'environment variable TRAE_VIDEO_SIZE: video.size: "9"' env TRAE_VIDEO_SIZE=9 trae status
	refuses 78 'environment variable TRAE_VIDEO_FPS: video.fps: a whole number' \
		env TRAE_VIDEO_FPS=fast trae config get video.fps
	mkdir -p "$HOME/.config/trae"
	echo '{"video": {"fps": "fast"}}' >"$HOME/.config/trae/config.json"
	refuses 78 'config.json: video.fps: a whole number is needed' trae status
	echo '{"video": {"size": "huge"}}' >"$HOME/.config/trae/config.json"
	refuses 78 'config.json: video.size: "huge" is not one of' trae video render nothing.md
	trae config set video.size 720p >/dev/null
	echo '{"video": {"colour": 1}}' >"$HOME/.config/trae/config.json"
	refuses 78 'config.json: unknown setting video.colour' trae status
	echo '{"video": ' >"$HOME/.config/trae/config.json"
	refuses 78 'config.json: no JSON at line' trae status
	trae help >/dev/null
	trae exit-codes >/dev/null
}

@test "a relative XDG folder is not used, as its specification asks" {
	XDG_CONFIG_HOME=here trae config set video.fps 24 >/dev/null
	[ ! -e here ]
	[ -e "$HOME/.config/trae/config.json" ]
}
