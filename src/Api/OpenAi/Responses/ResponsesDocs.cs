using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;

namespace Pipeline.Api.OpenAi.Responses;

internal static class ResponsesDocs
{
    private const string Tag = "openai";

    private const string Completed = """
        {"id":"resp_019a9c1e-7f00-7000-8000-000000000000","object":"response","created_at":1763596800,"status":"completed","background":false,
         "error":null,"incomplete_details":null,"instructions":null,"max_output_tokens":16,"model":"chat",
         "output":[{"id":"msg_019a9c1e-7f00-7000-8000-000000000000","type":"message","status":"completed","role":"assistant",
                    "content":[{"type":"output_text","text":"Seoul.","annotations":[],"logprobs":[]}]}],
         "parallel_tool_calls":true,"previous_response_id":null,"store":true,"temperature":null,"top_p":null,"text":{"format":{"type":"text"}},
         "tool_choice":"auto","tools":[],"truncation":"disabled",
         "usage":{"input_tokens":25,"input_tokens_details":{"cached_tokens":0},"output_tokens":3,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":28},
         "metadata":{}}
        """;

    private static readonly ParameterDoc ResponseId = new("path", "id", "The response's id, such as resp_019a9c1e-7f00-7000-8000-000000000000.");

    private static readonly IReadOnlyList<ProblemType> OfOne = [ProblemType.ResponseNotFound, .. SharedDocs.AnyCall];

    public static readonly EndpointDoc Submit = new()
    {
        Name = "createResponse",
        Tag = Tag,
        Summary = "Answer, as OpenAI's clients ask for it",
        Description = "A chat job whose client waits for it, at most Api:CompletionWaitMax (10 min), follows its named events with \"stream\": true, or comes back for it with \"background\": true. The id's part behind resp_ is the job's.",
        Parameters = [Pipeline.Api.Events.EventsDocs.OnDisconnect],
        Body = new(typeof(ResponseRequest),
        [
            ("A question", """{"model":"chat","input":"What is the capital of Korea?","max_output_tokens":16}"""),
        ]),
        Answers = [new(200, "The answer, or its events.", typeof(ResponseResource), Completed)],
        ErrorType = typeof(OpenAiError),
        Problems =
        [
            ProblemType.JobRejected, ProblemType.ModelNotFound, ProblemType.ResponseNotFound, ProblemType.JobEnded, ProblemType.JobFailed, ProblemType.NotFinished, ProblemType.TooManyStreams,
            .. SharedDocs.Submissions,
        ],
    };

    public static readonly EndpointDoc Find = new()
    {
        Name = "getResponse",
        Tag = Tag,
        Summary = "Get a stored answer, as OpenAI's clients do",
        Description = "Of an answer in the background also as its events, from the first one or behind one that you have: they are the same in every connection.",
        Parameters =
        [
            ResponseId,
            new("query", ResponseStreamQuery.Stream, "true for its events; only of an answer in the background."),
            new("query", ResponseStreamQuery.StartingAfter, "With stream=true: the sequence_number of the last event that you have."),
        ],
        Answers = [new(200, "The answer as far as it is, or its events.", typeof(ResponseResource), Completed)],
        ErrorType = typeof(OpenAiError),
        Problems = [ProblemType.InvalidInput, ProblemType.TooManyStreams, .. OfOne],
    };

    public static readonly EndpointDoc Input = new()
    {
        Name = "listResponseInput",
        Tag = Tag,
        Summary = "Get what a stored answer was asked, as OpenAI's clients do",
        Parameters = [ResponseId],
        Answers =
        [
            new(200, "Its items.", typeof(ResponseInputPage), """
                {"object":"list","data":[{"type":"message","role":"user","content":[{"type":"input_text","text":"What is the capital of Korea?"}]}],"first_id":null,"last_id":null,"has_more":false}
                """),
        ],
        ErrorType = typeof(OpenAiError),
        Problems = OfOne,
    };

    public static readonly EndpointDoc Cancel = new()
    {
        Name = "cancelResponse",
        Tag = Tag,
        Summary = "Cancel an answer in the background, as OpenAI's clients do",
        Description = "One that has ended stays as it is.",
        Parameters = [ResponseId],
        Answers = [new(200, "The answer.", typeof(ResponseResource), Completed)],
        ErrorType = typeof(OpenAiError),
        Problems = [ProblemType.InvalidInput, ProblemType.CrossSite, .. OfOne],
    };

    public static readonly EndpointDoc Delete = new()
    {
        Name = "deleteResponse",
        Tag = Tag,
        Summary = "Delete a stored answer with what was asked, as OpenAI's clients do",
        Description = "An answer that is still being made is canceled. What went on from it cannot be gone on from any more.",
        Parameters = [ResponseId],
        Answers = [new(200, "It is gone.", typeof(ResponseDeleted), """{"id":"resp_019a9c1e-7f00-7000-8000-000000000000","object":"response","deleted":true}""")],
        ErrorType = typeof(OpenAiError),
        Problems = [ProblemType.CrossSite, .. OfOne],
    };
}
