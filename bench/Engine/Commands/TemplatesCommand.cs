using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Bench.Engine.Templates;
using Pipeline.Inference.Prompts.Jinja;
using Pipeline.Inference.Prompts.Jinja.Values;

namespace Pipeline.Bench.Engine.Commands;

/// <summary>Renders the same conversations by every template of a folder, here and elsewhere, and says where the texts differ.</summary>
internal static class TemplatesCommand
{
    private const int ShownMax = 60;

    private static readonly Option<DirectoryInfo> _folder = new("--folder") { Description = "Where the .jinja files are", Required = true };
    private static readonly Option<DirectoryInfo> _peers = new("--peers") { Description = "bench/peers/chat-templates", Required = true };
    private static readonly Option<string?> _python = new("--python") { Description = "An interpreter that has jinja2" };

    public static Command Create()
    {
        Command command = new("templates", "Compares the rendering of chat templates.") { _folder, _peers, _python };
        command.SetAction((parsed, cancellationToken) =>
            CompareAsync(parsed.GetRequiredValue(_folder), parsed.GetRequiredValue(_peers).FullName, parsed.GetValue(_python), cancellationToken));
        return command;
    }

    private static async Task<int> CompareAsync(DirectoryInfo folder, string peers, string? python, CancellationToken cancellationToken)
    {
        using TemplatePeer node = TemplatePeer.Start("@huggingface/jinja", "node", peers, "render.mjs");
        using TemplatePeer? jinja2 = python is null ? null : TemplatePeer.Start("jinja2", python, peers, "render.py");
        TemplatePeer[] others = jinja2 is null ? [node] : [node, jinja2];
        Tally tally = new(others);
        foreach (FileInfo file in folder.EnumerateFiles("*.jinja").OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            string template = await File.ReadAllTextAsync(file.FullName, cancellationToken);
            string name = Path.GetFileNameWithoutExtension(file.Name);
            tally.Begin(name);
            foreach ((string conversation, JsonObject values) in Conversations())
            {
                Rendering ours = Render(template, values, cancellationToken);
                foreach (TemplatePeer peer in others)
                {
                    tally.Count(peer, conversation, ours, await peer.RenderAsync(template, values, cancellationToken));
                }
            }
        }

        await Console.Out.WriteLineAsync(tally.Finish());
        return 0;
    }

    private static Rendering Render(string template, JsonObject values, CancellationToken cancellationToken)
    {
        try
        {
            Dictionary<string, object?> given = values.ToDictionary(value => value.Key, value => JsonValues.Of(JsonSerializer.SerializeToElement(value.Value), 0));
            return new(JinjaTemplate.Parse(template).Execute(given, TimeProvider.System, cancellationToken).Value, null);
        }
        catch (JinjaException e)
        {
            return new(null, e.Message);
        }
    }

    private static IEnumerable<(string Name, JsonObject Values)> Conversations()
    {
        using Stream stream = typeof(TemplatesCommand).Assembly.GetManifestResourceStream("conversations.json")!;
        foreach ((string name, JsonNode? values) in JsonNode.Parse(stream)!.AsObject())
        {
            JsonObject given = values!.DeepClone().AsObject();
            _ = given.TryAdd("add_generation_prompt", true) && given.TryAdd("bos_token", "<s>") && given.TryAdd("eos_token", "</s>");
            yield return (name, given);
        }
    }

    /// <summary>Prints a line a template, and what differs below it.</summary>
    private sealed class Tally(IReadOnlyList<TemplatePeer> peers)
    {
        private readonly Dictionary<string, (int Equal, int Templates)> _equal = peers.ToDictionary(peer => peer.Name, _ => (0, 0));
        private readonly Dictionary<string, int> _here = peers.ToDictionary(peer => peer.Name, _ => 0);
        private readonly List<string> _differences = [];
        private string _name = "";
        private int _templates;
        private int _conversations;
        private int _all;

        public void Begin(string name)
        {
            End();
            (_name, _conversations) = (name, 0);
            _templates++;
        }

        public void Count(TemplatePeer peer, string conversation, Rendering ours, Rendering theirs)
        {
            bool isFirst = peer.Name == peers[0].Name;
            (_conversations, _all) = (_conversations + (isFirst ? 1 : 0), _all + (isFirst ? 1 : 0));
            if (ours == theirs)
            {
                _here[peer.Name]++;
                return;
            }

            int at = ours.Text.AsSpan().CommonPrefixLength(theirs.Text);
            _differences.Add($"    {conversation}: {Show(ours, at)} here, {Show(theirs, at)} in {peer.Name}");
        }

        public string Finish()
        {
            End();
            JsonObject summary = new() { ["templates"] = _templates, ["renderings"] = _all };
            foreach (TemplatePeer peer in peers)
            {
                summary[peer.Name] = new JsonObject { ["equal"] = _equal[peer.Name].Equal, ["templates_equal"] = _equal[peer.Name].Templates };
            }

            return summary.ToJsonString();
        }

        private void End()
        {
            if (_name.Length > 0)
            {
                Console.Out.WriteLine(string.Concat($"{_name,-52}", string.Concat(peers.Select(peer => $"  {peer.Name} {_here[peer.Name]}/{_conversations}"))));
                _differences.ForEach(Console.Out.WriteLine);
                _differences.Clear();
            }

            foreach (TemplatePeer peer in peers)
            {
                (int equal, int templates) = _equal[peer.Name];
                _equal[peer.Name] = (equal + _here[peer.Name], templates + (_here[peer.Name] == _conversations && _conversations > 0 ? 1 : 0));
                _here[peer.Name] = 0;
            }
        }

        private static string Show(Rendering rendering, int at) => rendering.Text is { } text
            ? JsonSerializer.Serialize(text.Substring(Math.Max(0, at - 10), Math.Min(ShownMax, text.Length - Math.Max(0, at - 10))))
            : $"({rendering.Error})";
    }
}
