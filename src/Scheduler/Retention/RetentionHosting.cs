using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;
using Pipeline.Core.Upkeep;

namespace Pipeline.Scheduler.Retention;

internal static class RetentionHosting
{
    public static void AddRetention(this PipelineBuilder pipeline)
    {
        pipeline.Services.AddOptions<RetentionOptions>().BindConfiguration(RetentionOptions.Section).ValidateOnStart();
        pipeline.Services.AddSingleton<IValidateOptions<RetentionOptions>, RetentionOptionsValidator>();
        pipeline.Services.AddSingleton<IValidateOptions<RetentionOptions>, RetentionRules>();
        pipeline.Services.AddSingleton<RetentionStore>();
        pipeline.AddRecurringTask<RetentionTask>();
    }
}
