using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Api.Ask;
using Pipeline.Api.Batches;
using Pipeline.Api.Conversations;
using Pipeline.Api.Documents;
using Pipeline.Api.Embeddings;
using Pipeline.Api.Emotion;
using Pipeline.Api.Events;
using Pipeline.Api.Interviews;
using Pipeline.Api.Jobs;
using Pipeline.Api.Keys;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Api.Models;
using Pipeline.Api.Prompts;
using Pipeline.Api.Queues;
using Pipeline.Api.InterviewReports;
using Pipeline.Api.Schedules;
using Pipeline.Api.Usage;
using Pipeline.Api.Users;
using Pipeline.Api.Search;
using Pipeline.Api.Steering;
using Pipeline.Api.Webhooks;
using Pipeline.Api.ActivityReports;
using Pipeline.Core.Hosting;

namespace Pipeline.Api;

/// <summary>Everything the API writes: snake_case, no nulls.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProblemDocument))]
[JsonSerializable(typeof(JobResource))]
[JsonSerializable(typeof(StateEvent))]
[JsonSerializable(typeof(ProgressEvent))]
[JsonSerializable(typeof(TokensEvent))]
[JsonSerializable(typeof(JobListResource))]
[JsonSerializable(typeof(JobPageResource))]
[JsonSerializable(typeof(FailuresResource))]
[JsonSerializable(typeof(QueuesResource))]
[JsonSerializable(typeof(QueueLoadResource))]
[JsonSerializable(typeof(BatchResource))]
[JsonSerializable(typeof(BatchPageResource))]
[JsonSerializable(typeof(BatchResultResource))]
[JsonSerializable(typeof(IReadOnlyList<BatchItemRequest>))]
[JsonSerializable(typeof(DocumentTextResource))]
[JsonSerializable(typeof(ChunkPageResource))]
[JsonSerializable(typeof(DeliveryResource))]
[JsonSerializable(typeof(PromptResource))]
[JsonSerializable(typeof(PromptPageResource))]
[JsonSerializable(typeof(PromptVersionsResource))]
[JsonSerializable(typeof(PromptPreviewResource))]
[JsonSerializable(typeof(PromptRequest))]
[JsonSerializable(typeof(PromptTextRequest))]
[JsonSerializable(typeof(PromptPreviewRequest))]
[JsonSerializable(typeof(PromptVersionRequest))]
[JsonSerializable(typeof(DeliveryPageResource))]
[JsonSerializable(typeof(SecretResource))]
[JsonSerializable(typeof(SecretListResource))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
[JsonSerializable(typeof(HealthResource))]
[JsonSerializable(typeof(InterviewRequest))]
[JsonSerializable(typeof(AnswerRequest))]
[JsonSerializable(typeof(InterviewResource))]
[JsonSerializable(typeof(InterviewSettings))]
[JsonSerializable(typeof(ConversationRequest))]
[JsonSerializable(typeof(MessageRequest))]
[JsonSerializable(typeof(ConversationResource))]
[JsonSerializable(typeof(ConversationPageResource))]
[JsonSerializable(typeof(ConversationSettings))]
[JsonSerializable(typeof(UserChatAnswer))]
[JsonSerializable(typeof(UserMessageRequest))]
[JsonSerializable(typeof(DocumentResource))]
[JsonSerializable(typeof(DocumentPageResource))]
[JsonSerializable(typeof(DocumentRequest))]
[JsonSerializable(typeof(SearchResource))]
[JsonSerializable(typeof(SearchRequest))]
[JsonSerializable(typeof(AskResource))]
[JsonSerializable(typeof(AskRequest))]
[JsonSerializable(typeof(JobRequest))]
[JsonSerializable(typeof(CommonRequest))]
[JsonSerializable(typeof(StreamField))]
[JsonSerializable(typeof(EmotionTexts))]
[JsonSerializable(typeof(EmbeddingTexts))]
[JsonSerializable(typeof(InterviewSource))]
[JsonSerializable(typeof(SchedulesResource))]
[JsonSerializable(typeof(ScheduleResource))]
[JsonSerializable(typeof(ActivityReportResource))]
[JsonSerializable(typeof(ActivityReportPageResource))]
[JsonSerializable(typeof(ActivityReportRequest))]
[JsonSerializable(typeof(ReportingResource))]
[JsonSerializable(typeof(KeyResource))]
[JsonSerializable(typeof(KeyPageResource))]
[JsonSerializable(typeof(UsageResource))]
[JsonSerializable(typeof(BusiestResource))]
[JsonSerializable(typeof(OwnKeyResource))]
[JsonSerializable(typeof(KeyRequest))]
[JsonSerializable(typeof(KeyChangeRequest))]
[JsonSerializable(typeof(RotationRequest))]
[JsonSerializable(typeof(PauseResource))]
[JsonSerializable(typeof(PausesResource))]
[JsonSerializable(typeof(PauseRequest))]
[JsonSerializable(typeof(WorkerResource))]
[JsonSerializable(typeof(ModelResource))]
[JsonSerializable(typeof(ModelsResource))]
[JsonSerializable(typeof(WorkersResource))]
[JsonSerializable(typeof(JobActionRequest))]
[JsonSerializable(typeof(JobActionResource))]
[JsonSerializable(typeof(AttemptsResource))]
[JsonSerializable(typeof(JobActionPageResource))]
[JsonSerializable(typeof(ErasedClientsResource))]
[JsonSerializable(typeof(UserExportLine))]
[JsonSerializable(typeof(JobCountResource))]
[JsonSerializable(typeof(AuditPageResource))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>What answers are written with. They are never part of a page, so Korean may stay readable instead of being escaped.</summary>
    public static ApiJson Wire { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
