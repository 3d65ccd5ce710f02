using Pipeline.Core.Hosting;
using Pipeline.Scheduler;

return await PipelineHost.RunAsync(() =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddPipeline(pipeline => pipeline.AddScheduler());
    var app = builder.Build();
    app.UseAnswerHeaders(path => path.StartsWithSegments("/hangfire"));
    app.MapHealth();
    app.MapScheduler();
    return app;
});
