using Microsoft.Extensions.Options;
using ModelContextProtocol.Server;
using Pipeline.Contracts;

namespace Pipeline.Api.Mcp;

/// <summary><c>/mcp</c>: the API as tools of the Model Context Protocol, for clients with the same keys.</summary>
internal static class McpRegistration
{
    private const string Route = "/mcp";

    public static bool Has(PathString path) => path.StartsWithSegments(Route, StringComparison.OrdinalIgnoreCase);

    public static void AddMcp(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddSingleton<InnerCalls>();

        // Without sessions: any process answers any request, and one that dies takes nothing with it.
        services.AddMcpServer(server => server.ServerInfo = new() { Name = "pipeline", Title = "Pipeline", Version = typeof(McpRegistration).Assembly.GetName().Version!.ToString(3) })
            .WithHttpTransport(http => http.Stateless = true);
        services.AddSingleton<IConfigureOptions<McpServerOptions>, ToolList>();
    }

    public static void MapMcp(this WebApplication app) => app.MapMcp(Route).ExcludeFromDescription();

    /// <summary>The kinds of this host are known once it is built.</summary>
    private sealed class ToolList(JobCatalog catalog, IOptions<ApiOptions> options) : IConfigureOptions<McpServerOptions>
    {
        public void Configure(McpServerOptions server)
        {
            server.ToolCollection ??= [];
            foreach (var tool in ApiTools.Of(catalog, options))
            {
                server.ToolCollection.Add(tool);
            }
        }
    }
}
