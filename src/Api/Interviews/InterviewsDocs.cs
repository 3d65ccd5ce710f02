using System.ComponentModel;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Interviews;

internal static class InterviewsDocs
{
    private const string Tag = "interviews";

    private const string Waiting = """
        {"id":"019a9c1e-7f00-7000-8000-000000000004","state":"waiting","topics":["ASP.NET Core","PostgreSQL"],"topic":"ASP.NET Core","phases":["warm-up","depth"],"phase":"warm-up",
         "questions_answered":0,"questions_max":6,"message":"Which middleware did you last write, and why?","exchanges":[],
         "job_id":"019a9c1e-7f00-7000-8000-000000000004",
         "links":{"self":"/api/interviews/019a9c1e-7f00-7000-8000-000000000004","answers":"/api/interviews/019a9c1e-7f00-7000-8000-000000000004/answers","job":"/api/jobs/019a9c1e-7f00-7000-8000-000000000004"}}
        """;

    private const string Thinking = """
        {"id":"019a9c1e-7f00-7000-8000-000000000004","state":"thinking","topics":["ASP.NET Core","PostgreSQL"],"topic":"ASP.NET Core","phases":["warm-up","depth"],"phase":"warm-up",
         "questions_answered":0,"questions_max":6,"exchanges":[],"job_id":"019a9c1e-7f00-7000-8000-000000000004",
         "links":{"self":"/api/interviews/019a9c1e-7f00-7000-8000-000000000004","answers":"/api/interviews/019a9c1e-7f00-7000-8000-000000000004/answers","job":"/api/jobs/019a9c1e-7f00-7000-8000-000000000004"}}
        """;

    private static readonly ParameterDoc Id = new("path", "id", "The interview's UUID.");

    public static readonly EndpointDoc Begin = new()
    {
        Name = "beginInterview",
        Tag = Tag,
        Summary = "Start an interview that Pipeline conducts",
        Description = "It ends after its last phase, or after questions_max answers.",
        Parameters = SharedDocs.Submission,
        Body = new(typeof(InterviewRequest), [("An interview", """{"topics":["ASP.NET Core","PostgreSQL"],"phases":["warm-up","depth"],"questions_max":6,"questions_per_phase_max":3}""")]),
        Answers =
        [
            new(200, "The interview with its first question, with `Prefer: wait`.", typeof(InterviewResource), Waiting) { Headers = SharedDocs.SubmissionHeaders },
            new(202, "The interview as it is.", typeof(InterviewResource), Thinking) { Headers = SharedDocs.SubmissionHeaders },
        ],
        Problems = SharedDocs.Submissions,
    };

    public static readonly EndpointDoc Find = new()
    {
        Name = "getInterview",
        Tag = Tag,
        Summary = "Get an interview",
        Parameters = [Id],
        Answers = [new(200, "The interview.", typeof(InterviewResource), Waiting)],
        Problems = [ProblemType.InvalidInput, ProblemType.ConversationNotFound, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Delete = new()
    {
        Name = "deleteInterview",
        Tag = Tag,
        Summary = "Delete an interview with its answers",
        Parameters = [Id],
        Answers = [new(204, "The interview is gone.")],
        Problems = [ProblemType.InvalidInput, ProblemType.ConversationNotFound, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Answer = new()
    {
        Name = "answerInterview",
        Tag = Tag,
        Summary = "Answer the last question of an interview",
        Parameters = [Id, .. SharedDocs.Submission],
        Body = new(typeof(AnswerRequest), [("An answer", """{"answer":"One that logs slow requests, to find them."}""")]),
        Answers =
        [
            new(200, "The interview with the next message, with `Prefer: wait`.", typeof(InterviewResource), Waiting) { Headers = SharedDocs.SubmissionHeaders },
            new(202, "The interview as it is.", typeof(InterviewResource), Thinking) { Headers = SharedDocs.SubmissionHeaders },
        ],
        Problems = [.. SharedDocs.Submissions, ProblemType.ConversationNotFound, ProblemType.ConversationState],
    };
}

/// <summary>The body for readers of the document; <see cref="InterviewDraft"/> reads it.</summary>
internal sealed record InterviewRequest
{
    [Description("1 to 20 names, in order: the model moves on to the next one when it has heard enough.")]
    public required IReadOnlyList<string> Topics { get; init; }

    [Description("1 to 20 names, in order.")]
    public required IReadOnlyList<string> Phases { get; init; }

    [Description("Answers after which the interview ends. 1 to 200, default 10.")]
    public int? QuestionsMax { get; init; }

    [Description("Answers after which a phase ends. 1 to 200, default questions_max.")]
    public int? QuestionsPerPhaseMax { get; init; }

    [Description("ko or en; default the first topic's.")]
    public string? Language { get; init; }

    [Description("Name of an interview prompt; default \"default\".")]
    public string? Prompt { get; init; }
}

/// <summary>The body for readers of the document.</summary>
internal sealed record AnswerRequest
{
    [Description("At most Input:TextLengthMax (20,000) UTF-16 code units.")]
    public required string Answer { get; init; }
}
