using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Contracts;

/// <summary>What a client asks for. Stored as JSON in <c>jobs.input</c>.</summary>
public interface IJob
{
    /// <summary>What is wrong with this input, field by field; empty when a worker can take it.</summary>
    IEnumerable<InputProblem> Validate(InputLimits limits);
}

/// <summary>What has the name of a kind.</summary>
public interface IKind
{
    /// <summary>Stored in <c>jobs.kind</c> and part of queue names: never rename it, add a new kind.</summary>
    static abstract string Kind { get; }
}

/// <summary>A kind of job: its input, its name, and the JSON shapes of its input and result.</summary>
/// <typeparam name="TSelf">The input record itself.</typeparam>
/// <typeparam name="TResult">What a succeeded job carries in <c>jobs.result</c>.</typeparam>
public interface IJob<TSelf, TResult> : IJob, IKind
    where TSelf : class, IJob<TSelf, TResult>
    where TResult : class
{
    static abstract JsonTypeInfo<TSelf> Json { get; }

    static abstract JsonTypeInfo<TResult> ResultJson { get; }

    /// <summary>All else that is said of the kind; always the same instance.</summary>
    static abstract JobKind<TSelf, TResult> Descriptor { get; }
}
