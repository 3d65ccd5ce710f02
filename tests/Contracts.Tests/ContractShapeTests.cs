using System.Text.Json;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;

namespace Pipeline.Contracts.Tests;

/// <summary>
/// Rows and messages of yesterday must be readable tomorrow. shapes.json holds the JSON shape of every kind; contracts evolve
/// by addition, and a change of this file in a review is the moment to ask whether it is one.
/// </summary>
public sealed class ContractShapeTests
{
    [Fact]
    public void Every_kind_keeps_its_shape()
    {
        var recorded = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "shapes.json"))).RootElement;
        var actual = JsonSerializer.SerializeToElement(JobCatalog.Own.All.ToDictionary(kind => kind.Name, Shape));

        JsonElement.DeepEquals(actual, recorded).ShouldBeTrue(
            $"The JSON of a contract changed. If it is an addition, put this into tests/Contracts.Tests/shapes.json:\n{actual}");
    }

    [Fact]
    public void The_message_keeps_its_shape()
    {
        var id = Guid.Parse("019a9c1e-7f00-7000-8000-000000000000");
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

        JsonSerializer.Serialize(new JobReady(id), options).ShouldBe($$"""{"jobId":"{{id}}"}""");
        JsonSerializer.Serialize(new JobReady(id) { Others = [id] }, options).ShouldBe($$"""{"jobId":"{{id}}","others":["{{id}}"]}""");
        JsonSerializer.Deserialize<JobReady>($$"""{"jobId":"{{id}}"}""", options)!.All().ShouldBe([id]);
    }

    [Fact]
    public void Kinds_and_queues_have_names_that_a_broker_takes() =>
        JobCatalog.Own.Queues.ShouldAllBe(queue => queue.All(character => char.IsAsciiLetterLower(character) || character == '-'));

    [Fact]
    public void Every_kind_has_an_interactive_and_a_bulk_queue() =>
        JobCatalog.Own.All.ShouldAllBe(kind => kind.Queues.SequenceEqual(new[] { kind.Name, kind.Name + "-bulk" }));

    [Theory]
    [InlineData("joy", "excitement", "sadness", "anger", "fear", "surprise", "neutral")]
    public void Emotion_labels_never_change(params string[] labels) => Emotions.All.ShouldBe(labels);

    private static Dictionary<string, JsonElement> Shape(JobKind kind) => new()
    {
        ["input"] = JsonSerializer.SerializeToElement(kind.InputJson.GetJsonSchemaAsNode()),
        ["result"] = JsonSerializer.SerializeToElement(kind.ResultJson.GetJsonSchemaAsNode()),
    };
}
