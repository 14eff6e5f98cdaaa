#!/usr/bin/python3
"""How much memory `trae serve` takes while it goes on: campaign_soak.py CASE TASKS. The case `soak` has so
many tasks done, with questions of all kinds and refusals in between, and compares what is resident
after the first half, when all caches are full, and at the end. `control_soak` succeeds when memory
that is really kept, by requests that do not end, is seen to be."""
import json
import re
import socket

from campaign import Server, check, main, until

AT_ONCE = 500
GROWTH = 1.05  # of a soak of a million tasks; ten times that of a short one
WHOLE = 1_000_000
META = {"io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {}}


def resident(server):
    with open(f"/proc/{server.process.pid}/status") as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1)) / 1024


def limit(tasks):
    return GROWTH if tasks >= WHOLE else 1 + 10 * (GROWTH - 1)


def completed(server):
    return server.ask("GET", "/api/v1/status")[1]["tasks_completed"]


def questions(server, number):
    """One of each kind; a server that leaks for one of them grows with their number."""
    for path in ("/api/v1/system/status", "/api/v1/tasks?limit=50", "/api/v1/files", "/metrics",
                 "/openapi.json", "/api/v1/tasks?limit=many", "/nothing/here", "/api/v1/tasks/none"):
        server.ask("GET", path)
    server.ask("POST", "/api/v1/tasks", "{")
    server.ask("POST", "/api/v1/tasks", {"task_type": "nothing"})
    server.ask("POST", "/api/v1/tasks", {"task_type": "health", "depends_on": ["none"]})
    server.ask("POST", "/api/v1/tasks", {"task_type": "health", "paused": True},
               Idempotency_Key=f"soak-{number % 100}")
    status, _ = server.ask("POST", "/mcp", {
        "jsonrpc": "2.0", "id": number, "method": "tools/call",
        "params": {"name": "system_status", "arguments": {}, "_meta": META}},
        Accept="application/json, text/event-stream", MCP_Protocol_Version="2026-07-28",
        Mcp_Method="tools/call", Mcp_Name="system_status")
    check(status == 200, "MCP answers", status)


def work(server, tasks):
    lines = "\n".join([json.dumps({"task_type": "health"})] * AT_ONCE)
    for number in range(tasks // AT_ONCE):
        before = completed(server)
        status, j = server.ask("POST", "/api/v1/batch", lines, Content_Type="application/x-ndjson")
        check(status == 200, "a batch is answered with", status, j)
        questions(server, number)
        until(lambda: completed(server) - before >= AT_ONCE)


def soak(tasks):
    server = Server()
    work(server, tasks // 2)
    first = resident(server)
    work(server, tasks - tasks // 2)
    last = resident(server)
    server.lives()
    check(server.end() == 0)
    print(f"{tasks} tasks: {first:.1f} MiB after half of them, {last:.1f} MiB at the end")
    check(last <= first * limit(tasks), "it grows")


def control_soak(tasks):
    server = Server()
    work(server, tasks)
    first, kept = resident(server), []

    def one_more():
        """On a slow machine the first ones have been cut off before the last come."""
        s = socket.create_connection(("127.0.0.1", server.port))
        kept.append(s)
        s.sendall(b"POST /api/v1/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                  b"Content-Length: 1000000\r\n\r\n" + b" " * 900_000)
        return resident(server) > first * limit(tasks)

    until(one_more)
    print(f"{first:.1f} MiB, and {resident(server):.1f} MiB with {len(kept)} bodies that do not end")
    check(server.end() == 0)


main(globals())
