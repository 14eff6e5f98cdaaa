"""Benchmarks: every figure is a ratio against a named peer, measured in turns in one run.

    bench.py BUILD

Prints a table in Markdown. What a figure has to reach stands in its row; the exit status is 1 when
one is missed.
"""
import datetime
import os
import platform
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

build = os.path.abspath(sys.argv[1])
root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
trae = os.path.join(build, "trae")
home = tempfile.mkdtemp(prefix="trae-bench-")
env = {"HOME": home, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
rows = []
missed = 0


def row(measure, against, value, goal, good):
    global missed
    missed += not good
    rows.append((measure, against, value, goal, "" if good else " (missed)"))


def run(argv, **more):
    return subprocess.run(argv, env=env, check=True, capture_output=True, cwd=home, **more)


def seconds(argv):
    """Without pipes to read, which would be a tenth of what a short command takes."""
    start = time.perf_counter()
    subprocess.run(argv, env=env, check=True, cwd=home, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def in_turns(rounds, *commands):
    """Median seconds of each command, run in turns."""
    times = [[] for _ in commands]
    for number in range(rounds):
        for at, command in enumerate(commands):
            times[at].append(seconds(command(number) if callable(command) else command))
    return [statistics.median(t) for t in times]


def fill_store(count):
    """A store with COUNT files and tasks, made behind the program's back, counters included."""
    run([trae, "init"])
    db = sqlite3.connect(os.path.join(home, ".local/share/trae/trae.db"))
    with db:
        for n in range(count // 2):
            db.execute(
                "insert into file (id, name, path, media_type, bytes, sha256, created_at)"
                " values (?, 'f', ?, 'text/plain', 1, '00', ?)",
                (f"f{n:08}", f"/f/{n}", n),
            )
            db.execute(
                "insert into task (id, operation, arguments, state, channel, created_at)"
                " values (?, 'video render', '{}', 'completed', 'shell', ?)",
                (f"t{n:08}", n),
            )
        for name in ("files", "file_bytes", "task_completed"):
            db.execute("insert or replace into counter values (?, ?)", (name, count // 2))
    db.close()


def bench_status():
    fill_store(10000)
    out = os.path.join(home, "callgrind.out")
    text = run(
        ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", trae, "status"]
    ).stderr.decode()
    count = int(text.split("Collected :")[1].split()[0])
    row("`trae status`, 10,000 rows: instructions", "-", f"{count / 1e6:.1f} M", "8 M", count <= 8e6)
    libs = len(run(["ldd", trae]).stdout.splitlines())
    row("lines of `ldd trae`", "-", str(libs), "7", libs <= 7)
    mib = int(run(["/usr/bin/time", "-f", "%M", trae, "status"]).stderr.split()[-1]) / 1024
    row("its resident memory", "-", f"{mib:.1f} MiB", "6 MiB", mib <= 6)
    ours, git = in_turns(200, [trae, "status"], ["git", "--version"])
    row("its wall time", "`git --version`", f"{ours / git:.2f}x", "2.5x", ours / git <= 2.5)


def bench_write():
    name = os.path.join(home, "note.txt")
    with open(name, "w") as f:
        f.write("a note\n")
    script = os.path.join(root, "tests/bench/store_write.py")
    python = ["/usr/bin/python3", script, os.path.join(home, "python.db"), name]
    ours, peer = in_turns(100, [trae, "file", "add", name], python)
    row("one durable write, whole process", "a Python sqlite3 script", f"{peer / ours:.1f}x", "8x",
        peer / ours >= 8)


def bench_writers():
    text = run([os.path.join(build, "tests/bench/writers")]).stdout.decode()
    for line in text.splitlines():
        name, value, against, ratio, goal = line.split("\t")
        if "p99" in name:
            row("8 processes writing: worst p99", "SQLite's busy_timeout", f"{float(ratio):.3f}x",
                f"{goal}x", float(ratio) <= float(goal))
        elif "share" in name:
            row("8 processes writing: least-served share", "-", f"{float(value) * 100:.0f} %",
                "80 %", float(value) >= float(goal))


def bench_render():
    talk = os.path.join(root, "share/examples/talk.md")
    look = ["--size", "720p", "--background-music"]
    frames, sound = os.path.join(home, "f.y4m"), os.path.join(home, "f.wav")
    run([trae, "video", "render", talk, "-o", frames, *look])
    run([trae, "video", "render", talk, "-o", sound, *look])
    params = "weightp=0:b-adapt=0:subme=1:rc-lookahead=15:scenecut=0"
    peer = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", frames, "-i", sound, "-c:v", "libx264",
            "-preset", "veryfast", "-crf", "20", "-x264-params", params, "-c:a", "aac", "-b:a",
            "192k", "-movflags", "+faststart", os.path.join(home, "peer.mp4")]
    mine = [trae, "video", "render", talk, "-o", os.path.join(home, "ours.mp4"), *look]
    ours, floor = in_turns(5, mine, peer)
    row("render of share/examples at 720p, wall", "ffmpeg encoding the same finished frames",
        f"{ours / floor:.2f}x", "2x", ours / floor <= 2)


try:
    for bench in (bench_status, bench_write, bench_writers, bench_render):
        bench()
finally:
    shutil.rmtree(home)
today = datetime.date.today().isoformat()
print(f"{today}, {platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}\n")
print("| measure | against | here | at least |\n|---|---|---|---|")
for measure, against, value, goal, note in rows:
    print(f"| {measure} | {against} | {value}{note} | {goal} |")
sys.exit(missed > 0)
