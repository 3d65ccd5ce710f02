using Pipeline.Api;
using Pipeline.Core.Hosting;
using Pipeline.Scheduler;
using Pipeline.Workers.Embedding;
using Pipeline.Workers.Inference;

return await PipelineHost.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddPipeline(pipeline => pipeline.AddApi().AddInferenceWorker().AddEmbeddingWorker().AddScheduler());
    var app = builder.Build().MapPipelineApi();
    app.MapScheduler();
    return app;
});
