using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pipeline.Console.Access;
using Pipeline.Contracts;

namespace Pipeline.Console.Languages;

/// <summary>
/// The words of the pages in one language. English stands in the pages; <c>ko.json</c> has the Korean of each phrase, and a test that
/// none is missing.
/// </summary>
internal sealed class Wording
{
    private const string CookieName = "pipeline-language";

    private static readonly TimeSpan CookieLifetime = TimeSpan.FromDays(365);

    private static readonly Wording English = new(TextLanguage.English, new Dictionary<string, string>());
    private static readonly Wording Korean = new(TextLanguage.Korean, ReadKorean());

    private readonly IReadOnlyDictionary<string, string> _phrases;

    private Wording(string language, IReadOnlyDictionary<string, string> phrases) => (Language, _phrases) = (language, phrases);

    public string Language { get; }

    /// <summary>Every phrase that has a Korean one.</summary>
    public static IEnumerable<string> Known => Korean._phrases.Keys;

    /// <param name="english">The phrase, with {0} where something is filled in.</param>
    public string this[string english, params ReadOnlySpan<object?> values]
    {
        get
        {
            var phrase = _phrases.GetValueOrDefault(english, english);
            return values.IsEmpty ? phrase : string.Format(CultureInfo.InvariantCulture, phrase, values); // A word of a client may have braces.
        }
    }

    /// <summary>What was chosen, else what the browser asks for.</summary>
    public static Wording Of(HttpRequest request) =>
        In(request.Cookies[CookieName] ?? Preferred(request));

    public static Wording In(string? language) => language is TextLanguage.Korean ? Korean : English;

    public static void Remember(HttpContext context, string language)
    {
        var cookie = SessionCookie.Options(context);
        cookie.MaxAge = CookieLifetime;
        context.Response.Cookies.Append(CookieName, language is TextLanguage.Korean ? TextLanguage.Korean : TextLanguage.English, cookie);
    }

    private static string? Preferred(HttpRequest request) => request.GetTypedHeaders().AcceptLanguage
        .Where(language => language.Quality is not 0)
        .OrderByDescending(language => language.Quality ?? 1)
        .Select(language => language.Value.Value?.Split('-')[0].ToLowerInvariant())
        .FirstOrDefault(language => language is TextLanguage.Korean or TextLanguage.English);

    private static Dictionary<string, string> ReadKorean()
    {
        using var file = typeof(Wording).Assembly.GetManifestResourceStream("ko.json")!;
        using var document = JsonDocument.Parse(file);
        return document.RootElement.EnumerateObject().ToDictionary(phrase => phrase.Name, phrase => phrase.Value.GetString()!);
    }
}
