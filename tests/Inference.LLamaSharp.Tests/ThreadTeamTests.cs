using Pipeline.Inference.Decoding;
using Pipeline.Inference.Models;
using Pipeline.TestSupport.Inference;

namespace Pipeline.Inference.LLamaSharp.Tests;

public sealed class ThreadTeamTests
{
    private const string Name = "pass-begins";

    [Fact]
    public async Task Threads_of_a_pass_end_when_the_engine_rests_and_the_next_pass_has_them_again()
    {
        List<int> members = [];
        await Task.Factory.StartNew(Pass, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        members.ShouldBe([3, 3]);

        void Pass()
        {
            Thread.CurrentThread.Name = Name;
            using ILanguageModel model = TestEngine.Loader.Load(EmotionPrompt.ModelPath, new());
            using IDecoder decoder = model.CreateDecoder(new(new(256, 64, 2, 4), Threads: 3));
            for (int position = 0; position < 2; position++)
            {
                DecodeBatch batch = new(1);
                batch.Add(5, position, 0, wantsLogits: true);
                decoder.Decode(batch, CancellationToken.None).ShouldBe(DecodeResult.Ok);
                members.Add(Members());

                decoder.Rest();
                SpinWait.SpinUntil(() => Members() is 1, TimeSpan.FromSeconds(30)).ShouldBeTrue();
                decoder.GetLogits(0).Length.ShouldBe(model.Info.VocabularySize);
            }
        }
    }

    /// <summary>Threads of this process with the name of the one that begins the passes, which its helpers inherit.</summary>
    private static int Members() => Directory.EnumerateDirectories("/proc/self/task").Count(task => NameOf(task) is Name);

    private static string? NameOf(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).TrimEnd();
        }
        catch (IOException)
        {
            return null; // It has ended.
        }
    }
}
