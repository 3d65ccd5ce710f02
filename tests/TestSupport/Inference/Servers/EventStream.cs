using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Pipeline.TestSupport.Inference.Servers;

/// <summary>Server-sent events, each flushed, so that a client sees a piece when it is written.</summary>
internal sealed class EventStream
{
    private readonly HttpContext _context;

    public EventStream(HttpContext context)
    {
        _context = context;
        context.Response.ContentType = "text/event-stream";
    }

    /// <param name="data">One line of JSON.</param>
    /// <param name="name">Of the event; OpenAI's have none.</param>
    public Task WriteAsync(JsonObject data, string? name = null) =>
        WriteAsync($"{(name is null ? "" : $"event: {name}\n")}data: {data.ToJsonString(OpenAiJson.Unescaped)}\n\n");

    /// <summary>OpenAI's end.</summary>
    public Task EndAsync() => WriteAsync("data: [DONE]\n\n");

    private async Task WriteAsync(string text)
    {
        await _context.Response.WriteAsync(text, _context.RequestAborted);
        await _context.Response.Body.FlushAsync(_context.RequestAborted);
    }
}
