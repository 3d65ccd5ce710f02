using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Pipeline.Core.Hosting;

/// <summary>The host of a role that serves nothing but health probes. Its whole Program.cs is one call of this.</summary>
public static class RoleHost
{
    // Several workers run on one machine, and nobody asks for their health unless somebody set an address.
    private const string AnyFreePort = "http://127.0.0.1:0";
    private const string PortsKey = "http_ports";

    /// <returns>The exit code of the process.</returns>
    public static Task<int> RunAsync(string[] args, Action<PipelineBuilder> roles) => PipelineHost.RunAsync(() =>
    {
        var builder = WebApplication.CreateBuilder(args);
        if (builder.Configuration[WebHostDefaults.ServerUrlsKey] is null && builder.Configuration[PortsKey] is null)
        {
            builder.WebHost.UseUrls(AnyFreePort);
        }

        builder.AddPipeline(roles);
        var app = builder.Build();
        app.UseAnswerHeaders(_ => false);
        app.MapHealth();
        return app;
    });
}
