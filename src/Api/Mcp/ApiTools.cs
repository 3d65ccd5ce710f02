using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;

namespace Pipeline.Api.Mcp;

/// <summary>The tools: each is an operation of the API, described for a model that chooses among them.</summary>
internal static class ApiTools
{
    private const string Id = "id";
    private const string Wait = "wait_seconds";
    private const string Key = "idempotency_key";

    private const string JobSchema = """{"type":"object","properties":{"id":{"type":"string","format":"uuid","description":"The id of the job."}},"required":["id"],"additionalProperties":false}""";

    public static IEnumerable<ApiTool> Of(JobCatalog catalog, IOptions<ApiOptions> options)
    {
        var wait = $"{options.Value.WaitMax.TotalSeconds:0}";
        yield return new("submit_job", "Submit a job", "Submits a job of any kind and returns it; with wait_seconds, once it is final. Each kind has its own input: see the input schemas in kinds.", SubmitSchema(catalog), isReadOnly: false, arguments =>
            new("POST", "/api/jobs", "submitJob") { Body = arguments.BodyWithout(Wait, Key), WaitSeconds = arguments.Text(Wait), IdempotencyKey = arguments.Text(Key) });
        yield return new("get_job", "Get a job", "Returns a job: its state, why it waits, its result or error.", JobSchema, isReadOnly: true, arguments => OfJob("GET", "getJob", arguments));
        yield return new("wait_for_job", "Wait for a job", $"Returns a job once it is final, or as it is after wait_seconds, at most {wait}: call again then.", WaitSchema, isReadOnly: true, arguments =>
            OfJob("GET", "getJob", arguments) with { WaitSeconds = arguments.Text(Wait) ?? wait });
        yield return new("cancel_job", "Cancel a job", "Cancels a queued or running job.", JobSchema, isReadOnly: false, arguments => OfJob("DELETE", "cancelJob", arguments) with { Query = "?erase=false" });
        yield return new("search_documents", "Search documents", "Finds the passages of the stored documents that answer a query best, by meaning and by words.", SearchSchema, isReadOnly: true, arguments =>
            new("POST", "/api/search", "search") { Body = arguments.BodyWithout() });
        yield return new("analyze_emotion", "Analyze emotions", "Returns the emotion of a text, with the probability of each label; of several texts an array in their order.", EmotionSchema, isReadOnly: true, arguments =>
            new("POST", "/api/emotion", AnalyzeEmotion.Descriptor.Operation) { Body = arguments.BodyWithout(), Query = "?view=result", WaitSeconds = wait });
    }

    private static ToolRequest OfJob(string method, string operation, ToolArguments arguments) =>
        new(method, "/api/jobs/", operation) { Id = arguments.Text(Id) ?? "" };

    private static string SubmitSchema(JobCatalog catalog)
    {
        // Those that clients submit as they are; a document has a path of its own.
        var kinds = catalog.All.Where(kind => kind.Route is not null).ToList();
        var inputs = string.Join(", ", kinds.Select(kind => $"{kind.Name}: {kind.Examples[0].Json}"));
        return $$$"""
            {"type":"object","properties":{
              "kind":{"type":"string","enum":{{{Json([.. kinds.Select(kind => kind.Name)])}}},"description":"What the job does."},
              "input":{"type":"object","description":{{{Text($"What the kind needs, for example {inputs}")}}}},
              "priority":{"type":"string","enum":["interactive","bulk"],"description":"bulk never delays others; default interactive."},
              "deadline":{"type":"string","description":"When the result is wanted: an RFC 3339 time, or a time from now such as 30m."},
              "cache":{"type":"boolean","description":"false computes the result even if it is known."},
              "wait_seconds":{"type":"integer","minimum":0,"description":"Waits so long for the job to be final."},
              "idempotency_key":{"type":"string","description":"A repeat with the same key and input returns the first job."}},
             "required":["kind","input"],"additionalProperties":false}
            """;
    }

    private static string Text(string text) => JsonSerializer.Serialize(text, ApiJson.Wire.String);

    private static string Json(string[] names) => JsonSerializer.Serialize(names, ApiJson.Wire.StringArray);

    private const string WaitSchema = """
        {"type":"object","properties":{"id":{"type":"string","format":"uuid","description":"The id of the job."},
          "wait_seconds":{"type":"integer","minimum":0,"description":"How long to wait at most."}},"required":["id"],"additionalProperties":false}
        """;

    private const string SearchSchema = """
        {"type":"object","properties":{"query":{"type":"string","description":"A question or words."},
          "k":{"type":"integer","minimum":1,"description":"How many passages; default 10."},
          "mode":{"type":"string","enum":["hybrid","vectors","words"],"description":"By meaning and words, by meaning alone, or by words alone."},
          "filter":{"type":"object","description":"Only documents whose metadata have these values."},
          "per_document":{"type":"integer","minimum":1,"description":"At most so many passages of one document."}},"required":["query"],"additionalProperties":false}
        """;

    private const string EmotionSchema = """
        {"type":"object","properties":{"text":{"type":"string","description":"A text in Korean or English."},
          "texts":{"type":"array","items":{"type":"string"},"description":"Several texts instead."}},"additionalProperties":false}
        """;
}
