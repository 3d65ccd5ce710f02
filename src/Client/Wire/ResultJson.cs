using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Contracts;

namespace Pipeline.Client;

/// <summary>How results are read. Their contracts refuse unknown fields, which suits a worker; a client may be older than its server.</summary>
internal static class ResultJson
{
    public static JsonTypeInfo<TResult> Of<TJob, TResult>()
        where TJob : class, IJob<TJob, TResult>
        where TResult : class =>
        Lenient<TJob, TResult>.Json;

    private static class Lenient<TJob, TResult>
        where TJob : class, IJob<TJob, TResult>
        where TResult : class
    {
        public static readonly JsonTypeInfo<TResult> Json = (JsonTypeInfo<TResult>)new JsonSerializerOptions(TJob.ResultJson.Options)
        {
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
        }.GetTypeInfo(typeof(TResult));
    }
}
