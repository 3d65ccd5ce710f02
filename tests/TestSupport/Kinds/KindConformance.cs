using System.Text.Json;
using Pipeline.Contracts;
using Shouldly;
using Xunit;

namespace Pipeline.TestSupport.Kinds;

/// <summary>What the descriptor of every kind must be. A kind's tests derive from this and give it.</summary>
public abstract class KindConformance
{
    private static readonly string[] Languages = [TextLanguage.English, TextLanguage.Korean];

    protected abstract JobKind Kind { get; }

    [Fact]
    public void It_can_stand_beside_the_kinds_of_Pipeline() =>
        Should.NotThrow(() => new JobCatalog([.. JobCatalog.Own.All, Kind]));

    [Fact]
    public void Every_field_that_a_client_sends_is_described() =>
        KindDescription.Of(Kind).InputSchema.GetProperty("properties").EnumerateObject()
            .Where(field => !field.Value.TryGetProperty("description", out _))
            .Select(field => field.Name)
            .ShouldBeEmpty();

    [Fact]
    public void What_the_API_writes_is_no_field_of_the_schema()
    {
        var fields = KindDescription.Of(Kind).InputSchema.GetProperty("properties");

        Kind.ApiFields.Where(name => fields.TryGetProperty(name, out _)).ShouldBeEmpty();
    }

    [Fact]
    public void The_example_of_a_result_has_what_evaluation_and_reports_read()
    {
        var result = JsonElement.Parse(Kind.ResultExample);

        IEnumerable<string?> paths = [Kind.Score?.Field, Kind.Measure?.Vectors, Kind.Measure?.Dimensions, .. Kind.Measure?.Texts ?? []];
        paths.OfType<string>().Where(path => !ResultPath.Find(result, path).Any()).ShouldBeEmpty();
        if (Kind.Score is { } scale)
        {
            ResultPath.Find(result, scale.Field).ShouldHaveSingleItem().GetDouble().ShouldBeInRange(0, scale.Max);
        }
    }

    [Fact]
    public void Its_templates_suit_it_in_every_language()
    {
        if (!Kind.IsPrompted)
        {
            Kind.Prompts.ShouldBeEmpty();
            return;
        }

        Kind.Prompts.ShouldAllBe(template => template.Kind == Kind.Name && template.Version > 0);
        Kind.Prompts.Select(template => (template.Name, template.Language)).ShouldBeUnique();
        var sample = (IPrompted)Kind.Parse(JsonElement.Parse(Kind.PromptSample ?? Kind.Examples[0].Json));
        sample.Validate(new InputLimits()).ShouldBeEmpty();
        sample.Prompts.ShouldNotBeEmpty();
        foreach (var language in Languages)
        {
            foreach (var name in sample.Prompts.Count is 1 ? Kind.Prompts.Select(template => template.Name).Distinct() : [null!])
            {
                // A kind that asks for one takes any; one that asks for several asks for each by its name.
                Should.NotThrow(() => sample.WithPrompts(
                    [.. sample.Prompts.Select(choice => Kind.Prompts.Single(template => template.Name == (name ?? choice.Name) && template.Language == language))]));
            }
        }
    }
}
