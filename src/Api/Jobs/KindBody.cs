using Pipeline.Api.Body;
using Pipeline.Contracts;

namespace Pipeline.Api.Jobs;

/// <summary>How the path of a kind reads its body, where that is more than the input of one job.</summary>
/// <param name="Fields">What it takes beside the fields of the input, or instead of those of the same name.</param>
/// <param name="ReadAsync">The draft; null once it has reported what is wrong.</param>
internal sealed record KindBody(Type Fields, Func<BodyFields, KindRequest, Task<JobDraft?>> ReadAsync);

/// <summary>What reading a body may need besides the body.</summary>
internal sealed record KindRequest(HttpContext Context, ApiOptions Options, InputLimits Limits, DateTimeOffset Now);
