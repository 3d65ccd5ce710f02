using Pipeline.TestSupport.Inference;

namespace Pipeline.Inference.LLamaSharp.Tests;

public sealed class RecordedScoreTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Scores_are_those_on_record()
    {
        await using LocalModel engine = await TestEngine.LoadAsync();

        double difference = await RecordedScores.CheckAsync(engine, tolerance: 0.05, TestContext.Current.CancellationToken);
        output.WriteLine($"largest difference in log-probability: {difference:G3}");
    }
}
