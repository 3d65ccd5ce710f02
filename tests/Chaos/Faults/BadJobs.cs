using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Pipeline.Chaos.Clients;
using Pipeline.Chaos.Rigs;

namespace Pipeline.Chaos.Faults;

/// <summary>Requests that nobody should send. Each has to be refused as the client's fault, and to leave nothing.</summary>
internal sealed class BadJobs(HttpClient http) : IFault
{
    /// <summary>In the text of each: a job that has it was accepted wrongly.</summary>
    public const string Mark = "나쁜 작업";

    private const int TriesMax = 200;
    private const string Json = "application/json";
    private const string Lines = "application/x-ndjson";
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(200);

    private static readonly (string Path, string Type, string Body)[] Requests =
    [
        ("/api/jobs", Json, $$$"""{"kind":"emotion","input":{"text":"{{{Mark}}}""" ),
        ("/api/jobs", Json, $$$"""{"kind":"no-such-kind","input":{"text":"{{{Mark}}}"}}"""),
        ("/api/jobs", Json, $$$"""{"kind":"emotion","input":{"text":["{{{Mark}}}"]}}"""),
        ("/api/jobs", Json, $$$"""{"kind":"emotion","input":{"text":"{{{Mark}}}","more":1}}"""),
        ("/api/jobs", Json, $$$"""{"kind":"emotion","input":{"text":"{{{Mark}}}"},"priority":"urgent"}"""),
        ("/api/jobs", Json, $$$"""{"kind":"emotion","input":{"text":"{{{Mark}}}\u0000"}}"""),
        ("/api/jobs", "text/plain", $$$"""{"kind":"emotion","input":{"text":"{{{Mark}}}"}}"""),
        ("/api/emotion", Json, $$$"""{"text":"{{{Mark}}}","texts":["{{{Mark}}}"]}"""),
        ("/api/emotion", Json, $$$"""{"texts":["{{{Mark}}}",""]}"""),
        ("/api/emotion", Json, $$$"""{"text":"{{{Mark}}} {{{new string('x', 200_000)}}}"}"""),
        ("/api/jobs/batch?kind=emotion", Lines, $$$"""{"text":"{{{Mark}}} 1"}""" + "\n" + """{"text":""}"""),
        ("/api/jobs/batch?kind=emotion", Lines, $$$"""{"text":"{{{Mark}}} 1"}""" + "\n{"),
        ("/api/jobs/batch", Json, $$$"""[{"kind":"emotion","input":{"text":"{{{Mark}}}"}},{"kind":"emotion"}]"""),
    ];

    public string Name => "bad jobs";

    public async Task InjectAsync(Rig rig, Random random, CancellationToken cancellationToken)
    {
        foreach (var (path, type, body) in Requests)
        {
            await RefuseAsync(rig, random, path, type, body, cancellationToken);
        }
    }

    private async Task RefuseAsync(Rig rig, Random random, string path, string type, string body, CancellationToken cancellationToken)
    {
        var key = Guid.CreateVersion7().ToString();
        for (var i = 0; i < TriesMax; i++)
        {
            using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type));
            var reply = await http.TrySendAsync(new Uri(random.Of(rig.Apis).Address, path), content, key, cancellationToken);
            if (reply is { Status: >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError and not HttpStatusCode.TooManyRequests })
            {
                return;
            }

            if (reply is { Status: < HttpStatusCode.BadRequest })
            {
                throw new ChaosException($"{path} answered a bad request with {(int)reply.Status}: {body[..Math.Min(body.Length, 200)]}");
            }

            await Pause.ForAsync(RetryInterval, cancellationToken);
        }

        throw new ChaosException($"{path} gave a bad request no answer in {TriesMax} tries.");
    }
}
