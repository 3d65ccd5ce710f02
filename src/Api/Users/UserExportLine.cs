using System.ComponentModel;
using System.Text.Json;
using Pipeline.Api.Conversations;
using Pipeline.Api.Documents;
using Pipeline.Api.Interviews;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenAi;
using Pipeline.Api.Webhooks;
using Pipeline.Core.Erasure;
using Pipeline.Core.Files;

namespace Pipeline.Api.Users;

/// <param name="Type">conversation, interview, document, job, file, or end, which is the last one.</param>
[Description("One thing that is kept of a user. Fields without a value are omitted.")]
internal sealed record UserExportLine(string Type)
{
    public ConversationResource? Conversation { get; init; }

    public InterviewResource? Interview { get; init; }

    public DocumentResource? Document { get; init; }

    [Description("What the document says.")]
    public string? Text { get; init; }

    [Description("With its result.")]
    public JobResource? Job { get; init; }

    [Description("What the job was asked.")]
    public JsonElement? Input { get; init; }

    [Description("Of a job that answered a request for a response of OpenAI's clients.")]
    public UserResponseResource? Response { get; init; }

    [Description("Webhooks that told of the job, with their bodies.")]
    public IReadOnlyList<DeliveryResource>? Deliveries { get; init; }

    [Description("A file of a batch that had a job of the user. It has lines of others too: those of the user are the jobs.")]
    public UserFileResource? File { get; init; }

    [Description("Of the last line: how many conversations and interviews there were.")]
    public int? Conversations { get; init; }

    public int? Documents { get; init; }

    public int? Jobs { get; init; }

    public int? Files { get; init; }
}

/// <param name="Id">resp_ and the id of the job.</param>
/// <param name="PreviousResponseId">What it went on from.</param>
/// <param name="Input">As it was sent.</param>
internal sealed record UserResponseResource(string Id, string? PreviousResponseId, JsonElement Input)
{
    public static UserResponseResource Of(UserResponse response) => new(
        OpenAiIds.Of(OpenAiIds.Response, response.Id), OpenAiIds.Of(OpenAiIds.Response, response.PreviousId), JsonElement.Parse(response.Input));
}

/// <param name="Id">file- and a UUIDv7; GET /v1/files/{id}/content reads it.</param>
internal sealed record UserFileResource(string Id, string Filename, string Purpose, long Bytes, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt)
{
    public static UserFileResource Of(StoredFile file) =>
        new(OpenAiIds.Of(OpenAiIds.File, file.Id), file.Filename, file.Purpose, file.Bytes, file.CreatedAt, file.ExpiresAt);
}
