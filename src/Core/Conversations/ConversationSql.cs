namespace Pipeline.Core.Conversations;

internal static class ConversationSql
{
    public const string Insert = """
        insert into conversations (id, client_id, kind, settings) values (@Id, @ClientId, @Kind, @Settings::json)
        on conflict (id) do nothing
        """;

    public const string Find = """
        select id, settings::text, created_at as CreatedAt from conversations where client_id = @ClientId and kind = @Kind and id = @Id
        """;

    public const string List = """
        select id, settings::text, created_at as CreatedAt from conversations
         where client_id = @ClientId and kind = @Kind and (@Before::uuid is null or id < @Before)
         order by id desc limit @Limit
        """;

    public const string Messages = """
        select m.position, m.content, m.job_id as JobId, m.created_at as CreatedAt, coalesce(m.result, j.result)::text as Result,
               case when m.result is not null then 'succeeded' else coalesce(j.state, 'expired') end as State
          from conversation_messages m left join jobs j on j.id = m.job_id
         where m.conversation_id = @Id order by m.position
        """;

    // The place is the lock: of two messages that are sent at the same time one is accepted. A message whose job failed makes room,
    // and a commit whose answer was lost finds its own row. The lock on the conversation keeps it from being deleted meanwhile.
    public const string AddMessage = """
        with conversation as (select id from conversations where id = @ConversationId for key share)
        insert into conversation_messages (conversation_id, position, content, job_id)
        select id, @Position::integer, @Content::text, @JobId::uuid from conversation
        on conflict (conversation_id, position) do update set content = excluded.content, job_id = excluded.job_id
         where conversation_messages.job_id in (excluded.job_id, @Replaces::uuid)
        returning position
        """;

    public const string Delete = "delete from conversations where client_id = @ClientId and kind = @Kind and id = @Id";
}
