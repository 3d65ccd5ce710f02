// What Vercel's AI SDK does with an OpenAI provider and with an OpenAI-compatible one. Writes what it got as one JSON object.
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { embedMany, generateText, Output, streamText, tool } from 'ai';
import { z } from 'zod';

const address = process.argv[2];
const prompt = 'hi';
// A tiny model may be done before anybody can leave.
const LEAVES = 5;

// The tool runs here, so one step ends with its call.
const tools = { get_weather: tool({ description: 'Weather of a city.', inputSchema: z.object({ city: z.enum(['Seoul', 'Busan']) }) }) };

async function streamed(model) {
  const stream = streamText({ model, prompt, maxOutputTokens: 16 });
  let text = '';
  for await (const piece of stream.textStream) {
    text += piece;
  }
  return text;
}

// A client that leaves: what it began must not go on. The prompt is new: what was asked before is answered from the cache.
async function left(model) {
  const leaving = new AbortController();
  const stream = streamText({ model, prompt: crypto.randomUUID(), maxOutputTokens: 4_000, abortSignal: leaving.signal });
  for await (const part of stream.fullStream) {
    if (part.type === 'text-delta') {
      leaving.abort();
    }
  }
}

// A second turn sends back what the first one answered, with OpenAI's responses by its id alone.
async function goOn(model, providerOptions) {
  const messages = [{ role: 'user', content: prompt }];
  const first = await generateText({ model, messages, maxOutputTokens: 16, temperature: 0 });
  messages.push(...first.response.messages, { role: 'user', content: 'and then?' });
  const second = await generateText({ model, messages, maxOutputTokens: 16, temperature: 0 });
  const asked = [{ role: 'user', content: 'Weather?' }];
  const call = await generateText({ model, messages: asked, tools, toolChoice: 'required', maxOutputTokens: 300, providerOptions });
  const results = call.toolCalls.map((made) => ({ type: 'tool-result', toolCallId: made.toolCallId, toolName: made.toolName, output: { type: 'text', value: 'sunny' } }));
  const told = await generateText({ model, messages: [...asked, ...call.response.messages, { role: 'tool', content: results }], tools, toolChoice: 'none', maxOutputTokens: 16 });
  return { text: second.text, tokens: [first.usage.inputTokens, second.usage.inputTokens], calls: results.length, told: told.text };
}

async function ask(model, embedder, providerOptions) {
  const whole = await generateText({ model, prompt, maxOutputTokens: 16, temperature: 0 });
  const form = await generateText({ model, prompt, maxOutputTokens: 400, output: Output.object({ schema: z.object({ city: z.string().max(8), capital: z.boolean() }) }) });
  const call = await generateText({ model, prompt, tools, toolChoice: 'required', maxOutputTokens: 300 });
  const list = await embedMany({ model: embedder, values: ['I got the job!', '오늘은 정말 힘든 하루였어.'] });
  let error = null;
  try {
    await generateText({ model, prompt: '힣'.repeat(19_000), maxOutputTokens: 8, maxRetries: 0 });
  } catch (failure) {
    error = { status: failure.statusCode, message: failure.message };
  }
  const turns = await goOn(model, providerOptions);
  const leaving = new Date().toISOString();
  for (let i = 0; i < LEAVES; i++) {
    await left(model);
  }
  const gone = new Date().toISOString();
  return {
    text: whole.text,
    tokens: whole.usage.outputTokens,
    streamed: await streamed(model),
    form: form.output,
    // A model of random weights calls until its limit; that cuts the last one.
    calls: call.toolCalls.filter((made) => !made.invalid).map((made) => ({ name: made.toolName, input: made.input })),
    vectors: list.embeddings.map((vector) => vector.length),
    error,
    turns,
    left: [leaving, gone],
  };
}

const openai = createOpenAI({ baseURL: `${address}/v1`, apiKey: 'none' });
const compatible = createOpenAICompatible({ name: 'pipeline', baseURL: `${address}/v1`, apiKey: 'none', supportsStructuredOutputs: true });
console.log(JSON.stringify({
  chat: await ask(openai.chat('chat'), openai.textEmbeddingModel('embedding'), { openai: { parallelToolCalls: false } }),
  responses: await ask(openai.responses('chat'), openai.textEmbeddingModel('embedding'), { openai: { parallelToolCalls: false } }),
  compatible: await ask(compatible.chatModel('chat'), compatible.textEmbeddingModel('embedding'), { pipeline: { parallel_tool_calls: false } }),
}));
