using Lodestar.Engine.Storage.Sqlite;

namespace Lodestar.Engine.Storage;

/// <summary>A full-text index over messages: every run of three characters, so that any part of a word is found.</summary>
/// <remarks>
/// The system's SQLite may lack FTS5, and a store may be used by programs with and without it. So the index is not a part of
/// the schema: whoever can, makes it and brings it up to date in the transaction that stores a message, and a search looks
/// through what is not in it yet. The result is the same with and without; only the time differs. Rows of deleted messages
/// may linger in the index; they match nothing, because what is found is always a row of <c>messages</c>.
/// </remarks>
internal static class MessageIndex
{
    private const int ShortestIndexed = 3;

    // The definition of a match. "like" would take % and _ in the keyword for wildcards.
    private const string Contains =
        "(instr(lower(m.text), lower(?2)) > 0 or instr(lower(ifnull(m.subject, '')), lower(?2)) > 0)";

    /// <summary>Brings the index up to date, where there can be one.</summary>
    internal static void IndexMessages(this StoreTransaction store)
    {
        var database = store.Database;
        if (!CanIndex(database))
            return;
        if (!HasIndex(database))
        {
            database.Execute(
                "create virtual table messages_text using fts5(text, subject, content = 'messages', content_rowid = 'seq', tokenize = 'trigram')");
        }

        var indexed = Indexed(database);
        database.Execute(
            "insert into messages_text (rowid, text, subject) select seq, text, ifnull(subject, '') from messages where seq > ?", indexed);
        database.Execute(
            """
            insert into meta (name, value) select 'messages_indexed', max(seq) from messages where true
            on conflict (name) do update set value = excluded.value
            """);
    }

    /// <summary>The condition a message <c>m</c> meets when it holds the keyword, which is value 2; true without one.</summary>
    internal static string MatchingMessages(this StoreReader store, string? keyword)
    {
        if (keyword is null)
            return "?2 is null";
        var database = store.Database;
        if (keyword.EnumerateRunes().Count() < ShortestIndexed || !HasIndex(database) || !CanIndex(database))
            return Contains;

        // Within quotes nothing has a meaning but a quote, which is doubled. What matches is held against the definition
        // again: the index folds more letters than ASCII.
        return $"""
            {Contains} and (m.seq > {Indexed(database)}
              or m.seq in (select rowid from messages_text where messages_text match '"' || replace(?2, '"', '""') || '"'))
            """;
    }

    private static bool HasIndex(SqliteConnection database) =>
        database.QueryInt64("select count(*) from sqlite_master where name = 'messages_text'") > 0;

    private static bool CanIndex(SqliteConnection database) =>
        database.QueryInt64("select count(*) from pragma_module_list where name = 'fts5'") > 0;

    private static long Indexed(SqliteConnection database) =>
        database.QueryFirst("select value from meta where name = 'messages_indexed'", row => row.Int64OrNull(0)) ?? 0;
}
