using Pipeline.Api.Batches;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;

namespace Pipeline.Api.OpenAi.Batches;

internal static class FileBatchesDocs
{
    private const string Tag = "openai";

    private const string Begin = """
        {"id":"batch_019a9c1e-7f00-7000-8000-000000000001","object":"batch","endpoint":"/v1/chat/completions","errors":null,
         "input_file_id":"file-019a9c1e-7f00-7000-8000-000000000003","completion_window":"24h",
        """;

    private const string Times = """
        "paused_at":null,"created_at":1763596800,"expires_at":1763683200,"failed_at":null,"expired_at":null,"metadata":null
        """;

    private const string Validating = Begin + """
        "status":"validating","output_file_id":null,"error_file_id":null,"in_progress_at":null,"finalizing_at":null,"completed_at":null,
        "cancelling_at":null,"cancelled_at":null,"request_counts":{"total":0,"completed":0,"failed":0},
        """ + Times + "}";

    private const string Running = Begin + """
        "status":"in_progress","output_file_id":null,"error_file_id":null,"in_progress_at":1763596803,"finalizing_at":null,"completed_at":null,
        "cancelling_at":null,"cancelled_at":null,"request_counts":{"total":50000,"completed":12000,"failed":3},
        """ + Times + "}";

    private const string Canceling = Begin + """
        "status":"cancelling","output_file_id":null,"error_file_id":null,"in_progress_at":1763596803,"finalizing_at":null,"completed_at":null,
        "cancelling_at":1763596900,"cancelled_at":null,"request_counts":{"total":50000,"completed":12000,"failed":3},
        """ + Times + "}";

    private const string Lines = """
        {"id":"batch_req_019a9c1e-7f00-7000-8000-00000000000b","custom_id":"review-1","response":{"status_code":200,"request_id":"req_019a9c1e-7f00-7000-8000-00000000000b","body":{"object":"chat.completion"}},"error":null,"cursor":"7421-0"}

        """;

    private static readonly ParameterDoc BatchId = new("path", "id", "The batch's id, such as batch_019a9c1e-7f00-7000-8000-000000000001.");

    public static readonly EndpointDoc Submit = new()
    {
        Name = "createFileBatch",
        Tag = Tag,
        Summary = "Make jobs of the lines of a file, as OpenAI's clients do",
        Description = "The lines are checked in the background. A line that is wrong becomes a line of the error file; the others run, in the bulk queues.",
        Parameters = [new("header", "Idempotency-Key", "1 to 255 visible ASCII characters. A repeat of the request gets the first batch again.")],
        Body = new(typeof(FileBatchRequest), []),
        Answers = [new(200, "The batch.", typeof(FileBatchResource), Validating) { Headers = [("Idempotency-Replayed", "`true` when it is that of an earlier request with this key.")] }],
        ErrorType = typeof(OpenAiError),
        Problems =
        [
            ProblemType.InvalidInput, ProblemType.NotJson, ProblemType.BodyTooLarge, ProblemType.MediaType, ProblemType.KeyReused, ProblemType.CrossSite,
            .. SharedDocs.AnyCall,
        ],
    };

    public static readonly EndpointDoc List = new()
    {
        Name = "listFileBatches",
        Tag = Tag,
        Summary = "List your batches of files, newest first, as OpenAI's clients do",
        Parameters =
        [
            new("query", "after", "The last id of the page before."),
            new("query", "limit", "1 to 10,000; a page has at most Api:PageLengthMax (200).", "20"),
        ],
        Answers =
        [
            new(200, "A page.", typeof(FileBatchPage), $$"""
                {"object":"list","data":[{{Running}}],"first_id":"batch_019a9c1e-7f00-7000-8000-000000000001","last_id":"batch_019a9c1e-7f00-7000-8000-000000000001","has_more":false}
                """),
        ],
        ErrorType = typeof(OpenAiError),
        Problems = [ProblemType.InvalidInput, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Find = new()
    {
        Name = "getFileBatch",
        Tag = Tag,
        Summary = "Get a batch of a file, as OpenAI's clients do",
        Parameters = [BatchId],
        Answers = [new(200, "The batch.", typeof(FileBatchResource), Running)],
        ErrorType = typeof(OpenAiError),
        Problems = [ProblemType.BatchNotFound, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Output = new()
    {
        Name = "getFileBatchOutput",
        Tag = Tag,
        Summary = "Read the lines of a batch that have ended, while it runs or after",
        Description = "Answers and errors together, as lines of the output and the error file, each with a cursor. Continue after the last line you read with `?after=`: no line is skipped, and none is repeated unless it was retried.",
        Parameters =
        [
            BatchId,
            new("query", "after", "The cursor of the last line that was read."),
            new("header", "Prefer", "`wait=N` goes on for up to N seconds, at most Api:WaitMax (60 s), with lines as they come; ends with the batch."),
        ],
        Answers = [new(200, "The lines so far.", typeof(AnswerLine), Lines) { MediaType = BatchFormats.LinesType }],
        ErrorType = typeof(OpenAiError),
        Problems = [ProblemType.InvalidInput, ProblemType.BatchNotFound, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Cancel = new()
    {
        Name = "cancelFileBatch",
        Tag = Tag,
        Summary = "Cancel what is left of a batch, as OpenAI's clients do",
        Description = "Answers that are there already are in its output file once it is cancelled.",
        Parameters = [BatchId],
        Answers = [new(200, "The batch.", typeof(FileBatchResource), Canceling)],
        ErrorType = typeof(OpenAiError),
        Problems = [ProblemType.BatchNotFound, ProblemType.BatchState, ProblemType.CrossSite, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Pause = Hold(
        "pauseFileBatch", "Hold back the lines of a batch that have not been sent to a worker", "Its window goes on. Lines that are with a worker are done.");

    public static readonly EndpointDoc Resume = Hold("resumeFileBatch", "Let the lines of a paused batch go on", null);

    public static readonly EndpointDoc Retry = new()
    {
        Name = "retryFileBatch",
        Tag = Tag,
        Summary = "Run the lines again that failed, expired or were canceled",
        Description = "The batch is in_progress again, with the same deadline for the order and no expiry; new files take the place of the old ones when it has ended. 429 where the client's budget does not hold all of these lines.",
        Parameters = [BatchId],
        Answers = [new(200, "The batch.", typeof(FileBatchResource), Running)],
        ErrorType = typeof(OpenAiError),
        Problems = [ProblemType.BatchNotFound, ProblemType.BatchState, ProblemType.CrossSite, .. SharedDocs.AnyCall],
    };

    private static EndpointDoc Hold(string name, string summary, string? description) => new()
    {
        Name = name,
        Tag = Tag,
        Summary = summary,
        Description = description,
        Parameters = [BatchId],
        Answers = [new(200, "The batch.", typeof(FileBatchResource), Running)],
        ErrorType = typeof(OpenAiError),
        Problems = [ProblemType.BatchNotFound, ProblemType.BatchState, ProblemType.CrossSite, .. SharedDocs.AnyCall],
    };
}
