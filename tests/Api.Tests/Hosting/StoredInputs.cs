namespace Pipeline.Api.Tests.Hosting;

/// <summary>What jobs were asked, as it is stored: read as their client reads it, since the column may be encrypted.</summary>
internal static class StoredInputs
{
    public static async Task<string> OfAsync(ApiClient client, string job)
    {
        var answer = await client.GetAsync($"/api/jobs/{job}/input");
        answer.Status.ShouldBe(200, answer.Text);
        return answer.Text;
    }

    /// <summary>The only one of the newest jobs that was asked something with the text.</summary>
    /// <param name="query">Which jobs.</param>
    public static async Task<(string Job, string Input)> FindAsync(ApiClient client, string text, string query = "limit=100")
    {
        List<(string, string)> found = [];
        foreach (var job in (await client.GetAsync($"/api/jobs?{query}")).Json.GetProperty("jobs").EnumerateArray())
        {
            var id = job.GetProperty("id").GetString()!;

            // One that another test erased meanwhile has none.
            if (await client.GetAsync($"/api/jobs/{id}/input") is { Status: 200 } input && input.Text.Contains(text, StringComparison.Ordinal))
            {
                found.Add((id, input.Text));
            }
        }

        return found.ShouldHaveSingleItem();
    }
}
