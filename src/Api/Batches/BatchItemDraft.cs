using System.Buffers;
using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Jobs;
using Pipeline.Api.Problems;
using Pipeline.Contracts;
using Pipeline.Core.Batches;

namespace Pipeline.Api.Batches;

/// <summary>
/// Reads one item: <c>{"kind","input","expires_at","deadline","key","user"}</c>, or, when the request names the kind for all of them, the
/// input itself with an optional <c>key</c> and <c>user</c> in it.
/// </summary>
/// <param name="everyKind">The kind of every item; null when each names its own.</param>
/// <param name="everyExpiry">When every item expires; null when each may say so.</param>
/// <param name="everyDeadline">The deadline of items that name none.</param>
internal sealed class BatchItemDraft(
    JobCatalog catalog, JobKind? everyKind, DateTimeOffset? everyExpiry, DateTimeOffset? everyDeadline, ApiOptions options, InputLimits limits, DateTimeOffset now)
{
    private const string Input = "input";
    private const string Key = "key";
    private const int KeyLengthMax = 255;

    /// <summary>Null once it has reported what is wrong with the item.</summary>
    public DraftedItem? Parse(ReadOnlyMemory<byte> utf8, int index, InputErrors errors)
    {
        var path = $"items[{index}]";
        if (ComposedJson.Read(utf8, options.BodyDepthMax, out var composed) is { } fault)
        {
            errors.AddBelow(path, fault.Errors!);
            return null;
        }

        using var document = JsonDocument.Parse(composed, new JsonDocumentOptions { MaxDepth = options.BodyDepthMax });
        var root = document.RootElement;
        if (root.ValueKind is not JsonValueKind.Object)
        {
            errors.Add(path, JsonWords.Mismatch(root, "an object"));
            return null;
        }

        var before = errors.Count;
        var item = everyKind is null ? ParseEnvelope(root, path, errors) : ParseInput(everyKind, root, path, errors);
        return errors.Count > before ? null : item;
    }

    private DraftedItem? ParseEnvelope(JsonElement root, string path, InputErrors errors)
    {
        var own = new InputErrors();
        var fields = new BodyFields(root, own);
        var kind = KindDraft.TakeKind(catalog, fields);
        var value = fields.Take(Input, JsonValueKind.Object, required: true);
        var expiresAt = CommonFields.TakeExpiresAt(fields, now, options.ExpiryMax);
        var deadline = CommonFields.TakeDeadline(fields, now, options.ExpiryMax);
        var key = TakeKey(fields);
        var user = UserTag.Take(fields);
        fields.RefuseUnknown();
        if (everyExpiry is not null && expiresAt is not null)
        {
            own.Add(CommonFields.ExpiresAt, $"cannot be used together with {Headers.CancelAfterHeader.Name}: send one of the two.");
        }

        if (own.Any)
        {
            errors.AddBelow(path, own.ToProblem().Errors!);
        }

        return kind is null || value is null || KindDraft.ParseInput(kind, value.Value, $"{path}.{Input}", errors, limits) is not { } input
            ? null
            : new(kind, input, $"{path}.{Input}", Item(kind, input, expiresAt, deadline, key, user), deadline?.Wish);
    }

    private DraftedItem? ParseInput(JobKind kind, JsonElement root, string path, InputErrors errors)
    {
        var own = new InputErrors();
        var fields = new BodyFields(root, own);
        string[] ours = [.. new[] { Key, UserTag.Field }.Where(name => root.TryGetProperty(name, out _) && kind.InputJson.Properties.All(property => property.Name != name))];
        var key = ours.Contains(Key) ? TakeKey(fields) : null;
        var user = ours.Contains(UserTag.Field) ? UserTag.Take(fields) : null;
        if (own.Any)
        {
            errors.AddBelow(path, own.ToProblem().Errors!);
        }

        var rest = ours is [] ? root : Without(root, ours);
        return KindDraft.ParseInput(kind, rest, path, errors, limits) is { } input ? new(kind, input, path, Item(kind, input, null, null, key, user), null) : null;
    }

    private NewBatchItem Item(JobKind kind, IJob input, DateTimeOffset? expiresAt, Deadline? deadline, string? key, string? user) => new()
    {
        Kind = kind.Name,
        Queue = kind.Queue(JobPriority.Bulk),
        InputJson = JsonSerializer.Serialize(input, kind.InputJson),
        ExpiresAt = expiresAt ?? everyExpiry,
        Deadline = deadline?.Time ?? everyDeadline,
        Key = key,
        UserId = user,
    };

    private static string? TakeKey(BodyFields fields)
    {
        var key = fields.Take(Key, JsonValueKind.String, required: false)?.GetString();
        if (key is { Length: 0 or > KeyLengthMax })
        {
            fields.Errors.Add(Key, $"has {key.Length} characters: send 1 to {KeyLengthMax}, or none.");
        }

        return key;
    }

    private static JsonElement Without(JsonElement root, string[] names)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var property in root.EnumerateObject().Where(property => !names.Contains(property.Name)))
            {
                property.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }
}

/// <summary>An item that is right but for its prompt, which only a look-up can tell.</summary>
/// <param name="Path">Where the input stands in the body.</param>
/// <param name="Item">With the input as the client sent it.</param>
/// <param name="Deadline">As it names its own.</param>
internal sealed record DraftedItem(JobKind Kind, IJob Input, string Path, NewBatchItem Item, string? Deadline)
{
    public NewBatchItem With(IJob written) =>
        ReferenceEquals(written, Input) ? Item : Item with { InputJson = JsonSerializer.Serialize(written, Kind.InputJson) };
}
