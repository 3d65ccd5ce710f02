using System.Net.ServerSentEvents;
using System.Text.Json;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Api.Tests.Hosting;

/// <summary>Reads server-sent events one by one, and keeps the id of the last one as a browser does.</summary>
internal sealed class EventReader : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly SseParser<string> _parser;
    private readonly IAsyncEnumerator<SseItem<string>> _items;
    private readonly CancellationTokenSource _patience = Patience.Begin();

    private EventReader(HttpResponseMessage response, Stream stream)
    {
        _response = response;
        _parser = SseParser.Create(stream);
        _items = _parser.EnumerateAsync(_patience.Token).GetAsyncEnumerator();
    }

    public Uri? Location => _response.Headers.Location;

    public string LastEventId => _parser.LastEventId;

    public static async Task<EventReader> OpenAsync(HttpResponseMessage response) =>
        new(response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));

    /// <summary>The next event; null when the server has closed the stream.</summary>
    public async Task<(string Name, string Data)?> NextAsync() =>
        await _items.MoveNextAsync() ? (_items.Current.EventType, _items.Current.Data) : null;

    /// <summary>The next event of this name, whatever comes before it.</summary>
    public async Task<JsonElement> NextAsync(string name)
    {
        while (await NextAsync() is { } item)
        {
            if (item.Name == name)
            {
                return JsonElement.Parse(item.Data);
            }
        }

        throw new InvalidOperationException($"The stream ended without the event {name}.");
    }

    /// <summary>Everything that is left.</summary>
    public async Task<IReadOnlyList<(string Name, string Data)>> RestAsync()
    {
        List<(string, string)> rest = [];
        while (await NextAsync() is { } item)
        {
            rest.Add(item);
        }

        return rest;
    }

    public async ValueTask DisposeAsync()
    {
        // Before the reader, which would wait for what never comes.
        _response.Dispose();
        await _items.DisposeAsync();
        _patience.Dispose();
    }
}
