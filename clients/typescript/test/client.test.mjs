// Run by TypeScriptClientTests: PIPELINE_CLIENT is what tsc made, PIPELINE_URL a running server with the models that ship.
import assert from 'node:assert/strict';
import { test } from 'node:test';

const { PipelineClient, PipelineError } = await import(process.env.PIPELINE_CLIENT);
const url = process.env.PIPELINE_URL;
const client = new PipelineClient(url);
const question = { messages: [{ role: 'user', content: 'What is the capital of Korea?' }], max_tokens: 16, seed: 7, cache: false };

/** A fetch whose first answers are those of the test. */
function scripted(...answers) {
  const requests = [];
  const fetching = async (address, init) => {
    requests.push({ address, headers: Object.fromEntries(new Headers(init.headers)), body: init.body });
    const answer = answers.shift();
    return answer === undefined ? await fetch(address, init) : await answer();
  };
  return { requests, client: new PipelineClient(url, { fetch: fetching }) };
}

/** A body that breaks after so much of it. */
const breaking = (text, type, headers = {}) => () =>
  new Response(
    new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode(text)),
      pull: (controller) => controller.error(new Error('reset')),
    }),
    { headers: { 'content-type': type, ...headers } });

test('a result has the fields of its kind', async () => {
  const emotion = await client.run('/api/emotion', { text: '드디어 합격했어요!' });
  const feedback = await client.run('/api/feedback', { question: 'Why?', answer: 'Why not.' });

  assert.equal(emotion.language, 'ko');
  assert.deepEqual(Object.keys(feedback), ['feedback', 'score', 'is_passed', 'improvement_suggestion']);
});

test('a chat streams its text and ends with the job', async () => {
  let text = '';
  let job;
  for await (const update of client.stream('/api/chat/completions', question)) {
    text = update.type === 'tokens' ? text.slice(0, update.offset) + update.text : text;
    job = update.type === 'end' ? update.job : job;
  }

  assert.equal(job.state, 'succeeded');
  assert.equal(text, job.result.content);
});

test('a stream that breaks goes on where it was', async () => {
  const submitted = await client.submit('/api/chat/completions', question);
  const whole = (await client.wait(submitted.id)).result.content;
  const piece = whole.slice(0, 3);
  const events = `event: state\ndata: {"state":"running","attempt":1}\n\nevent: tokens\nid: 1-${piece.length}\ndata: ${JSON.stringify({ attempt: 1, offset: 0, text: piece })}\n\nevent: tok`;
  const { requests, client: broken } = scripted(breaking(events, 'text/event-stream', { location: `/api/jobs/${submitted.id}` }));

  const updates = [];
  for await (const update of broken.stream('/api/chat/completions', question)) {
    updates.push(update);
  }

  assert.equal(requests[1].headers['last-event-id'], `1-${piece.length}`);
  assert.equal(updates.at(-1).job.result.content, whole);
});

test('a full queue is obeyed, and every try has the same key', async () => {
  const busy = () =>
    new Response(JSON.stringify({ type: 'urn:pipeline:problem:queue-full', title: 'The queue is full', status: 429, detail: 'Soon.' }), {
      status: 429,
      headers: { 'content-type': 'application/problem+json', 'retry-after': '1' },
    });
  const broken = () => Promise.reject(new TypeError('reset'));
  const { requests, client: patient } = scripted(busy, broken);
  const started = Date.now();

  const job = await patient.submit('/api/emotion', { text: 'patience' });

  assert.ok(Date.now() - started >= 1_000);
  assert.equal(requests.length, 3);
  assert.equal(new Set(requests.map((request) => request.headers['idempotency-key'])).size, 1);
  assert.ok(job.id);
});

test('what is wrong is told field by field', async () => {
  await assert.rejects(client.submit('/api/emotion', { text: ' ' }), (error) => {
    assert.ok(error instanceof PipelineError);
    assert.equal(error.code, 'invalid-input');
    assert.ok(error.problem.errors.text);
    return true;
  });
});

test('a batch comes from an async iterable and each item has one result', async () => {
  async function* items() {
    for (let index = 0; index < 200; index++) {
      yield { kind: 'emotion', input: { text: `I got job number ${index}!` }, key: `review-${index}` };
    }
  }

  const batch = await client.batches.submit(items());
  const keys = new Set();
  for await (const result of client.batches.results(batch.id)) {
    assert.equal(result.state, 'succeeded');
    keys.add(result.key);
  }

  assert.equal(batch.items, 200);
  assert.equal(keys.size, 200);
});

test('results go on after the last whole line', async () => {
  const batch = await client.batches.submit([1, 2, 3].map((number) => ({ kind: 'emotion', input: { text: `Number ${number}` } })));
  const lines = [];
  for await (const result of client.batches.results(batch.id)) {
    lines.push(result);
  }

  const { client: broken } = scripted(breaking(`${JSON.stringify(lines[0])}\n{"cursor":"`, 'application/x-ndjson'));
  const again = [];
  for await (const result of broken.batches.results(batch.id)) {
    again.push(result.index);
  }

  assert.deepEqual(again, lines.map((line) => line.index));
});

test('documents are added, found, asked, listed and deleted', async () => {
  const team = crypto.randomUUID();
  const text = 'Goods can be returned within thirty days of their delivery. The money is back after a week.';
  const added = await client.documents.add({ title: 'Returns', text, metadata: { team } }, { idempotencyKey: team });
  const again = await client.documents.add({ title: 'Returns', text, metadata: { team } }, { idempotencyKey: team });
  const ready = await client.documents.wait(added.id);
  const found = await client.documents.search({ query: text, k: 1, filter: { team } });
  const answer = await client.documents.ask({ question: text, max_tokens: 8, filter: { team } });
  const listed = [];
  for await (const document of client.documents.list()) {
    listed.push(document.id);
  }

  await client.documents.delete(added.id);

  assert.deepEqual([again.id, ready.state, ready.metadata.team], [added.id, 'ready', team]);
  assert.equal(found.results[0].document_id, added.id);
  assert.equal(answer.known, true);
  assert.equal(typeof answer.answer, 'string');
  assert.equal(answer.sources[0].found.text, text);
  assert.ok(listed.includes(added.id));
  await assert.rejects(client.documents.get(added.id), (error) => error.status === 404);
});

test('a wait ends with its signal', async () => {
  const job = await client.submit('/api/report', { items: Array.from({ length: 500 }, (_, index) => ({ question: `What is ${index}?`, answer: 'A number.' })) });
  const abort = new AbortController();
  const waiting = client.wait(job.id, { signal: abort.signal });
  abort.abort();

  await assert.rejects(waiting, { name: 'AbortError' });
  assert.equal((await client.cancel(job.id)).state, 'canceled');
});

test('a file is put under a key, read back, put again and deleted', async () => {
  const key = `handbook/${crypto.randomUUID()}`;
  const text = 'Parcels are sent on the day of the order.\n\nGoods can be returned within thirty days.';
  const file = { file: new Blob([text]), name: 'shop.txt', metadata: { team: key }, user: 'u-7' };
  const put = await client.documents.putFile(key, file);
  const ready = await client.documents.wait(put.id);
  const again = await client.documents.putFile(key, file);
  const read = await client.documents.text(put.id);
  const chunks = [];
  for await (const chunk of client.documents.chunks(put.id)) {
    chunks.push(chunk.text);
  }

  const replaced = await client.documents.put(key, { title: 'Shop', text: 'Closed.' });
  await client.documents.wait(replaced.id);
  assert.equal((await client.documents.getByKey(key)).id, replaced.id);
  await client.documents.deleteByKey(key);

  assert.deepEqual([put.key, ready.state, ready.title, ready.metadata.team], [key, 'ready', 'shop', key]);
  assert.deepEqual([again.id, again.unchanged], [put.id, true]);
  assert.deepEqual([read.text, chunks.join('\n\n')], [text, text]);
  await assert.rejects(client.documents.getByKey(key), (error) => error.status === 404);

  const added = await client.documents.addFile({ file: new Blob(['item,price\nbook,9\n']), name: 'prices.csv', title: 'Prices' });
  assert.deepEqual([added.title, added.format], ['Prices', 'csv']);
  await assert.rejects(client.documents.addFile({ file: new Blob([new Uint8Array(600)]), name: 'zeros.pdf' }), (error) => error.code === 'document-unreadable');
});
