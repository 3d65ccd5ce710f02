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

const tools = [{
  type: 'function',
  function: { name: 'get_weather', description: 'Weather of a city.', strict: true, parameters: { type: 'object', properties: { city: { enum: ['Seoul', 'Busan'] }, days: { type: 'integer', minimum: 1, maximum: 9 } }, required: ['city', 'days'], additionalProperties: false } },
}];

// One round: the model calls, we answer, the model goes on.
async function call(settings) {
  const first = await client.chat.completions.create({ ...settings, tools, tool_choice: 'required', parallel_tool_calls: false, max_completion_tokens: 300 });
  const message = first.choices[0].message;
  const answers = message.tool_calls.map((made) => ({ role: 'tool', tool_call_id: made.id, content: 'sunny' }));
  const second = await client.chat.completions.create({ ...settings, tools, tool_choice: 'none', messages: [...settings.messages, message, ...answers] });
  const streamed = { ids: [], names: [], arguments: [], finish: null };
  for await (const chunk of await client.chat.completions.create({ ...settings, tools, tool_choice: { type: 'function', function: { name: 'get_weather' } }, parallel_tool_calls: false, max_completion_tokens: 300, stream: true })) {
    const choice = chunk.choices[0];
    streamed.finish = choice?.finish_reason ?? streamed.finish;
    for (const piece of choice?.delta.tool_calls ?? []) {
      if (piece.id) streamed.ids.push(piece.id);
      if (piece.function.name) streamed.names.push(piece.function.name);
      streamed.arguments[piece.index] = (streamed.arguments[piece.index] ?? '') + piece.function.arguments;
    }
  }

  return {
    finish: first.choices[0].finish_reason,
    calls: message.tool_calls.map((made) => [made.function.name, JSON.parse(made.function.arguments)]),
    again: second.choices[0].message.content,
    streamed,
  };
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
  const stream = await client.chat.completions.create({ model: 'chat', messages, max_completion_tokens: 4_000, temperature: 0, stream: true });
  for await (const chunk of stream) {
    stream.controller.abort();
    return chunk.id;
  }
}

async function main() {
  const settings = { model: 'chat', messages, max_completion_tokens: 24, temperature: 0 };
  const [whole, streamed] = await Promise.all([
    client.chat.completions.create({ ...settings, logprobs: true, top_logprobs: 2 }),
    // Long enough that it comes in pieces, however fast a tiny model writes.
    client.chat.completions.create({ ...settings, max_completion_tokens: 240, stream: true, stream_options: { include_usage: true } }).then(read),
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
    badStream: await failure(() => client.chat.completions.create({ ...settings, stream: true, response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { not: {} } } } })),
    tooLong: await failure(() => client.chat.completions.create({ ...settings, messages: Array.from({ length: 201 }, (_, i) => ({ role: i % 2 ? 'assistant' : 'user', content: 'x'.repeat(300) })) })),
    tools: await call(settings),
    plain: (await client.completions.create({ model: 'chat', prompt: 'hi', max_tokens: 3 })).choices[0],
    left: await leave(),
  }));
}

main();
