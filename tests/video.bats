#!/usr/bin/env bats
# The main job: from a text to a finished video, from the shell.
load helper

prepare() {
	export TRAE_VIDEO_SIZE=360p TRAE_VIDEO_QUALITY=draft
}

probe() { # FILE: what an independent reader says of it
	ffprobe -v error -show_format -show_streams -of json "$1"
}

@test "a Markdown talk becomes a narrated, captioned MP4" {
	skip_without "ffmpeg is not installed" command -v ffprobe
	cp "$ROOT"/share/examples/{talk.md,hills.jpg} .
	trae video render talk.md -o talk.mp4 --voice professional_male --background-music \
		--effects transitions,text_overlays --subtitles talk.srt --json >reply
	probe talk.mp4 >facts
	jq -e '[.streams[] | .codec_name] | contains(["h264", "aac"])' facts
	jq -e '.streams[] | select(.codec_type == "video") | .profile == "High" and .pix_fmt == "yuv420p"
		and .color_space == "bt709" and .color_range == "tv" and .width == 640' facts
	jq -e --slurpfile r reply '(.format.duration | tonumber) - $r[0].duration_s | fabs < 0.1' facts
	[ "$(jq -r .sha256 reply)" = "$(sha256sum talk.mp4 | cut -d' ' -f1)" ]
	jq -e '.words > 100 and .warnings == [] and (.loudness_lufs + 16 | fabs) < 0.5' reply
	grep -q 'solar panel' talk.srt
	[ "$(trae file list --format '{{path}} {{operation}}' | sort | tail -1)" = "$PWD/talk.srt video render" ]
	trae status --json | jq -e '.tasks_completed == 1 and .files == 2 and .tasks_running == 0'
	[ -z "$(find . -name '*.part')" ]
	[ -z "$(ls "$HOME/.cache/trae")" ]
}

@test "standard input to standard output" {
	skip_without "ffmpeg is not installed" command -v ffprobe
	echo "The wind turns the wheel. The wheel makes light." | trae video render - -o - >talk.mp4
	probe talk.mp4 | jq -e '(.format.duration | tonumber) > 3'
	[ "$(trae status --format '{{files}}')" = 0 ]
}

@test "without -o the file is named like the script" {
	echo "One sentence is enough." >short.txt
	trae video render short.txt >/dev/null
	[ -s short.mp4 ]
	refuses 64 'output is needed' trae video render -
}

@test "the index stands in front, so that a player can start at once" {
	echo "One sentence is enough." | trae video render - -o a.mp4 >/dev/null
	moov=$(grep -abo moov a.mp4 | head -1 | cut -d: -f1)
	mdat=$(grep -abo mdat a.mp4 | head -1 | cut -d: -f1)
	[ "$moov" -lt "$mdat" ]
}

@test "sound and captions alone" {
	skip_without "ffmpeg is not installed" command -v ffprobe
	echo "One sentence is enough." >s.txt
	for format in wav mp3 srt vtt; do trae video render s.txt -o "s.$format" >/dev/null; done
	probe s.wav | jq -e '.streams[0].codec_name == "pcm_s16le" and .streams[0].sample_rate == "48000"'
	probe s.mp3 | jq -e '.streams[0].codec_name == "mp3"'
	grep -q -- '-->' s.srt
	head -1 s.vtt | grep -q WEBVTT
	refuses 64 'AVI is not written' trae video render s.txt -o s.avi
	refuses 64 'has to end in' trae video render s.txt -o s.xyz
	refuses 64 'JPEG is not written; name it .png' trae video render s.txt -o s.jpeg
}

@test "a picture of a script" {
	cp "$ROOT/share/examples/talk.md" .
	trae video render talk.md -o talk.png --json >reply 2>/dev/null
	jq -e '.duration_s == null and .loudness_lufs == null and .width == 640 and .height == 360 and
		.frames == 1 and .words == 0 and (.warnings | any(contains("pictures of the script")))' reply
	[ "$(head -c 8 talk.png | od -An -t x1)" = " 89 50 4e 47 0d 0a 1a 0a" ]
	trae video render talk.md -o none.png -n --json | jq -e '.width == 640 and .duration_s == null'
	refuses 64 'made alone' trae video render talk.md -o none.png --subtitles s.srt
	refuses 64 'made alone' trae video render talk.md -o none.mp4 --subtitles s.png
	[ ! -e none.png ] && [ ! -e none.mp4 ]
}

@test "--dry-run tells what would be made and makes nothing" {
	echo "One sentence is enough." >s.txt
	trae video render s.txt -n --json >plan
	jq -e '.path == "s.mp4" and .frames > 30 and .words == 4 and .height == 360' plan
	[ ! -e s.mp4 ]
	refuses 65 'no voice "nobody"' trae video render s.txt -n --voice nobody
	refuses 64 'size: "7"' trae video render s.txt -n --size 7
	[ ! -e "$HOME/.local/share/trae/trae.db" ]
}

@test "what is no text is refused in one sentence" {
	: >empty.txt
	refuses 65 'empty.txt is empty' trae video render empty.txt -o a.mp4
	refuses 66 'cannot read missing.md: No such file' trae video render missing.md -o a.mp4
	refuses 65 'is a folder' trae video render . -o a.mp4
	printf 'caf\351 is latin one\n' >latin.txt
	refuses 65 'latin.txt: .*UTF-8' trae video render latin.txt -o a.mp4
	echo '[TENSE_MOMENT] [REVEAL]' >cues.txt
	refuses 65 'no words to speak' trae video render cues.txt -o a.mp4
	yes 'These words are repeated many times over.' | head -c 5000000 >long.txt
	refuses 65 'minutes|hours' trae video render long.txt -o a.mp4
	touch secret.txt && chmod 000 secret.txt
	if [ "$(id -u)" != 0 ]; then
		refuses 77 'Permission denied' trae video render secret.txt -o a.mp4
	fi
	[ ! -e a.mp4 ]
}

@test "control characters in a text are not spoken or shown" {
	printf 'One \001\033[31msentence\302\205 is enough.\n' | trae video render - -o a.srt >/dev/null
	grep -q 'sentence is enough' a.srt
	lacks $'\033' a.srt
}

@test "pictures come from below the document's folder only" {
	mkdir -p docs/in
	cp "$ROOT/share/examples/hills.jpg" docs/in/
	cp "$ROOT/share/examples/hills.jpg" outside.jpg
	ln -s ../outside.jpg docs/link.jpg
	for name in /etc/passwd ../outside.jpg link.jpg in/../../outside.jpg; do
		printf '![a](%s)\n\nWords to say.\n' "$name" >docs/d.md
		refuses 77 'leads out of the folder' trae video render docs/d.md -o a.mp4
	done
	printf '![a](missing.jpg)\n\nWords to say.\n' >docs/d.md
	refuses 66 'missing.jpg: No such file' trae video render docs/d.md -o a.mp4
	printf '![a](in/hills.jpg)\n\nWords to say.\n' >docs/d.md
	trae video render docs/d.md -o a.mp4 >/dev/null
	[ -s a.mp4 ]
}

@test "what pretends to be a picture opens nothing" {
	printf '#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n' >list.png
	printf 'ffconcat version 1.0\nfile /etc/passwd\n' >concat.png
	printf '<svg xmlns="http://www.w3.org/2000/svg"><image href="/etc/passwd"/></svg>' >svg.png
	head -c 2000 /dev/urandom >noise.png
	for name in list concat svg noise; do
		printf '![a](%s.png)\n\nWords to say.\n' $name >d.md
		refuses 65 ": picture of scene 1: $name.png is not" trae video render d.md -o a.mp4
		[ ! -e a.mp4 ]
	done
}

@test "a voice, size or colour that does not exist is refused before anything is made" {
	echo "One sentence is enough." >s.txt
	refuses 65 'voice' trae video render s.txt -o a.mp4 --voice profesional_male
	refuses 64 'size: "700q"' trae video render s.txt -o a.mp4 --size 700q
	refuses 64 'fps: it has to be from 1 to 60' trae video render s.txt -o a.mp4 --fps 0
	refuses 64 'effects: "explosions" is not one of' trae video render s.txt -o a.mp4 --effects explosions
	refuses 64 'background: "#12345z" is no colour' trae video render s.txt -o a.mp4 --background '#12345z'
	refuses 66 'cannot read music' trae video render s.txt -o a.mp4 --music none.mp3
	[ ! -e a.mp4 ]
}

@test "a folder that cannot be written, a name that is a folder, a missing folder" {
	echo "One sentence is enough." >s.txt
	mkdir taken
	refuses 64 'has to end in' trae video render s.txt -o taken
	mkdir taken.mp4
	refuses 65 'taken.mp4 is a folder' trae video render s.txt -o taken.mp4
	refuses 66 'cannot create' trae video render s.txt -o nowhere/a.mp4
	refuses 77 'cannot create' trae video render s.txt -o /sys/a.mp4
}

@test "an old file stays until the new one is whole" {
	echo "One sentence is enough." >s.txt
	echo old >a.mp4
	refuses 65 'voice' trae video render s.txt -o a.mp4 --voice nobody
	[ "$(cat a.mp4)" = old ]
	trae video render s.txt -o a.mp4 >/dev/null
	[ "$(head -c 8 a.mp4 | tail -c 4)" = ftyp ]
}

@test "the same script gives the same bytes" {
	echo "One sentence is enough." >s.txt
	trae video render s.txt -o a.mp4 --background-music >/dev/null
	trae video render s.txt -o b.mp4 --background-music >/dev/null
	cmp a.mp4 b.mp4
}

@test "on a terminal the bar makes way for the result" {
	echo "One sentence is enough." >s.txt
	TERM=xterm script -qec "trae video render s.txt -o out.bin --format mp4 --size 128x128" /dev/null >shown
	cat -v shown
	grep -aq '% [a-z_]*: ' shown
	grep -aq $'\r\033\[Kpath ' shown
}

@test "progress is JSON for programs, nothing where nobody looks" {
	echo "One sentence is enough." >s.txt
	trae video render s.txt -o a.mp4 >/dev/null 2>err
	[ ! -s err ]
	trae video render s.txt -o a.mp4 --progress json 2>err >/dev/null
	jq -e 'select(.event == "progress") | .stage' err | sort -u >stages
	grep -q voice_generation stages
	grep -q video_rendering stages
}

@test "Ctrl-C ends a render, cleans up and says 130" {
	yes 'These words are repeated some times over.' | head -300 >long.txt
	trae video render long.txt -o a.mp4 2>err >/dev/null &
	pid=$!
	until [ -n "$(find . -name '.a.mp4.*.part' 2>/dev/null)" ]; do kill -0 $pid; sleep 0.1; done
	kill -INT $pid
	status=0
	wait $pid || status=$?
	[ "$status" = 130 ]
	grep -q interrupted err
	[ -z "$(find . -name '*.part')" ]
	[ ! -e a.mp4 ]
	trae status --json | jq -e '.tasks_interrupted == 1 and .tasks_running == 0'
}
