using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Pipeline.Inference.Remote.Calls;

namespace Pipeline.Inference.Remote.Fallback;

/// <summary>
/// The local chat, and the cloud where it fails; see <see cref="FallbackGate"/> for when. A stream changes over only before its
/// first token: two models' words are never mixed. Every answer and every streamed update says in its AdditionalProperties
/// whether the cloud was asked.
/// </summary>
public sealed class FallbackChatClient : DelegatingChatClient
{
    /// <summary>Key of AdditionalProperties: true where the local engine had failed and the cloud answered, else false.</summary>
    public const string Attempted = "fallback_attempted";

    /// <summary>Key of AdditionalProperties: the provider that answered; absent where the local engine did.</summary>
    public const string Provider = "fallback_provider";

    private readonly IChatClient _cloud;
    private readonly FallbackGate _gate;

    internal FallbackChatClient(IChatClient local, IChatClient cloud, FallbackGate gate)
        : base(local) => (_cloud, _gate) = (cloud, gate);

    /// <inheritdoc/>
    public override Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => _gate.AskAsync(
        async token => Mark(await InnerClient.GetResponseAsync(messages, options, token), provider: null),
        async token => Mark(await _cloud.GetResponseAsync(messages, CloudClient.Options(options), token), _gate.Provider),
        cancellationToken);

    /// <inheritdoc/>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using Deadline deadline = _gate.Start(cancellationToken);
        await using var local = InnerClient.GetStreamingResponseAsync(messages, options, deadline.Token).GetAsyncEnumerator(deadline.Token);
        var (held, failure) = await StartAsync(local, deadline, cancellationToken);
        if (failure is null)
        {
            deadline.Lift();
            _gate.LocalAnswered();
            foreach (ChatResponseUpdate update in held)
            {
                yield return Mark(update, provider: null);
            }

            while (await local.MoveNextAsync())
            {
                yield return Mark(local.Current, provider: null);
            }

            yield break;
        }

        await foreach (ChatResponseUpdate update in CloudAsync(messages, options, failure, cancellationToken))
        {
            yield return Mark(update, _gate.Provider);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _cloud.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Everything up to the first token, or why there is none.</summary>
    private async Task<(IReadOnlyList<ChatResponseUpdate> Held, InferenceException? Failure)> StartAsync(
        IAsyncEnumerator<ChatResponseUpdate> local, Deadline deadline, CancellationToken cancellationToken)
    {
        List<ChatResponseUpdate> held = []; // Roles and the like: an update or two.
        try
        {
            while ((held.Count == 0 || held[^1].Text.Length == 0) && await local.MoveNextAsync())
            {
                held.Add(local.Current);
            }

            return (held, null);
        }
        catch (Exception e) when (_gate.LocalFailure(e, deadline, cancellationToken) is not null)
        {
            return ([], _gate.LocalFailure(e, deadline, cancellationToken));
        }
    }

    private async IAsyncEnumerable<ChatResponseUpdate> CloudAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, InferenceException failure, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var cloud = _cloud.GetStreamingResponseAsync(messages, CloudClient.Options(options), cancellationToken).GetAsyncEnumerator(cancellationToken);
        if (!await NextAsync(cloud, failure))
        {
            yield break;
        }

        _gate.CloudAnswered(failure);
        do
        {
            yield return cloud.Current;
        }
        while (await NextAsync(cloud, failure));
    }

    private async Task<bool> NextAsync(IAsyncEnumerator<ChatResponseUpdate> cloud, InferenceException failure)
    {
        try
        {
            return await cloud.MoveNextAsync();
        }
        catch (InferenceException e)
        {
            throw _gate.BothFailed(failure, e);
        }
    }

    private static ChatResponse Mark(ChatResponse response, string? provider)
    {
        Mark(response.AdditionalProperties ??= [], provider);
        return response;
    }

    private static ChatResponseUpdate Mark(ChatResponseUpdate update, string? provider)
    {
        Mark(update.AdditionalProperties ??= [], provider);
        return update;
    }

    private static void Mark(AdditionalPropertiesDictionary properties, string? provider)
    {
        properties[Attempted] = provider is not null;
        if (provider is not null)
        {
            properties[Provider] = provider;
        }
    }
}
