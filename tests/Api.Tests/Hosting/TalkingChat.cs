using System.Collections.Concurrent;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Core.Jobs;

namespace Pipeline.Api.Tests.Hosting;

/// <summary>
/// Answers "say …" with the words of that message, one piece a word. "reject …" is rejected; "hold …" waits after its first
/// word until it is released; "falter …" fails once after its first word, and "other …" says something else then. "exceed …" is
/// too long, "cut …" is cut, and "call …" calls the first of its functions twice, with {"city":"…"}. Whatever else is asked a
/// <see cref="ScriptedChat"/> answers.
/// </summary>
internal sealed class TalkingChat : IJobHandler<CompleteChat, ChatResult>
{
    private static readonly string[] Verbs = ["say", "reject", "hold", "falter", "other", "exceed", "call", "cut"];

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _releases = new();
    private readonly ScriptedChat _others = new();

    public ConcurrentQueue<CompleteChat> Jobs { get; } = new();

    public void Release(string text) => ReleaseOf(text).TrySetResult();

    public async Task<JobOutcome> HandleAsync(CompleteChat job, JobContext context, CancellationToken cancellationToken)
    {
        Jobs.Enqueue(job);
        var text = job.Messages[^1].Content;
        if (!Verbs.Contains(text.Split(' ')[0]))
        {
            return await _others.HandleAsync(job, context, cancellationToken);
        }

        if (text.StartsWith("reject", StringComparison.Ordinal))
        {
            return new JobOutcome.Rejected("The script says so.");
        }

        if (text.StartsWith("exceed", StringComparison.Ordinal))
        {
            return new JobOutcome.Rejected("The prompt has 9 tokens; at most 8 are allowed.") { Code = JobErrorCode.ContextLengthExceeded };
        }

        if (text.StartsWith("call", StringComparison.Ordinal))
        {
            return Call(job, text[5..], context);
        }

        if (text.StartsWith("other", StringComparison.Ordinal) && context.Attempt > 1)
        {
            text = "changed its mind";
        }

        var words = text.Split(' ').Select((word, index) => index == 0 ? word : " " + word).ToArray();
        context.Updates.Write(words[0]);
        if (text.StartsWith("hold", StringComparison.Ordinal))
        {
            await ReleaseOf(text).Task.WaitAsync(cancellationToken);
        }

        if ((text.StartsWith("falter", StringComparison.Ordinal) || text.StartsWith("other", StringComparison.Ordinal)) && context.Attempt == 1)
        {
            await ReleaseOf(text).Task.WaitAsync(cancellationToken);
            throw new InvalidOperationException("The script says so.");
        }

        foreach (var word in words.Skip(1))
        {
            context.Updates.Write(word);
        }

        var result = new ChatResult
        {
            Content = text,
            FinishReason = text.StartsWith("cut", StringComparison.Ordinal) ? FinishReasons.Length : FinishReasons.Stop,
            Model = "scripted",
            Usage = new(PromptTokens: 7, CachedTokens: 2, CompletionTokens: words.Length),
            Timings = new(context.Queued.TotalMilliseconds, 0),
        };
        return JobOutcome.Success(result, CompleteChat.ResultJson);
    }

    private static JobOutcome Call(CompleteChat job, string city, JobContext context)
    {
        List<ToolCall> calls = [];
        context.Updates.Write("Let me see.");
        for (var i = 0; i < 2; i++)
        {
            var call = new ToolCall($"call_{i}", job.Tools![0].Name, $$"""{"city":"{{city}}"}""");
            context.Updates.Write(StreamedCalls.Head(call.Id, call.Name));
            context.Updates.Write(call.Arguments[..5]);
            context.Updates.Write(call.Arguments[5..]);
            calls.Add(call);
        }

        var result = new ChatResult
        {
            Content = "Let me see.",
            ToolCalls = calls,
            FinishReason = FinishReasons.ToolCalls,
            Model = "scripted",
            Usage = new(PromptTokens: 7, CachedTokens: 2, CompletionTokens: 20),
            Timings = new(0, 0),
        };
        return JobOutcome.Success(result, CompleteChat.ResultJson);
    }

    private TaskCompletionSource ReleaseOf(string text) => _releases.GetOrAdd(text, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
