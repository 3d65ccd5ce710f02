using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Console.Access;
using Pipeline.Console.Assets;
using Pipeline.Console.Calls;
using Pipeline.Console.Overview;
using Pipeline.Console.Pages;
using Pipeline.Core.Clients;
using Pipeline.Core.Hosting;

namespace Pipeline.Console;

/// <summary>The pages for people, in the process of the API.</summary>
public static class ConsoleHosting
{
    public static IServiceCollection AddConsole(this IServiceCollection services)
    {
        services.AddValidated<ConsoleOptions, ConsoleOptionsValidator>(ConsoleOptions.Section);
        services.AddSingleton<InnerPipeline>();
        services.AddSingleton<ApiCalls>();
        services.AddSingleton<Visitors>();
        services.AddSingleton<PassThrough>();
        services.AddHosted<QueueHistory>();
        return services.AddScoped<ScreenContext>();
    }

    /// <summary>Takes hold of the API. Before all that its clients have to pass.</summary>
    public static void UseConsole(this WebApplication app) => ((IApplicationBuilder)app).Use(app.Services.GetRequiredService<InnerPipeline>().Capture);

    /// <summary>Before it is known for whom a request acts.</summary>
    public static void UseConsoleReading(this WebApplication app)
    {
        if (IsEnabled(app))
        {
            app.UseMiddleware<PassThrough>();
        }
    }

    /// <summary>Maps the pages; false where they are left out.</summary>
    public static bool MapConsole(this WebApplication app)
    {
        if (!IsEnabled(app))
        {
            return false;
        }

        ConsoleFiles.Map(app);
        Login.Map(app);
        var pages = app.MapGroup("").AddEndpointFilter(AdmitAsync);
        Screens.Map(pages);
        Acts.Map(pages);
        Comparisons.Map(pages);
        return true;
    }

    private static bool IsEnabled(WebApplication app) => app.Services.GetRequiredService<IOptions<ConsoleOptions>>().Value.Enabled;

    private static async ValueTask<object?> AdmitAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        if (await context.RequestServices.GetRequiredService<Visitors>().FindAsync(context) is not { } client)
        {
            return HttpMethods.IsGet(context.Request.Method)
                ? Results.Redirect(Login.PathBackTo(context.Request.Path + context.Request.QueryString))
                : Results.Redirect(Login.Path);
        }

        context.Features.Set<Client>(client);
        return await next(invocation);
    }
}
