using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Postgres;

namespace Pipeline.Scheduler.Hangfire;

/// <summary>
/// Owns <c>data_protection_keys</c>. A form of the dashboard that one replica made is then accepted by every other, and nothing
/// is written to the home directory.
/// </summary>
internal sealed class DataProtectionKeys(NpgsqlDataSource dataSource) : IXmlRepository, IConfigureOptions<KeyManagementOptions>
{
    private const string All = "select xml from data_protection_keys order by created_at";

    private const string Insert = "insert into data_protection_keys (name, xml) values (@Name, @Xml) on conflict (name) do nothing";

    public void Configure(KeyManagementOptions options) => options.XmlRepository = this;

    // The interface is synchronous; keys are read when the first form is made and every day after that.
    public IReadOnlyCollection<XElement> GetAllElements() =>
        [.. dataSource.QueryAsync<string>(All, null, CancellationToken.None).GetAwaiter().GetResult().Select(XElement.Parse)];

    public void StoreElement(XElement element, string friendlyName) => dataSource
        .ExecuteAsync(Insert, new { Name = friendlyName, Xml = element.ToString(SaveOptions.DisableFormatting) }, CancellationToken.None)
        .GetAwaiter().GetResult();
}
