using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Models;

internal static class ModelsDocs
{
    public const string Tag = "models";

    private const string One = """
        {"name":"qwen2.5-7b","kinds":["chat","feedback"],"own_of":["chat"],"context_tokens":8192,"moved":{"path":"/models/qwen2.5-7b-q5_k_m.gguf","moved_by":"alice","moved_at":"2026-11-20T09:00:00+00:00"},
         "workers":[{"host":"gpu-1:4711","file":"/models/qwen2.5-7b-q5_k_m.gguf","version":"3a7bd3e2360a","state":"loaded","memory_mib":6410,"gpu_memory_mib":0,"running":8,"waiting":0,"load_seconds":9.5}]}
        """;

    private static readonly IReadOnlyList<ParameterDoc> Name = [new("path", "name", "The model's name; GET /api/models lists them.")];

    public static readonly EndpointDoc List = new()
    {
        Name = "listNamedModels",
        Tag = Tag,
        Summary = "List the models that jobs may ask for",
        Description = "`model` of a job names one that does its kind. Operators also see which worker has it, in what state, and what memory it takes.",
        Answers = [new(200, "All of them.", typeof(ModelsResource), """{"models":[""" + One + "]}")],
        Problems = [.. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Move = new()
    {
        Name = "moveModel",
        Tag = Tag,
        Summary = "Let a model be another file",
        Description = "Within a second each worker that has the model loads and warms the new file, beside the old one where memory allows, else after it; then jobs go to the new one, and what runs on the old one ends there. No job fails. DELETE moves back.",
        Parameters = Name,
        Body = new(typeof(ModelFileRequest), [("Another quantisation", """{"path":"/models/qwen2.5-7b-q5_k_m.gguf"}""")]),
        Answers = [new(200, "The model, as the workers had it a moment ago.", typeof(ModelResource), One)],
        Problems = [ProblemType.ModelNotFound, ProblemType.InvalidInput, ProblemType.NotJson, ProblemType.BodyTooLarge, ProblemType.MediaType, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc MoveBack = new()
    {
        Name = "moveModelBack",
        Tag = Tag,
        Summary = "Let a model be the file of the workers' settings again",
        Parameters = Name,
        Answers = [new(200, "The model, as the workers had it a moment ago.", typeof(ModelResource), One)],
        Problems = [ProblemType.ModelNotFound, .. SharedDocs.AnyCall],
    };
}
