#!/usr/bin/python3
"""Servers that are given what they must not take: paths, links, garbage, a crowd."""
import base64
import collections
import ctypes
import json
import os
import random
import resource
import shutil
import socket
import threading
import time

from campaign import QUICK, Server, check, main, trae, until


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


main(globals())
