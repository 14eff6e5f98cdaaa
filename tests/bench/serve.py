"""Benchmarks of the server, in turns against its peers: serve.py BUILD. Prints a Markdown table."""
import datetime
import json
import os
import platform
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

build = os.path.abspath(sys.argv[1])
here = os.path.dirname(os.path.abspath(__file__))
trae = os.path.join(build, "trae")
home = tempfile.mkdtemp(prefix="trae-bench-")
env = {"HOME": home, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
started = []
rows = []
missed = 0


def row(measure, against, value, goal, good):
    global missed
    missed += not good
    rows.append((measure, against, value, goal, "" if good else " (missed)"))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start(argv, port, path="/", **more):
    """Starts a server; returns it and the seconds until it answers."""
    begun = time.perf_counter()
    server = subprocess.Popen(argv, env={**env, **more}, cwd=home, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    started.append(server)
    for _ in range(5000):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=1)
            break
        except urllib.error.HTTPError:
            break
        except OSError:
            time.sleep(0.001)
    return server, time.perf_counter() - begun


def resident_mib(pid):
    with open(f"/proc/{pid}/status") as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1)) / 1024


def wrk(url, key, body=None, seconds=3):
    argv = ["wrk", "-t1", "-c32", f"-d{seconds}", "-H", f"Authorization: Bearer {key}"]
    if body:
        script = os.path.join(home, "post.lua")
        with open(script, "w") as f:
            f.write('wrk.method="POST"\nwrk.headers["Content-Type"]="application/json"\n'
                    f"wrk.body='{body}'\n")
        argv += ["-s", script]
    text = subprocess.run(argv + [url], env=env, check=True, capture_output=True).stdout.decode()
    if "Non-2xx" in text:
        sys.exit(f"{url} refuses:\n{text}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))


def in_turns(rounds, *measures):
    results = [[] for _ in measures]
    for _ in range(rounds):
        for at, measure in enumerate(measures):
            results[at].append(measure())
    return [statistics.median(r) for r in results]


def main():
    subprocess.run([trae, "init", "--key-file", "-q"], env=env, check=True)
    key = subprocess.run([trae, "key", "create", "--name", "bench", "--role", "admin", "--rate", "none",
                          "--format", "{{key}}"], env=env, check=True,
                         capture_output=True).stdout.decode().strip()
    ports = {name: free_port() for name in ("trae", "nginx", "fastapi")}
    config = os.path.join(home, "nginx.conf")
    with open(config, "w") as f:
        f.write(f"""daemon off; pid {home}/nginx.pid; error_log /dev/null; worker_processes 1;
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 100000000;
server {{ listen 127.0.0.1:{ports['nginx']}; location / {{
  if ($http_authorization != "Bearer {key}") {{ return 401; }}
  default_type application/json; return 200 '{{"status":"LIVE"}}'; }} }} }}""")
    start(["/usr/sbin/nginx", "-c", config, "-p", home], ports["nginx"])
    ready = []
    for _ in range(3):
        peer, peer_s = start(
            ["/usr/bin/python3", "-m", "uvicorn", "peer_fastapi:app", "--app-dir", here, "--port",
             str(ports["fastapi"]), "--no-access-log", "--log-level", "error", "--loop", "uvloop",
             "--http", "httptools"], ports["fastapi"], BENCH_KEY=key,
            BENCH_DB=os.path.join(home, "peer.db"))
        ours, ours_s = start([trae, "serve", "--port", str(ports["trae"])], ports["trae"], "/healthz")
        ready.append(peer_s / ours_s)
        if len(ready) < 3:
            for server in (peer, ours):
                server.send_signal(signal.SIGTERM)
                server.wait()
    idle = resident_mib(ours.pid)
    url = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    status = "/api/v1/system/status"
    a, b, c = in_turns(3, lambda: wrk(url["trae"] + status, key), lambda: wrk(url["nginx"] + status, key),
                       lambda: wrk(url["fastapi"] + status, key))
    row("GET /api/v1/system/status, 32 connections", "nginx `return 200`", f"{a / b:.2f}x", "0.7x",
        a / b >= 0.7)
    row("the same", "FastAPI, uvloop and httptools", f"{a / c:.1f}x", "12x", a / c >= 12)
    # The peer runs nothing either.
    body = json.dumps({"task_type": "system_query", "parameters": {}, "paused": True})
    a, c = in_turns(3, lambda: wrk(url["trae"] + "/api/v1/tasks", key, body),
                    lambda: wrk(url["fastapi"] + "/api/v1/tasks", key, body))
    row("POST /api/v1/tasks, durable, 32 connections", "FastAPI inserting in SQLite with FULL",
        f"{a / c:.1f}x", "10x", a / c >= 10)
    after = resident_mib(ours.pid)
    row("resident memory of serve, idle", "-", f"{idle:.1f} MiB", "10 MiB", idle <= 10)
    row("the same after the requests above", "-", f"{after:.1f} MiB", "40 MiB", after <= 40)
    fold = statistics.median(ready)
    row("ready after start", "FastAPI", f"{fold:.0f}x sooner", "10x", fold >= 10)


try:
    main()
finally:
    for server in started:
        if server.poll() is None:
            server.terminate()
            server.wait(60)
    shutil.rmtree(home)
print(f"{datetime.date.today().isoformat()}, {platform.machine()}, {os.cpu_count()} cores, "
      f"Linux {platform.release()}\n")
print("| measure | against | here | at least |\n|---|---|---|---|")
for measure, against, value, goal, note in rows:
    print(f"| {measure} | {against} | {value}{note} | {goal} |")
sys.exit(missed > 0)
