export { Batches, type BatchItem, type BatchOptions } from './batches.js';
export { PipelineClient, type SubmitOptions } from './client.js';
export { Documents } from './documents.js';
export { PipelineError, type TransportOptions } from './transport.js';
export type {
  AskQuestion, Batch, BatchResult, Document, DocumentAnswer, Findings, Input, Job, JobUpdate, KindPath, NewDocument, Problem, Result, SearchQuery,
} from './types.js';
export type { components, paths } from './schema.js';
