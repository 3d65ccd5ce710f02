using System.Net;
using System.Text;

namespace Pipeline.Client.Tests.Wire;

/// <summary>Answers requests as a test says, one after the other, and notes them.</summary>
internal sealed class ScriptedServer : HttpMessageHandler
{
    private readonly Queue<Func<HttpResponseMessage>> _answers = new();

    public List<(HttpMethod Method, string Path, string Body, Dictionary<string, string> Headers)> Requests { get; } = [];

    public PipelineClient Connect(PipelineClientOptions options) =>
        new(new HttpClient(this, disposeHandler: false) { BaseAddress = new("http://pipeline.test/") }, options);

    public ScriptedServer Then(int status, string body, string type = "application/json", params (string Name, string Value)[] headers)
    {
        _answers.Enqueue(() =>
        {
            var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, type) };
            foreach (var (name, value) in headers)
            {
                response.Headers.TryAddWithoutValidation(name, value);
            }

            return response;
        });
        return this;
    }

    public ScriptedServer ThenProblem(int status, string name, string title, string detail, params (string Name, string Value)[] headers) =>
        Then(status, $$"""{"type":"urn:pipeline:problem:{{name}}","title":"{{title}}","status":{{status}},"detail":"{{detail}}"}""", "application/problem+json", headers);

    /// <summary>An answer whose connection breaks after so much of it.</summary>
    public ScriptedServer ThenBreakingAfter(string body, string type)
    {
        _answers.Enqueue(() => new(HttpStatusCode.OK)
        {
            Content = new StreamContent(new BreakingStream(Encoding.UTF8.GetBytes(body))) { Headers = { ContentType = new(type) } },
        });
        return this;
    }

    public ScriptedServer ThenBreak()
    {
        _answers.Enqueue(() => throw new HttpRequestException("Connection reset."));
        return this;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        Requests.Add((request.Method, request.RequestUri!.PathAndQuery, body, request.Headers.ToDictionary(header => header.Key, header => string.Join(", ", header.Value))));
        return _answers.Dequeue()();
    }

    private sealed class BreakingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var read ? read : throw new IOException("Connection reset.");
    }
}
