import { readLines } from './lines.js';
import { pause, type Transport } from './transport.js';
import type { Batch, BatchResult } from './types.js';

/** A job of a batch. */
export interface BatchItem {
  kind: string;
  input: object;
  /** A name of yours that comes back with the result; it need not be unique. */
  key?: string;
}

export interface BatchOptions {
  /** One key for every try; a new one for each batch by default. */
  idempotencyKey?: string;
  /** Receives one signed webhook when the last job is final. */
  callbackUrl?: string;
  signal?: AbortSignal;
}

const HOLD_SECONDS = 20;
const POLL_MS = 200;

/** Many jobs in one request, and their results as they come. */
export class Batches {
  constructor(private readonly transport: Transport) {}

  /** All items are accepted, or none. They are read once, whatever happens to the connection. */
  async submit(items: AsyncIterable<BatchItem> | Iterable<BatchItem>, options: BatchOptions = {}): Promise<Batch> {
    const lines: string[] = [];
    for await (const item of items) {
      lines.push(`${JSON.stringify(item)}\n`);
    }

    const query = options.callbackUrl === undefined ? '' : `?callback_url=${encodeURIComponent(options.callbackUrl)}`;
    return await this.transport.json<Batch>(`/api/jobs/batch${query}`, {
      method: 'POST',
      body: new Blob(lines),
      headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': options.idempotencyKey ?? crypto.randomUUID() },
      ...(options.signal && { signal: options.signal }),
    });
  }

  get(id: string): Promise<Batch> {
    return this.transport.json<Batch>(`/api/batches/${id}`);
  }

  cancel(id: string): Promise<Batch> {
    return this.transport.json<Batch>(`/api/batches/${id}`, { method: 'DELETE' });
  }

  /** Results in the order in which jobs become final, until the batch is finished. A connection that breaks is taken up where it broke. */
  async *results(id: string, { after, signal }: { after?: string; signal?: AbortSignal } = {}): AsyncGenerator<BatchResult> {
    let wasFinished = false;
    for (;;) {
      let any = false;
      const query = after === undefined ? '' : `?after=${encodeURIComponent(after)}`;
      const response = await this.transport.send(`/api/batches/${id}/results${query}`, { headers: { prefer: `wait=${HOLD_SECONDS}` }, ...(signal && { signal }) });
      for await (const line of readLines(response, signal)) {
        const result = JSON.parse(line) as BatchResult;
        any = true;
        after = result.cursor;
        yield result;
      }

      if (any) {
        continue;
      }

      if (wasFinished) {
        return; // Nothing came after it was finished, so nothing will.
      }

      wasFinished = (await this.get(id)).state === 'finished';
      if (!wasFinished) {
        await pause(POLL_MS, signal);
      }
    }
  }
}
