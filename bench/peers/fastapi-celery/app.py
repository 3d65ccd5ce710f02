"""POST /jobs: one row in PostgreSQL, one confirmed message for Celery. Sync, so FastAPI runs it in its thread pool."""
import itertools
import os
import time

from fastapi import FastAPI
from psycopg2.pool import ThreadedConnectionPool
from pydantic import BaseModel

from tasks import no_op

THREADS = 40  # of the pool that runs sync endpoints
pool = ThreadedConnectionPool(THREADS, THREADS, os.environ["DATABASE_URL"])
ids = itertools.count(time.time_ns())
app = FastAPI()


class Job(BaseModel):
    kind: str
    data: str


@app.post("/jobs", status_code=202)
def submit(job: Job):
    id = next(ids)
    connection = pool.getconn()
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("insert into jobs (id, kind, data) values (%s, %s, %s)", (id, job.kind, job.data))
    pool.putconn(connection)
    no_op.apply_async((id, job.data), task_id=str(id))
    return {"id": id}
