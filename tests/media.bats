#!/usr/bin/env bats
# trae-media, driven as trae drives it: a JSON job in, JSON lines out.
load helper

MEDIA=$BUILD/libexec/trae-media

media() { # JQ_PROGRAM [ARGUMENT...]: runs the small job, changed by the program; lines in `lines`
	local program=$1
	shift
	jq -n --arg pwd "$PWD" "$@" '
		{job: "render", width: 320, height: 180, fps: 25, quality: "draft", seed: 7,
		 effects: ["transitions", "text_overlays"], captions: true, voice: null, music: null,
		 scenes: [
		  {title: "A title", layout: "title", parts: []},
		  {title: null, layout: "text", parts: [{kind: "sentence", text: "Some words to read."}]}],
		 outputs: [{format: "mp4", path: ($pwd + "/out.mp4")}]} | '"$program" >job
	jq -r '.outputs[]?.path' job | while read -r path; do [ -e "$path" ] || : >"$path"; done
	"$MEDIA" <job >lines 2>err
}

# `! command` does not end a test; this does.
not() {
	! "$@"
}

result() {
	tail -1 lines | jq -e "$@"
}

# refused WORD PATTERN JQ_PROGRAM: one error line with that word, and no result.
refused() {
	local word=$1 pattern=$2
	shift 2
	if media "$@"; then cat lines; return 1; fi
	cat lines err
	tail -1 lines | jq -e --arg w "$word" --arg p "$pattern" \
		'.event == "error" and .fail == $w and (.text | test($p))'
	not grep -q '"result"' lines
	[ ! -s err ]
}

probe() { # FILE: our own reader, decoding all of it
	jq -n --arg path "$PWD/$1" '{job: "probe", path: $path, decode: true}' | "$MEDIA"
}

@test "a render says how far it is, and ends with its facts" {
	media .
	jq -es 'all(.event == "progress" or .event == "result")' lines
	jq -es 'map(.stage // empty) | unique - ["audio_mixing", "final_encoding", "script_processing",
		"video_rendering", "voice_generation"] == []' lines
	result '.event == "result" and .width == 320 and .height == 180 and .words == 4 and
		.duration_s == .frames / 25 and .stages.video_rendering > 0'
	[ ! -s err ]
}

@test "the MP4 is what players everywhere take" {
	skip_without "ffmpeg is not installed" command -v ffprobe
	media '.metadata.title = "Größe"' && result .
	frames=$(tail -1 lines | jq .frames)
	ffprobe -v error -show_streams -show_format -count_packets -of json out.mp4 >facts
	jq -e --argjson n "$frames" '.streams[0] | .codec_name == "h264" and .profile == "High" and
		.pix_fmt == "yuv420p" and .color_range == "tv" and .color_space == "bt709" and
		.color_primaries == "bt709" and .color_transfer == "bt709" and
		.r_frame_rate == "25/1" and (.nb_read_packets | tonumber) == $n and
		(.duration | tonumber) == $n / 25' facts
	jq -e --argjson n "$frames" '.streams[1] | .codec_name == "aac" and .profile == "LC" and
		.sample_rate == "48000" and .channels == 2 and
		((.duration | tonumber) - $n / 25 | fabs) < 1024 / 48000' facts
	jq -e '.format.tags.title == "Größe"' facts
	probe out.mp4 | jq -e --argjson n "$frames" '.faststart and .streams[0].decoded == $n and
		all(.streams[]; .errors == 0) and .streams[0].frames == $n'
}

@test "probe sees when the index is behind, and when a file is damaged" {
	skip_without "ffmpeg is not installed" command -v ffmpeg
	media .
	ffmpeg -v error -i out.mp4 -c copy behind.mp4
	probe behind.mp4 | jq -e '.faststart == false'
	head -c "$(($(stat -c %s out.mp4) * 2 / 3))" out.mp4 >cut.mp4
	probe cut.mp4 >facts || true
	jq -e '.event == "error" or any(.streams[]; .errors > 0) or .streams[0].decoded < 50' facts
	echo hello >text.mp4
	not probe text.mp4
}

@test "the same job gives the same bytes" {
	media '.voice = {name: "professional_male"} | .music = "bed"'
	mv out.mp4 first.mp4
	media '.voice = {name: "professional_male"} | .music = "bed"'
	cmp first.mp4 out.mp4
	media '.voice = {name: "professional_male"} | .music = "bed" | .seed = 8'
	not cmp -s first.mp4 out.mp4
}

@test "sound, subtitles and word times come out alone too" {
	media '.voice = {name: "professional_male"} | .outputs = [("wav", "mp3", "srt", "vtt", "words") |
		{format: ., path: ($pwd + "/out." + .)}]'
	frames=$(tail -1 lines | jq .frames)
	probe out.wav | jq -e --argjson n "$frames" '.streams[0] | .codec == "pcm_s16le" and
		.sample_rate == 48000 and .channels == 2 and .samples == $n * 1920 and .errors == 0'
	probe out.mp3 | jq -e '.streams[0] | .codec == "mp3" and .errors == 0'
	result '.loudness_lufs + 16 | fabs < 0.5'
	jq -e --argjson n "$frames" '.frames == $n and .duration_s == $n / 25 and
		.scenes[0].end_frame == .scenes[1].start_frame and .scenes[1].end_frame == $n and
		([.scenes[].words[].text] | join(" ")) == "Some words to read." and
		all(.scenes[1].words[]; .end_s > .start_s)' out.words
	grep -q -- ' --> ' out.srt
	[ "$(head -1 out.vtt)" = WEBVTT ]
	[ "$(ls out.*)" = "$(printf 'out.mp3\nout.srt\nout.vtt\nout.wav\nout.words')" ]
}

@test "subtitles keep to two lines of 42 characters" {
	media '.scenes[1].parts[0].text = ([range(60) | "word\(.)" * (1 + . % 3)] | join(" ")) |
		.outputs = [{format: "srt", path: ($pwd + "/out.srt")}]'
	not grep -E '.{43}' out.srt
	awk -v RS= 'NF && split($0, l, "\n") > 4 { exit 1 }' out.srt
}

@test "finished frames can be had as they are" {
	media '.outputs = [{format: "y4m", path: ($pwd + "/out.y4m")}]'
	frames=$(tail -1 lines | jq .frames)
	head -1 out.y4m | grep -q '^YUV4MPEG2 W320 H180 F25:1'
	[ "$(stat -c %s out.y4m)" = $(($(head -1 out.y4m | wc -c) + frames * (6 + 320 * 180 * 3 / 2))) ]
}

@test "bad jobs are refused with one sentence, and nothing is made" {
	refused invalid_input 'scenes is empty' '.scenes = []'
	refused invalid_input 'has no member wdith' '.wdith = 3'
	refused invalid_input 'render.width .* 128 to 4096' '.width = 10'
	refused invalid_input 'have to be even' '.height = 181'
	refused invalid_input 'render.fps has to be a whole number' '.fps = 29.97'
	refused invalid_input 'outputs is empty' '.outputs = []'
	refused invalid_input 'names mp4 twice' '.outputs += .outputs'
	refused invalid_input 'scenes\[0\].layout has to be one of' '.scenes[0].layout = "grid"'
	refused invalid_input 'scenes\[1\].parts\[0\].text is missing' '.scenes[1].parts[0].text = " "'
	refused invalid_input 'too long for a heading' '.scenes[0].title = "word " * 300'
	refused invalid_input 'too long for an item' \
		'.scenes[1].parts = [{kind: "item", text: ("word " * 1000)}]'
	refused invalid_input 'absolute path' '.scenes[0].picture = "../x.png"'
	refused invalid_input 'effects\[0\] has to be one of' '.effects = ["explosions"]'
	refused invalid_input 'a colour such as' '.background = "red"'
	refused invalid_input 'job has to be one of' '.job = "paint"'
	refused invalid_input 'picture is missing' '.scenes[0].layout = "picture"'
	[ ! -s out.mp4 ]
	for text in '' '{' '[]' 'null' '{"job":"facts"} {}' '{"job":"facts","job":"facts"}'; do
		printf '%s' "$text" | not "$MEDIA" >lines
		jq -e '.event == "error" and .fail == "invalid_input"' lines
	done
	head -c 9000000 /dev/zero | tr '\0' ' ' | not "$MEDIA" >lines
	grep -q 'larger than' lines
}

@test "pictures that are none, or too large, or absent, are refused by name" {
	refused not_found 'cannot read .*/none.png' '.scenes[0] += {layout: "picture", picture: ($pwd + "/none.png")}'
	echo text >text.png
	refused invalid_input 'text.png is not in a format' \
		'.scenes[0] += {layout: "picture", picture: ($pwd + "/text.png")}'
	mkfifo pipe.png
	refused invalid_input 'no regular file' '.scenes[0] += {layout: "picture", picture: ($pwd + "/pipe.png")}'
	skip_without "ffmpeg is not installed" command -v ffmpeg
	ffmpeg -v error -f lavfi -i color=red:s=8000x8000 -frames:v 1 huge.png
	refused invalid_input 'larger than 40 million pixels' \
		'.scenes[0] += {layout: "picture", picture: ($pwd + "/huge.png")}'
	ffmpeg -v error -f lavfi -i testsrc=s=400x300 -frames:v 1 good.png
	head -c 60 good.png >torn.png
	refused invalid_input 'torn.png' '.scenes[0] += {layout: "picture", picture: ($pwd + "/torn.png")}'
	media '.scenes[0] += {layout: "picture", picture: ($pwd + "/good.png")}' # the control
}

# The picture's middle, as red green blue, from the middle of the first scene.
middle() {
	ffmpeg -v error -ss 1.5 -i out.mp4 -frames:v 1 -vf "crop=2:2:$1:$2" -f rawvideo -pix_fmt rgb24 - |
		od -An -tu1 -N3
}

@test "pictures keep their colours, their transparency and the way they are held" {
	skip_without "ffmpeg is not installed" command -v ffmpeg
	skip_without "python3 is not installed" command -v python3
	# left red, right blue
	ffmpeg -v error -f lavfi -i 'color=red:s=160x180[a];color=blue:s=160x180[b];[a][b]hstack' \
		-frames:v 1 -q:v 1 halves.jpg
	picture='.scenes = [{layout: "picture", picture: $f, parts: [{kind: "pause", seconds: 3}]}]'
	media "$picture" --arg f "$PWD/halves.jpg"
	middle 60 60 | awk '{ exit !($1 > 200 && $3 < 60) }'
	middle 260 60 | awk '{ exit !($1 < 60 && $3 > 200) }'
	# the same turned by EXIF: orientation 3 is upside down, so red comes to the right
	python3 - <<-'PY'
		import struct
		j = open('halves.jpg', 'rb').read()
		tiff = b'MM\0*\0\0\0\x08\0\x01' + struct.pack('>HHIHH', 0x112, 3, 1, 3, 0) + b'\0\0\0\0'
		app1 = b'Exif\0\0' + tiff
		open('turned.jpg', 'wb').write(j[:2] + b'\xff\xe1' + struct.pack('>H', len(app1) + 2) + app1 + j[2:])
	PY
	media "$picture" --arg f "$PWD/turned.jpg"
	middle 60 60 | awk '{ exit !($1 < 60 && $3 > 200) }'
	# nothing but transparency shows the ground
	ffmpeg -v error -f lavfi -i 'color=white@0:s=320x180,format=rgba' -frames:v 1 clear.png
	media "$picture | .background = \"#404000\"" --arg f "$PWD/clear.png"
	middle 60 60 | awk '{ exit !($1 < 80 && $3 < 30) }'
}

opened() { # the files that the last strace saw opened
	grep -o 'openat([^,]*, "[^"]*"' trace | sed 's/.*"\(.*\)"/\1/' | sort -u
}

@test "a picture that names other files or addresses opens neither" {
	skip_without "strace is not installed" strace -o /dev/null true
	skip_without "ffmpeg is not installed" command -v ffmpeg
	echo 'a secret' >secret.png
	printf '#EXTM3U\n#EXTINF:1,\n%s/secret.png\n#EXTINF:1,\nhttp://127.0.0.1:9/x\n' "$PWD" >list.m3u8
	printf 'ffconcat version 1.0\nfile %s/secret.png\n' "$PWD" >list.ffconcat
	printf '<svg xmlns="http://www.w3.org/2000/svg"><image href="%s/secret.png"/></svg>' "$PWD" >list.svg
	printf '<MPD><Period><BaseURL>%s/secret.png</BaseURL></Period></MPD>' "$PWD" >list.mpd
	for form in m3u8 ffconcat svg mpd; do
		cp "list.$form" disguise.png
		media . >/dev/null # makes the output
		jq --arg p "$PWD/disguise.png" '.scenes[0] += {layout: "picture", picture: $p}' job >hostile
		not strace -f -e trace=openat,open,socket,connect -o trace "$MEDIA" <hostile >lines
		jq -es '.[-1].fail == "invalid_input"' lines
		opened | grep -q disguise.png # the control of the trace
		opened | not grep -q secret.png
		not grep -E 'socket\(|connect\(' trace
	done
	# The control of the bait: a program without such walls goes for it.
	strace -f -e trace=openat -o trace ffmpeg -v quiet -safe 0 -f concat -i list.ffconcat -f null - || true
	opened | grep -q secret.png
}

@test "the sandbox is closed before a picture is opened" {
	skip_without "strace is not installed" strace -o /dev/null true
	skip_without "ffmpeg is not installed" command -v ffmpeg
	ffmpeg -v error -f lavfi -i testsrc=s=400x300 -frames:v 1 good.png
	media '.scenes[0] += {layout: "picture", picture: ($pwd + "/good.png")} | .sandbox = "required"'
	# A leak checker is itself a tracer, of which there can be one.
	ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=openat,seccomp,landlock_restrict_self \
		-o trace "$MEDIA" <job >lines
	awk '/landlock_restrict_self/ { a = NR } /seccomp\(/ { b = NR } /good.png.*O_RDONLY/ { c = NR }
		END { exit !(a && b && c && a < c && b < c) }' trace
	echo '{"job":"facts"}' | "$MEDIA" 2>/dev/null |
		jq -e '.sandbox | .rlimits and .no_new_privs and .seccomp and .landlock_abi > 0'
}

@test "SIGTERM ends a render at once, with a word" {
	media . >/dev/null
	jq '.scenes[1].parts = [{kind: "pause", seconds: 60}] | .width = 1280 | .height = 720' job >long
	mkfifo pipe
	"$MEDIA" <long >pipe &
	pid=$!
	exec 5<pipe
	while read -r -u 5 line; do
		case $line in *video_rendering*) kill -TERM "$pid"; break ;; esac
	done
	cat <&5 >rest
	status=0
	wait "$pid" || status=$?
	[ "$status" = 130 ]
	tail -1 rest | jq -e '.event == "error" and .fail == "interrupted"'
}

@test "a full disk is told as such" {
	(
		ulimit -f 8
		refused disk_full 'cannot write' '.scenes[1].parts += [{kind: "pause", seconds: 20}] | .width = 1280 | .height = 720'
	)
	media '.scenes[1].parts += [{kind: "pause", seconds: 20}] | .width = 1280 | .height = 720' # the control
}

@test "each outside call may fail: an error line and a status, never a crash or a false result" {
	job='.voice = {name: "retro"} | .outputs += [("srt", "wav") | {format: ., path: ($pwd + "/out." + .)}]'
	n=1
	until TRAE_FAULT=$n media "$job"; do
		tail -1 lines
		jq -es '.[-1].event == "error" and (.[-1].fail | . == "io_error" or . == "disk_full")' lines
		n=$((n + 1))
	done
	result .frames
	probe out.mp4 | jq -e 'all(.streams[]; .errors == 0)'
	echo "$n calls"
	[ "$n" -gt 10 ]
}

@test "outputs have to be there; nothing else is written" {
	media . && rm out.mp4
	not "$MEDIA" <job >lines
	jq -e '.fail == "not_found" and (.text | test("out.mp4"))' lines
	mkdir dir
	refused invalid_input 'regular file|folder' '.outputs[0].path = $pwd + "/dir"' || \
		jq -es '.[-1].event == "error"' lines
	[ ! -e out.mp4 ]
}

@test "what cannot be shown yet is a warning" {
	media '.scenes[1].parts += [{kind: "pause", seconds: 1, cue: "COMEDY"}]'
	jq -es 'any(.event == "warning" and (.text | test("COMEDY")))' lines
	media '.scenes[1].parts += [{kind: "pause", seconds: 1, cue: "Dream sequence"},
		{kind: "pause", seconds: 1, cue: "ACTION"}, {kind: "pause", seconds: 1, cue: "FLASHBACK"},
		{kind: "pause", seconds: 1, cue: "TENSION"}]'
	jq -es 'all(.event != "warning")' lines
}

@test "captions are drawn when they are wanted, at the foot of the frame" {
	title='.scenes = [{title: "A title", layout: "title",
		parts: [{kind: "sentence", text: "Some words to read, and some more of them."}]}] |
		.voice = {name: "retro"} | .outputs = [{format: "y4m", path: ($pwd + "/out.y4m")}]'
	media "$title"
	mv out.y4m with.y4m
	media "$title | .captions = false"
	# In the middle of the film: what differs are rows of luma below four fifths of the height.
	frames=$(tail -1 lines | jq .frames)
	at=$(($(head -1 out.y4m | wc -c) + frames / 2 * (6 + 320 * 180 * 3 / 2) + 6))
	cmp -l -i "$at" -n $((320 * 180)) with.y4m out.y4m >differ || [ $? = 1 ]
	awk '{ n++; if ($1 < 320 * 180 * 0.75) bad++ } END { exit !(n > 500 && !bad) }' differ
}

@test "letters that no font has are told" {
	media '.scenes[1].parts[0].text = "Nobody has \u0378 yet."'
	jq -es 'any(.event == "warning" and (.text | test("no installed font")))' lines
	media '.scenes[1].parts[0].text = "Größe, żółw, жук, φίλος."' # the control
	jq -es 'all(.event != "warning")' lines
}

@test "any shape, any script, long lists" {
	media '.width = 180 | .height = 320 | .background = "#f4f1de"'
	result '.width == 180 and .height == 320'
	media '.scenes = [{title: "سلام دنیا", layout: "text", parts: [{kind: "sentence", text: "日本語の文章です。"},
		{kind: "sentence", text: "שלום לכל 24 העולם"}]}]'
	media '.scenes = [{title: "Long", layout: "bullets",
		parts: [range(60) | {kind: "item", text: "Item number \(.) of many & <more>"}]}] | .fps = 5'
	result '.sentences == 60'
}

@test "an estimate is the length of the render" {
	media '.voice = {name: "retro"}'
	frames=$(tail -1 lines | jq .frames)
	jq 'del(.outputs) | .job = "estimate"' job | "$MEDIA" | tail -1 | jq -e --argjson n "$frames" '.frames == $n'
}

card() { # JQ_PROGRAM: draws a small card, changed by the program; lines in `lines`
	: >card.png
	jq -n --arg pwd "$PWD" '{job: "card", width: 320, height: 180, title: "A title", seed: 7,
		points: ["A point.", "Another."], credit: "From somewhere", path: ($pwd + "/card.png")} | '"$1" |
		"$MEDIA" >lines 2>err
}

look() {
	jq -n --arg path "$PWD/$1" '{job: "look", path: $path}' | "$MEDIA"
}

@test "a card is one picture; the same job gives the same bytes" {
	card .
	result '.width == 320 and .height == 180'
	[ ! -s err ]
	look card.png | jq -e '.codec == "png" and .width == 320 and .height == 180 and .contrast > 0.5'
	mv card.png first.png
	card . && cmp card.png first.png
	for change in '.seed = 8' '.title = "A tidle"' '.points[1] = "An other."' '.credit = "From there"' \
		'.background = "#404000"' 'del(.title)' '.points = []'; do
		card "$change"
		not cmp -s card.png first.png
	done
}

@test "bad cards are refused with one sentence" {
	for is in 'has no member points2|.points2 = []' 'card.points is missing|del(.points)' \
		'neither a title nor points|.points = [] | .title = ""' 'points.0. has to be|.points = [" "]' \
		'points.0. has to be|.points = [3]' 'more than 6|.points = [range(7) | "A point"]' \
		'have to be even|.width = 321' 'title is too long|.title = "x" * 1001' \
		'cannot be read on a picture|.points = [range(6) | "words " * 600]' \
		'colour|.background = "red"' 'absolute path|.path = "card.png"' 'regular file|.path = "/dev/null"'; do
		if card "${is#*|}"; then cat lines; return 1; fi
		cat lines
		tail -1 lines | jq -e --arg p "${is%%|*}" '.event == "error" and .fail == "invalid_input" and
			(.text | test($p))'
	done
}

@test "each outside call of a card may fail" {
	n=1
	until TRAE_FAULT=$n card .; do
		tail -1 lines | jq -e '.event == "error" and (.fail | . == "io_error" or . == "disk_full")'
		n=$((n + 1))
	done
	look card.png | jq -e .contrast
	echo "$n calls"
	[ "$n" -gt 3 ]
}
