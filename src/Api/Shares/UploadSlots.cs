using System.Globalization;
using Microsoft.Extensions.Options;
using Pipeline.Api.Problems;
using Pipeline.Core.Documents;

namespace Pipeline.Api.Shares;

/// <summary>
/// How many bodies too large for memory are under way: files of documents, and apart from them batches and files of <c>/v1/files</c>, which
/// count while they are read as well.
/// </summary>
internal sealed class UploadSlots(IOptions<DocumentOptions> documents, IOptions<ApiOptions> api)
{
    public UploadPlaces Documents { get; } = new(DocumentOptions.Section, documents.Value.UploadsPerClientMax, documents.Value.UploadsMax);

    public UploadPlaces Bodies { get; } = new(ApiOptions.Section, api.Value.UploadsPerClientMax, api.Value.UploadsMax);
}

/// <param name="section">Of the options <c>UploadsPerClientMax</c> and <c>UploadsMax</c>.</param>
internal sealed class UploadPlaces(string section, int perClient, int all)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly ClientSlots _slots = new(perClient, all);

    /// <summary>Why there is no room for another one; null once it has taken its place, which it leaves with <see cref="Leave"/>.</summary>
    public Problem? Enter(Guid clientId) => _slots.Enter(clientId) switch
    {
        null => null,
        ShareBound.Client => Full($"You have {perClient} transfers under way; {section}:UploadsPerClientMax is {perClient}. Wait for one to end, or raise the limit."),
        _ => Full(string.Create(CultureInfo.InvariantCulture, $"All clients have {all} transfers under way; {section}:UploadsMax is {all}. Try again.")),
    };

    public void Leave(Guid clientId) => _slots.Leave(clientId);

    private static Problem Full(string detail) => new(ProblemType.TooManyUploads, detail) { RetryAfter = RetryAfter };
}
