using Pipeline.Core.Attempts;
using Pipeline.Inference;

namespace Pipeline.Workers.Inference.Generating;

/// <summary>Makes an outcome of what no further attempt would mend.</summary>
public static class PromptOutcomes
{
    /// <summary>Rejects a job whose prompt or answer does not fit the model.</summary>
    public static async Task<JobOutcome> OrRejectedAsync(this Task<JobOutcome> work, GenerationOptions options)
    {
        try
        {
            return await work;
        }
        catch (PromptTooLongException e)
        {
            return new JobOutcome.Rejected($"The prompt is too long. {e.Message}");
        }
        catch (PromptRefusedException e)
        {
            return new JobOutcome.Rejected(e.Message);
        }
        catch (AnswerTruncatedException e)
        {
            return new JobOutcome.Rejected($"{e.Message} {options.Name}:OutputTokensMax is {options.OutputTokensMax}.");
        }
    }
}
