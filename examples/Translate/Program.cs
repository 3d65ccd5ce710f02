using Examples.Translate;
using Pipeline.Api;
using Pipeline.Core.Hosting;
using Pipeline.Workers.Inference;

return await PipelineHost.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddPipeline(pipeline => pipeline
        .AddApi()
        .AddKind<Translate, TranslateResult>() // In every process that serves the API.
        .AddInferenceWorker()
        .AddModelHandler<Translate, TranslateResult, TranslateHandler>()); // In every process that does such jobs.
    return builder.Build().MapPipelineApi();
});
