import type { Problem } from './types.js';

/** A request that the server refused, or that was tried as often as the options allow. */
export class PipelineError extends Error {
  override name = 'PipelineError';

  constructor(message: string, readonly status?: number, readonly problem?: Problem, options?: ErrorOptions) {
    super(message, options);
  }

  /** The stable name of the problem, such as `queue-full`. */
  get code(): string | undefined {
    return this.problem?.type?.split(':').at(-1);
  }
}

export interface TransportOptions {
  /** Sent as a bearer token; leave it out where the server has no keys. */
  apiKey?: string;
  /** Tries of a request that keeps breaking. Default 10, about a minute. */
  triesMax?: number;
  /** Longest wait for a full queue or a spent limit, in milliseconds. Default 30 min. */
  busyMsMax?: number;
  fetch?: typeof fetch;
}

const BUSY = 429;
const AWAY = new Set([502, 503, 504]);
const DELAY_MS_MAX = 60_000;
const BACKOFF_MS_MAX = 10_000;
const BACKOFF_MS_MIN = 250;

// These last until somebody changes something.
const LASTING = new Set(['model-cannot-write', 'not-finished', 'job-failed']);

/** Sends requests until they are answered. */
export class Transport {
  private readonly root: string;

  constructor(root: string, private readonly options: TransportOptions) {
    this.root = root.replace(/\/+$/, '');
  }

  async json<T>(path: string, init: RequestInit = {}): Promise<T> {
    const response = await this.send(path, init);
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  /** The answer before its body is read. */
  async send(path: string, init: RequestInit): Promise<Response> {
    const retries = new Retries(this.options);
    for (;;) {
      const outcome = await this.attempt(path, init);
      if (outcome instanceof Response) {
        return outcome;
      }

      await pause(retries.next(outcome), init.signal);
    }
  }

  private async attempt(path: string, init: RequestInit): Promise<Response | Failure> {
    const headers = new Headers(init.headers);
    if (this.options.apiKey !== undefined) {
      headers.set('authorization', `Bearer ${this.options.apiKey}`);
    }

    let response: Response;
    try {
      response = await (this.options.fetch ?? fetch)(`${this.root}${path}`, { ...init, headers });
    } catch (error) {
      init.signal?.throwIfAborted();
      return { busy: false, error: new PipelineError(`The connection to ${this.root} broke.`, undefined, undefined, { cause: error }) };
    }

    if (response.ok) {
      return response;
    }

    const error = await readError(response);
    if ((response.status !== BUSY && !AWAY.has(response.status)) || LASTING.has(error.code ?? '')) {
      throw error;
    }

    return { busy: response.status === BUSY, error, retryAfterMs: retryAfterMs(response) };
  }
}

interface Failure {
  busy: boolean;
  error: PipelineError;
  retryAfterMs?: number | undefined;
}

/** What one request, or one stream without progress, may still spend on trying again. */
export class Retries {
  private tries = 0;
  private busyMs = 0;

  constructor(private readonly options: TransportOptions) {}

  /** How long to wait before the next try; throws once the budget is spent. */
  next({ busy, error, retryAfterMs }: Failure): number {
    if (busy) {
      const delay = Math.min(retryAfterMs ?? 1_000, DELAY_MS_MAX);
      this.busyMs += delay;
      if (this.busyMs > (this.options.busyMsMax ?? 1_800_000)) {
        throw error;
      }

      return delay;
    }

    if (++this.tries >= (this.options.triesMax ?? 10)) {
      throw error;
    }

    return Math.min(retryAfterMs ?? BACKOFF_MS_MIN * 2 ** (this.tries - 1), retryAfterMs === undefined ? BACKOFF_MS_MAX : DELAY_MS_MAX);
  }
}

export async function pause(ms: number, signal?: AbortSignal | null): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(done, ms);
    const stop = () => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    signal?.addEventListener('abort', stop, { once: true });
    function done() {
      signal?.removeEventListener('abort', stop);
      resolve();
    }
  });
}

function retryAfterMs(response: Response): number | undefined {
  const value = response.headers.get('retry-after');
  if (value === null) {
    return undefined;
  }

  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return ms > 0 ? ms : undefined;
}

async function readError(response: Response): Promise<PipelineError> {
  if (response.headers.get('content-type')?.startsWith('application/problem+json')) {
    const problem = (await response.json()) as Problem;
    return new PipelineError(`${problem.title}. ${problem.detail}`, response.status, problem);
  }

  await response.body?.cancel();
  return new PipelineError(`The server answered ${response.status}.`, response.status);
}
