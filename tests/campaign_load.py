#!/usr/bin/python3
"""Servers that end under load, between commit and reply, and while asked the same many times."""
import random
import signal
import subprocess
import threading
import time

from campaign import Server, QUICK, answer, check, count, main, rows, trae, until


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


main(globals())
