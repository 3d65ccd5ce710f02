// OpenAI's own client, unmodified, against the address given; prints what it got as one JSON object.
const { OpenAI } = require('openai');

const client = new OpenAI({ baseURL: process.argv[2] + '/v1', apiKey: 'none', maxRetries: 0 });
const settings = { model: 'chat', max_output_tokens: 24, temperature: 0 };
const schema = { type: 'object', properties: { capital: { type: 'boolean' } }, required: ['capital'], additionalProperties: false };

async function read(stream) {
  const got = { types: [], text: '', last: null };
  for await (const event of stream) {
    got.types.push(event.type);
    got.text += event.type === 'response.output_text.delta' ? event.delta : '';
    got.last = event.response ?? got.last;
  }
  return got;
}

async function ended(id) {
  for (;;) {
    const response = await client.responses.retrieve(id);
    if (!['queued', 'in_progress'].includes(response.status)) {
      return response;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// The connection is left in the middle of the text, and two others go on: one by the server's parameter, one by the library's helper.
async function resume() {
  const first = await client.responses.create({ ...settings, input: 'Go on.', background: true, stream: true });
  let [id, last, text] = [null, null, ''];
  for await (const event of first) {
    id ??= event.response.id;
    last = event.sequence_number;
    text += event.type === 'response.output_text.delta' ? event.delta : '';
    if (text !== '') {
      break;
    }
  }

  const rest = await client.responses.retrieve(id, { stream: true, starting_after: last }).then(read);
  const helped = { text: '', numbers: [] };
  for await (const event of client.responses.stream({ response_id: id, starting_after: last })) {
    helped.numbers.push(event.sequence_number);
    helped.text += event.type === 'response.output_text.delta' ? event.delta : '';
  }

  return { text: text + rest.text, helped: text + helped.text, next: helped.numbers[0] - last, whole: (await ended(id)).output_text };
}

// On a busy machine one may have ended before the second request comes.
async function cancel() {
  for (let tries = 1; ; tries++) {
    const left = await client.responses.create({ ...settings, input: 'Never.', max_output_tokens: 4000, background: true });
    const response = await client.responses.cancel(left.id);
    if (response.status === 'cancelled' || tries === 10) {
      return response;
    }
  }
}

async function main() {
  const first = await client.responses.create({ ...settings, input: 'What is the capital of Korea?', instructions: 'Be brief.' });
  const next = await client.responses.create({
    ...settings, previous_response_id: first.id, input: [{ role: 'user', content: [{ type: 'input_text', text: '인구는?' }] }],
  });
  const streamed = await client.responses.create({ ...settings, input: 'Say more.', stream: true }).then(read);
  const json = await client.responses.create({
    ...settings, input: 'Is Seoul a capital?', max_output_tokens: 100, text: { format: { type: 'json_schema', name: 'answer', strict: true, schema } },
  });
  const background = await client.responses.create({ ...settings, input: 'Later.', background: true });
  const resumed = await resume();
  const cancelled = await cancel();
  const items = await client.responses.inputItems.list(next.id);
  const done = await ended(background.id);
  await client.responses.delete(first.id);
  const missing = await client.responses.retrieve(first.id).then(() => 'no error', (error) => error.code);
  console.log(JSON.stringify({
    first: { ...first, text: first.output_text },
    next: { status: next.status, previous: next.previous_response_id, text: next.output_text },
    streamed,
    json: JSON.parse(json.output_text),
    background: background.status,
    resumed,
    done: { status: done.status, text: done.output_text },
    cancelled: cancelled.status,
    items: items.data,
    missing,
  }));
}

main();
