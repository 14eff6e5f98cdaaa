#!/usr/bin/env python3
"""Receives what trae tells a callback_url, checks that it comes from trae, and takes each once.

    export WEBHOOK_SECRET=$(trae callback secret 127.0.0.1)
    python3 receiver.py 9000
    trae config set callback.hosts 127.0.0.1:9000

then name http://127.0.0.1:9000/webhook/trae-ai as callback_url of a task. On the Internet put it
behind a web server with a certificate; callback.hosts is not needed there.
"""
import base64
import hashlib
import hmac
import json
import os
import sqlite3
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATH = "/webhook/trae-ai"
TOLERANCE_S = 5 * 60
MAX_BYTES = 1 << 20


def is_signed(secret, headers, body):
    """Standard Webhooks 1.0.0: HMAC-SHA256 of "id.timestamp.body", and a time that is near."""
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > TOLERANCE_S:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    # While a secret is changed there are two signatures, old and new.
    return any(hmac.compare_digest(wanted, given.removeprefix("v1,"))
               for given in headers.get("webhook-signature", "").split())


SAYING = threading.Lock()


def say(text):
    """Prints a line whole: each request has a thread of its own, and they share the output."""
    with SAYING:
        print(text, flush=True)


def process_completed_task(task_id, result):
    say(f"task {task_id} completed: {json.dumps(result)}")


def handle_task_failure(task_id, error):
    say(f"task {task_id} failed: {error}")


def handle(data):
    task_id = data.get("task_id")
    status = data.get("status")
    if status == "completed":
        process_completed_task(task_id, data.get("result"))
    elif status == "failed":
        handle_task_failure(task_id, data.get("error"))


class Seen:
    """The ids that were taken already: a callback may come twice, and says so by its id."""

    def __init__(self, path):
        self.path = path
        with self.open() as db:
            db.execute("create table if not exists seen (id text primary key)")

    def open(self):
        return sqlite3.connect(self.path, timeout=20)

    def take(self, message_id, work):
        """Runs WORK unless MESSAGE_ID was taken; it is taken when WORK ends without an error."""
        db = self.open()
        try:
            with db:
                if db.execute("insert or ignore into seen values (?)", (message_id,)).rowcount:
                    work()
        finally:
            db.close()


class Receiver(BaseHTTPRequestHandler):
    secret = ""
    seen = None
    timeout = 20

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if self.path != PATH:
            return self.answer(404, {"error": "not here"})
        if not length.isdigit() or int(length) > MAX_BYTES:
            return self.answer(413, {"error": "too large, or of no length"})
        body = self.rfile.read(int(length))
        if not is_signed(self.secret, self.headers, body):
            return self.answer(401, {"error": "signature does not fit"})
        self.seen.take(self.headers["webhook-id"], lambda: handle(json.loads(body)))
        return self.answer(200, {"status": "received"})

    def log_message(self, *args):
        """What matters is printed by handle()."""


class Server(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """Nothing was taken then, or it says so by its id: trae sends it again."""
        say(f"a request failed: {sys.exc_info()[1]}")


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 9000
    Receiver.secret = os.environ.get("WEBHOOK_SECRET", "")
    if not Receiver.secret.startswith("whsec_"):
        sys.exit("set WEBHOOK_SECRET to what `trae callback secret HOST` prints")
    Receiver.seen = Seen(os.environ.get("WEBHOOK_SEEN", "seen.db"))
    server = Server(("127.0.0.1", port), Receiver)
    say(f"ready {server.server_address[1]}")
    server.serve_forever()


if __name__ == "__main__":
    main()
