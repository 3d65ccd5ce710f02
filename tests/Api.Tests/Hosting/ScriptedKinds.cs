using Pipeline.Contracts;
using Pipeline.Core.Attempts;

namespace Pipeline.Api.Tests.Hosting;

/// <summary>Says what it was asked, so that a test sees the context; "fail" fails.</summary>
internal sealed class ScriptedChat : IJobHandler<CompleteChat, ChatResult>
{
    public Task<JobOutcome> HandleAsync(CompleteChat job, JobContext context, CancellationToken cancellationToken) =>
        Task.FromResult(job.Messages[^1].Content is "fail" || job.Messages[^1].Content.EndsWith("Question: fail", StringComparison.Ordinal) ? new JobOutcome.Rejected("The script says so.") : JobOutcome.Success(
            new ChatResult
            {
                Content = string.Join(" | ", job.Messages.Select(message => $"{message.Role[0]}:{message.Content}")),
                FinishReason = FinishReasons.Stop,
                Prompt = job.PromptSource,
                Model = "scripted",
                Usage = new(1, 0, 1),
                Timings = new(0, 0),
            },
            CompleteChat.ResultJson));
}

/// <summary>Passes every answer.</summary>
internal sealed class ScriptedFeedback : IJobHandler<GiveFeedback, FeedbackResult>
{
    public Task<JobOutcome> HandleAsync(GiveFeedback job, JobContext context, CancellationToken cancellationToken) => Task.FromResult(JobOutcome.Success(
        new FeedbackResult
        {
            Feedback = "좋아요",
            Score = 7,
            IsPassed = true,
            PassMark = 6,
            ImprovementSuggestion = "Name a cost.",
            Model = "scripted",
            Usage = new(1, 0, 1),
            Timings = new(0, 0),
        },
        GiveFeedback.ResultJson));
}

/// <summary>Asks on; the answer "other" goes on to the next topic, "next" ends a phase, "fail" fails.</summary>
internal sealed class ScriptedInterview : IJobHandler<StepInterview, InterviewStepResult>
{
    public Task<JobOutcome> HandleAsync(StepInterview job, JobContext context, CancellationToken cancellationToken)
    {
        var prompt = job.Messages![^1].Content;
        return Task.FromResult(prompt.Contains("\nfail\n", StringComparison.Ordinal) ? new JobOutcome.Rejected("The script says so.") : JobOutcome.Success(
            new InterviewStepResult
            {
                Thought = prompt,
                Action = prompt.Contains("\nnext\n", StringComparison.Ordinal) ? InterviewActions.NextPhase
                    : prompt.Contains("\nother\n", StringComparison.Ordinal) ? InterviewActions.NewTopic
                    : InterviewActions.FollowUp,
                Message = job.Judges is true ? "And then?" : "Who are you?",
                Evaluation = job.Judges is true ? new(7, "fine") : null,
                Prompt = job.PromptSource,
                Model = "scripted",
                Usage = new(1, 0, 1),
                Timings = new(0, 0),
            },
            StepInterview.ResultJson));
    }
}

/// <summary>Repeats its items, half of them kept as steps.</summary>
internal sealed class ScriptedReport(IJobSteps steps) : IJobHandler<InterviewReport, InterviewReportResult>
{
    public async Task<JobOutcome> HandleAsync(InterviewReport job, JobContext context, CancellationToken cancellationToken)
    {
        var items = job.Items ?? [];
        await steps.BeginAsync(context.JobId, 2 * items.Count, cancellationToken);
        for (var step = 0; step < items.Count; step++)
        {
            await steps.SaveAsync(context.JobId, step, "{}", cancellationToken);
        }

        return JobOutcome.Success(
            new InterviewReportResult
            {
                Title = job.Title,
                Language = job.Language!,
                Summary = "<script>alert(1)</script>",
                Strengths = ["a"],
                Improvements = ["b"],
                Recommendations = ["c"],
                OverallScore = 70,
                QuestionFeedbacks = [.. items.Select(item => new QuestionFeedback { Question = item.Question, AnswerSummary = item.Answer, Score = 7, Feedback = "ok" })],
                Model = "scripted",
                Warnings = ["Beware."],
                Usage = new(1, 0, 1),
                Timings = new(0, 0),
            },
            InterviewReport.ResultJson);
    }
}
