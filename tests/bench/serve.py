"""Benchmarks of the server, in turns against its peers: serve.py BUILD. Prints a Markdown table."""
import datetime
import glob
import json
import math
import os
import platform
import re
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid

build = os.path.abspath(sys.argv[1])
here = os.path.dirname(os.path.abspath(__file__))
trae = os.path.join(build, "trae")
home = tempfile.mkdtemp(prefix="trae-bench-")
os.chmod(home, 0o755)  # PostgreSQL runs as its own user
env = {"HOME": home, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
started = []
rows = []
missed = 0
WRK_S = 3
ROUNDS = 9  # of what others on the machine disturb most; fewer give another answer each time
GROWTH = (10_000, 100_000, 1_000_000)
NOTHING = json.dumps({"task_type": "health", "parameters": {}})
# One that no worker takes, since the peer runs nothing either.
PAUSED = json.dumps({"task_type": "system_query", "parameters": {}, "paused": True})


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


def stop(first):
    """Ends the servers that were started from number FIRST on."""
    for server in started[first:]:
        if server.poll() is None:
            server.terminate()
            server.wait(60)
    del started[first:]


def resident_mib(pid):
    with open(f"/proc/{pid}/status") as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1)) / 1024


def wrk(url, key, body=None, seconds=WRK_S, headers={}):
    argv = ["wrk", "-t1", "-c32", f"-d{seconds}", "-H", f"Authorization: Bearer {key}"]
    for name, value in headers.items():
        argv += ["-H", f"{name}: {value}"]
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


def wrk_mcp(url, key):
    """The status as an assistant asks for it."""
    meta = {"io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {}}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": {"name": "system_status", "arguments": {}, "_meta": meta}}
    return wrk(url + "/mcp", key, json.dumps(body), headers={
        "Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/call", "Mcp-Name": "system_status"})


def first_tools_ms():
    """From the start of trae mcp to its first list of tools."""
    begun = time.perf_counter()
    server = subprocess.Popen([trae, "mcp"], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    server.stdin.write(b'{"jsonrpc":"2.0","id":1,"method":"tools/list"}\n')
    server.stdin.flush()
    tools = json.loads(server.stdout.readline())["result"]["tools"]
    ms = (time.perf_counter() - begun) * 1000
    server.communicate()
    if not tools:
        sys.exit("trae mcp lists no tools")
    return ms


def ask(url, key):
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"})
    return json.load(urllib.request.urlopen(request, timeout=60))


def cycle(url, key):
    """No-op tasks a second from their POST until all are completed."""
    begun, before = time.perf_counter(), ask(url + "/api/v1/status", key)["tasks_completed"]
    put = round(wrk(url + "/api/v1/tasks", key, NOTHING) * WRK_S)
    while ask(url + "/api/v1/status", key)["tasks_completed"] - before < put:
        time.sleep(0.02)
    return put / (time.perf_counter() - begun)


def beanstalk(port, what):
    return float(subprocess.run([os.path.join(build, "tests/bench/beanstalk"), str(port), "32",
                                 str(WRK_S), what], check=True, capture_output=True).stdout)


def start_beanstalkd(folder, **more):
    """One that syncs each job before it answers, as trae does."""
    port = free_port()
    os.mkdir(folder)
    started.append(subprocess.Popen(["beanstalkd", "-b", folder, "-f0", "-l", "127.0.0.1", "-p",
                                     str(port)], stdout=subprocess.DEVNULL, env={**env, **more}))
    for _ in range(1000):
        with socket.socket() as s:
            if not s.connect_ex(("127.0.0.1", port)):
                return port
        time.sleep(0.005)
    sys.exit("beanstalkd does not start")


PG_TABLE = """create table task (id bigserial primary key, kind text not null, arguments text not null,
    state text not null default 'pending', created_at timestamptz not null default now());
    create index ready on task (id) where state = 'pending'"""
# A claim that finds every task locked completes none.
PG_CYCLE = r"""insert into task (kind, arguments) values ('health', '{}');
with claimed as (update task set state = 'running' where id = (select id from task where state = 'pending' order by id limit 1 for update skip locked) returning id) select coalesce(max(id), 0) as id from claimed \gset
update task set state = 'completed' where id = :id;
"""


class Postgres:
    """A cluster of its own, durable, on a socket in the folder of this run."""

    def __init__(self, folder, **more):
        self.env = {**env, **more}
        tools = subprocess.run(["pg_config", "--bindir"], capture_output=True).stdout.decode().strip()
        self.tools = tools or max(glob.glob("/usr/lib/postgresql/*/bin"))
        self.folder = folder
        self.user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        os.mkdir(self.folder)
        if self.user:
            shutil.chown(self.folder, "postgres")
        self.run("initdb", "-A", "trust", "-D", self.folder + "/data")
        self.run("pg_ctl", "-w", "-D", self.folder + "/data", "-o",
                 f"-k {self.folder} -c listen_addresses=", "-l", self.folder + "/log", "start")
        self.run("psql", "-h", self.folder, "-c", PG_TABLE, "postgres")
        self.script = os.path.join(self.folder, "cycle.sql")
        with open(self.script, "w") as f:
            f.write(PG_CYCLE)

    def run(self, tool, *argv):
        return subprocess.run([*self.user, os.path.join(self.tools, tool), *argv], cwd="/", check=True,
                              env=self.env, capture_output=True).stdout.decode()

    def cycle(self):
        text = self.run("pgbench", "-h", self.folder, "-n", "-M", "prepared", "-c", "32", "-T",
                        str(WRK_S), "-f", self.script, "postgres")
        return float(re.search(r"tps = ([\d.]+)", text).group(1))

    def stop(self):
        self.run("pg_ctl", "-D", self.folder + "/data", "-m", "fast", "stop")


def fill(path, count):
    """COUNT tasks behind the program's back: a tenth waits for an agent that takes none."""
    db = sqlite3.connect(path)
    now = int(time.time() * 1000) - count
    with db:
        db.executemany(
            "insert into task (id, operation, arguments, state, channel, agent, created_at, run_at,"
            " completed_at) values (?, 'health', '{}', ?, 'http', ?, ?, ?, ?)",
            ((str(uuid.UUID(int=n)), "pending" if n % 10 == 0 else "completed",
              "content" if n % 10 == 0 else "", now + n, now + n, None if n % 10 == 0 else now + n)
             for n in range(count)))
        for name, n in (("task_pending", count // 10), ("task_completed", count - count // 10)):
            db.execute("insert or replace into counter values (?, ?)", (name, n))
    db.close()


def bench_growth():
    servers = {}
    for count in GROWTH:
        own = {"XDG_DATA_HOME": os.path.join(home, f"data-{count}")}
        subprocess.run([trae, "init", "-q"], env={**env, **own}, check=True)
        key = make_key(**own)
        subprocess.run([trae, "agent", "pause", "content"], env={**env, **own}, check=True,
                       capture_output=True)
        fill(os.path.join(own["XDG_DATA_HOME"], "trae/trae.db"), count)
        port = free_port()
        start([trae, "serve", "--port", str(port)], port, "/healthz", **own)
        servers[count] = (f"http://127.0.0.1:{port}", key)
    paused = json.dumps({"task_type": "health", "paused": True})
    page = "/api/v1/tasks?status=completed&limit=50"
    measures = {
        "submit": lambda url, key: wrk(url + "/api/v1/tasks", key, paused),
        "claim and complete": cycle,
        "list": lambda url, key: wrk(url + page, key),
    }
    limit = math.log(GROWTH[-1]) / math.log(GROWTH[0])
    for name, measure in measures.items():
        rounds = 3 if measure is cycle else ROUNDS  # a cycle is long, and steadier
        rates = in_turns(rounds, *[lambda at=at: measure(*at) for at in servers.values()])
        worse = rates[0] / rates[-1]
        row(f"{name} with 1 M tasks in the store", "itself with 10,000",
            f"{worse:.2f}x the time", f"{limit:.1f}x (log n)", worse <= limit)


def make_key(**more):
    return subprocess.run([trae, "key", "create", "--name", "bench", "--role", "admin", "--rate", "none",
                           "--format", "{{key}}"], env={**env, **more}, check=True,
                          capture_output=True).stdout.decode().strip()


def start_fastapi(port, key, folder, **more):
    return start(["/usr/bin/python3", "-m", "uvicorn", "peer_fastapi:app", "--app-dir", here, "--port",
                  str(port), "--no-access-log", "--log-level", "error", "--loop", "uvloop", "--http",
                  "httptools"], port, BENCH_KEY=key, BENCH_DB=os.path.join(folder, "peer.db"), **more)


def syncs_a_second(folder):
    path = os.path.join(folder, "sync")
    with open(path, "wb", buffering=0) as f:
        f.write(bytes(4096))
        os.fsync(f)
        begun = time.perf_counter()
        for _ in range(500):
            os.pwrite(f.fileno(), os.urandom(4096), 0)
            os.fdatasync(f)
    return 500 / (time.perf_counter() - begun)


def bench_durable(name, **more):
    """All that is on disk before it is answered; NAME says on what kind of disk."""
    mark = len(started)
    folder = os.path.join(home, "durable-" + name.split()[0])
    os.mkdir(folder)
    own = {"XDG_DATA_HOME": folder, **more}
    subprocess.run([trae, "init", "-q"], env={**env, **own}, check=True)
    key = make_key(**own)
    ports = [free_port(), free_port()]
    start([trae, "serve", "--port", str(ports[0])], ports[0], "/healthz", **own)
    start_fastapi(ports[1], key, folder, **more)
    url, peer = (f"http://127.0.0.1:{port}" for port in ports)
    jobs = start_beanstalkd(os.path.join(folder, "beanstalkd"), **more)
    post, insert, put = in_turns(ROUNDS, lambda: wrk(url + "/api/v1/tasks", key, PAUSED),
                                 lambda: wrk(peer + "/api/v1/tasks", key, PAUSED),
                                 lambda: beanstalk(jobs, "put"))
    row(f"POST /api/v1/tasks, durable, 32 connections; {name}", "FastAPI inserting in SQLite with FULL",
        f"{post / insert:.1f}x", "10x", post / insert >= 10)
    row("the same", "beanstalkd -b -f0 put", f"{post / put:.2f}x", "4x", post / put >= 4)
    postgres = Postgres(os.path.join(folder, "pg"), **more)
    try:
        ours, theirs, pg = in_turns(3, lambda: cycle(url, key), lambda: beanstalk(jobs, "cycle"),
                                    postgres.cycle)
    finally:
        postgres.stop()
    row(f"no-op tasks from POST to completed, durable, 32 clients; {name}",
        "beanstalkd -f0 put-reserve-delete", f"{ours / theirs:.1f}x", "2x", ours / theirs >= 2)
    row("the same", "PostgreSQL SKIP LOCKED", f"{ours / pg:.1f}x", "1x", ours / pg >= 1)
    stop(mark)


def in_turns(rounds, *measures):
    results = [[] for _ in measures]
    for _ in range(rounds):
        for at, measure in enumerate(measures):
            results[at].append(measure())
    return [statistics.median(r) for r in results]


def main():
    subprocess.run([trae, "init", "--key-file", "-q"], env=env, check=True)
    key = make_key()
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
        peer, peer_s = start_fastapi(ports["fastapi"], key, home)
        ours, ours_s = start([trae, "serve", "--port", str(ports["trae"])], ports["trae"], "/healthz")
        ready.append(peer_s / ours_s)
        if len(ready) < 3:
            for server in (peer, ours):
                server.send_signal(signal.SIGTERM)
                server.wait()
    idle = resident_mib(ours.pid)
    url = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    status = "/api/v1/system/status"
    a, b, c = in_turns(ROUNDS, lambda: wrk(url["trae"] + status, key),
                       lambda: wrk(url["nginx"] + status, key),
                       lambda: wrk(url["fastapi"] + status, key))
    row("GET /api/v1/system/status, 32 connections", "nginx `return 200`", f"{a / b:.2f}x", "0.7x",
        a / b >= 0.7)
    row("the same", "FastAPI, uvloop and httptools", f"{a / c:.1f}x", "12x", a / c >= 12)
    a, b = in_turns(ROUNDS, lambda: wrk_mcp(url["trae"], key), lambda: wrk(url["trae"] + status, key))
    row("MCP tools/call of system_status, 32 connections", "the GET above", f"{a / b:.2f}x", "0.3x",
        a / b >= 0.3)
    first = statistics.median(first_tools_ms() for _ in range(9))
    row("trae mcp, start to its first tools/list", "-", f"{first:.0f} ms", "20 ms", first <= 20)
    wrk(url["trae"] + "/api/v1/tasks", key, PAUSED)
    after = resident_mib(ours.pid)
    row("resident memory of serve, idle", "-", f"{idle:.1f} MiB", "10 MiB", idle <= 10)
    row("the same after the requests above", "-", f"{after:.1f} MiB", "40 MiB", after <= 40)
    fold = statistics.median(ready)
    row("ready after start", "FastAPI", f"{fold:.0f}x sooner", "10x", fold >= 10)
    stop(0)
    bench_durable(f"as it is, {syncs_a_second(home):,.0f} syncs/s")
    bench_durable("1 ms a sync", LD_PRELOAD=os.path.join(build, "tests/bench/slow_sync.so"))
    bench_growth()


try:
    main()
finally:
    stop(0)
    shutil.rmtree(home)
print(f"{datetime.date.today().isoformat()}, {platform.machine()}, {os.cpu_count()} cores, "
      f"Linux {platform.release()}\n")
print("| measure | against | here | at least |\n|---|---|---|---|")
for measure, against, value, goal, note in rows:
    print(f"| {measure} | {against} | {value}{note} | {goal} |")
sys.exit(missed > 0)
