using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Pipeline.Api.Mcp;

/// <summary>A tool that is an operation of the API: same checks, same limits, same answers. What fails is told in the API's own words.</summary>
internal sealed class ApiTool : McpServerTool
{
    private readonly Func<ToolArguments, ToolRequest> _request;
    private readonly string[] _known;

    /// <param name="schema">JSON schema of the arguments.</param>
    /// <param name="isReadOnly">Whether a call changes nothing that matters to anybody else.</param>
    public ApiTool(string name, string title, string description, string schema, bool isReadOnly, Func<ToolArguments, ToolRequest> request)
    {
        _request = request;
        var arguments = JsonElement.Parse(schema);
        _known = [.. arguments.GetProperty("properties").EnumerateObject().Select(property => property.Name)];
        ProtocolTool = new()
        {
            Name = name,
            Title = title,
            Description = description,
            InputSchema = arguments,
            Annotations = new() { Title = title, ReadOnlyHint = isReadOnly, DestructiveHint = name is "cancel_job", OpenWorldHint = false },
        };
    }

    public override Tool ProtocolTool { get; }

    public override IReadOnlyList<object> Metadata => [];

    public override async ValueTask<CallToolResult> InvokeAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        var arguments = new ToolArguments(new Dictionary<string, JsonElement>(request.Params?.Arguments ?? new Dictionary<string, JsonElement>()));
        if (arguments.Names.Except(_known).FirstOrDefault() is { } unknown)
        {
            return Answer($"{unknown} is not a known argument. Known: {string.Join(", ", _known)}.", isError: true);
        }

        var context = request.Services!.GetRequiredService<IHttpContextAccessor>().HttpContext
            ?? throw new InvalidOperationException("The tool was called outside a request, where no client is known.");
        var (status, body) = await context.RequestServices.GetRequiredService<InnerCalls>().SendAsync(context, _request(arguments), cancellationToken);
        return Answer(body, isError: status >= StatusCodes.Status400BadRequest);
    }

    private static CallToolResult Answer(string text, bool isError) => new() { Content = [new TextContentBlock { Text = text }], IsError = isError };
}
