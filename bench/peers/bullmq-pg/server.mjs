// POST /jobs: one job. POST /jobs/batch: one a line. Answered when Redis has written them to disk.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { Queue } from 'bullmq';
import { QUEUE, connection } from './connection.mjs';

const BULK = 1000; // jobs that go to Redis together

// Results are in PostgreSQL: Redis need not keep what is done.
const queue = new Queue(QUEUE, { connection, defaultJobOptions: { removeOnComplete: true, removeOnFail: 1000 } });

async function submit(body) {
  const { kind, data } = JSON.parse(body);
  const job = await queue.add(kind, { data });
  return { id: job.id };
}

async function submitBatch(body) {
  const jobs = body.split('\n').filter(line => line).map(line => JSON.parse(line)).map(({ kind, data }) => ({ name: kind, data: { data } }));
  for (let i = 0; i < jobs.length; i += BULK) {
    await queue.addBulk(jobs.slice(i, i + BULK));
  }
  return { items: jobs.length };
}

const routes = { '/jobs': submit, '/jobs/batch': submitBatch };

createServer(async (request, response) => {
  let status = 202, answer;
  try {
    const route = request.method === 'POST' && routes[request.url];
    answer = route ? await route(await text(request)) : (status = 404, { error: 'POST /jobs or /jobs/batch' });
  } catch (error) {
    [status, answer] = [500, { error: error.message }];
  }
  const body = JSON.stringify(answer);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }).end(body);
}).listen(Number(process.env.PORT), '127.0.0.1');
