using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Jobs;
using Pipeline.Api.Problems;
using Pipeline.Contracts;

namespace Pipeline.Api.OpenAi;

/// <summary>Turns texts into as many <see cref="EmbedTexts"/> as they need; they are accepted together.</summary>
internal static class EmbeddingsDraft
{
    private const string Input = "input";

    public static JobDraft? Parse(BodyFields fields, ModelNames models, ApiOptions options, InputLimits limits)
    {
        fields.NullIsAbsent = true;
        if (fields.Read(OpenAiJson.Default.EmbeddingsRequest) is not { } request || Texts(request.Input, options, fields.Errors) is not { } texts)
        {
            return null;
        }

        models.Check(request.Model, EmbedTexts.Kind, fields.Errors);
        if (request.EncodingFormat is not (null or "float" or "base64"))
        {
            fields.Errors.Add("encoding_format", $"is \"{request.EncodingFormat}\": send float or base64.");
        }

        List<EmbedTexts> inputs = [.. texts.Chunk(EmbedTexts.TextsMax).Select(some => new EmbedTexts { Texts = some, Dimensions = request.Dimensions })];
        for (var i = 0; i < inputs.Count; i++)
        {
            foreach (var problem in inputs[i].Validate(limits))
            {
                fields.Errors.Add(FieldOf(problem.Field, i * EmbedTexts.TextsMax, request.Input), problem.Message);
            }
        }

        return new JobDraft
        {
            Kind = EmbedTexts.Descriptor,
            Inputs = inputs,
            IsList = true,
            EndsWithItsClient = true,
            Priority = JobPriority.Interactive,
            Finished = jobs => OpenAiEmbeddingsEndpoint.Answer(jobs, request.Model, request.EncodingFormat is "base64"),
        };
    }

    private static string[]? Texts(JsonElement input, ApiOptions options, InputErrors errors)
    {
        switch (input.ValueKind)
        {
            case JsonValueKind.String:
                return [input.GetString()!];
            case JsonValueKind.Array when input.GetArrayLength() is 0 || input.GetArrayLength() > options.EmbeddingTextsMax:
                errors.Add(Input, $"has {input.GetArrayLength()} elements: send 1 to {options.EmbeddingTextsMax} (Api:EmbeddingTextsMax).");
                return null;
            case JsonValueKind.Array when input.EnumerateArray().All(text => text.ValueKind is JsonValueKind.String):
                return [.. input.EnumerateArray().Select(text => text.GetString()!)];
            case JsonValueKind.Array when EncodedTexts.Read(input) is { } decoded:
                return decoded;
            default:
                errors.Add(Input, "is neither a string nor an array of strings, nor tokens of OpenAI's cl100k_base.");
                return null;
        }
    }

    /// <summary>The kind's name for a field, as the client wrote it: the second job's <c>texts[3]</c> is <c>input[67]</c>.</summary>
    private static string FieldOf(string field, int first, JsonElement input) =>
        input.ValueKind is JsonValueKind.String && field is "texts[0]" ? Input
        : field.StartsWith("texts[", StringComparison.Ordinal) && int.TryParse(field["texts[".Length..^1], out var index) ? $"{Input}[{first + index}]"
        : field;
}
