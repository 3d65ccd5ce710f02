using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Core.Jobs;
using Pipeline.Inference;
using Pipeline.Inference.Generation;
using Pipeline.Inference.Structured;
using Pipeline.Workers.Inference.Generating;

namespace Pipeline.Workers.Inference.Chat;

/// <summary>Answers a conversation. The answer is read piece by piece as the model writes it.</summary>
internal sealed class ChatHandler(TextModel model, IOptions<ChatJobOptions> options, TimeProvider time) : IJobHandler<CompleteChat, ChatResult>
{
    public Task<JobOutcome> HandleAsync(CompleteChat job, JobContext context, CancellationToken cancellationToken) =>
        AnswerAsync(job, context, cancellationToken).OrRejectedAsync(options.Value);

    private async Task<JobOutcome> AnswerAsync(CompleteChat job, JobContext context, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        ChatOptions wishes = new()
        {
            Temperature = (float?)job.Temperature ?? options.Value.Temperature,
            MaxOutputTokens = job.MaxTokens,
            TopP = (float?)job.TopP,
            Seed = job.Seed,
            StopSequences = job.Stop is { } stops ? [.. stops] : null,
            PresencePenalty = (float?)job.PresencePenalty,
            FrequencyPenalty = (float?)job.FrequencyPenalty,
            ResponseFormat = job.Schema is { } schema ? ChatResponseFormat.ForJsonSchema(schema) : null,
        };
        Wish(ChatOptionNames.TopLogprobs, job.TopLogprobs);
        Wish(ChatOptionNames.PromptTokensMax, job.ContextTokens);
        if (job.Truncation is Truncations.Disabled)
        {
            (wishes.AdditionalProperties ??= [])[ChatOptionNames.KeepsMessages] = true;
        }

        OfferedFunctions.Offer(job, wishes);
        AnswerPieces pieces = new(context.JobId, context.Updates);
        try
        {
            await foreach (var piece in model.StreamAsync(job.Messages, wishes, options.Value, context, cancellationToken))
            {
                pieces.Add(piece);
            }
        }
        catch (JsonSchemaException e)
        {
            return new JobOutcome.Rejected(e.Message);
        }
        catch (PromptTooLongException e) when (job.Truncation is Truncations.Disabled)
        {
            return new JobOutcome.Rejected(e.Message) { Code = JobErrorCode.ContextLengthExceeded };
        }

        var answer = model.Read(pieces.All.ToChatResponse(), options.Value, context);
        return GeneratedOutcome.Of(
            new ChatResult
            {
                Content = pieces.Content,
                ToolCalls = pieces.Calls,
                FinishReason = answer.IsCut ? FinishReasons.Length : pieces.Calls.Count > 0 ? FinishReasons.ToolCalls : FinishReasons.Stop,
                Prompt = job.PromptSource,
                Model = answer.Model,
                ModelVersion = answer.ModelVersion,
                Warnings = answer.Warnings,
                FallbackProvider = answer.FallbackProvider,
                Logprobs = answer.Logprobs,
                Usage = answer.Usage,
                Timings = context.Timings(time.GetElapsedTime(started)),
            },
            CompleteChat.ResultJson,
            wishes.Temperature);

        void Wish(string name, int? value)
        {
            if (value is { } number)
            {
                (wishes.AdditionalProperties ??= [])[name] = number;
            }
        }
    }
}
