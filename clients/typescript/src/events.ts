import { readLines } from './lines.js';
import { pause, PipelineError, Retries, type Transport, type TransportOptions } from './transport.js';
import type { Job, JobUpdate } from './types.js';

interface Place {
  id: string;
  lastEventId?: string;
}

/** Follows a job to its end, over as many connections as that takes: each goes on where the last one broke. */
export async function* followJob(
  transport: Transport, options: TransportOptions, id: string, first: Response | undefined, signal?: AbortSignal): AsyncGenerator<JobUpdate> {
  const place: Place = { id };
  let retries = new Retries(options);
  for (let response = first; ; response = undefined) {
    for await (const update of readEvents(response ?? (await open(transport, place, signal)), place, signal)) {
      retries = new Retries(options);
      yield update;
      if (update.type === 'end') {
        return;
      }
    }

    await pause(retries.next({ busy: false, error: new PipelineError('The stream ended before the job did.') }), signal);
  }
}

function open(transport: Transport, { id, lastEventId }: Place, signal?: AbortSignal): Promise<Response> {
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  return transport.send(`/api/jobs/${id}/events`, { headers, ...(signal && { signal }) });
}

/** The events of one connection. */
async function* readEvents(response: Response, place: Place, signal?: AbortSignal): AsyncGenerator<JobUpdate> {
  let [name, id, data] = ['message', '', ''];
  for await (const line of readLines(response, signal)) {
    if (line !== '') {
      const [field, value] = split(line);
      name = field === 'event' ? value : name;
      id = field === 'id' ? value : id;
      data += field === 'data' ? value : '';
      continue;
    }

    const update = data === '' ? undefined : read(name, JSON.parse(data));
    place.lastEventId = id === '' ? place.lastEventId! : id;
    [name, id, data] = ['message', '', ''];
    if (update !== undefined) {
      yield update;
    }
  }
}

/** Undefined for what this version does not know. */
function read(name: string, data: Record<string, never>): JobUpdate | undefined {
  switch (name) {
    case 'end':
      return { type: 'end', job: data as unknown as Job };
    case 'state':
    case 'progress':
    case 'tokens':
      return { ...data, type: name } as JobUpdate;
    default:
      return undefined;
  }
}

function split(line: string): [string, string] {
  const colon = line.indexOf(':');
  return colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
}
