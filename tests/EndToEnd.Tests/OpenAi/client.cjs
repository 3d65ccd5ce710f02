// OpenAI's own client, unmodified, against the address given; prints what it got as one JSON object.
const { OpenAI } = require('openai');

const client = new OpenAI({ baseURL: process.argv[2] + '/v1', apiKey: 'none', maxRetries: 0 });
const messages = [
  { role: 'developer', content: 'Answer in one sentence.' },
  { role: 'user', content: [{ type: 'text', text: '서울은 어떤 도시인가요?' }] },
];
const schema = {
  type: 'object',
  properties: { city: { type: 'string', maxLength: 8 }, capital: { type: 'boolean' } },
  required: ['city', 'capital'],
  additionalProperties: false,
};

async function read(stream) {
  const got = { text: '', pieces: 0, finish: null, usage: null, id: null };
  for await (const chunk of stream) {
    got.id ??= chunk.id;
    got.usage = chunk.usage ?? got.usage;
    const choice = chunk.choices[0];
    got.finish = choice?.finish_reason ?? got.finish;
    if (choice?.delta.content) {
      got.text += choice.delta.content;
      got.pieces++;
    }
  }
  return got;
}

async function failure(call) {
  try {
    await call();
    return 'no error';
  } catch (error) {
    return { name: error.constructor.name, status: error.status, code: error.code, param: error.param, type: error.type };
  }
}

async function leave() {
  const stream = await client.chat.completions.create({ model: 'chat', messages, max_completion_tokens: 400, stream: true }, { query: { on_disconnect: 'cancel' } });
  for await (const chunk of stream) {
    stream.controller.abort();
    return chunk.id;
  }
}

async function main() {
  const settings = { model: 'chat', messages, max_completion_tokens: 24, temperature: 0 };
  const [whole, streamed] = await Promise.all([
    client.chat.completions.create({ ...settings, logprobs: true, top_logprobs: 2 }),
    client.chat.completions.create({ ...settings, stream: true, stream_options: { include_usage: true } }).then(read),
  ]);
  const format = { type: 'json_schema', json_schema: { name: 'city', strict: true, schema } };
  const json = await client.chat.completions.create({ ...settings, max_completion_tokens: 200, response_format: format });
  const texts = ['I got the job!', '오늘은 정말 힘든 하루였어.'];
  const bytes = await client.embeddings.create({ model: 'embedding', input: texts }); // This client asks for base64 by itself.
  const numbers = await client.embeddings.create({ model: 'embedding', input: texts, encoding_format: 'float' });
  const short = await client.embeddings.create({ model: 'embedding', input: texts, encoding_format: 'float', dimensions: 64 });
  const models = await client.models.list();
  console.log(JSON.stringify({
    whole,
    streamed,
    json: JSON.parse(json.choices[0].message.content),
    bytes: bytes.data.map((entry) => entry.embedding),
    numbers: numbers.data.map((entry) => entry.embedding),
    short: short.data.map((entry) => entry.embedding),
    models: models.data.map((model) => model.id),
    unknownModel: await failure(() => client.chat.completions.create({ ...settings, model: 'gpt-4o' })),
    badValue: await failure(() => client.chat.completions.create({ ...settings, temperature: 9 })),
    badSchema: await failure(() => client.chat.completions.create({ ...settings, response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'nothing' } } } })),
    left: await leave(),
  }));
}

main();
