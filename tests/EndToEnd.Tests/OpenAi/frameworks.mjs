// Vercel's AI SDK and LangChain, unmodified, against the address given; prints what they got as one JSON object.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(process.env.NODE_PATH + '/');
const load = (name) => import(pathToFileURL(require.resolve(name)).href);

const { generateText, streamText, embedMany, tool, Output, stepCountIs } = await load('ai');
const { createOpenAI } = await load('@ai-sdk/openai');
const { createOpenAICompatible } = await load('@ai-sdk/openai-compatible');
const { ChatOpenAI, OpenAIEmbeddings } = await load('@langchain/openai');
const { z } = await load('zod');

const baseURL = process.argv[2] + '/v1';
const prompt = '서울은 어떤 도시인가요?';
const place = z.object({
  name: z.string().max(8),
  contact: z.email().max(40),
  founded: z.iso.date(),
  kind: z.enum(['city', 'village']),
  ratings: z.record(z.string().max(4), z.number().int().min(0).max(5)).optional(),
  mayor: z.string().max(6).nullable(),
  at: z.tuple([z.number().min(-90).max(90), z.number().min(-180).max(180)]),
});
const city = z.object({ city: z.enum(['Seoul', 'Busan']) });
const answers = { Seoul: 'sunny', Busan: 'rainy' };

async function vercel(provider, chat) {
  const whole = await generateText({ model: chat, prompt, maxOutputTokens: 12, maxRetries: 0 });
  const streamed = streamText({ model: chat, prompt, maxOutputTokens: 12, maxRetries: 0 });
  let text = '';
  for await (const piece of streamed.textStream) text += piece;
  const form = await generateText({ model: chat, prompt, maxOutputTokens: 2000, maxRetries: 0, output: Output.object({ schema: place }) });
  const called = [];
  const tools = {
    get_weather: tool({
      description: 'Weather of a city.',
      inputSchema: city,
      execute: ({ city: name }) => {
        called.push(name);
        return answers[name];
      },
    }),
  };
  const conversation = await generateText({
    model: chat,
    prompt: 'Weather?',
    tools,
    maxRetries: 0,
    maxOutputTokens: 400,
    // The first step has to call, the second to answer with what was called.
    prepareStep: ({ stepNumber }) => ({ toolChoice: stepNumber === 0 ? 'required' : 'none' }),
    stopWhen: stepCountIs(2),
  });
  const calling = streamText({ model: chat, prompt: 'Weather?', tools: { get_weather: tool({ inputSchema: city }) }, toolChoice: 'required', maxOutputTokens: 400, maxRetries: 0 });
  const calls = [];
  for await (const part of calling.fullStream) if (part.type === 'tool-call') calls.push(part.input.city);
  const leaving = new AbortController();
  const left = streamText({ model: chat, prompt, maxOutputTokens: 400, maxRetries: 0, abortSignal: leaving.signal });
  for await (const _ of left.textStream) {
    leaving.abort();
    break;
  }
  const vectors = await embedMany({ model: (provider.embeddingModel ?? provider.textEmbeddingModel)('embedding'), values: ['a', 'b'], maxRetries: 0 });
  return {
    text: whole.text,
    finish: whole.finishReason,
    streamed: text,
    form: place.safeParse(form.output).success,
    called,
    steps: conversation.steps.map((step) => step.finishReason),
    calls,
    vectors: vectors.embeddings.map((vector) => vector.length),
  };
}

async function langchain() {
  const settings = { model: 'chat', apiKey: 'none', configuration: { baseURL }, maxRetries: 0 };
  const chat = new ChatOpenAI({ ...settings, maxTokens: 12 });
  const whole = await chat.invoke(prompt);
  let streamed = '';
  for await (const piece of await chat.stream(prompt)) streamed += piece.content;
  const long = new ChatOpenAI({ ...settings, maxTokens: 2000 });
  const form = await long.withStructuredOutput(place, { method: 'jsonSchema', strict: true }).invoke(prompt);
  const tools = [{ type: 'function', function: { name: 'get_weather', parameters: z.toJSONSchema(city) } }];
  const asked = await long.bindTools(tools, { tool_choice: 'required' }).invoke('Weather?');
  const again = await chat.invoke([
    { role: 'user', content: 'Weather?' },
    asked,
    ...asked.tool_calls.map((call) => ({ role: 'tool', content: answers[call.args.city], tool_call_id: call.id })),
  ]);
  const leaving = new AbortController();
  try {
    for await (const _ of await long.stream(prompt, { signal: leaving.signal })) leaving.abort();
  } catch {
    // It says that it was left.
  }
  const vectors = await new OpenAIEmbeddings({ model: 'embedding', apiKey: 'none', configuration: { baseURL }, maxRetries: 0 }).embedDocuments(['a', 'b']);
  return {
    text: whole.content,
    streamed,
    form: place.safeParse(form).success,
    calls: asked.tool_calls.map((call) => call.args.city),
    again: typeof again.content,
    vectors: vectors.map((vector) => vector.length),
  };
}

const openai = createOpenAI({ baseURL, apiKey: 'none' });
const compatible = createOpenAICompatible({ name: 'pipeline', baseURL, apiKey: 'none', supportsStructuredOutputs: true });
console.log(JSON.stringify({
  openai: await vercel(openai, openai.chat('chat')),
  compatible: await vercel(compatible, compatible('chat')),
  langchain: await langchain(),
}));
