using Pipeline.Core.Hosting;
using Pipeline.Workers.Embedding;

return await RoleHost.RunAsync(args, pipeline => pipeline.AddEmbeddingWorker());
