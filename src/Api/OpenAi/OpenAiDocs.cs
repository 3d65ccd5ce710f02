using Pipeline.Api.Events;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;

namespace Pipeline.Api.OpenAi;

internal static class OpenAiDocs
{
    private const string Tag = "openai";

    private const string Model = """{"id":"chat","object":"model","created":1763596800,"owned_by":"pipeline","kinds":["chat"],"context_length":8192}""";

    private const string Completed = """
        {"id":"chatcmpl-019a9c1e-7f00-7000-8000-000000000000","object":"chat.completion","created":1763596800,"model":"chat",
         "system_fingerprint":"Qwen2.5 7B Instruct",
         "choices":[{"index":0,"message":{"role":"assistant","content":"Seoul.","refusal":null},"finish_reason":"stop"}],
         "usage":{"prompt_tokens":25,"completion_tokens":3,"total_tokens":28,"prompt_tokens_details":{"cached_tokens":0}}}
        """;

    private const string Embedded = """
        {"object":"list","model":"embedding","data":[{"object":"embedding","index":0,"embedding":[0.6,0.8]}],"usage":{"prompt_tokens":5,"total_tokens":5}}
        """;

    public static readonly EndpointDoc Models = new()
    {
        Name = "listModels",
        Tag = Tag,
        Summary = "List the models, as OpenAI's clients do",
        Answers = [new(200, "Every model.", typeof(ModelList), $$"""{"object":"list","data":[{{Model}}]}""")],
        ErrorType = typeof(OpenAiError),
        Problems = SharedDocs.AnyCall,
    };

    public static readonly EndpointDoc OneModel = new()
    {
        Name = "getModel",
        Tag = Tag,
        Summary = "Get a model, as OpenAI's clients do",
        Parameters = [new("path", "id", "A name from the list, such as chat.")],
        Answers = [new(200, "The model.", typeof(ModelEntry), Model)],
        ErrorType = typeof(OpenAiError),
        Problems = [ProblemType.ModelNotFound, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Complete = new()
    {
        Name = "createChatCompletion",
        Tag = Tag,
        Summary = "Complete a chat, as OpenAI's clients do",
        Description = "A chat job whose client waits for it, at most Api:CompletionWaitMax (10 min), or follows it with \"stream\": true. The id's part behind chatcmpl- is the job's.",
        Parameters = [EventsDocs.OnDisconnect],
        Body = new(typeof(CompletionRequest),
        [
            ("A question", """{"model":"chat","messages":[{"role":"user","content":"What is the capital of Korea?"}],"max_completion_tokens":16}"""),
        ]),
        Answers = [new(200, "The answer, or chunks of it as server-sent events.", typeof(Completion), Completed)],
        ErrorType = typeof(OpenAiError),
        Problems = [ProblemType.JobRejected, ProblemType.ContextLengthExceeded, ProblemType.ModelNotFound, ProblemType.JobEnded, ProblemType.JobFailed, ProblemType.NotFinished, ProblemType.TooManyStreams, .. SharedDocs.Submissions],
    };

    public static readonly EndpointDoc Plain = new()
    {
        Name = "createCompletion",
        Tag = Tag,
        Summary = "Answer a text, as OpenAI's older clients do",
        Description = "The text is a chat's only message; instruct models have no other way to be asked.",
        Parameters = [EventsDocs.OnDisconnect],
        Body = new(typeof(PlainRequest), [("A question", """{"model":"chat","prompt":"What is the capital of Korea?","max_tokens":16}""")]),
        Answers =
        [
            new(200, "The answer, or chunks of it as server-sent events.", typeof(PlainCompletion), """
                {"id":"cmpl-019a9c1e-7f00-7000-8000-000000000000","object":"text_completion","created":1763596800,"model":"chat",
                 "choices":[{"index":0,"text":"Seoul.","logprobs":null,"finish_reason":"stop"}],
                 "usage":{"prompt_tokens":25,"completion_tokens":3,"total_tokens":28,"prompt_tokens_details":{"cached_tokens":0}}}
                """),
        ],
        ErrorType = typeof(OpenAiError),
        Problems = Complete.Problems,
    };

    public static readonly EndpointDoc Embed = new()
    {
        Name = "createEmbeddings",
        Tag = Tag,
        Summary = "Turn texts into vectors, as OpenAI's clients do",
        Parameters = [EventsDocs.OnDisconnect],
        Body = new(typeof(EmbeddingsRequest), [("Two texts", """{"model":"embedding","input":["I got the job!","오늘은 정말 힘든 하루였어."]}""")]),
        Answers = [new(200, "A vector for each text, in their order.", typeof(EmbeddingsAnswer), Embedded)],
        ErrorType = typeof(OpenAiError),
        Problems = [ProblemType.JobRejected, ProblemType.ModelNotFound, ProblemType.JobEnded, ProblemType.JobFailed, ProblemType.NotFinished, .. SharedDocs.Submissions],
    };
}
