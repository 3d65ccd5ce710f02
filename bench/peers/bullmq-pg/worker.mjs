// Inserts the result of each job; BullMQ forgets a job only after that.
import { Worker } from 'bullmq';
import pg from 'pg';
import { QUEUE, connection } from './connection.mjs';

const CONCURRENCY = 32;
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: CONCURRENCY });
const insert = { name: 'insert', text: "insert into results (id, status, output) values ($1, 'done', $2) on conflict do nothing" };

const worker = new Worker(QUEUE, async job => {
  await pool.query({ ...insert, values: [job.id, JSON.stringify({ ok: true, length: job.data.data.length })] });
}, { connection, concurrency: CONCURRENCY });

worker.on('error', error => console.error(error.message));
worker.on('failed', (job, error) => console.error(`job ${job?.id}: ${error.message}`));
