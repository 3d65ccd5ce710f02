using System.ComponentModel;
using System.Text.Json;
using Pipeline.Api.Conversations;
using Pipeline.Api.Documents;
using Pipeline.Api.Interviews;
using Pipeline.Api.Jobs;

namespace Pipeline.Api.Users;

/// <param name="Type">conversation, interview, document, job, or end, which is the last one.</param>
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

    [Description("Of the last line: how many conversations and interviews there were.")]
    public int? Conversations { get; init; }

    public int? Documents { get; init; }

    public int? Jobs { get; init; }
}
