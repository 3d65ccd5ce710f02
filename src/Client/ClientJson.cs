using System.Text.Json.Serialization;
using Pipeline.Client.Webhooks;
using Pipeline.Contracts;

namespace Pipeline.Client;

/// <summary>Unknown fields are skipped: the API grows by addition, and an older program must still read it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(Batch))]
[JsonSerializable(typeof(BatchResult))]
[JsonSerializable(typeof(PipelineProblem))]
[JsonSerializable(typeof(WebhookSecret))]
[JsonSerializable(typeof(WebhookEvent))]
[JsonSerializable(typeof(StateEvent))]
[JsonSerializable(typeof(ProgressEvent))]
[JsonSerializable(typeof(TokensEvent))]
[JsonSerializable(typeof(Document))]
[JsonSerializable(typeof(DocumentPage))]
[JsonSerializable(typeof(DocumentText))]
[JsonSerializable(typeof(ChunkPage))]
[JsonSerializable(typeof(Findings))]
[JsonSerializable(typeof(DocumentAnswer))]
[JsonSerializable(typeof(KindList))]
internal sealed partial class ClientJson : JsonSerializerContext;
