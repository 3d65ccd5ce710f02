export { Batches, type BatchItem, type BatchOptions } from './batches.js';
export { PipelineClient, type SubmitOptions } from './client.js';
export { Documents } from './documents.js';
export { PipelineError, type TransportOptions } from './transport.js';
export type {
  AskQuestion, Batch, BatchResult, Chunk, Document, DocumentAnswer, DocumentText, Findings, Input, Job, JobUpdate, KindPath, NewDocument, NewFile, Problem, Result,
  SearchQuery,
} from './types.js';
export type { components, paths } from './schema.js';
