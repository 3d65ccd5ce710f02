using Microsoft.Extensions.Hosting;
using Pipeline.Core.Hosting;
using Pipeline.Workers.Inference;

return await PipelineHost.RunAsync(() =>
{
    var builder = Host.CreateApplicationBuilder(args);
    builder.AddPipeline(pipeline => pipeline.AddInferenceWorker());
    return builder.Build();
});
