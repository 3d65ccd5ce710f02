using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;

namespace Pipeline.Api.OpenAi.Files;

internal static class FilesDocs
{
    private const string Tag = "openai";

    private const string Uploaded = """
        {"id":"file-019a9c1e-7f00-7000-8000-000000000003","object":"file","bytes":8192,"created_at":1763596800,"expires_at":1766188800,
         "filename":"reviews.jsonl","purpose":"batch","status":"processed"}
        """;

    private static readonly ParameterDoc FileId = new("path", "id", "The file's id, such as file-019a9c1e-7f00-7000-8000-000000000003.");

    public static readonly EndpointDoc Upload = new()
    {
        Name = "createFile",
        Tag = Tag,
        Summary = "Upload a file, as OpenAI's clients do",
        Description = "multipart/form-data with `file` and `purpose`, and `expires_after[anchor]` (created_at) and `expires_after[seconds]` (3600 to Files:Lifetime) if it is to be deleted sooner. Written while it arrives; at most Files:BytesMax (512 MiB).",
        Body = new(typeof(FileForm), []) { IsForm = true },
        Answers = [new(200, "The file.", typeof(FileResource), Uploaded)],
        ErrorType = typeof(OpenAiError),
        Problems = [ProblemType.InvalidInput, ProblemType.BodyTooLarge, ProblemType.MediaType, ProblemType.FilesFull, ProblemType.CrossSite, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc List = new()
    {
        Name = "listFiles",
        Tag = Tag,
        Summary = "List your files, as OpenAI's clients do",
        Parameters =
        [
            new("query", "after", "The last id of the page before."),
            new("query", "limit", "1 to 10,000; a page has at most Api:PageLengthMax (200).", "50"),
            new("query", "order", "desc (default): the newest first; or asc."),
            new("query", "purpose", "Only files with this purpose."),
        ],
        Answers =
        [
            new(200, "A page.", typeof(FilePage), $$"""
                {"object":"list","data":[{{Uploaded}}],"first_id":"file-019a9c1e-7f00-7000-8000-000000000003","last_id":"file-019a9c1e-7f00-7000-8000-000000000003","has_more":false}
                """),
        ],
        ErrorType = typeof(OpenAiError),
        Problems = [ProblemType.InvalidInput, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Find = new()
    {
        Name = "getFile",
        Tag = Tag,
        Summary = "Get what is known of a file, as OpenAI's clients do",
        Parameters = [FileId],
        Answers = [new(200, "The file.", typeof(FileResource), Uploaded)],
        ErrorType = typeof(OpenAiError),
        Problems = [ProblemType.FileNotFound, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Content = new()
    {
        Name = "getFileContent",
        Tag = Tag,
        Summary = "Read a file, as OpenAI's clients do",
        Parameters = [FileId],
        Answers = [new(200, "Its bytes.", typeof(string), "{\"custom_id\":\"review-1\",…}\n") { MediaType = "application/octet-stream" }],
        ErrorType = typeof(OpenAiError),
        Problems = [ProblemType.FileNotFound, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Delete = new()
    {
        Name = "deleteFile",
        Tag = Tag,
        Summary = "Delete a file, as OpenAI's clients do",
        Description = "A batch that has checked its lines needs its file no more; one that has not fails.",
        Parameters = [FileId],
        Answers = [new(200, "It is gone.", typeof(FileDeleted), """{"id":"file-019a9c1e-7f00-7000-8000-000000000003","object":"file","deleted":true}""")],
        ErrorType = typeof(OpenAiError),
        Problems = [ProblemType.FileNotFound, ProblemType.CrossSite, .. SharedDocs.AnyCall],
    };
}
