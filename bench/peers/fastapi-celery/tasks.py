"""The task does nothing but write its result, which is the fastest way Celery has to a durable one."""
import os

import psycopg2
from celery import Celery

app = Celery("tasks", broker=os.environ["BROKER_URL"])
app.conf.update(
    broker_transport_options={"confirm_publish": True},
    task_default_delivery_mode="persistent",
    task_acks_late=True,  # a job outlives the worker that held it
    task_reject_on_worker_lost=True,
    task_ignore_result=True,  # the result goes to PostgreSQL, from the task
    worker_prefetch_multiplier=16,  # many short tasks
    worker_send_task_events=False,
    worker_enable_remote_control=False,
)

connection = None  # one a process of the prefork pool


@app.task(name="no-op")
def no_op(id, data):
    global connection
    if connection is None:
        connection = psycopg2.connect(os.environ["DATABASE_URL"])
        connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into results (id, status, output) values (%s, 'done', %s) on conflict do nothing",
            (id, '{"ok":true,"length":%d}' % len(data)),
        )
