"""`trae file add FILE` as a Python script does it: hashes the file, records it, keeps the counters.

    store_write.py DATABASE FILE
"""
import hashlib
import os
import sqlite3
import sys
import time
import uuid

path = os.path.abspath(sys.argv[2])
with open(path, "rb") as f:
    content = f.read()
db = sqlite3.connect(sys.argv[1], timeout=10)
db.execute("pragma journal_mode=wal")
db.execute("pragma synchronous=full")
db.execute(
    "create table if not exists file (id text primary key, path text not null unique,"
    " media_type text not null, bytes integer not null, sha256 text not null,"
    " created_at integer not null)"
)
db.execute("create table if not exists counter (name text primary key, n integer not null)")
with db:
    old = db.execute("delete from file where path = ? returning bytes", (path,)).fetchall()
    db.execute(
        "insert into file values (?, ?, 'text/plain', ?, ?, ?)",
        (
            str(uuid.uuid4()),
            path,
            len(content),
            hashlib.sha256(content).hexdigest(),
            int(time.time() * 1000),
        ),
    )
    gone = sum(row[0] for row in old)
    for name, n in (("files", 1 - len(old)), ("file_bytes", len(content) - gone)):
        db.execute(
            "insert into counter values (?, ?)"
            " on conflict (name) do update set n = n + excluded.n",
            (name, n),
        )
db.close()
