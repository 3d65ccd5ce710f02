using Pipeline.Api;
using Pipeline.Core.Hosting;

return await PipelineHost.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddPipeline(pipeline => pipeline.AddApi());
    return builder.Build().MapPipelineApi();
});
