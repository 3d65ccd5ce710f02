using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Api.Body;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Tests.Input;

/// <summary>Shapes that no kind has yet.</summary>
public sealed partial class InputShapeTests
{
    [Fact]
    public void Faults_below_lists_and_objects_are_named_by_path() =>
        Check("""{"messages":[{"role":"user","content":"a"},{"role":1,"content":null,"x":0}],"top_k":"3","stop":["a",2]}""")
            .ShouldBe(
                [
                    "input.messages[1].role: is a number; expected a string.",
                    "input.messages[1].content: is null; expected a string.",
                    "input.messages[1].x: is not a known field. Known: role, content.",
                    "input.top_k: is a string; expected a number.",
                    "input.stop[1]: is a number; expected a string.",
                ],
                ignoreOrder: true);

    [Fact]
    public void Optional_values_may_be_absent_or_null()
    {
        Check("""{"messages":[]}""").ShouldBeEmpty();
        Check("""{"messages":[],"top_k":null,"stop":null,"stream":false,"at":"2030-01-01T00:00:00Z"}""").ShouldBeEmpty();
    }

    [Fact]
    public void A_wrong_list_is_named_once() =>
        Check("""{"messages":{"role":"user"}}""").ShouldBe(["input.messages: is an object; expected an array."]);

    private static List<string> Check(string json)
    {
        using var document = JsonDocument.Parse(json);
        var errors = new InputErrors();
        InputShape.Check(document.RootElement, ShapeJson.Default.Chat, "input", errors);
        return [.. errors.ToProblem().Errors!.SelectMany(field => field.Value.Select(message => $"{field.Key}: {message}"))];
    }

    internal sealed record Chat
    {
        public required IReadOnlyList<Message> Messages { get; init; }

        public int? TopK { get; init; }

        public IReadOnlyList<string>? Stop { get; init; }

        public bool Stream { get; init; }

        public DateTimeOffset? At { get; init; }
    }

    internal sealed record Message(string Role, string Content);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
    [JsonSerializable(typeof(Chat))]
    internal sealed partial class ShapeJson : JsonSerializerContext;
}
