import { pause, type Transport } from './transport.js';
import type { AskQuestion, Document, DocumentAnswer, Findings, Job, NewDocument, SearchQuery } from './types.js';

interface Signaled {
  signal?: AbortSignal;
}

const HOLD_SECONDS = 20;
const POLL_MS = 200;

/** Texts that the server keeps, embeds, finds and answers from. */
export class Documents {
  /** @param waitForJob Returns a job once it is final. */
  constructor(private readonly transport: Transport, private readonly waitForJob: (id: string, options: Signaled) => Promise<Job>) {}

  /** Stores a document and returns once it is durable; it is found once it is ready. */
  add(document: NewDocument, options: Signaled & { idempotencyKey?: string } = {}): Promise<Document> {
    return this.post<Document>('/api/documents', document, { 'idempotency-key': options.idempotencyKey ?? crypto.randomUUID() }, options);
  }

  get(id: string, options: Signaled = {}): Promise<Document> {
    return this.transport.json<Document>(`/api/documents/${id}`, signalOf(options));
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

  /** Finds the passages that answer a query best, by meaning and by words. */
  search(query: SearchQuery, options: Signaled = {}): Promise<Findings> {
    return this.post<Findings>('/api/search', query, {}, options);
  }

  /** Asks one's documents, and returns the answer once it is there; `job.state` says where there is none. */
  async ask(question: AskQuestion, options: Signaled = {}): Promise<DocumentAnswer> {
    const answer = await this.post<DocumentAnswer>('/api/ask', question, { prefer: `wait=${HOLD_SECONDS}` }, options);
    if (answer.answer != null || answer.job == null) {
      return answer;
    }

    const job = await this.waitForJob(answer.job.id, options);
    const content = (job.result as { content?: string } | undefined)?.content;
    return { ...answer, job, ...(content !== undefined && { answer: content }) };
  }

  private post<T>(path: string, body: unknown, headers: Record<string, string>, options: Signaled): Promise<T> {
    return this.transport.json<T>(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
      ...signalOf(options),
    });
  }
}

function signalOf({ signal }: Signaled): RequestInit {
  return signal === undefined ? {} : { signal };
}
