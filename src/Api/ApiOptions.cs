using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;

namespace Pipeline.Api;

/// <summary>Bounds of the HTTP interface. Section <c>Api</c>.</summary>
internal sealed class ApiOptions
{
    public const string Section = "Api";

    /// <summary>Largest request body, in bytes. The default, 4 MiB, holds 256 texts of 16 KiB.</summary>
    [Range(1_024, 104_857_600)]
    public int BodyBytesMax { get; init; } = 4 * 1_024 * 1_024;

    /// <summary>Deepest nesting of objects and arrays in a request body. Default 32.</summary>
    [Range(4, 256)]
    public int BodyDepthMax { get; init; } = 32;

    /// <summary>Most texts in one request; they are accepted together or not at all. Default 256.</summary>
    [Range(1, 4_096)]
    public int TextsMax { get; init; } = 256;

    /// <summary>Most texts in one request for embeddings. Default 2,048; 1 to 4,096.</summary>
    [Range(1, 4_096)]
    public int EmbeddingTextsMax { get; init; } = 2_048;

    /// <summary>Most items in one batch. Default 50,000; 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int BatchItemsMax { get; init; } = 50_000;

    /// <summary>Largest body of a batch, in bytes; one item of it may have <see cref="BodyBytesMax"/>. Default 256 MiB; 1 KiB to 16 GiB.</summary>
    [Range(1_024, 17_179_869_184)]
    public long BatchBytesMax { get; init; } = 256L * 1_024 * 1_024;

    /// <summary>
    /// Where a batch waits on disk until its last item is checked, as a file without a name that vanishes with the process.
    /// Default: the system's folder for temporary files. Where that is in memory, name one on a disk.
    /// </summary>
    public string? BatchSpoolDirectory { get; init; }

    /// <summary>Longest <c>completion_window</c> of a batch of <c>/v1/batches</c>. 1 min to 30 days, default 7 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan BatchWindowMax { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How often a process looks for batches of files to check and to end. 10 ms to 1 min, default 200 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan BatchPollInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest that <c>Prefer: wait</c> holds a request; a longer wish is cut to it. Default 60 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan WaitMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Most streams of events open at once in one process; further ones are answered 429. 1 to 100,000, default 1,000.</summary>
    [Range(1, 100_000)]
    public int StreamsMax { get; init; } = 1_000;

    /// <summary>Most of them of one client; further ones are answered 429. 1 to 100,000, default 250.</summary>
    [Range(1, 100_000)]
    public int StreamsPerClientMax { get; init; } = 250;

    /// <summary>Most requests of one client under way at once in one process, whatever they wait for; further ones are answered 429. 1 to 100,000, default 1,000.</summary>
    [Range(1, 100_000)]
    public int RequestsPerClientMax { get; init; } = 1_000;

    /// <summary>
    /// Most batches and files of /v1/files that one client sends to one process, or reads from it, at once; further ones are answered 429. 1 to 1,000,
    /// default 16.
    /// </summary>
    [Range(1, 1_000)]
    public int UploadsPerClientMax { get; init; } = 16;

    /// <summary>The same of all clients. 1 to 10,000, default 128.</summary>
    [Range(1, 10_000)]
    public int UploadsMax { get; init; } = 128;

    /// <summary>Most of the temporary disk that the batches and documents of one client take while they are checked, in bytes. 1 MiB to 1 TiB, default 2 GiB.</summary>
    [Range(1_048_576, 1_099_511_627_776)]
    public long SpoolBytesPerClientMax { get; init; } = 2_147_483_648;

    /// <summary>The same of all clients. 1 MiB to 16 TiB, default 8 GiB.</summary>
    [Range(1_048_576, 17_592_186_044_416)]
    public long SpoolBytesMax { get; init; } = 8_589_934_592;

    /// <summary>
    /// Most memory that the JSON bodies of one client's requests under way take, in bytes; further ones are answered 429. 1 KiB to 64 GiB,
    /// default 256 MiB.
    /// </summary>
    [Range(1_024, 68_719_476_736)]
    public long BodiesBytesPerClientMax { get; init; } = 268_435_456;

    /// <summary>The same of all clients. 1 KiB to 64 GiB, default 1 GiB.</summary>
    [Range(1_024, 68_719_476_736)]
    public long BodiesBytesMax { get; init; } = 1_073_741_824;

    /// <summary>
    /// Most documents and schemas that one process reads at once; a single client never has the last place. 2 to 1,024, default as many as
    /// there are cores, and at least 2.
    /// </summary>
    [Range(2, 1_024)]
    public int? ParsersMax { get; init; }

    /// <summary>
    /// Least rate at which a body has to arrive and an answer to be taken, in bytes a second on average after the first five seconds; a
    /// slower connection is ended. 1 to 1,000,000, default 240.
    /// </summary>
    [Range(1, 1_000_000)]
    public int BytesPerSecondMin { get; init; } = 240;

    /// <summary>Longest that a body may take to arrive; then its connection is ended. 1 s to 1 day, default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan BodyTimeMax { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Longest that one stream lives; its client connects again and goes on where it was. 1 s to 24 h, default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan StreamDurationMax { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Longest that a request below /v1 is held for its answer; the job goes on. 1 s to 1 h, default 10 min, as long as OpenAI's clients wait.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan CompletionWaitMax { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Keep-alive interval of an idle stream. 1 s to 5 min, default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan StreamKeepAlive { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Furthest that <c>expires_at</c> or <c>Cancel-After</c> may lie ahead. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan ExpiryMax { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Most jobs in one page of <c>GET /api/jobs</c>. Default 200; a request that names no limit gets 50.</summary>
    [Range(1, 1_000)]
    public int PageLengthMax { get; init; } = 200;

    /// <summary>
    /// Whether the JSON schema of an answer is compiled before its job is accepted. Turn it off where only model servers
    /// (Inference:Backend is Remote) answer chats and know keywords that Pipeline's own engine refuses. Default true.
    /// </summary>
    public bool SchemaCheck { get; init; } = true;

    /// <summary>
    /// Proxies whose X-Forwarded-For, -Proto and -Host are believed: addresses, or networks such as 10.0.0.0/24. Default none.
    /// Whatever is forwarded, by a trusted proxy or not, needs a key.
    /// </summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>
    /// Origins of web pages that may call the API from a browser (CORS), such as https://app.example.com. Default none; pages of
    /// any other origin can neither read answers nor change anything.
    /// </summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>
    /// Paths of kinds that answer with the result alone, such as /api/feedback, and hold the request for it: for clients that know no
    /// jobs. A request says otherwise with <c>?view=job</c>. Default none.
    /// </summary>
    public IReadOnlyList<string> ResultOnly { get; init; } = [];

    /// <summary>What <c>Retry-After</c> says while the database cannot be reached. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan StoreRetryAfter { get; init; } = TimeSpan.FromSeconds(5);
}

[OptionsValidator]
internal sealed partial class ApiOptionsValidator : IValidateOptions<ApiOptions>;

/// <summary>Bounds of <see cref="InputLimits"/>, whose own project has no packages.</summary>
[OptionsValidator]
internal sealed partial class InputLimitsValidator : IValidateOptions<InputLimits>;
