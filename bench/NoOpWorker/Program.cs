using Pipeline.Bench.NoOpWorker;
using Pipeline.Contracts;
using Pipeline.Core.Hosting;

return await RoleHost.RunAsync(args, pipeline => pipeline.AddJobHandler<AnalyzeEmotion, EmotionResult, NoOpHandler>());
