using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Api.BareResults;
using Pipeline.Api.Body;
using Pipeline.Api.Clients;
using Pipeline.Api.Events;
using Pipeline.Api.Headers;
using Pipeline.Api.OpenAi;
using Pipeline.Api.Problems;
using Pipeline.Api.Prompts;
using Pipeline.Api.Webhooks;
using Pipeline.Contracts;
using Pipeline.Core.Documents;
using Pipeline.Core.Intake;
using Pipeline.Core.Results;

namespace Pipeline.Api.Jobs;

/// <summary>What a client is told of a submission that was accepted.</summary>
internal delegate Task<IResult> Answering(HttpContext context, Submission submission, SubmissionReply.Accepted accepted, PreferHeader prefer);

/// <summary>The way of every POST that makes jobs: headers, body, durable acceptance, and the answer the client prefers.</summary>
internal sealed class JobSubmissions(
    BodyReader bodies,
    PromptedInputs prompts,
    InputCheck checks,
    PromptCheck lengths,
    JobIntake intake,
    JobAnswers answers,
    JobWaits waits,
    StreamedSubmissions streamed,
    Callbacks callbacks,
    Repeats repeats,
    KnownFingerprints fingerprints,
    IOptions<ApiOptions> options,
    TimeProvider time)
{
    private readonly ApiOptions _options = options.Value;

    /// <param name="draft">Turns the body's fields into a draft; null once it has reported why it cannot.</param>
    public Task<IResult> SubmitAsync(HttpContext context, Func<BodyFields, JobDraft?> draft, Answering? answer = null) =>
        SubmitAsync(context, fields => Task.FromResult(draft(fields)), answer);

    /// <param name="draft">The same, where it has to look something up.</param>
    /// <param name="answer">Answers once the jobs are durable; null answers with the jobs themselves.</param>
    public async Task<IResult> SubmitAsync(HttpContext context, Func<BodyFields, Task<JobDraft?>> draft, Answering? answer = null)
    {
        var reading = await bodies.ReadAsync(context.Request, context.RequestAborted);
        if (reading.Root is not { } root)
        {
            return reading.Problem!;
        }

        if (root.ValueKind is not JsonValueKind.Object)
        {
            return Problem.Of(ProblemType.InvalidInput, "body", JsonWords.Mismatch(root, "an object"));
        }

        return await SubmitAsync(context, root, draft, answer);
    }

    /// <param name="root">The body, where it was read already: an object.</param>
    public async Task<IResult> SubmitAsync(HttpContext context, JsonElement root, Func<BodyFields, Task<JobDraft?>> draft, Answering? answer)
    {
        var errors = new InputErrors();
        var headers = context.Request.Headers;
        var prefer = PreferHeader.Read(headers, _options.WaitMax, errors);
        var cancelAfter = CancelAfterHeader.Read(headers, _options.ExpiryMax, errors);
        var key = IdempotencyKeyHeader.Read(headers, errors);
        var bare = ResultChoice.Read(context.Request, _options, errors);
        var cancels = OnDisconnect.Read(context.Request.Query, errors);
        var fields = new BodyFields(root, errors);
        var wanted = await draft(fields);
        var isOpenAi = OpenAiRoutes.Has(context.Request.Path);
        var user = isOpenAi ? UserTag.TakeEither(fields) : UserTag.Take(fields);
        var origin = isOpenAi ? null : await repeats.TakeOriginAsync(fields, context, wanted?.Kind);
        var callback = CommonFields.TakeCallbackUrl(fields, callbacks.Targets);
        var cache = CommonFields.TakeCache(fields);
        var deadline = CommonFields.TakeDeadline(fields, time.GetUtcNow(), _options.ExpiryMax);
        fields.RefuseUnknown();
        if (cancelAfter is not null && fields.Has(CommonFields.ExpiresAt))
        {
            errors.Add(CommonFields.ExpiresAt, $"cannot be used together with {CancelAfterHeader.Name}: send one of the two.");
        }

        if (errors.Any || wanted is null)
        {
            return errors.ToProblem();
        }

        if (wanted.Instead is { } instead)
        {
            return instead;
        }

        // A client that asks for no answer yet is told of the job, and so is one whose path makes something else of it.
        var isBare = (bare ?? wanted.IsBare) && (prefer.Wait is not null || !prefer.RespondAsync);
        if (isBare && answer is null && wanted is { Finished: null, Answer: null })
        {
            var (isList, view) = (wanted.IsList, wanted.View ?? wanted.Kind.View);
            prefer.Confirm(context.Response.Headers);
            wanted = wanted with { Finished = jobs => BareAnswer.Of(context, jobs, isList, view), HeldFor = prefer.Wait };
        }

        var inputs = await WriteOutAsync(wanted, errors, context);
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        foreach (var (name, value) in wanted.Headers)
        {
            context.Response.Headers[name] = value;
        }

        return await callbacks.CheckAsync(context.ClientId(), callback, context.RequestAborted)
            ?? await AcceptAsync(context, wanted, inputs, new(prefer, cancelAfter, key, callback, cache, deadline, user, origin, cancels ?? (wanted.EndsWithItsClient && key is null)), answer);
    }

    /// <summary>The inputs with their prompts written out, as far as they can be done.</summary>
    private async Task<IReadOnlyList<IJob>> WriteOutAsync(JobDraft wanted, InputErrors errors, HttpContext context)
    {
        List<IJob> inputs = [];
        foreach (var input in wanted.Inputs)
        {
            await checks.CheckAsync(context.ClientId(), wanted.Kind, input, wanted.FieldOf, errors, context.RequestAborted);
            if (await prompts.WriteOutAsync(context.ClientId(), input, wanted.InputPath, errors, context.RequestAborted) is { } written)
            {
                inputs.Add(written);
            }
        }

        foreach (var (sent, written) in errors.Any ? [] : wanted.Inputs.Zip(inputs))
        {
            await lengths.CheckAsync(sent, written, wanted.FieldOf, errors, context.RequestAborted);
        }

        if (wanted.Document is { } document && !errors.Any)
        {
            await lengths.CheckAsync(document, wanted.DocumentField, errors, context.RequestAborted);
        }

        return inputs;
    }

    /// <param name="draft">As the client sent it: what makes a request the same as an earlier one.</param>
    /// <param name="written">Its inputs with their prompts written out: what is stored.</param>
    private async Task<IResult> AcceptAsync(HttpContext context, JobDraft draft, IReadOnlyList<IJob> written, Wishes wishes, Answering? answer)
    {
        var inputs = written.Select(input => JsonSerializer.Serialize(input, draft.Kind.InputJson)).ToList();
        var now = time.GetUtcNow();
        var isAwaited = draft.Finished is not null || wishes.Prefer.Wait is not null;
        var jobs = inputs.ConvertAll(input => new NewJob
        {
            Id = draft.Document?.Id ?? Guid.CreateVersion7(now),
            Kind = draft.Kind.Name,
            Queue = draft.Kind.Queue(draft.Priority),
            InputJson = input,
            ExpiresAt = wishes.CancelAfter is { } after ? now + after : draft.ExpiresAt,
            Deadline = wishes.Deadline?.Time,
            CallbackUrl = wishes.Callback,
            AnswerForm = draft.AnswerForm,
            UserId = wishes.User ?? draft.UserId,
            ResubmittedFrom = wishes.Origin,
            Subscriber = isAwaited ? waits.Address : null,

            // A message of a conversation is a step in it, not a question that was asked before.
            CacheKey = wishes.Cache && draft.Write is null ? fingerprints.KeyOf(context.ClientId(), draft.Kind.Name, input) : null,
        });
        var submission = new Submission
        {
            ClientId = context.ClientId(),
            Limits = context.Client().Limits,
            Jobs = jobs,
            Write = draft.Write?.Invoke(jobs[0].Id),
            GroupWrite = draft.Document is { } document ? new DocumentWrite(context.ClientId(), document with { UserId = wishes.User })
                : draft.Quotes.Count > 0 ? new QuoteWrite(jobs[0].Id, draft.Quotes) : null,
            Key = wishes.Key is { } key
                ? new(key, RequestHash.Of(context.Request, draft, wishes.CancelAfter, wishes.Callback, wishes.Cache, wishes.Deadline, wishes.User, wishes.Origin)) : null,
        };

        if (draft.Stream is { } format)
        {
            return await streamed.SubmitAsync(context, submission, format, wishes.CancelsOnDisconnect);
        }

        using var expected = isAwaited ? waits.Expect([.. jobs.Select(job => job.Id)]) : null;
        var reply = await intake.SubmitAsync(submission, context.RequestAborted);
        if (reply is not SubmissionReply.Accepted accepted)
        {
            return SubmissionProblems.Of(reply, context.Client(), wishes.Key);
        }

        waits.Complete(accepted.Cached);
        return draft.Finished is not null ? await answers.FinishAsync(context, submission.ClientId, accepted, draft, wishes.CancelsOnDisconnect)
            : answer is not null ? await answer(context, submission, accepted, wishes.Prefer)
            : await answers.AnswerAsync(context, submission, accepted, wishes.Prefer, draft);
    }

    private sealed record Wishes(PreferHeader Prefer, TimeSpan? CancelAfter, string? Key, string? Callback, bool Cache, Deadline? Deadline, string? User, Guid? Origin, bool CancelsOnDisconnect);
}
