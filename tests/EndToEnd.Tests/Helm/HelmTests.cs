using System.Text.RegularExpressions;
using Pipeline.Contracts;
using Pipeline.TestSupport.Services;
using YamlDotNet.RepresentationModel;

namespace Pipeline.EndToEnd.Tests.Helm;

public sealed partial class HelmTests
{
    private const string Everything = """
        postgres: { bundled: true }
        rabbitmq: { bundled: true }
        telemetry: { otlpEndpoint: "http://otel-collector:4317", clients: true }
        databaseUsers: { api: pipeline_api, inference: pipeline_inference }
        workers:
          inference: { gpus: 1, modelsClaim: models, image: worker-inference-cuda, drainSeconds: 3600, autoscaling: { enabled: true, min: 0, max: 8 } }
          embedding: { env: { Inference__Threads: "2" } }
          reports: { role: inference, queues: [report], replicas: 1, drainSeconds: 90, autoscaling: { enabled: false }, gpus: 0, modelsClaim: "", image: "", env: {}, resources: {} }
        """;

    // Read by the runtime or by OpenTelemetry, or by the images of others.
    private static readonly string[] Foreign =
        ["Urls", "OTEL_EXPORTER_OTLP_ENDPOINT", "POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "PGDATA", "RABBITMQ_DEFAULT_USER", "RABBITMQ_DEFAULT_PASS"];

    public static TheoryData<string> Values() => ["", Everything];

    [Theory]
    [MemberData(nameof(Values))]
    public void Every_variable_is_an_option_that_the_code_reads(string values)
    {
        var options = Directory.EnumerateFiles(RepositoryFiles.Path("src"), "*Options.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText)
            .Where(text => Section().IsMatch(text))
            .SelectMany(text => Property().Matches(text).Select(property => $"{Section().Match(text).Groups[1].Value}__{property.Groups[1].Value}"))
            .ToHashSet();

        var variables = Containers(values).SelectMany(container => List(container, "env")).Select(variable => Text(variable["name"])).Distinct().ToArray();

        variables.Length.ShouldBeGreaterThan(5);
        variables.Except(Foreign).Where(name => !options.Contains(name)).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void Every_port_that_is_named_is_one_that_its_process_listens_on(string values)
    {
        foreach (var container in Containers(values).Where(container => List(container, "ports").Any(port => Text(port["name"]) is "http")))
        {
            var variables = List(container, "env").Where(variable => variable.Children.ContainsKey("value")).ToDictionary(variable => Text(variable["name"]), variable => Text(variable["value"]));
            var ports = List(container, "ports").ToDictionary(port => Text(port["name"]), port => Text(port["containerPort"]));
            new Uri(variables["Urls"]).Port.ToString(System.Globalization.CultureInfo.InvariantCulture).ShouldBe(ports["http"]);
            variables["Telemetry__MetricsPort"].ShouldBe(ports["metrics"]);
            foreach (var probe in (string[])["startupProbe", "readinessProbe", "livenessProbe"])
            {
                ports.ShouldContainKey(Text(container[probe]["httpGet"]["port"]));
                File.ReadAllText(RepositoryFiles.Path("src", "Core", "Hosting", "HealthEndpoints.cs")).ShouldContain($"\"{Text(container[probe]["httpGet"]["path"])}\"");
            }
        }

        var named = Containers(values).SelectMany(container => List(container, "ports")).Select(port => Text(port["name"])).ToHashSet();
        Of(values, "Service").SelectMany(service => List((YamlMappingNode)service["spec"], "ports")).Select(port => Text(port["targetPort"])).ShouldBeSubsetOf(named);
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void Pods_have_no_privileges_and_no_way_into_the_cluster(string values)
    {
        foreach (var pod in Pods(values))
        {
            Text(pod["automountServiceAccountToken"]).ShouldBe("false");
            Text(pod["securityContext"]["runAsNonRoot"]).ShouldBe("true");
            foreach (var container in List(pod, "containers"))
            {
                Text(container["securityContext"]["allowPrivilegeEscalation"]).ShouldBe("false");
                ((YamlSequenceNode)container["securityContext"]["capabilities"]["drop"]).Select(Text).ShouldBe(["ALL"]);
                if (Text(container["image"]).StartsWith("pipeline-", StringComparison.Ordinal))
                {
                    Text(container["securityContext"]["readOnlyRootFilesystem"]).ShouldBe("true");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void Everything_of_the_pipeline_has_a_budget_of_disruptions_and_images_that_are_built(string values)
    {
        var targets = Target().Matches(File.ReadAllText(RepositoryFiles.Path("Dockerfile"))).Select(match => match.Groups[1].Value).ToHashSet();

        Of(values, "PodDisruptionBudget").Select(budget => Text(budget["metadata"]["name"])).ShouldBe(Of(values, "Deployment").Select(deployment => Text(deployment["metadata"]["name"])), ignoreOrder: true);
        Containers(values).Select(container => Text(container["image"])).Where(image => image.StartsWith("pipeline-", StringComparison.Ordinal))
            .Select(image => image["pipeline-".Length..].Split(':')[0]).ShouldBeSubsetOf(targets);
    }

    [Fact]
    public void A_worker_is_scaled_by_the_load_of_each_of_its_queues_and_has_time_to_drain()
    {
        var scaled = Of(Everything, "ScaledObject").ShouldHaveSingleItem();
        var worker = Of(Everything, "Deployment").Single(deployment => Text(deployment["metadata"]["name"]) == Text(scaled["spec"]["scaleTargetRef"]["name"]));
        var pod = (YamlMappingNode)worker["spec"]["template"]["spec"];
        var variables = List(List(pod, "containers").Single(), "env").Where(variable => variable.Children.ContainsKey("value")).ToDictionary(variable => Text(variable["name"]), variable => Text(variable["value"]));

        var queues = variables["Worker__Queues"].Split(',');
        queues.ShouldBeSubsetOf(JobCatalog.Own.Queues);
        List((YamlMappingNode)scaled["spec"], "triggers").Select(trigger => Text(trigger["metadata"]["url"]))
            .ShouldBe(queues.Select(queue => $"http://demo-api:8080/api/queues/{queue}/load"));
        Text(scaled["spec"]["minReplicaCount"]).ShouldBe("0");
        ((YamlMappingNode)worker["spec"]).Children.ContainsKey("replicas").ShouldBeFalse("the autoscaler's number would be overwritten");
        variables["Worker__DrainTimeout"].ShouldBe("01:00:00");
        Text(pod["terminationGracePeriodSeconds"]).ShouldBe("3630");
        Text(List(pod, "containers").Single()["resources"]["limits"]["nvidia.com/gpu"]).ShouldBe("1");
        Text(List(pod, "containers").Single()["resources"]["limits"]["memory"]).ShouldBe("8Gi");
    }

    [Theory]
    [InlineData(false, "pre-install,pre-upgrade")]
    [InlineData(true, "post-install,pre-upgrade")]
    public void The_schema_is_brought_up_to_date_before_the_rest(bool bundled, string hook)
    {
        var job = Of($"postgres: {{ bundled: {(bundled ? "true" : "false")} }}", "Job").ShouldHaveSingleItem();

        Text(job["metadata"]["annotations"]["helm.sh/hook"]).ShouldBe(hook);
    }

    [Fact]
    public void A_role_that_has_a_user_of_the_database_is_granted_what_it_needs_and_connects_as_that()
    {
        var migration = List((YamlMappingNode)Of(Everything, "Job").Single()["spec"]["template"]["spec"], "containers").Single();
        List(migration, "args", Text).ShouldBe(["database", "grant", "--api=pipeline_api", "--inference=pipeline_inference"]);
        Connection(migration).ShouldBe("postgres-connection-string");

        Of(Everything, "Deployment").ToDictionary(role => Text(role["metadata"]["name"]), role => Connection(List((YamlMappingNode)role["spec"]["template"]["spec"], "containers").Single()))
            .ShouldBe(
                new Dictionary<string, string>
                {
                    ["demo-api"] = "postgres-connection-string-api",
                    ["demo-scheduler"] = "postgres-connection-string",
                    ["demo-worker-inference"] = "postgres-connection-string-inference",
                    ["demo-worker-embedding"] = "postgres-connection-string",
                    ["demo-worker-reports"] = "postgres-connection-string-inference",
                },
                ignoreOrder: true);
        Of("", "Job").Select(job => List(List((YamlMappingNode)job["spec"]["template"]["spec"], "containers").Single(), "args", Text)).Single().ShouldBe(["migrate"]);
    }

    [Fact]
    public void Only_pods_of_the_release_reach_a_server_and_the_pod_that_makes_the_first_key_is_one()
    {
        var policies = Of(Everything, "NetworkPolicy").ToDictionary(policy => Text(policy["metadata"]["name"]), policy => (YamlMappingNode)policy["spec"]);

        policies.Keys.ShouldBe(["demo-inside", "demo-api"], ignoreOrder: true);
        var inside = Labels(policies["demo-inside"]["podSelector"]["matchLabels"]);
        Pods(Everything, metadata: true).ShouldAllBe(pod => inside.All(label => Labels(pod["labels"]).Contains(label)));
        var (from, scraped) = (List(policies["demo-inside"], "ingress").First(), List(policies["demo-inside"], "ingress").Last());
        Labels(List(from, "from").Single()["podSelector"]["matchLabels"]).ShouldBe(inside);
        List(scraped, "ports").Select(port => Text(port["port"])).ShouldBe(["9464"]);
        Labels(policies["demo-api"]["podSelector"]["matchLabels"]).ShouldContain(("app.kubernetes.io/component", "api"));
        List(List(policies["demo-api"], "ingress").Single(), "ports").Select(port => Text(port["port"])).ShouldBe(["8080"]);
        HelmChart.Notes(Everything).ShouldContain($"--labels=\"{string.Join(',', inside.Select(label => $"{label.Name}={label.Value}"))}\"");
        Of("networkPolicy: { enabled: false }", "NetworkPolicy").ShouldBeEmpty();
    }

    [Fact]
    public void A_worker_with_a_claim_reads_its_models_there_and_the_API_ends_after_nobody_sends_to_it()
    {
        var worker = Pod(Everything, "demo-worker-inference");
        List(worker, "volumes").Single(volume => Text(volume["name"]) is "models")["persistentVolumeClaim"].ShouldBe(Yaml("{ claimName: models, readOnly: true }"));
        List(List(worker, "containers").Single(), "volumeMounts").Single(mount => Text(mount["name"]) is "models").ShouldBe(Yaml("{ name: models, mountPath: /models, readOnly: true }"));
        foreach (var pod in Pods(Everything))
        {
            var volumes = List(pod, "volumes").Select(volume => Text(volume["name"])).Append("data");
            List(pod, "containers").SelectMany(container => List(container, "volumeMounts")).Select(mount => Text(mount["name"])).ShouldBeSubsetOf(volumes);
        }

        List(Pod("", "demo-worker-inference"), "volumes").Select(volume => Text(volume["name"])).ShouldBe(["tmp"]);
        List(Pod("", "demo-api"), "containers").Single()["lifecycle"]["preStop"].ShouldBe(Yaml("{ sleep: { seconds: 5 } }"));
    }

    [Theory]
    [InlineData("workers: { inference: { queues: [], autoscaling: { enabled: true } } }", "workers/inference/queues: must NOT have fewer than 1 items")]
    [InlineData("workers: { inference: { queue: [chat] } }", "workers/inference: must NOT have additional properties")]
    [InlineData("databaseUsers: { console: somebody }", "databaseUsers")]
    [InlineData("api: { replicas: 0 }", "api/replicas: must be >= 1")]
    public async Task Values_that_would_not_work_are_refused(string values, string reason)
    {
        var refusal = await Record.ExceptionAsync(() => SchemaCheck.RunAsync("", values));

        refusal.ShouldNotBeNull().Message.ShouldContain($"values/{reason}");
    }

    [Theory]
    [MemberData(nameof(Values))]
    public Task Kubernetes_and_KEDA_accept_every_manifest(string values) => SchemaCheck.RunAsync(HelmChart.Render(values), values);

    private static IEnumerable<YamlMappingNode> Of(string values, string kind) => HelmChart.Manifests(values).Where(manifest => Text(manifest["kind"]) == kind);

    private static IEnumerable<YamlMappingNode> Pods(string values, bool metadata = false) => HelmChart.Manifests(values)
        .Where(manifest => Text(manifest["kind"]) is "Deployment" or "StatefulSet" or "Job").Select(manifest => (YamlMappingNode)manifest["spec"]["template"][metadata ? "metadata" : "spec"]);

    private static YamlMappingNode Pod(string values, string deployment) =>
        (YamlMappingNode)Of(values, "Deployment").Single(manifest => Text(manifest["metadata"]["name"]) == deployment)["spec"]["template"]["spec"];

    private static (string Name, string Value)[] Labels(YamlNode labels) => [.. ((YamlMappingNode)labels).Select(label => (Text(label.Key), Text(label.Value)))];

    private static YamlNode Yaml(string text)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(text));
        return yaml.Documents[0].RootNode;
    }

    private static IEnumerable<YamlMappingNode> Containers(string values) => Pods(values).SelectMany(pod => List(pod, "containers"));

    private static IEnumerable<YamlMappingNode> List(YamlMappingNode owner, string name) =>
        owner.Children.TryGetValue(name, out var list) ? ((YamlSequenceNode)list).Cast<YamlMappingNode>() : [];

    private static IEnumerable<T> List<T>(YamlMappingNode owner, string name, Func<YamlNode, T> read) => ((YamlSequenceNode)owner.Children[name]).Select(read);

    /// <summary>Which entry of the secret a container connects to PostgreSQL by.</summary>
    private static string Connection(YamlMappingNode container) =>
        Text(List(container, "env").Single(variable => Text(variable["name"]) is "Postgres__ConnectionString")["valueFrom"]["secretKeyRef"]["key"]);

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;

    [GeneratedRegex(@"const string Section = ""(\w+)""")]
    private static partial Regex Section();

    [GeneratedRegex(@"public (?:required )?[\w<>?]+ (\w+) \{ get;")]
    private static partial Regex Property();

    [GeneratedRegex(@"^FROM \S+ AS (\S+)", RegexOptions.Multiline)]
    private static partial Regex Target();
}
