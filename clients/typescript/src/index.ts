export { Batches, type BatchItem, type BatchOptions } from './batches.js';
export { PipelineClient, type SubmitOptions } from './client.js';
export { PipelineError, type TransportOptions } from './transport.js';
export type { Batch, BatchResult, Input, Job, JobUpdate, KindPath, Problem, Result } from './types.js';
export type { components, paths } from './schema.js';
