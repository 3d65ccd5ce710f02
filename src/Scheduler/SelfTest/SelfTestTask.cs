using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Clients;
using Pipeline.Core.Encryption;
using Pipeline.Core.Intake;
using Pipeline.Core.Jobs;

namespace Pipeline.Scheduler.SelfTest;

/// <summary>
/// Sends texts of obvious emotion through the pipeline, in both languages, like every bulk job. It
/// does not wait: each run looks at the answers of the last one, so a failure is known an hour later and then stays visible.
/// </summary>
internal sealed class SelfTestTask(NpgsqlDataSource dataSource, Vault vault, JobStore jobs, JobListStore lists, IOptions<SchedulerOptions> scheduler, TimeProvider time) : IRecurringTask
{
    private static readonly TimeSpan Expiry = TimeSpan.FromMinutes(50);

    // Models differ on joy and excitement; none may take the one for the other's opposite.
    private static readonly (string Text, string[] Wrong)[] Questions =
    [
        ("오늘 드디어 합격했어요! 너무 행복해서 눈물이 날 것 같아요.", [Emotions.Sadness, Emotions.Anger, Emotions.Fear]),
        ("I am so happy today, this is the best day of my life!", [Emotions.Sadness, Emotions.Anger, Emotions.Fear]),
        ("오래 함께한 강아지가 어젯밤 세상을 떠났어요. 너무 슬퍼요.", [Emotions.Joy, Emotions.Excitement]),
    ];

    public string Id => "self-test";

    public string Description => "Sends texts of known emotion through the queue and checks the answers to those of the run before.";

    public string Cron => "5 * * * *";

    public string TimeZone => scheduler.Value.TimeZone;

    /// <exception cref="SelfTestException">The questions of the run before have no answers, or wrong ones.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var (before, _) = await lists.ListAsync(
            new JobFilter { ClientId = Client.SystemId, Kind = AnalyzeEmotion.Kind, Limit = Questions.Length }, cancellationToken);
        var answered = await jobs.FindManyAsync(Client.SystemId, [.. before.Select(job => job.Id)], cancellationToken);
        await AskAsync(cancellationToken);
        var problems = before.OrderBy(job => job.Id).Zip(Questions)
            .Select(pair => Problem(answered.Single(job => job.Id == pair.First.Id), pair.Second.Wrong))
            .OfType<string>().ToList();
        if (problems is not [])
        {
            throw new SelfTestException(string.Join(" ", problems));
        }
    }

    private static string? Problem(Job job, string[] wrong)
    {
        if (job.State is not JobState.Succeeded)
        {
            return $"Job {job.Id} is {job.State}{(job.Error is null ? ", so no worker of emotion-bulk took or finished it." : $": {job.Error}")}";
        }

        var emotion = JsonSerializer.Deserialize(job.Result!, AnalyzeEmotion.ResultJson)!.Emotion;
        return wrong.Contains(emotion) ? $"Job {job.Id} answered {emotion}, which its text cannot express. Check the file of Kinds:Emotion:Model." : null;
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await SystemJobs.AddAsync(
            connection,
            vault,
            [
                .. Questions.Select((question, index) => new NewJob
                {
                    // A millisecond apart: their ids keep the order of the questions.
                    Id = Guid.CreateVersion7(now.AddMilliseconds(index)),
                    Kind = AnalyzeEmotion.Kind,
                    Queue = AnalyzeEmotion.Descriptor.Queue(JobPriority.Bulk),
                    InputJson = JsonSerializer.Serialize(new AnalyzeEmotion { Text = question.Text }, AnalyzeEmotion.Json),
                    ExpiresAt = now + Expiry,
                }),
            ],
            cancellationToken);
    }
}

/// <summary>A model gives wrong answers; the message names the job.</summary>
internal sealed class SelfTestException(string message) : Exception(message);
