using System.Globalization;
using Pipeline.Api.Jobs;
using Pipeline.Api.Problems;

namespace Pipeline.Api.OpenAi.Responses;

/// <summary><c>?stream=true&amp;starting_after=N</c>: the events of an answer in the background, behind the last one that the client has.</summary>
internal static class ResponseStreamQuery
{
    public const string Stream = "stream";
    public const string StartingAfter = "starting_after";

    /// <summary>The number of the last event that the client has, -1 for none; null where it wants no stream.</summary>
    public static int? Read(IQueryCollection query, InputErrors errors)
    {
        var stream = QueryParameters.Choice(Stream, QueryParameters.Single(query, Stream, errors), ["true", "false"], errors) is "true";
        if (QueryParameters.Single(query, StartingAfter, errors) is not { } text)
        {
            return stream ? ResponseStream.Nothing : null;
        }

        if (!stream)
        {
            errors.Add(StartingAfter, "is of use with stream=true only.");
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < int.MaxValue)
        {
            return number;
        }

        errors.Add(StartingAfter, $"is \"{text}\": send the sequence_number of the last event that you have.");
        return null;
    }
}
