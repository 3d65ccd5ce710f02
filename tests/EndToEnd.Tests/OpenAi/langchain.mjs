// What LangChain does with its OpenAI integration. Writes what it got as one JSON object.
import { tool } from '@langchain/core/tools';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { z } from 'zod';

const configuration = { baseURL: `${process.argv[2]}/v1` };
const model = (settings) => new ChatOpenAI({ model: 'chat', apiKey: 'none', configuration, maxRetries: 0, temperature: 0, ...settings });

const whole = await model({ maxTokens: 16 }).invoke('hi');
let pieces = '';
for await (const piece of await model({ maxTokens: 16 }).stream('hi')) {
  pieces += piece.content;
}

// A client that leaves: what it began must not go on. A tiny model may be done first, so several are left, each with a prompt that no cache holds.
const begun = new Date().toISOString();
for (let i = 0; i < 5; i++) {
  const leaving = new AbortController();
  try {
    for await (const _ of await model({ maxTokens: 4_000 }).stream(crypto.randomUUID(), { signal: leaving.signal })) {
      leaving.abort();
    }
  } catch (failure) {
    if (!leaving.signal.aborted) {
      throw failure;
    }
  }
}
const gone = new Date().toISOString();

const form = await model({ maxTokens: 400 })
  .withStructuredOutput(z.object({ city: z.string().max(8), capital: z.boolean() }), { name: 'city', method: 'jsonSchema', strict: true })
  .invoke('hi');
const weather = tool(({ city }) => `sunny in ${city}`, { name: 'get_weather', description: 'Weather of a city.', schema: z.object({ city: z.enum(['Seoul', 'Busan']) }) });
const asked = await model({ maxTokens: 300 }).bindTools([weather], { tool_choice: 'required', parallel_tool_calls: false }).invoke('Weather?');
const answers = await Promise.all(asked.tool_calls.map((call) => weather.invoke(call)));
const after = await model({ maxTokens: 16 }).invoke([{ role: 'user', content: 'Weather?' }, asked, ...answers]);
const vectors = await new OpenAIEmbeddings({ model: 'embedding', apiKey: 'none', configuration }).embedDocuments(['I got the job!', '오늘은 정말 힘든 하루였어.']);
let error = null;
try {
  await model({ maxTokens: 8 }).invoke('힣'.repeat(19_000));
} catch (failure) {
  error = { status: failure.status ?? null, code: failure.code ?? null, message: failure.message };
}

console.log(JSON.stringify({ chat: {
  text: whole.content,
  tokens: whole.usage_metadata.output_tokens,
  streamed: pieces,
  form,
  calls: asked.tool_calls.map((call) => ({ name: call.name, input: call.args })),
  after: after.content,
  vectors: vectors.map((vector) => vector.length),
  error,
  left: [begun, gone],
} }));
