import type { components, paths } from './schema.js';

/** The media type of a result without the job around it; the document shows it for every kind. */
export const RESULT = 'application/vnd.pipeline.result+json';

export type Job = components['schemas']['JobResource'];
export type Batch = components['schemas']['BatchResource'];
export type Problem = components['schemas']['ProblemDocument'];

/** A final job of a batch. `result` is that of its kind. */
export type BatchResult = components['schemas']['BatchResultResource'];

export type Document = components['schemas']['DocumentResource'];
export type NewDocument = Body<'/api/documents'>;
export type DocumentText = components['schemas']['DocumentTextResource'];
export type Chunk = components['schemas']['ChunkResource'];

/** A file whose text is kept, with what may be said of it. */
export interface NewFile {
  file: Blob;
  /** Tells what a text is where its bytes do not, and is the title of one that has none. */
  name: string;
  title?: string;
  metadata?: Record<string, unknown>;
  priority?: 'interactive' | 'bulk';
  /** ISO 8601; after this it is no longer embedded. */
  expires_at?: string;
  /** Whom it belongs to, for export and erasure. */
  user?: string;
}

export type SearchQuery = Body<'/api/search'>;
export type Findings = components['schemas']['SearchResource'];
export type AskQuestion = Body<'/api/ask'>;
export type DocumentAnswer = components['schemas']['AskResource'];

type Body<P extends keyof paths> = paths[P] extends { post: { requestBody: { content: { 'application/json': infer Sent } } } } ? Sent : never;

/** The paths of kinds: those that answer with a result. */
export type KindPath = {
  [P in keyof paths]: paths[P] extends { post: { responses: { 200: { content: { [RESULT]: unknown } } } } } ? (P extends `${string}{${string}` ? never : P) : never;
}[keyof paths];

/** What a kind is sent. */
export type Input<P extends KindPath> = Body<P>;

/** What a kind answers. */
export type Result<P extends KindPath> = paths[P] extends { post: { responses: { 200: { content: { [RESULT]: infer Answer } } } } } ? Answer : never;

/** What happens to a job that is followed, in this order. */
export type JobUpdate =
  | { type: 'state'; state: string; attempt: number; jobs_ahead?: number }
  | { type: 'progress'; done: number }
  /** A piece of the text. One of another attempt, or at an earlier offset, replaces what came before. */
  | { type: 'tokens'; attempt: number; offset: number; text: string }
  /** The job is final; nothing follows. */
  | { type: 'end'; job: Job };
