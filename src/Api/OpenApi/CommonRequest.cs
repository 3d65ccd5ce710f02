using System.ComponentModel;
using Pipeline.Api.Jobs;

namespace Pipeline.Api.OpenApi;

/// <summary>What readers of the document see of the fields that every submission takes; <see cref="Jobs.CommonFields"/> reads them.</summary>
internal record CommonRequest
{
    [Description("interactive (default) or bulk. Bulk jobs never delay interactive ones.")]
    public string? Priority { get; init; }

    [Description("RFC 3339 time at which the job expires unless it has finished; at most Api:ExpiryMax (30 days) ahead.")]
    public DateTimeOffset? ExpiresAt { get; init; }

    [Description("When you would like to have the result: RFC 3339 time, or a time from now such as 30m or 2h. The job goes before others of yours without a deadline, or with a later one; it is done afterwards all the same.")]
    public string? Deadline { get; init; }

    [Description("URL for a signed webhook when the job is final; requires POST /api/webhooks/secrets first.")]
    public string? CallbackUrl { get; init; }

    [Description(UserTag.Description)]
    public string? User { get; init; }

    [Description("The job of yours, of the same kind, of which this one is a repeat with changes. It stays as it is.")]
    public Guid? ResubmittedFrom { get; init; }

    [Description("false computes the result even if that of an earlier job with the same input is known; default true.")]
    public bool? Cache { get; init; }
}
