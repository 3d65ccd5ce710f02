import { pause, PipelineError, type Transport } from './transport.js';
import type { AskQuestion, Chunk, Document, DocumentAnswer, DocumentText, Findings, Job, NewDocument, NewFile, SearchQuery } from './types.js';

interface Signaled {
  signal?: AbortSignal;
}

interface Keyed extends Signaled {
  idempotencyKey?: string;
}

const HOLD_SECONDS = 20;
const POLL_MS = 200;

/** Texts that the server keeps, embeds, finds and answers from. */
export class Documents {
  /** @param waitForJob Returns a job once it is final. */
  constructor(private readonly transport: Transport, private readonly waitForJob: (id: string, options: Signaled) => Promise<Job>) {}

  /** Stores a document and returns once it is durable; it is found once it is ready. */
  add(document: NewDocument, options: Keyed = {}): Promise<Document> {
    return this.send<Document>('POST', '/api/documents', document, keyOf(options), options);
  }

  /** Stores the text of a file: PDF, office files, HTML, Markdown, CSV or text. */
  addFile(file: NewFile, options: Keyed = {}): Promise<Document> {
    return this.sendFile('POST', '/api/documents', file, options);
  }

  /** Stores a document under one's own name for it, in the place of the one before, which is found until this one is ready. */
  put(key: string, document: NewDocument, options: Keyed = {}): Promise<Document> {
    return this.send<Document>('PUT', pathOf(key), document, keyOf(options), options);
  }

  /** The same with the text of a file. */
  putFile(key: string, file: NewFile, options: Keyed = {}): Promise<Document> {
    return this.sendFile('PUT', pathOf(key), file, options);
  }

  get(id: string, options: Signaled = {}): Promise<Document> {
    return this.transport.json<Document>(`/api/documents/${id}`, signalOf(options));
  }

  /** The document under a key. */
  getByKey(key: string, options: Signaled = {}): Promise<Document> {
    return this.transport.json<Document>(pathOf(key), signalOf(options));
  }

  /** What a document says, as it was read. */
  text(id: string, options: Signaled = {}): Promise<DocumentText> {
    return this.transport.json<DocumentText>(`/api/documents/${id}/text`, signalOf(options));
  }

  /** What a document was cut into, in the order of its text. */
  async *chunks(id: string, options: Signaled = {}): AsyncGenerator<Chunk> {
    let next: string | undefined = `/api/documents/${id}/chunks`;
    while (next !== undefined) {
      const page: { chunks: Chunk[]; links: { next?: string | null } } = await this.transport.json(next, signalOf(options));
      yield* page.chunks;
      next = page.links.next ?? undefined;
    }
  }

  /** The document once it is ready or has failed. */
  async wait(id: string, options: Signaled = {}): Promise<Document> {
    for (;;) {
      const document = await this.get(id, options);
      if (document.state === 'ready' || document.state === 'failed') {
        return document;
      }

      await pause(POLL_MS, options.signal);
    }
  }

  /** All of one's documents, newest first. */
  async *list(options: Signaled = {}): AsyncGenerator<Document> {
    let next: string | undefined = '/api/documents';
    while (next !== undefined) {
      const page: { documents: Document[]; links: { next?: string | null } } = await this.transport.json(next, signalOf(options));
      yield* page.documents;
      next = page.links.next ?? undefined;
    }
  }

  /** Deletes a document with all that was made of it. Once this returns, no search finds it. */
  async delete(id: string, options: Signaled = {}): Promise<void> {
    await this.transport.json<Document>(`/api/documents/${id}`, { method: 'DELETE', ...signalOf(options) });
  }

  /** The same of the one under a key. */
  async deleteByKey(key: string, options: Signaled = {}): Promise<void> {
    await this.transport.json<Document>(pathOf(key), { method: 'DELETE', ...signalOf(options) });
  }

  /** Finds the passages that answer a query best, by meaning and by words. */
  search(query: SearchQuery, options: Signaled = {}): Promise<Findings> {
    return this.send<Findings>('POST', '/api/search', query, {}, options);
  }

  /** Asks one's documents, and returns the answer once it is there; throws where the job of the model ended without one. */
  async ask(question: AskQuestion, options: Signaled = {}): Promise<DocumentAnswer> {
    const answer = await this.send<DocumentAnswer>('POST', '/api/ask', question, { prefer: `wait=${HOLD_SECONDS}` }, options);
    if (answer.answer != null || answer.job == null) {
      return answer;
    }

    const job = await this.waitForJob(answer.job.id, options);
    const content = (job.result as { content?: string } | undefined)?.content;
    if (content === undefined) {
      throw new PipelineError(`Job ${job.id} ${job.state}: ${job.error?.message ?? 'it has no answer'}`);
    }

    return { ...answer, job, answer: content };
  }

  private sendFile(method: string, path: string, { file, name, metadata, ...fields }: NewFile, options: Keyed): Promise<Document> {
    const form = new FormData();
    for (const [field, value] of Object.entries(fields)) {
      if (value !== undefined) {
        form.append(field, value);
      }
    }

    if (metadata !== undefined) {
      form.append('metadata', JSON.stringify(metadata));
    }

    form.append('file', file, name);
    return this.transport.json<Document>(path, { method, body: form, headers: keyOf(options), ...signalOf(options) });
  }

  private send<T>(method: string, path: string, body: unknown, headers: Record<string, string>, options: Signaled): Promise<T> {
    return this.transport.json<T>(path, {
      method,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
      ...signalOf(options),
    });
  }
}

function signalOf({ signal }: Signaled): RequestInit {
  return signal === undefined ? {} : { signal };
}

function keyOf({ idempotencyKey }: Keyed): Record<string, string> {
  return { 'idempotency-key': idempotencyKey ?? crypto.randomUUID() };
}

function pathOf(key: string): string {
  return `/api/documents/by-key/${encodeURIComponent(key)}`;
}
