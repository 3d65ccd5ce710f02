namespace Pipeline.Cli.Wire;

/// <summary>Which pipeline to talk to, and as whom.</summary>
/// <param name="Url">Its root, for example <c>http://127.0.0.1:8080/</c>; ends in a slash.</param>
internal sealed record Server(Uri Url, string? ApiKey)
{
    /// <summary>Longest a single request may take, in which the pipeline may hold it for <see cref="EmotionRun.HoldMax"/>.</summary>
    private static readonly TimeSpan RequestMax = TimeSpan.FromSeconds(100);

    public Uri JobUrl(Guid id) => new(Url, $"api/jobs/{id}");

    public Uri BatchUrl(Guid id) => new(Url, $"api/batches/{id}");

    public HttpClient Connect()
    {
        var http = new HttpClient { BaseAddress = Url, Timeout = RequestMax };
        if (ApiKey is not null)
        {
            http.DefaultRequestHeaders.Authorization = new("Bearer", ApiKey);
        }

        return http;
    }
}
