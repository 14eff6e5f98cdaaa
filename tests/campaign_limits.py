#!/usr/bin/python3
"""Servers without room on the disk, without descriptors, and without processes."""
import atexit
import collections
import http.client
import os
import shutil
import signal
import subprocess
import tempfile
import time

import campaign
from campaign import AS, QUICK, STORE, TRAE, Server, answer, check, count, main, rows, trae, until


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
    campaign.TRAE, campaign.STORE = place + "/trae", place + "/home/.local/share/trae/trae.db"
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


main(globals())
