"""The peer of the HTTP benchmarks: FastAPI with a bearer key, a status and a durable insert."""
import os
import sqlite3
import uuid

from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel

app = FastAPI()
key = "Bearer " + os.environ["BENCH_KEY"]
db = sqlite3.connect(os.environ["BENCH_DB"], check_same_thread=False, isolation_level=None)
db.execute("pragma journal_mode=wal")
db.execute("pragma synchronous=full")
db.execute("create table if not exists task (id text primary key, type text, body text, state text)")


def check(authorization: str = Header("")):
    if authorization != key:
        raise HTTPException(401, "Invalid API key")


class Task(BaseModel):
    task_type: str
    parameters: dict = {}
    paused: bool = False


@app.get("/api/v1/system/status", dependencies=[Depends(check)])
async def status():
    return {"status": "LIVE", "orchestrator_status": "LIVE", "database_health": "healthy",
            "system_metrics": {"active_tasks": 0, "queued_tasks": 0}, "api_version": "1.0"}


@app.post("/api/v1/tasks", status_code=202, dependencies=[Depends(check)])
async def submit(task: Task):
    name = str(uuid.uuid4())
    db.execute("insert into task values (?, ?, ?, 'pending')",
               (name, task.task_type, str(task.parameters)))
    return {"task_id": name, "status": "accepted"}
