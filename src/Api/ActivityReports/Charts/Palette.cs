using Pipeline.Contracts;

namespace Pipeline.Api.ActivityReports.Charts;

/// <summary>Colours of the charts, apart also where colours are seen alike: no two neighbours have the same lightness.</summary>
internal static class Palette
{
    public const string Succeeded = "#3f7fb5";
    public const string Failed = "#c23b3b";
    public const string Other = "#b9c2cd";
    public const string Queued = "#1c2430";
    public const string Running = "#b7791f";
    public const string Before = "#c9d1db";

    public static string Of(string emotion) => emotion switch
    {
        Emotions.Joy => "#e2b13c",
        Emotions.Excitement => "#d9713c",
        Emotions.Sadness => "#3f6fb5",
        Emotions.Anger => "#b03636",
        Emotions.Fear => "#6b4f9e",
        Emotions.Surprise => "#4aa59a",
        Emotions.Neutral => Other,
        _ => "#7c8796",
    };
}
