using Pipeline.Chaos.Rigs;

namespace Pipeline.Chaos.Faults;

internal static class FaultKinds
{
    /// <summary>Every kind but the loss of the broker's data, which happens once and needs an operator.</summary>
    public static IReadOnlyList<IFault> All(HttpClient http)
    {
        const string Postgres = "postgres";
        const string RabbitMq = "rabbitmq";
        return
        [
            new KillWorker(),
            new KillApi(),
            new FreezeWorker(),
            new ReorderMessages(),
            new DuplicateMessages(),
            new BadJobs(http),
            new RestartServer(Postgres),
            new RestartServer(RabbitMq),
            new CrashServer("postgres"),
            new CrashServer("rabbitmq"),
            .. Network(Postgres, rig => rig.Database),
            .. Network(RabbitMq, rig => rig.Broker),
        ];
    }

    /// <summary>kill -9 of each process that a job needs.</summary>
    public static IReadOnlyList<IFault> Kills() => [new KillWorker(), new KillApi(), new CrashServer("postgres"), new CrashServer("rabbitmq")];

    private static IEnumerable<IFault> Network(string server, Func<Rig, TcpProxy> network) =>
    [
        new CutConnections(server, network),
        new DelayConnections(server, network),
        new RefuseConnections(server, network),
        new LoseAnswers(server, network),
    ];
}
