using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Features;
using Pipeline.Api.Jobs;

namespace Pipeline.Api.Events;

/// <summary>
/// Writes server-sent events. What is written reaches the client with the next <see cref="FlushAsync"/>; until something is,
/// the answer has not begun and may become another one.
/// </summary>
internal sealed class SseWriter(HttpContext context, TimeProvider time)
{
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = ApiJson.Wire.Options.Encoder, SkipValidation = true };

    private long _written = time.GetTimestamp();
    private bool _isPending;

    private PipeWriter Body => context.Response.BodyWriter;

    /// <summary>Whether anything was written.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>How long nothing was written.</summary>
    public TimeSpan Quiet => time.GetElapsedTime(_written);

    /// <param name="name">Null for a plain message.</param>
    /// <param name="id">What the client sends as Last-Event-ID when it comes back; null leaves the last one.</param>
    public void Write<T>(string? name, string? id, T data, JsonTypeInfo<T> json)
    {
        if (name is not null)
        {
            Write($"event: {name}\n");
        }

        if (id is not null)
        {
            Write($"id: {id}\n");
        }

        Write("data: ");
        using (var writer = new Utf8JsonWriter(Body, JsonOptions))
        {
            JsonSerializer.Serialize(writer, data, json); // JSON text has no line breaks, so one data line holds it.
        }

        Write("\n\n");
    }

    /// <summary>A line of data that is not JSON.</summary>
    public void WriteText(string data) => Write($"data: {data}\n\n");

    /// <summary>Shows proxies and clients that the connection lives.</summary>
    public void WriteKeepAlive() => Write(": keep-alive\n\n");

    /// <exception cref="OperationCanceledException">The client has left.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_isPending)
        {
            _isPending = false;
            await Body.FlushAsync(cancellationToken);
            _written = time.GetTimestamp();
        }
    }

    private void Write(string text)
    {
        Begin();
        Body.Write(Encoding.UTF8.GetBytes(text));
    }

    private void Begin()
    {
        _isPending = true;
        if (HasBegun)
        {
            return;
        }

        HasBegun = true;
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var headers = context.Response.Headers;
        headers.ContentType = "text/event-stream; charset=utf-8";
        headers["X-Accel-Buffering"] = "no"; // Tells nginx not to wait for more.
    }
}

/// <summary>The events of <c>GET /api/jobs/{id}/events</c>.</summary>
internal sealed class EventFormat : IStreamFormat
{
    public void Write(SseWriter sse, JobUpdate update)
    {
        switch (update)
        {
            case JobUpdate.State state:
                sse.Write("state", null, new(state.Value, state.Attempt, state.JobsAhead), ApiJson.Wire.StateEvent);
                break;
            case JobUpdate.Progress progress:
                sse.Write("progress", null, new(progress.Done), ApiJson.Wire.ProgressEvent);
                break;
            case JobUpdate.Text text:
                sse.Write("tokens", LastEventId.Of(text.End), new(text.At.Attempt, text.At.Offset, text.Value), ApiJson.Wire.TokensEvent);
                break;
            case JobUpdate.Ended ended:
                sse.Write("end", LastEventId.End, JobResource.Of(ended.Job), ApiJson.Wire.JobResource);
                break;
            case JobUpdate.Silence:
                sse.WriteKeepAlive();
                break;
        }
    }
}

/// <param name="JobsAhead">Jobs before it in its queue, while it waits.</param>
internal sealed record StateEvent(string State, int Attempt, int? JobsAhead);

/// <param name="Done">0 to 1.</param>
internal sealed record ProgressEvent(double Done);

/// <param name="Attempt">Each attempt begins its text anew.</param>
/// <param name="Offset">Where the text begins, in UTF-16 code units.</param>
internal sealed record TokensEvent(int Attempt, int Offset, string Text);
