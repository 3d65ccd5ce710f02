using Pipeline.Core.Hosting;
using Pipeline.Workers.Inference;

return await RoleHost.RunAsync(args, pipeline => pipeline.AddInferenceWorker());
