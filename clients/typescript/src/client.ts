import { Batches } from './batches.js';
import { Documents } from './documents.js';
import { followJob } from './events.js';
import { pause, PipelineError, Transport, type TransportOptions } from './transport.js';
import type { Input, Job, JobUpdate, KindPath, Result } from './types.js';

export interface SubmitOptions {
  /** One key for every try; a new one for each job by default. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

const HOLD_SECONDS = 20;
const POLL_MS = 200;
const FINAL = new Set(['succeeded', 'failed', 'canceled', 'expired']);

/**
 * Submits jobs and gets their results. Every submission has an idempotency key, so that it is tried again without doubling anything;
 * inputs and results have the types of the server's OpenAPI document.
 */
export class PipelineClient {
  readonly batches: Batches;
  readonly documents: Documents;
  private readonly transport: Transport;

  /** @param url The root of the server, such as `http://127.0.0.1:8080`. */
  constructor(url: string, private readonly options: TransportOptions = {}) {
    this.transport = new Transport(url, options);
    this.batches = new Batches(this.transport);
    this.documents = new Documents(this.transport, (id, waiting) => this.wait(id, waiting));
  }

  /** Submits a job and returns once it is durable. Where the kind takes several texts, the answer has one job for each: `{ jobs }`. */
  submit<P extends KindPath>(path: P, input: Input<P>, options: SubmitOptions = {}): Promise<Job> {
    return this.transport.json<Job>(path, post(input, options));
  }

  /** Submits a job and returns its result. */
  async run<P extends KindPath>(path: P, input: Input<P>, options: SubmitOptions = {}): Promise<Result<P>> {
    const job = await this.submit(path, input, options);
    await this.wait(job.id, options);
    return await this.transport.json<Result<P>>(`/api/jobs/${job.id}?view=result`, signalOf(options));
  }

  get(id: string): Promise<Job> {
    return this.transport.json<Job>(`/api/jobs/${id}`);
  }

  /** The job once it is final. */
  async wait(id: string, options: { signal?: AbortSignal } = {}): Promise<Job> {
    for (;;) {
      const job = await this.transport.json<Job>(`/api/jobs/${id}`, { headers: { prefer: `wait=${HOLD_SECONDS}` }, ...signalOf(options) });
      if (FINAL.has(job.state)) {
        return job;
      }

      await pause(POLL_MS, options.signal);
    }
  }

  /** Cancels a queued or running job; one that is final refuses. */
  cancel(id: string): Promise<Job> {
    return this.transport.json<Job>(`/api/jobs/${id}?erase=false`, { method: 'DELETE' });
  }

  /** Deletes a job, in whatever state it is, with everything that was made of it. */
  async erase(id: string): Promise<void> {
    await this.transport.send(`/api/jobs/${id}?erase=true`, { method: 'DELETE' });
  }

  retry(id: string): Promise<Job> {
    return this.transport.json<Job>(`/api/jobs/${id}/retry`, { method: 'POST' });
  }

  /** Submits a job whose text is streamed, and follows it from its first token. */
  async *stream<P extends KindPath>(path: P, input: Input<P>, options: SubmitOptions = {}): AsyncGenerator<JobUpdate> {
    const response = await this.transport.send(path, post({ ...(input as object), stream: true }, options));
    const id = response.headers.get('location')?.split('/').at(-1);
    if (id === undefined) {
      throw new PipelineError('The server did not name the job; check the address.');
    }

    yield* followJob(this.transport, this.options, id, response, options.signal);
  }

  /** Follows a job from where it is now. */
  follow(id: string, options: { signal?: AbortSignal } = {}): AsyncGenerator<JobUpdate> {
    return followJob(this.transport, this.options, id, undefined, options.signal);
  }
}

function post(input: unknown, options: SubmitOptions): RequestInit {
  return {
    method: 'POST',
    body: JSON.stringify(input),
    headers: { 'content-type': 'application/json', 'idempotency-key': options.idempotencyKey ?? crypto.randomUUID() },
    ...signalOf(options),
  };
}

function signalOf({ signal }: { signal?: AbortSignal }): RequestInit {
  return signal === undefined ? {} : { signal };
}
