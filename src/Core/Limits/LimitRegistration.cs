using Microsoft.Extensions.DependencyInjection;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Limits;

internal static class LimitRegistration
{
    /// <summary>This process keeps clients within their limits.</summary>
    public static IServiceCollection AddLimits(this IServiceCollection services) => services
        .AddValidated<LimitOptions, LimitOptionsValidator>(LimitOptions.Section)
        .AddSingleton<BudgetStore>()
        .AddSingleton<ClientStandings>()
        .AddSingleton<Budgets>()
        .AddSingleton<RetryBudgets>()
        .AddSingleton<RequestRates>()
        .AddHosted<RequestRateShare>();
}
