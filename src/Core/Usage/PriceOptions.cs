using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Pipeline.Core.Usage;

/// <summary>
/// What tokens cost, so that usage can be told in money. Section <c>Prices</c>: <c>Prices:Currency</c>, and for each model, by its name,
/// <c>Prices:MODEL:PromptPerMillion</c>, <c>CachedPerMillion</c> and <c>CompletionPerMillion</c>.
/// </summary>
public sealed class PriceOptions
{
    public const string Section = "Prices";

    /// <summary>In which all prices are, such as EUR or KRW. Shown, never converted.</summary>
    public string? Currency { get; set; }

    internal Dictionary<string, ModelPrice> Models { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What is wrong with the section; told when the host starts.</summary>
    internal List<string> Faults { get; } = [];

    /// <summary>Names of models may have colons, as those of servers do.</summary>
    internal void Read(IConfigurationSection section)
    {
        foreach (var (key, text) in section.AsEnumerable(makePathsRelative: true))
        {
            if (text is null || key == nameof(Currency))
            {
                continue;
            }

            var end = key.LastIndexOf(':');
            if (end < 1 || !decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price))
            {
                Faults.Add($"{Section}:{key} is \"{text}\": set {Section}:MODEL:PromptPerMillion and the like to numbers that are not negative.");
                continue;
            }

            var model = Models.TryGetValue(key[..end], out var known) ? known : Models[key[..end]] = new();
            switch (key[(end + 1)..].ToUpperInvariant())
            {
                case "PROMPTPERMILLION":
                    model.PromptPerMillion = price;
                    break;
                case "CACHEDPERMILLION":
                    model.CachedPerMillion = price;
                    break;
                case "COMPLETIONPERMILLION":
                    model.CompletionPerMillion = price;
                    break;
                default:
                    Faults.Add($"{Section}:{key} is no price: there are PromptPerMillion, CachedPerMillion and CompletionPerMillion.");
                    break;
            }
        }
    }
}

/// <summary>Of a million tokens of one model.</summary>
internal sealed class ModelPrice
{
    /// <summary>Computed ones; default 0.</summary>
    public decimal PromptPerMillion { get; set; }

    /// <summary>Those of prompts whose computation was shared; default as the others.</summary>
    public decimal? CachedPerMillion { get; set; }

    /// <summary>Of answers; default 0.</summary>
    public decimal CompletionPerMillion { get; set; }
}

internal sealed class PriceOptionsValidator : IValidateOptions<PriceOptions>
{
    public ValidateOptionsResult Validate(string? name, PriceOptions options) =>
        options.Models.Count > 0 && string.IsNullOrWhiteSpace(options.Currency) ? ValidateOptionsResult.Fail("Prices:Currency is not set, and there are prices: set it, for example to EUR.")
        : options.Faults.Count > 0 ? ValidateOptionsResult.Fail(options.Faults)
        : ValidateOptionsResult.Success;
}

internal static class UsageRegistration
{
    /// <summary>This process tells what jobs took, and cost.</summary>
    public static IServiceCollection AddUsage(this IServiceCollection services)
    {
        services.AddSingleton<UsageStore>().AddSingleton<KindCosts>().AddSingleton<BusyClients>().AddSingleton<IValidateOptions<PriceOptions>, PriceOptionsValidator>();
        services.AddOptions<PriceOptions>().Configure<IConfiguration>((options, configuration) =>
        {
            var section = configuration.GetSection(PriceOptions.Section);
            options.Currency = section[nameof(PriceOptions.Currency)];
            options.Read(section);
        }).ValidateOnStart();
        return services;
    }
}
