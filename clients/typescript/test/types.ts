// Compiled by TypeScriptClientTests: the types of the document reach whoever uses the client.
import { PipelineClient } from 'pipeline-client';

const client = new PipelineClient('http://127.0.0.1:8080');

export async function typed(): Promise<[string, number, string]> {
  const emotion = await client.run('/api/emotion', { text: 'a' });
  const feedback = await client.run('/api/feedback', { question: 'a', answer: 'b' });
  const chat = await client.run('/api/chat/completions', { messages: [{ role: 'user', content: 'a' }] });
  return [emotion.emotion, feedback.score, chat.content];
}

export async function found(): Promise<[string, string]> {
  const document = await client.documents.add({ text: 'a', metadata: { team: 'shop' } });
  const findings = await client.documents.search({ query: 'a', k: 3 });
  return [document.state, findings.results[0]!.text];
}

export async function read(file: Blob): Promise<[string, number]> {
  const document = await client.documents.putFile('handbook', { file, name: 'handbook.pdf' });
  let tokens = 0;
  for await (const chunk of client.documents.chunks(document.id)) {
    tokens += chunk.tokens;
  }

  return [(await client.documents.text(document.id)).text, tokens];
}

// @ts-expect-error A document has a text.
void client.documents.add({ title: 'a' });

// @ts-expect-error No kind has this path.
void client.run('/api/nothing', {});

// @ts-expect-error The text is no number.
void client.run('/api/emotion', { text: 1 });
