using System.Globalization;
using Microsoft.Extensions.Options;
using Pipeline.Api.Problems;
using Pipeline.Core.Documents;

namespace Pipeline.Api.Documents.Files;

/// <summary>How many uploads are under way: each may hold a file on disk.</summary>
internal sealed class UploadSlots(IOptions<DocumentOptions> options)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, int> _clients = [];
    private int _all;

    /// <summary>Why there is no room for another one; null once it has taken its place, which it leaves with <see cref="Leave"/>.</summary>
    public Problem? Enter(Guid clientId)
    {
        lock (_lock)
        {
            var own = _clients.GetValueOrDefault(clientId);
            if (own >= options.Value.UploadsPerClientMax)
            {
                return Full($"You have {own} uploads under way; Documents:UploadsPerClientMax is {options.Value.UploadsPerClientMax}. Wait for one to end, or raise the limit.");
            }

            if (_all >= options.Value.UploadsMax)
            {
                return Full(string.Create(CultureInfo.InvariantCulture, $"All clients have {_all} uploads under way; Documents:UploadsMax is {options.Value.UploadsMax}. Try again."));
            }

            _clients[clientId] = own + 1;
            _all++;
            return null;
        }
    }

    public void Leave(Guid clientId)
    {
        lock (_lock)
        {
            _all--;
            if (--_clients[clientId] is 0)
            {
                _clients.Remove(clientId);
            }
        }
    }

    private static Problem Full(string detail) => new(ProblemType.TooManyUploads, detail) { RetryAfter = RetryAfter };
}
