"""What the campaigns of `trae serve` share (campaign_*.py CASE ROUNDS): the program, its store, a
server. Each case is a function; it runs in an empty folder with a home of its own, prints what it
counted, and ends with status 1 and a line when the promise does not hold. A case whose name begins
with `control` does without what holds the promise, and succeeds when it is seen to be broken."""
import atexit
import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
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


def main(cases):
    try:
        cases[sys.argv[1]](int(sys.argv[2]))
    except Bad as why:
        print("not held:", why)
        sys.exit(1)
