#!/usr/bin/python3
"""The promises of `trae serve` as campaigns: campaign.py CASE [ROUNDS]. Each case is a function
below; it runs in an empty folder with a home of its own, prints what it counted, and ends with
status 1 and a line when the promise does not hold. A case whose name begins with `control` does
without what holds the promise, and succeeds when the promise is seen to be broken."""
import atexit
import base64
import collections
import ctypes
import http.client
import json
import os
import random
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

TRAE = os.environ["TRAE"]
STORE = os.path.join(os.environ.get("XDG_DATA_HOME", os.environ["HOME"] + "/.local/share"), "trae/trae.db")
AS = []  # what runs the program as another user
QUICK = {"task_type": "system_query"}


class Bad(Exception):
    pass


def check(right, *what):
    if not right:
        raise Bad(" ".join(str(w) for w in what))


def trae(*words):
    return subprocess.run([*AS, TRAE, *words], capture_output=True, text=True, check=True).stdout.strip()


def rows(sql, *values):
    """What the store holds. Read only: a handle of Python's SQLite that writes would move the log
    without the lock that this SQLite needs for it."""
    db = sqlite3.connect(f"file:{STORE}?mode=ro", uri=True, timeout=60)
    try:
        return db.execute(sql, values).fetchall()
    finally:
        db.close()


def count(sql, *values):
    return rows(sql, *values)[0][0]


def until(what, *values):
    """Waits for what has to come: without an end, as the one who runs the tests has more patience
    than any number written here knows."""
    while not what(*values):
        time.sleep(0.02)


class Server:
    def __init__(self, *options):
        self.log = open("serve.err", "ab")
        self.process = subprocess.Popen([*AS, TRAE, "serve", "--port", "0", *options],
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)
        atexit.register(self.process.kill)
        self.port = 0
        for line in self.process.stdout:
            if line.startswith("port"):
                self.port = int(line.split()[1])
                break
        self.process.stdout.close()
        check(self.port, "the server did not start:", open("serve.err").read()[-500:])
        if not os.path.exists("key"):
            with open("key", "w") as f:
                f.write(trae("key", "create", "--name", "campaign", "--role", "admin", "--rate",
                             "none", "--format", "{{key}}"))
        self.headers = {"Authorization": "Bearer " + open("key").read(),
                        "Content-Type": "application/json"}

    def send(self, method, path, body=None, **headers):
        """The connection with the request on its way."""
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        c.request(method, path, body, self.headers | {k.replace("_", "-"): v for k, v in headers.items()})
        return c

    def ask(self, method, path, body=None, **headers):
        """Status and JSON of the answer; status 0 when there is none."""
        try:
            return answer(self.send(method, path, body, **headers))
        except (OSError, http.client.HTTPException):
            return 0, None

    def put(self, body=QUICK, **headers):
        status, j = self.ask("POST", "/api/v1/tasks", body, **headers)
        return j["task_id"] if status in (200, 201, 202) else None

    def lives(self):
        check(self.process.poll() is None, "the server ended with", self.process.poll())

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        status = self.process.wait()
        self.log.close()
        return status


def answer(c):
    r = c.getresponse()
    text = r.read()
    c.close()
    return r.status, json.loads(text) if text[:1] in b"{[" and text else text


# --- SIGTERM under load ---

def load(server, acknowledged, stop):
    """Puts tasks until STOP; the ids of those that were acknowledged."""
    while not stop.is_set():
        task = server.put()
        if task:
            acknowledged.append(task)


def drain_once(how, film):
    server, acknowledged, stop = Server(), [], threading.Event()
    clients = [threading.Thread(target=load, args=(server, acknowledged, stop)) for _ in range(4)]
    for c in clients:
        c.start()
    if film:
        acknowledged.append(server.put({"task_type": "video_creation", "parameters": {
            "text": "One sentence. " * 3, "size": "360p", "quality": "draft"}}))
    until(lambda: len(acknowledged) > 20)
    time.sleep(random.random() / 2)
    began = time.monotonic()
    status = server.end(how)
    took = time.monotonic() - began
    stop.set()
    for c in clients:
        c.join()
    return acknowledged, status, took


def drain(rounds):
    lost = slowest = total = 0
    for i in range(rounds):
        acknowledged, status, took = drain_once(signal.SIGTERM, i % 4 == 0)
        check(status == 0, "status", status)
        slowest = max(slowest, took)
        running = count("select count(*) from task where state = 'running'")
        check(running == 0, running, "tasks are still said to run")
        states = dict(rows("select id, state from task"))
        lost += sum(t not in states for t in acknowledged)
        total += len(acknowledged)
    trae("task", "work", "--until-empty")
    unfinished = count("select count(*) from task where state <> 'completed'")
    print(f"{rounds} SIGTERMs under load: {lost} of {total} acknowledged tasks lost, {unfinished} "
          f"unfinished later, the slowest end took {slowest:.1f} s")
    check(not lost and not unfinished)
    check(slowest <= 30, "that is more than is promised")


def control_drain(rounds):
    """Without a drain tasks are left behind that are said to run."""
    left = 0
    for _ in range(rounds):
        drain_once(signal.SIGKILL, True)
        left += count("select count(*) from task where state = 'running'")
    print(f"{rounds} SIGKILLs under load leave {left} tasks that are said to run")
    check(left)


# --- Killed between commit and reply ---

def die_before_reply(server):
    """The server dies when a thread of it is about to send something, before it is sent."""
    strace = subprocess.Popen(
        ["strace", "-f", "-p", str(server.process.pid), "-e", "trace=sendto,sendmsg,sendfile", "-e",
         "inject=sendto,sendmsg,sendfile:signal=KILL", "-o", "strace.out"],
        stderr=subprocess.PIPE, text=True)
    for line in strace.stderr:
        if "attached" in line:
            break
    return strace


def reply_once(server, key):
    """A POST whose answer never came, and the next server; the id in the store, what two retries
    with the key gave."""
    headers = {"Idempotency_Key": key} if key else {}
    before = count("select count(*) from task")
    strace = die_before_reply(server)
    status, _ = server.ask("POST", "/api/v1/tasks", QUICK, **headers)
    check(status == 0, "there was an answer:", status)
    check(server.process.wait() == -signal.SIGKILL)
    strace.wait()
    strace.stderr.close()
    check(count("select count(*) from task") == before + 1, "it died before the commit")
    kept = rows("select id from task order by created_at desc, id desc limit 1")[0][0]
    server = Server()
    again = [server.put(QUICK, **headers) for _ in range(2)]
    return server, [kept, *again], count("select count(*) from task") - before


def reply(rounds):
    server = Server()
    good = 0
    for i in range(rounds):
        server, ids, tasks = reply_once(server, f"round-{i}")
        good += len(set(ids)) == 1 and tasks == 1
    check(server.end() == 0)
    print(f"killed between commit and reply: {good} of {rounds} retries gave the same id, once")
    check(good == rounds)


def control_reply(rounds):
    server, ids, tasks = reply_once(Server(), None)
    server.end()
    print(f"without a key two retries make {tasks} tasks")
    check(len(set(ids)) == 3 and tasks == 3)


# --- One key in parallel ---

def burst(server, key):
    headers = {"Idempotency_Key": key} if key else {}
    sent = [server.send("POST", "/api/v1/tasks", QUICK, **headers) for _ in range(100)]
    got = [answer(c) for c in sent]
    check(all(status in (200, 201, 202) for status, _ in got), sorted({s for s, _ in got}))
    return len({j["task_id"] for _, j in got})


def same(rounds):
    server = Server()
    before = count("select count(*) from task")
    good = sum(burst(server, f"burst-{i}") == 1 for i in range(rounds))
    tasks = count("select count(*) from task") - before
    check(server.end() == 0)
    print(f"{good} of {rounds} bursts of 100 submits with one key were answered with one id; {tasks} tasks")
    check(good == rounds == tasks)


def control_same(rounds):
    server = Server()
    ids = burst(server, None)
    server.end()
    print(f"without a key 100 submits make {ids} tasks")
    check(ids == 100)


# --- A full disk ---

class Disk:
    """A tmpfs of MIB below the store, in a mount namespace of this process alone."""

    def __init__(self, mib):
        self.path = os.path.dirname(os.path.dirname(STORE))
        os.makedirs(self.path, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=700", "none", self.path], check=True)

    def fill(self):
        """Another program takes all that is left."""
        with open(self.path + "/filler", "ab", buffering=0) as f:
            try:
                while True:
                    f.write(bytes(4096))
            except OSError:
                pass

    def free(self):
        os.unlink(self.path + "/filler")

    def drop(self):
        subprocess.run(["umount", self.path], check=True)


def put_until_full(server):
    """Ids that were acknowledged before the first 507."""
    acknowledged = []
    while True:
        status, j = server.ask("POST", "/api/v1/tasks", QUICK | {"metadata": {"x": "x" * 5000}})
        if status not in (200, 201, 202):
            check(status == 507 and j["error"]["details"]["word"] == "disk_full", status, j)
            return acknowledged
        acknowledged.append(j["task_id"])


def reads(server, task):
    for path in ("/healthz", "/api/v1/tasks", "/api/v1/system/status", f"/api/v1/tasks/{task}"):
        status, _ = server.ask("GET", path)
        check(status == 200, path, status)


def turn_over(server, task, times):
    """The answers to pausing a task and resuming it so often."""
    return collections.Counter(server.ask("POST", f"/api/v1/tasks/{task}/{way}")[0]
                               for _ in range(times) for way in ("pause", "resume"))


def full_once(mib):
    disk = Disk(mib)
    server = Server("--jobs", "1")
    status, j = server.ask("POST", "/api/v1/schedules",
                           {"name": "rest", "every": "yearly", "task_type": "system_query"})
    later = [server.put(QUICK | {"run_at": "1h"}) for _ in range(20)]
    with open("kept.txt", "w") as f:
        f.write("x")
    kept = trae("file", "add", "kept.txt", "--format", "{{id}}")
    disk.fill()
    acknowledged = put_until_full(server)
    reads(server, later[0])
    got = turn_over(server, later[0], 100)
    check(got == {200: 200}, "states are changed:", got)
    for task in later:
        status, j = server.ask("DELETE", f"/api/v1/tasks/{task}")
        check(status == 200, "cancel:", status, j)
    status, j = server.ask("DELETE", f"/api/v1/files/{kept}")
    check(status == 200, "delete:", status, j)
    until(lambda: not count("select count(*) from task where state in ('pending', 'running')"))
    check(server.ask("POST", "/api/v1/tasks", QUICK)[0] == 507, "new work was taken on a full disk")
    refused = subprocess.run([TRAE, "task", "submit", "system_query"], capture_output=True)
    check(refused.returncode == 74, "the shell says", refused.returncode, refused.stderr)
    server.lives()
    disk.free()
    more = server.put()
    check(more, "no new work is taken although there is space again")
    until(lambda: count("select count(*) from task where id = ? and state = 'completed'", more))
    states = dict(rows("select id, state from task"))
    check(all(states.get(t) == "completed" for t in acknowledged), "acknowledged tasks are lost")
    check(all(states.get(t) == "cancelled" for t in later))
    check(count("pragma integrity_check") == "ok", "the store is damaged")
    check(server.end() == 0)
    disk.drop()


def full(rounds):
    for i in range(rounds):
        full_once(4 + i % 8)
        os.unlink("key")
    print(f"{rounds} full disks: new work refused, reading, ending and removing went on, and new work "
          "when there was space again")


def control_full(rounds):
    """Without its reserve what changes nothing but states is refused on a full disk, too."""
    disk = Disk(4)
    server = Server("--jobs", "1")
    task = server.put(QUICK | {"run_at": "1h"})
    disk.fill()
    os.unlink(STORE + "-reserve")
    disk.fill()
    got = turn_over(server, task, 500)
    print(f"without a reserve {got[507]} of {got.total()} changes are refused")
    check(got[507])
    disk.free()
    server.end()
    disk.drop()


# --- Too few descriptors or processes ---

def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as f:
        return [int(p) for p in f.read().split()]


def limit_to(server, kind, n):
    subprocess.run([*AS, "prlimit", f"--pid={server.process.pid}", f"--{kind}={n}:"], check=True)


def starve(server, kind, n, path):
    """Requests while the server may have no more than N: how it answered them. The first asks for a
    file on a connection that was there before, the last twenty are answered later."""
    c = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
    c.request("GET", "/api/v1/tasks", None, server.headers)
    c.getresponse().read()
    limit_to(server, kind, n)
    c.request("GET", path, None, server.headers)
    got = [answer(c)[0]]
    sent = [server.send("POST" if i % 2 else "GET", "/api/v1/tasks", QUICK if i % 2 else None) for i in range(40)]
    for c in sent[:20]:
        c.close()
    time.sleep(0.2)
    limit_to(server, kind, 4096)
    return got + [answer(c)[0] for c in sent[20:]]


def be_nobody():
    """The limit of processes is none for root: the program, with a home of its own, as another."""
    global TRAE, STORE
    if os.geteuid():
        return
    place = tempfile.mkdtemp(dir="/tmp")
    atexit.register(shutil.rmtree, place)
    os.chmod(place, 0o755)
    shutil.copy(TRAE, place)
    shutil.copytree(os.path.dirname(TRAE) + "/libexec", place + "/libexec")
    os.mkdir(place + "/home")
    os.chown(place + "/home", 65534, 65534)
    os.environ["HOME"] = place + "/home"
    TRAE, STORE = place + "/trae", place + "/home/.local/share/trae/trae.db"
    AS.extend(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"])
    trae("init", "--key-file")


def descriptors(rounds):
    be_nobody()
    server = Server()
    with open(os.environ["HOME"] + "/file.txt", "w") as f:
        f.write("right")
    path = "/api/v1/files/" + trae("file", "add", f.name, "--format", "{{id}}")
    done, got = [], collections.Counter()
    for i in range(rounds):
        pid = server.process.pid
        if i % 2:
            got.update(starve(server, "nofile", i // 2 % 4 * len(os.listdir(f"/proc/{pid}/fd")) + 4, path))
        else:
            got.update(starve(server, "nproc", 1, path))
        for worker in children(pid):
            os.kill(worker, signal.SIGKILL)
        server.lives()
        check(server.ask("GET", path) == (200, b"right"), "it does not answer when there are enough again")
        done.append(server.put())
        check(done[-1], "it takes no work when there are enough again")
    until(lambda: not count("select count(*) from task where state not in ('completed', 'dead_letter')"))
    lost = sum(not count("select count(*) from task where id = ?", t) for t in done)
    check(server.end() == 0)
    print(f"{rounds} times too few descriptors or processes, and a worker killed: 0 exits, {lost} tasks "
          f"lost; answers: {dict(got)}")
    check(not lost)
    check(set(got) == {200, 202, 503}, "answers are missing or others than these")
    check("Resource temporarily unavailable" in open("serve.err").read(), "no process was refused")


def control_descriptors(rounds):
    """With too few descriptors from the start there is no server."""
    ended = subprocess.run(["prlimit", "--nofile=8", TRAE, "serve", "--port", "0"], capture_output=True, text=True)
    print(ended.returncode, ended.stderr.strip())
    check(ended.returncode != 0 and ended.stderr)


# --- Paths ---

def paths(rounds):
    """Ways out of the files that are recorded, each in place of an identifier."""
    server = Server()
    with open("secret.txt", "w") as f:
        f.write("canary-of-paths")
    steps = ["..", "%2e%2e", "%2E%2E", ".%2e", "%2e.", "..%2f..", "..%5c..", "%252e%252e", "..%00", "..;",
             "..%c0%af", "%c0%ae%c0%ae", "%uff0e%uff0e", "....//", "..././", "%ef%bc%8e%ef%bc%8e"]
    goals = ["etc/passwd", os.path.abspath("secret.txt")[1:], "proc/self/environ", "trae.db", "%00", "etc%2fpasswd"]
    cases = []
    for step in steps:
        for goal in goals:
            for depth in (1, 4, 12):
                cases.append("/".join([step] * depth + [goal]))
    for root in ("/", "//", "%2f", "%2F", "file:///", "file:%2f%2f%2f", "\\", "%5c", "~/", "C:\\", "///../"):
        cases += [root + goal for goal in goals]
    routes = ["/api/v1/files/{}", "/api/v1/files/{}/metadata"]
    got = collections.Counter()
    for i, case in enumerate(cases):
        path = routes[i % 2].format(case)
        s = socket.create_connection(("127.0.0.1", server.port))
        s.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: "
                  f"{server.headers['Authorization']}\r\n\r\n".encode())
        text = b""
        while piece := s.recv(65536):
            text += piece
        s.close()
        status = int(text.split(b" ")[1])
        check(status in (400, 404), path, status)
        check(b"root:" not in text and b"canary-of-paths" not in text and b"SQLite" not in text, path)
        got[status] += 1
    check(len(cases) >= 300, len(cases))
    print(f"{len(cases)} paths that lead out: {dict(got)}")
    check(server.end() == 0)


def swap(a, b):
    """Exchanges two names in one step (renameat2, RENAME_EXCHANGE)."""
    libc = ctypes.CDLL(None, use_errno=True)
    check(libc.renameat2(-100, a.encode(), -100, b.encode(), 2) == 0, "renameat2")


def fetch_swapped(rounds, a, b):
    """A recorded file below A is fetched while A and B change places: how often its bytes came, how
    often the other's, how often neither."""
    server = Server()
    file = os.path.join(a, "file.txt") if os.path.isdir(a) else a
    ident = trae("file", "add", os.path.abspath(file), "--format", "{{id}}")
    stop = threading.Event()

    def change():
        while not stop.is_set():
            swap(a, b)
    changer = threading.Thread(target=change)
    changer.start()
    got = {"right": 0, "other": 0, "none": 0}
    for _ in range(rounds):
        status, text = server.ask("GET", f"/api/v1/files/{ident}")
        got["none" if status != 200 else "right" if text == b"right" else "other"] += 1
    stop.set()
    changer.join()
    check(server.end() == 0)
    return got


def make(path, text):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


def links(rounds):
    """A file, or the folder it is in, becomes a link to another place while it is fetched."""
    make("one/file.txt", "right")
    make("out/file.txt", "other")
    os.symlink("../out/file.txt", "one/link.txt")
    got = [fetch_swapped(rounds, "one/file.txt", "one/link.txt")]
    shutil.rmtree("one")
    make("one/file.txt", "right")
    os.symlink("out", "two")
    got.append(fetch_swapped(rounds, "one", "two"))
    print(f"a file that becomes a link: {got[0]}; its folder: {got[1]}")
    check(not any(g["other"] for g in got), "a link was followed")
    check(all(g["right"] for g in got), "the file was never given")


def control_links(rounds):
    """Two regular files that change places are both given: what is tried is a real race."""
    make("one/file.txt", "right")
    make("two/file.txt", "other")
    got = fetch_swapped(rounds, "one", "two")
    print("two folders that change places:", got)
    check(got["right"] and got["other"])


# --- Garbage ---

def error_form(status, j, what):
    check(400 <= status < 500 and isinstance(j, dict), what, status, j)
    check(j["error"]["code"].startswith("TRAE_") and j["error"]["details"]["request_id"], what, j)


def spoilt(text, dice):
    """TEXT with a few bytes changed, removed, added or repeated."""
    b = bytearray(text)
    for _ in range(dice.randint(1, 8)):
        at = dice.randrange(len(b))
        b[at:at + dice.randint(0, 3)] = dice.choice([b"", bytes([dice.randrange(256)]), b[:at][-20:], b"\0", b'"', b"{["])
        if not b:
            b = bytearray(b"x")
    return bytes(b)


def garbage(rounds):
    seed = int(os.environ.get("TRAE_SEED", time.time()))
    print(f"TRAE_SEED={seed}")
    dice = random.Random(seed)
    good = json.dumps({"tasks": [QUICK, {"task_type": "doctor", "priority": "low", "metadata": {"a": [1, None]}}]}).encode()
    server = Server()
    got = collections.Counter()
    for i in range(rounds):
        body = dice.randbytes(dice.randint(1, 5000)) if i % 4 == 0 else spoilt(good, dice)
        status, j = server.ask("POST", "/api/v1/batch", body)
        if status != 200:
            error_form(status, j, body)
        got[status] += 1
    status, j = server.ask("POST", "/api/v1/batch", good)
    check(status == 200 and j["submitted"] == 2, status, j)
    check(server.ask("GET", "/healthz")[0] == 200)
    check(server.end() == 0)
    print(f"{rounds} batches of garbage: {dict(got)}")
    check(got[400] > rounds / 2)


def texts(rounds):
    """JSON texts that have to be parsed (y), refused (n), or either (i), as a member and as a body.
    Members that are there twice are refused, although they may be parsed."""
    server = Server()
    seen = collections.Counter()
    for line in open(os.path.dirname(os.path.abspath(__file__)) + "/fixture/json.tsv"):
        if line.startswith("#"):
            continue
        name, coded, times = line.split("\t")
        text = base64.b64decode(coded) * int(times)
        kind = "n" if "duplicated_key" in name else name[0]
        status, j = server.ask("POST", "/api/v1/tasks", b'{"task_type":"system_query","metadata":{"a":' + text + b"}}")
        seen[kind] += 1
        check(status == 400 if kind == "n" else status in (202, 400) if kind == "i" else status == 202, name, status, j)
        if status == 400:
            error_form(status, j, name)
        status, j = server.ask("POST", "/api/v1/tasks", text)
        error_form(status, j, name)
        check((kind == "n" and text != b"") <= (status == 400), name, status)
        check((kind == "y") <= ("no JSON" not in j["error"]["message"]), name, j)
    server.lives()
    check(server.end() == 0)
    print(f"texts parsed or refused as their names say: {dict(seen)}")
    check(seen["y"] > 40 and seen["n"] > 80)


# --- Ten thousand connections ---

def crowd(rounds):
    """ROUNDS connections that each ask once and stay; whoever comes beside them is answered."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (rounds + 500, max(rounds + 500, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
    server = Server()
    request = f"GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\nAuthorization: {server.headers['Authorization']}\r\n\r\n".encode()
    there, shut = [], 0
    for i in range(rounds):
        try:
            s = socket.create_connection(("127.0.0.1", server.port), 600)
            s.sendall(request)
            there.append(s)
        except OSError:
            shut += 1
        if i % 1000 == 999:
            status = server.ask("GET", "/healthz")[0]
            check(status in (200, 0, 503), status)
    answered = 0
    for s in there:
        try:
            first = s.recv(65536)
        except OSError:
            first = b""
        answered += first.startswith(b"HTTP/1.1 200")
        s.close()
    server.lives()
    until(lambda: server.ask("GET", "/healthz")[0] == 200)
    check(server.put(), "no task is taken behind them")
    check(server.end() == 0)
    print(f"{rounds} connections: {answered} answered, the others closed; the server goes on")
    check(answered)


def main():
    name, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
    try:
        globals()[name](rounds)
    except Bad as why:
        print("not held:", why)
        sys.exit(1)


if __name__ == "__main__":
    main()
