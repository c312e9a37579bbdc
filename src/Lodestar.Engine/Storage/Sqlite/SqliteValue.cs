namespace Lodestar.Engine.Storage.Sqlite;

/// <summary>A value bound to a statement: null, integer, real, text or blob. Converts from the plain types, so call sites pass them as they are.</summary>
public readonly struct SqliteValue
{
    private readonly SqliteValueKind kind;
    private readonly long integer;
    private readonly object? reference;

    private SqliteValue(SqliteValueKind kind, long integer, object? reference)
    {
        this.kind = kind;
        this.integer = integer;
        this.reference = reference;
    }

    private enum SqliteValueKind
    {
        Null,
        Integer,
        Real,
        Text,
        Blob,
    }

    /// <summary>An integer.</summary>
    public static implicit operator SqliteValue(long value) => new(SqliteValueKind.Integer, value, null);

    /// <summary>An integer, or null.</summary>
    public static implicit operator SqliteValue(long? value) => value is { } set ? set : default(SqliteValue);

    /// <summary>An integer.</summary>
    public static implicit operator SqliteValue(int value) => (long)value;

    /// <summary>A truth value: 1 or 0.</summary>
    public static implicit operator SqliteValue(bool value) => value ? 1L : 0L;

    /// <summary>A real number.</summary>
    public static implicit operator SqliteValue(double value) =>
        new(SqliteValueKind.Real, BitConverter.DoubleToInt64Bits(value), null);

    /// <summary>A real number, or null.</summary>
    public static implicit operator SqliteValue(double? value) => value is { } set ? set : default(SqliteValue);

    /// <summary>Text, or null.</summary>
    public static implicit operator SqliteValue(string? value) =>
        value is null ? default : new(SqliteValueKind.Text, 0, value);

    /// <summary>Bytes, or null.</summary>
    public static implicit operator SqliteValue(byte[]? value) =>
        value is null ? default : new(SqliteValueKind.Blob, 0, value);

    /// <summary>Binds the value; SQLite copies text and bytes.</summary>
    internal unsafe int Bind(nint statement, int index)
    {
        switch (kind)
        {
            case SqliteValueKind.Null:
                return SqliteNative.sqlite3_bind_null(statement, index);
            case SqliteValueKind.Integer:
                return SqliteNative.sqlite3_bind_int64(statement, index, integer);
            case SqliteValueKind.Real:
                return SqliteNative.sqlite3_bind_double(statement, index, BitConverter.Int64BitsToDouble(integer));
            case SqliteValueKind.Text:
                var text = Utf8Text.ZeroTerminated((string)reference!);
                fixed (byte* first = text)
                    return SqliteNative.sqlite3_bind_text(statement, index, first, text.Length - 1, SqliteNative.Transient);
            case SqliteValueKind.Blob:
                // An empty array pins to a null pointer, which SQLite would store as NULL.
                var blob = (byte[])reference!;
                byte none = 0;
                fixed (byte* first = blob)
                    return SqliteNative.sqlite3_bind_blob(
                        statement, index, first == null ? &none : first, blob.Length, SqliteNative.Transient);
            default:
                throw new InvalidOperationException($"Unknown kind of value {kind}.");
        }
    }
}
