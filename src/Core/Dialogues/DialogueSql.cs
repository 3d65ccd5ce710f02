namespace Pipeline.Core.Dialogues;

internal static class DialogueSql
{
    public const string Insert = """
        insert into dialogues (id, client_id, kind, settings) values (@Id, @ClientId, @Kind, @Settings::json)
        on conflict (id) do nothing
        """;

    public const string Find = """
        select id, settings::text, created_at as CreatedAt from dialogues where client_id = @ClientId and kind = @Kind and id = @Id
        """;

    public const string List = """
        select id, settings::text, created_at as CreatedAt from dialogues
         where client_id = @ClientId and kind = @Kind and (@Before::uuid is null or id < @Before)
         order by id desc limit @Limit
        """;

    public const string Turns = """
        select t.position, t.said, t.job_id as JobId, t.created_at as CreatedAt, coalesce(t.result, j.result)::text as Result,
               case when t.result is not null then 'succeeded' else coalesce(j.state, 'expired') end as State
          from dialogue_turns t left join jobs j on j.id = t.job_id
         where t.dialogue_id = @Id order by t.position
        """;

    // The place is the lock: of two messages that follow the same turn one is accepted. A turn whose job failed makes room,
    // and a commit whose answer was lost finds its own row. The lock on the dialogue keeps it from being deleted meanwhile.
    public const string AddTurn = """
        with dialogue as (select id from dialogues where id = @DialogueId for key share)
        insert into dialogue_turns (dialogue_id, position, said, job_id)
        select id, @Position::integer, @Said::text, @JobId::uuid from dialogue
        on conflict (dialogue_id, position) do update set said = excluded.said, job_id = excluded.job_id
         where dialogue_turns.job_id in (excluded.job_id, @Replaces::uuid)
        returning position
        """;

    public const string Delete = "delete from dialogues where client_id = @ClientId and kind = @Kind and id = @Id";
}
