// OpenAI's own client, unmodified: `submit ADDRESS FILE ENDPOINT` uploads and begins a batch, `finish ADDRESS BATCH` waits for its end and reads
// its files, `manage ADDRESS` does the rest. Prints what it got as one JSON object.
const fs = require('fs');
const { OpenAI, toFile } = require('openai');

const [verb, address, ...rest] = process.argv.slice(2);
const client = new OpenAI({ baseURL: address + '/v1', apiKey: 'none', maxRetries: 0 });
const ended = ['completed', 'failed', 'expired', 'cancelled'];
const line = (id, text) => JSON.stringify({ custom_id: id, method: 'POST', url: '/v1/embeddings', body: { model: 'embedding', input: text } });

async function submit(path, endpoint) {
  const file = await client.files.create({ file: fs.createReadStream(path), purpose: 'batch' });
  const batch = await client.batches.create({ input_file_id: file.id, endpoint, completion_window: '1h', metadata: { team: '리뷰' } });
  return { file, batch };
}

async function wait(id) {
  for (;;) {
    const batch = await client.batches.retrieve(id);
    if (ended.includes(batch.status)) {
      return batch;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function lines(id) {
  const text = id ? await (await client.files.content(id)).text() : '';
  return text.split('\n').filter((one) => one).map((one) => JSON.parse(one));
}

async function finish(id) {
  const batch = await wait(id);
  return { batch, output: await lines(batch.output_file_id), errors: await lines(batch.error_file_id) };
}

async function failure(call) {
  try {
    await call();
    return 'no error';
  } catch (error) {
    return { name: error.constructor.name, status: error.status, code: error.code, param: error.param };
  }
}

async function manage() {
  const texts = [line('a', 'I got the job!'), line('b', '오늘은 정말 힘든 하루였어.'), '{'];
  const file = await client.files.create({
    file: await toFile(Buffer.from(texts.join('\n')), 'texts.jsonl'), purpose: 'batch', expires_after: { anchor: 'created_at', seconds: 3600 },
  });
  const batch = await client.batches.create({ input_file_id: file.id, endpoint: '/v1/embeddings', completion_window: '24h' });
  const done = await finish(batch.id);
  const files = [];
  for await (const one of client.files.list({ limit: 1 })) {
    files.push(one.id);
  }
  const batches = [];
  for await (const one of client.batches.list({ limit: 1 })) {
    batches.push(one.id);
  }
  return {
    file,
    done,
    files,
    batches,
    found: await client.files.retrieve(file.id),
    cancelEnded: await failure(() => client.batches.cancel(batch.id)),
    badEndpoint: await failure(() => client.batches.create({ input_file_id: file.id, endpoint: '/v1/moderations', completion_window: '24h' })),
    deleted: await client.files.delete(file.id),
    missing: await failure(() => client.files.retrieve(file.id)),
  };
}

({ submit, finish, manage })[verb](...rest).then((got) => console.log(JSON.stringify(got)));
