using FsCheck;
using FsCheck.Fluent;
using Lodestar.Engine.Storage.Sqlite;

namespace Lodestar.Engine.Tests.Storage;

public sealed class SqliteConnectionTests : IDisposable
{
    private readonly SqliteConnection database = SqliteConnection.Open(":memory:", SqliteAccess.Create, TimeSpan.Zero);

    public SqliteConnectionTests() => database.ExecuteScript(
        """
        create table things (id integer primary key, name text, amount real, data blob);
        create unique index things_name on things (name);
        """);

    public void Dispose() => database.Dispose();

    [Fact]
    public void Empty_text_and_empty_bytes_are_not_null()
    {
        database.Execute("insert into things (id, name, data) values (?, ?, ?)", 1, "", Array.Empty<byte>());

        var nulls = database.QueryFirst(
            "select name, data, amount from things", row => (row.IsNull(0), row.IsNull(1), row.IsNull(2)));

        Assert.Equal((false, false, true), nulls);
        Assert.Empty(database.QueryFirst("select data from things", row => row.Blob(0))!);
    }

    [Fact]
    public void Every_text_and_number_comes_back_as_it_went_in() =>
        Prop.ForAll<long, double, string>((number, real, drawn) =>
        {
            var text = new string([.. (drawn ?? "").Where(letter => !char.IsSurrogate(letter))]);
            var finite = double.IsNaN(real) ? 0 : real;
            var back = database.QueryFirst(
                "select ?, ?, ?", row => (row.Int64(0), row.Double(1), row.Text(2)), number, finite, text);
            return back == (number, finite, text);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_null_where_a_value_is_required_is_an_error_not_a_default()
    {
        database.Execute("insert into things (id) values (1)");

        Assert.Throws<InvalidDataException>(() => database.QueryFirst("select name from things", row => row.Text(0)));
    }

    [Fact]
    public void A_transaction_that_is_not_committed_leaves_nothing()
    {
        using (database.BeginImmediate())
            database.Execute("insert into things (id) values (1)");

        Assert.Equal(0, database.QueryInt64("select count(*) from things"));
        Assert.False(database.InTransaction);
    }

    [Fact]
    public void A_duplicate_key_is_told_from_other_failures()
    {
        database.Execute("insert into things (id, name) values (1, 'a')");

        var duplicate = Assert.Throws<SqliteException>(() => database.Execute("insert into things (id, name) values (2, 'a')"));
        var missing = Assert.Throws<SqliteException>(() => database.Execute("insert into nothing values (1)"));

        Assert.True(duplicate.IsDuplicateKey);
        Assert.Equal(SqliteCode.Constraint, duplicate.Code);
        Assert.False(missing.IsDuplicateKey);
        Assert.Contains("nothing", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_statement_may_run_inside_the_mapping_of_the_same_statement()
    {
        database.Execute("insert into things (id) values (1), (2)");
        const string Count = "select id from things order by id";

        var sums = database.Query(Count, row => row.Int64(0) + database.Query(Count, inner => inner.Int64(0)).Sum());

        Assert.Equal([4, 5], sums);
    }

    [Fact]
    public void A_failed_statement_can_be_run_again()
    {
        database.Execute("insert into things (id, name) values (?, ?)", 1, "a");
        Assert.Throws<SqliteException>(() => database.Execute("insert into things (id, name) values (?, ?)", 2, "a"));

        Assert.Equal(1, database.Execute("insert into things (id, name) values (?, ?)", 2, "b"));
    }

    [Fact]
    public void The_wrong_number_of_values_is_refused() =>
        Assert.Throws<ArgumentException>(() => database.Execute("insert into things (id, name) values (?, ?)", 1));

    [Fact]
    public void A_file_that_is_missing_cannot_be_opened_for_reading()
    {
        var failure = Assert.Throws<SqliteException>(() => SqliteConnection.Open(
            Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N")), SqliteAccess.Read, TimeSpan.Zero));

        Assert.Equal(SqliteCode.CannotOpen, failure.Code);
    }

    [Fact]
    public void A_copy_holds_everything()
    {
        database.Execute("insert into things (id, name) values (1, 'a')");
        using var copy = SqliteConnection.Open(":memory:", SqliteAccess.Create, TimeSpan.Zero);

        database.CopyTo(copy);

        Assert.Equal("a", copy.QueryFirst("select name from things", row => row.Text(0)));
    }
}
