using System.Text.Json.Serialization;
using Pipeline.Contracts;

namespace Pipeline.Core.Subscriptions;

/// <summary>Events as they travel; escaped, since only this program reads them.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(JobEvent))]
[JsonSerializable(typeof(SubscribeToJobs))]
internal sealed partial class EventJson : JsonSerializerContext;
