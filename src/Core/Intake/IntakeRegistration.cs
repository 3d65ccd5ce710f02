using Microsoft.Extensions.DependencyInjection;
using Pipeline.Core.Hosting;
using Pipeline.Core.Limits;
using Pipeline.Core.Results;

namespace Pipeline.Core.Intake;

internal static class IntakeRegistration
{
    /// <summary>This process accepts jobs, as far as its queues have room for them.</summary>
    public static IServiceCollection AddIntake(this IServiceCollection services)
    {
        services.AddValidated<ResultCacheOptions, ResultCacheOptionsValidator>(ResultCacheOptions.Section);
        services.AddLimits();
        services.AddSingleton<QueueReserve>();
        services.AddSingleton<QueueAdmission>();
        services.AddSingleton<JobIntake>();
        services.AddSingleton<JobRetries>();
        return services;
    }
}
